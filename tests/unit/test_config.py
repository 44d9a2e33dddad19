"""The configuration: what it reads, and the one line it says of every mistake."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot.config import Settings
from bot.config_load import known_keys, load
from bot.config_words import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TOKEN = "123456789:AAH-invented-token"
GOOD = f'[telegram]\ntoken = "{TOKEN}"\n'
NO_TOKEN = (
    "не задан telegram.token: получите его у @BotFather и впишите в config.toml или в переменную BOT__TELEGRAM__TOKEN"
)

MISTAKES = [
    ("", {}, NO_TOKEN),
    ('[telegram]\ntoken = ""', {}, NO_TOKEN),
    (
        '[telegram]\ntokn = "x"',
        {},
        "F: неизвестный ключ telegram.tokn — похоже, имелось в виду telegram.token",
    ),
    (GOOD + "[telegrm]\nmode = 1", {}, "F: неизвестный раздел telegrm — похоже, имелось в виду [telegram]"),
    (f'token = "{TOKEN}"', {}, "F: неизвестный раздел token — похоже, имелось в виду ключ telegram.token"),
    (
        GOOD + "[database]\ntimezone = 'x'",
        {},
        "F: неизвестный ключ database.timezone — похоже, имелось в виду school.timezone",
    ),
    (
        GOOD + "[web]\nzzz = 1",
        {},
        "F: неизвестный ключ web.zzz: уберите его, все ключи — в config.example.toml",
    ),
    (
        '[telegram]\ntoken = "x"',
        {},
        "F: telegram.token: не похоже на токен бота: он вида 123456789:AAH…, скопируйте его у @BotFather целиком",
    ),
    (GOOD + 'mode = "pool"', {}, "F: telegram.mode: «pool» не подходит, бывает: polling, webhook"),
    (
        GOOD + 'mode = "webhook"',
        {},
        "F: для telegram.mode = «webhook» нужен web.public_url: впишите адрес бота или верните режим «polling»",
    ),
    (GOOD + 'limits = "maybe"', {}, "F: telegram.limits: «maybe» не подходит, бывает: true, false"),
    (
        GOOD + "[limits]\nletters_per_mailbox = 0",
        {},
        "F: limits.letters_per_mailbox: 0 не подходит, нужно число от 1 до 1000000",
    ),
    (GOOD + '[web]\nport = "порт"', {}, "F: web.port: «порт» — не целое число; пример: 8080"),
    (GOOD + "[web]\nport = 70000", {}, "F: web.port: 70000 не подходит, нужно число от 1 до 65535"),
    (
        GOOD + '[web]\npublic_url = "bot.example.ru"',
        {},
        "F: web.public_url: «bot.example.ru» — не адрес сайта; пример: https://shkola.example.ru",
    ),
    (
        GOOD + '[links]\nsites = [{ title = "Портал" }]',
        {},
        "F: links.sites: в ссылке № 1 нужны ровно title и url; "
        'пример: [{ title = "Портал", url = "https://portal.example.ru" }]',
    ),
    (
        GOOD + '[links]\nsites = [{ title = "Портал", url = "portal" }]',
        {},
        "F: links.sites: «portal» — не адрес сайта; пример: https://shkola.example.ru",
    ),
    (
        GOOD + '[links]\nsites = [{ title = "", url = "https://portal.example.ru" }]',
        {},
        "F: links.sites: название ссылки № 1 должно занимать от 1 до 30 знаков",
    ),
    (
        GOOD + "[smtp]",
        {},
        "F: не задан smtp.host, впишите его или уберите раздел [smtp]\n"
        "F: не задан smtp.sender: впишите адрес, от которого уходят письма; пример: shkola@example.ru",
    ),
    (
        GOOD + '[smtp]\nhost = "mail.example.ru"',
        {},
        "F: не задан smtp.sender: впишите адрес, от которого уходят письма; пример: shkola@example.ru",
    ),
    (
        GOOD + '[school]\ntimezone = "Москва"',
        {},
        "F: school.timezone: часового пояса «Москва» нет; пример: Europe/Moscow",
    ),
    (
        GOOD + '[school]\ncurator_email = "kurator"',
        {},
        "F: school.curator_email: «kurator» — не адрес почты; пример: shkola@example.ru",
    ),
    (GOOD + "[school]\ndefault_centre = 123", {}, "F: school.default_centre: значение нужно в кавычках, как строка"),
    (
        GOOD + '[database]\nurl = "mysql://x"',
        {},
        "F: database.url: нужен адрес вида sqlite+aiosqlite:///data/bot.db "
        "или postgresql+asyncpg://имя:пароль@сервер/база",
    ),
    ('web = "x"\n' + GOOD, {}, "F: web: это раздел, пишите [web] и ключи под ним"),
    (
        GOOD + "mode = polling",
        {},
        'F: строка 3 написана не по правилам TOML; нужно: ключ = "значение", строки в кавычках, без повторов',
    ),
    (
        GOOD,
        {"BOT__TELEGRAM__TOKN": "x"},
        "неизвестная переменная BOT__TELEGRAM__TOKN — похоже, имелась в виду BOT__TELEGRAM__TOKEN",
    ),
    (
        GOOD,
        {"BOT__ZZZ": "x"},
        "неизвестная переменная BOT__ZZZ: проверьте имя по config.example.toml или уберите её",
    ),
    (
        GOOD,
        {"BOT__WEB__PORT": "много"},
        "переменная BOT__WEB__PORT: «много» — не целое число; пример: 8080",
    ),
]


@pytest.mark.parametrize(("text", "env", "line"), MISTAKES)
def test_every_mistake_is_one_line_with_the_mend(tmp_path: Path, text: str, env: dict[str, str], line: str) -> None:
    """A mistake names the key or the variable and says what to write."""
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, env)
    assert str(caught.value).replace(str(file), "F") == line


MANY = """
[telegram]
token = "x"
mode = "webhook"
[telegrm]
mode = "polling"
[database]
url = "postgresql://bot@server:порт/bot"
[smtp]
host = "mail.example.ru"
port = 0
[imap]
username = "shkola@example.ru"
pasword = "x"
[web]
host = 5
port = 3.5
trusted_proxies = ["10.0.0.300"]
[school]
frdo = 5
registration = "да"
site = ["a"]
[links]
sites = [{ title = "Портал" }]
[reminders]
draft_after = "вечером"
unpaid_invoice = [{ aftr = 1 }]
[documents]
path = 5
"""


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Every section's mistakes come in one answer, a line each: keys, values, unknown names, checks of a whole."""
    file = tmp_path / "config.toml"
    file.write_text(MANY, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {"BOT__TELEGRAM__TOKN": "x", "BOT__WEB__HEALTH_PORT": "много", "BOT__LINKS__SITES": "x"})
    lines = str(caught.value).replace(str(file), "F").splitlines()
    assert sorted(lines) == sorted(
        [
            "неизвестная переменная BOT__TELEGRAM__TOKN — похоже, имелась в виду BOT__TELEGRAM__TOKEN",
            "F: telegram.token: не похоже на токен бота: он вида 123456789:AAH…, скопируйте его у @BotFather целиком",
            "F: неизвестный раздел telegrm — похоже, имелось в виду [telegram]",
            "F: database.url: нужен адрес вида sqlite+aiosqlite:///data/bot.db "
            "или postgresql+asyncpg://имя:пароль@сервер/база",
            "F: smtp.port: 0 не подходит, нужно число от 1 до 65535",
            "F: не задан smtp.sender: впишите адрес, от которого уходят письма; пример: shkola@example.ru",
            "F: не задан imap.host, впишите его или уберите раздел [imap]",
            "F: неизвестный ключ imap.pasword — похоже, имелось в виду imap.password",
            "F: web.host: значение нужно в кавычках, как строка",
            "F: web.port: «3.5» — не целое число; пример: 8080",
            "F: web.trusted_proxies: «10.0.0.300» — не адрес и не сеть; пример: 10.0.0.0/8",
            "переменная BOT__WEB__HEALTH_PORT: «много» — не целое число; пример: 8080",
            'F: school.frdo: нужен список в квадратных скобках; пример: ["snils", "birth_date"]',
            "F: school.registration: «да» не подходит, бывает: true, false",
            "F: school.site: значение нужно в кавычках, как строка",
            "переменная BOT__LINKS__SITES: нужен список; "
            'пример: [{ title = "Портал", url = "https://portal.example.ru" }]',
            "F: reminders.draft_after: «вечером» не подходит, нужно целое число от 1 до 365",
            "F: reminders.unpaid_invoice: в шаге нет ключа «aftr», похоже, имелось в виду after",
            "F: documents.path: значение нужно в кавычках, как строка",
            "F: для telegram.mode = «webhook» нужен web.public_url: впишите адрес бота или верните режим «polling»",
        ]
    )


LISTS = [
    ("BOT__WEB__TRUSTED_PROXIES", "10.0.0.1", ("web", "trusted_proxies"), ("10.0.0.1",)),
    ("BOT__WEB__TRUSTED_PROXIES", "10.0.0.1, 10.1.0.0/16", ("web", "trusted_proxies"), ("10.0.0.1", "10.1.0.0/16")),
    ("BOT__WEB__TRUSTED_PROXIES", '["10.0.0.1"]', ("web", "trusted_proxies"), ("10.0.0.1",)),
    ("BOT__SCHOOL__FRDO", "snils", ("school", "frdo"), ("snils",)),
    ("BOT__SCHOOL__FRDO", "['snils', 'sex']", ("school", "frdo"), ("snils", "sex")),
    (
        "BOT__LINKS__SITES",
        '[{"title": "Портал", "url": "https://portal.example.ru"}]',
        ("links", "sites"),
        (("Портал", "https://portal.example.ru"),),
    ),
    ("BOT__REMINDERS__SCAN_DUE", "[]", ("reminders", "scan_due"), []),
    (
        "BOT__REMINDERS__SCAN_DUE",
        '[{ before = 5, to = "manager" }]',
        ("reminders", "scan_due"),
        [{"before": 5, "to": "manager"}],
    ),
]


@pytest.mark.parametrize(("name", "value", "place", "read"), LISTS)
def test_a_variable_holds_a_list(tmp_path: Path, name: str, value: str, place: tuple[str, str], read: object) -> None:
    """A list in a variable is read with commas, as JSON and as TOML."""
    file = tmp_path / "config.toml"
    file.write_text(GOOD, "utf-8")
    assert getattr(getattr(load(file, {name: value}), place[0]), place[1]) == read


@pytest.mark.parametrize("name", ["BOT__WEB__TRUSTED_PROXIES", "BOT__SCHOOL__FRDO", "BOT__LINKS__SITES"])
def test_a_broken_list_in_a_variable_is_a_line(tmp_path: Path, name: str) -> None:
    """Brackets that do not close are told with the variable's name."""
    file = tmp_path / "config.toml"
    file.write_text(GOOD, "utf-8")
    with pytest.raises(ConfigError, match=f"^переменная {name}: список в скобках написан с ошибкой; пример: [^\n]+$"):
        load(file, {name: "[x"})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgres+asyncpg"])
def test_both_names_of_postgresql_are_taken(tmp_path: Path, scheme: str) -> None:
    """Hosting services write postgres://, which is the same database."""
    file = tmp_path / "config.toml"
    file.write_text(GOOD + f'[database]\nurl = "{scheme}://bot:x@server/bot?sslmode=require"', "utf-8")
    assert load(file, {}).database.url.startswith("postgresql")


def test_only_the_token_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file the token of the environment is enough, and faces without a section are off."""
    monkeypatch.chdir(tmp_path)
    settings = load(None, {"BOT__TELEGRAM__TOKEN": TOKEN, "BOT__SMTP__HOST": "", "OTHER": "x"})
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert (settings.smtp, settings.imap, settings.web) == (None, None, None)
    assert settings.database.url == "sqlite+aiosqlite:///data/bot.db"
    assert settings.school.support_phone is None


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """A missing file that was named is a mistake, even with a token in the environment."""
    with pytest.raises(ConfigError, match=r"нет: проверьте путь или скопируйте config\.example\.toml"):
        load(tmp_path / "no.toml", {"BOT__TELEGRAM__TOKEN": TOKEN})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A variable replaces the file's value, and opens a section of its own."""
    file = tmp_path / "config.toml"
    file.write_text(GOOD + '[school]\ndefault_centre = "0001"', "utf-8")
    env = {"BOT__SCHOOL__DEFAULT_CENTRE": "0123", "BOT__WEB__PORT": "81", "BOT__PERSONAL_DATA__IN_CHAT": "false"}
    settings = load(file, env)
    assert settings.school.default_centre == "0123"
    assert settings.web is not None
    assert settings.web.port == 81
    assert settings.personal_data.in_chat is False


def test_the_example_shows_every_key() -> None:
    """The example loads as it stands with a token, and with everything switched on it names every key there is."""
    env = {"BOT__TELEGRAM__TOKEN": TOKEN}
    load(EXAMPLE, env)
    text = EXAMPLE.read_text("utf-8")
    assert _keys(re.sub(r"(?m)^#(?=[\[\w])", "", text)) == {(s, k) for s, keys in known_keys().items() for k in keys}


def test_the_example_switched_on_is_right(tmp_path: Path) -> None:
    """The values that the example suggests pass their checks; its key, which everybody knows, has to be replaced."""
    file = tmp_path / "config.toml"
    file.write_text(re.sub(r"(?m)^#(?=[\[\w])", "", EXAMPLE.read_text("utf-8")), "utf-8")
    with pytest.raises(ConfigError, match=r"documents\.key: это образец"):
        load(file, {"BOT__TELEGRAM__TOKEN": TOKEN})
    settings = load(file, {"BOT__TELEGRAM__TOKEN": TOKEN, "BOT__DOCUMENTS__KEY": "a secret of the tests"})
    assert settings.smtp is not None
    assert settings.smtp.sender_address() == "Школа <shkola@example.ru>"


def test_every_key_of_the_example_is_explained() -> None:
    """A line of words stands before every key."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for before, line in pairwise(lines):
        if re.match(r"#?\w+ = ", line):
            assert before.startswith("# "), line


def test_secrets_do_not_show(tmp_path: Path) -> None:
    """Neither the settings as text nor the line of a wrong token shows it."""
    assert TOKEN not in repr(Settings.model_validate({"telegram": {"token": TOKEN}}))
    file = tmp_path / "config.toml"
    file.write_text('[telegram]\ntoken = "secret value"', "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert "secret value" not in str(caught.value)


def test_the_webhook_secret_comes_of_the_token() -> None:
    """Unset, the secret is derived from the token, the same every time, and does not show it."""
    telegram = Settings.model_validate({"telegram": {"token": TOKEN}}).telegram
    assert telegram.webhook_secret() == telegram.webhook_secret()
    assert re.fullmatch(r"[0-9a-f]{64}", telegram.webhook_secret())


def _keys(text: str) -> set[tuple[str, str]]:
    import tomllib

    return {(section, key) for section, values in tomllib.loads(text).items() for key in values}
