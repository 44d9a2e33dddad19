"""The configuration: `config.toml` and, over it, variables such as BOT__TELEGRAM__TOKEN.

`bot.config_load` reads it. A mistake is a ValueError in Russian, of which `bot.config_words` makes a line that names
the key and the mend.
"""

import hashlib
import hmac
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.config_values import bracketed, database_url, listed
from bot.reminder_config import Reminders
from school.forms.questionnaire import FRDO
from school.letter_caps import CAPS, Caps

_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
SHORTEST_KEY = 16
_EXAMPLE_KEY = "zamenite"  # config.example.toml
_FEWEST_SIGNS = 5
_MOST_LINKS = 10
_LONGEST_LABEL = 30
_LINKS_SAMPLE = '[{ title = "Портал", url = "https://portal.example.ru" }]'
_PORTS = {"none": 25, "starttls": 587, "tls": 465}

Security = Literal["none", "starttls", "tls"]
Port = Annotated[int, Field(ge=1, le=65535)]


def _web_address(value: str) -> str:
    if not re.match(r"^https?://[^\s/]+", value):
        raise ValueError(f"«{value}» — не адрес сайта; пример: https://shkola.example.ru")
    return value.rstrip("/")


def _mail_address(value: str) -> str:
    bare = value.rpartition("<")[2].rstrip("> ")
    if not _ADDRESS.match(bare):
        raise ValueError(f"«{value}» — не адрес почты; пример: shkola@example.ru")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"часового пояса «{value}» нет; пример: Europe/Moscow") from None
    return value


def _frdo_fields(value: tuple[str, ...]) -> tuple[str, ...]:
    for key in value:
        if key not in FRDO:
            raise ValueError(f"поля «{key}» нет; бывают: {', '.join(FRDO)}")
    return value


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise ValueError(f"«{one}» — не адрес и не сеть; пример: 10.0.0.0/8") from None
    return value


def _bot_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]{3,}", value.get_secret_value(), re.ASCII):
        raise ValueError("не похоже на токен бота: он вида 123456789:AAH…, скопируйте его у @BotFather целиком")
    return value


def _document_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value()
    if len(key.strip()) < SHORTEST_KEY:
        raise ValueError(
            f"слишком короткий, нужно от {SHORTEST_KEY} знаков; удалите строку — ключ появится сам, в файле"
        )
    if key.strip().lower().startswith(_EXAMPLE_KEY) or len(set(key)) < _FEWEST_SIGNS:
        raise ValueError("это образец, его знают все: впишите свой или удалите строку — ключ появится сам, в файле")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.ASCII):
        raise ValueError("нужно от 16 до 256 латинских букв, цифр, «-» и «_»; удалите строку — секрет появится сам")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]


class Section(BaseModel):
    """A section: frozen, knows its keys and no others, hides what was typed from errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Telegram(Section):
    """The bot and the way to Telegram; `limits` false only against a server without them."""

    token: Annotated[SecretStr, AfterValidator(_bot_token)]
    api_server: WebAddress = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    limits: bool = True

    def webhook_secret(self) -> str:
        """Return the secret that Telegram sends with every update: the one set, else derived from the token."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        return hmac.new(self.token.get_secret_value().encode(), b"webhook", hashlib.sha256).hexdigest()


class DatabaseSection(Section):
    """SQLite or PostgreSQL by the URL alone."""

    url: Annotated[str, AfterValidator(database_url)] = "sqlite+aiosqlite:///data/bot.db"


class Smtp(Section):
    """Letters out; `port` and `sender` follow from `security` and `username` when not set."""

    host: Annotated[str, Field(min_length=1)]
    port: Port | None = None
    security: Security = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: MailAddress | None = None

    @model_validator(mode="after")
    def _has_sender(self) -> Self:
        if self.sender is None and not _ADDRESS.match(self.username):
            raise ValueError(
                "не задан smtp.sender: впишите адрес, от которого уходят письма; пример: shkola@example.ru"
            )
        return self

    def port_number(self) -> int:
        """Return the port set, else the usual one of the security."""
        return self.port or _PORTS[self.security]

    def sender_address(self) -> str:
        """Return the address that letters come from."""
        return self.sender or self.username


class Imap(Section):
    """Letters in; `handled` is where letters go when they are taken, `authserv_id` whose word on DMARC counts.

    `own_hops` is how many Received lines that server puts above its word.
    """

    host: Annotated[str, Field(min_length=1)]
    port: Port | None = None
    security: Security = "tls"
    username: Annotated[str, Field(min_length=1)]
    password: SecretStr
    mailbox: str = "INBOX"
    handled: str = "Обработано"
    address: MailAddress | None = None
    authserv_id: str | None = None
    own_hops: Annotated[int, Field(ge=0, le=20)] | None = None

    def port_number(self) -> int:
        """Return the port set, else the usual one of the security."""
        return self.port or (993 if self.security == "tls" else 143)


class Web(Section):
    """The webhook, the pages and the health page; `public_url` is how people and Telegram reach them.

    `trusted_proxies` are those whose word on a client's address counts; health is bound to a port of its own.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: WebAddress | None = None
    trusted_proxies: Annotated[tuple[str, ...], AfterValidator(_networks), BeforeValidator(listed)] = ()
    health_host: str = "127.0.0.1"
    health_port: Port = 8081


class School(Section):
    """The school's own words and addresses, which have no default: nobody can guess them."""

    name: str | None = None
    site: WebAddress | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Moscow"
    support_phone: str | None = None
    curator_email: MailAddress | None = None
    originals_address: str | None = None
    registration: bool = False
    frdo: Annotated[tuple[str, ...], AfterValidator(_frdo_fields), BeforeValidator(listed)] = ()
    default_centre: str | None = None


class Documents(Section):
    """Where documents are kept, encrypted with the key; without one a key is made in a file beside the folder."""

    path: Path = Path("data/documents")
    key: Annotated[SecretStr, AfterValidator(_document_key)] | None = None

    def secret(self) -> str | None:
        """Return the key set, None where it is to be made."""
        return self.key.get_secret_value() if self.key is not None else None


class Billing(Section):
    """Whose word on a payment counts: the centre's managers' own, or the school's."""

    confirm: Literal["centre", "school"] = "centre"


class Link(NamedTuple):
    """A place that the bot leads to: what its button says, and its address."""

    title: str
    url: str


def _links(value: object) -> object:
    """Read the list of links; ValueError names the first mistake in it."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"нужен список; пример: {_LINKS_SAMPLE}")
    found = []
    for at, one in enumerate(value, 1):
        pair = one._asdict() if isinstance(one, Link) else one
        if not isinstance(pair, dict) or set(pair) != {"title", "url"}:
            raise ValueError(f"в ссылке № {at} нужны ровно title и url; пример: {_LINKS_SAMPLE}")
        title, url = str(pair["title"]).strip(), str(pair["url"]).strip()
        if not 1 <= len(title) <= _LONGEST_LABEL:
            raise ValueError(f"название ссылки № {at} должно занимать от 1 до {_LONGEST_LABEL} знаков")
        found.append(Link(title, _web_address(url)))
    if len(found) > _MOST_LINKS:
        raise ValueError(f"ссылок {len(found)}, а помещается не больше {_MOST_LINKS}: уберите лишние")
    return tuple(found)


class Links(Section):
    """Where else people go, the partners' portal, Клиент-Сервис and the like: the buttons of /support, in order."""

    sites: Annotated[tuple[Link, ...], BeforeValidator(_links), BeforeValidator(bracketed)] = ()


Letters = Annotated[int, Field(ge=1, le=1_000_000)]


class LimitsSection(Section):
    """How many letters orders may cause in a day; `telegram.limits` is another thing."""

    letters_per_orderer: Letters = CAPS.orderer
    letters_per_centre: Letters = CAPS.centre
    letters_per_mailbox: Letters = CAPS.mailbox
    letters_in_all: Letters = CAPS.total

    def caps(self) -> Caps:
        """Return them as the use cases take them."""
        return Caps(self.letters_per_orderer, self.letters_per_centre, self.letters_per_mailbox, self.letters_in_all)


class PersonalData(Section):
    """`in_chat` false: no personal field and no document is asked or sent in any chat."""

    in_chat: bool = True


class Settings(BaseSettings):
    """The whole configuration; a face whose section is None is off. Made by hand, it reads no variables."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read only what is handed over: the environment over it is put in by `load`."""
        return (init_settings,)

    telegram: Telegram
    database: DatabaseSection = DatabaseSection()
    smtp: Smtp | None = None
    imap: Imap | None = None
    web: Web | None = None
    school: School = School()
    documents: Documents = Documents()
    personal_data: PersonalData = PersonalData()
    billing: Billing = Billing()
    reminders: Reminders = Reminders()
    links: Links = Links()
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="after")
    def _webhook_has_address(self) -> Self:
        if self.telegram.mode == "webhook" and (self.web is None or self.web.public_url is None):
            raise ValueError(
                "для telegram.mode = «webhook» нужен web.public_url: впишите адрес бота или верните режим «polling»"
            )
        return self

    def reply_base(self) -> str | None:
        """Return the address that answers come to, None where no letters are read."""
        if self.imap is None:
            return None
        told = self.imap.address or (self.imap.username if _ADDRESS.match(self.imap.username) else None)
        sender = self.smtp.sender_address() if self.smtp else ""
        return told or sender.rpartition("<")[2].rstrip("> ") or None

    def for_letters(self) -> dict[str, str]:
        """Return the school's settings flat, as letters name them ("school.curator_email"); absent ones left out."""
        school = {f"school.{key}": str(value) for key, value in self.school.model_dump(exclude_none=True).items()}
        base = self.reply_base()
        return school | ({"mail.reply_base": base} if base else {})
