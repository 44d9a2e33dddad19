"""What the pages stand on: the ways to the house and the operator's settings, handed over by the composition root."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from yarl import URL

from school.letter_caps import CAPS, Caps
from school.ports import Clock, CommittingUnitOfWork, Pictures, Uploads
from school.use_cases.billing_desk import Confirm
from web.limits import Limits
from web.proxies import Networks


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What pages have to know of the configuration.

    `public_url` without a closing slash; `secret` makes the forms' seals, `init_data_key` checks what Telegram says of
    who opened a Mini App (32 bytes, Bot API "Validating data received via the Mini App").
    """

    public_url: str
    secret: bytes
    init_data_key: bytes
    timezone: str
    bot_username: str
    school_name: str | None = None
    support_phone: str | None = None
    curator_email: str | None = None
    originals_address: str | None = None
    registration: bool = False
    frdo: tuple[str, ...] = ()
    confirm: Confirm = "centre"
    in_chat: bool = True
    mail: bool = True
    links: tuple[tuple[str, str], ...] = ()
    trusted_proxies: Networks = ()
    caps: Caps = CAPS

    @property
    def zone(self) -> ZoneInfo:
        """The school's zone."""
        return ZoneInfo(self.timezone)

    def deep_link(self, start: str) -> str:
        """Return where Telegram opens the bot with this payload, "" while the bot's name is not known yet."""
        return f"https://t.me/{self.bot_username}?start={start}" if self.bot_username else ""

    @property
    def secure(self) -> bool:
        """Whether people come by HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """The pages' origin as browsers write it: small letters, «.рф» in its ASCII form, no usual port."""
        return str(URL(self.public_url).origin())

    @property
    def base_path(self) -> str:
        """What stands before every path in `public_url`, "" where nothing does."""
        return urlsplit(self.public_url).path


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """Files in (`uploads`), out as they came (`stored`, raises `school.errors.NotFound`), and drawn (`pictures`)."""

    uploads: Uploads
    stored: Callable[[str], Awaitable[bytes]]
    pictures: Pictures


@dataclass(frozen=True, slots=True)
class Site:
    """The ways to the house: a unit of work for one request, the time, files."""

    open_uow: Callable[[], CommittingUnitOfWork]
    clock: Clock
    files: SiteFiles
    settings: PageSettings
    limits: Limits


SITE = web.AppKey("site", Site)
