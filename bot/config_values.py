"""Values of the configuration that are written in more than one way."""

import json
import re
import tomllib

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_DATABASES = re.compile(r"^(sqlite(\+aiosqlite)?:///.|(postgres|postgresql)(\+asyncpg)?://.)")


def listed(value: object) -> object:
    """Read a list of words written as text: in brackets, or with commas between. ValueError as `bracketed`."""
    if not isinstance(value, str) or value.strip().startswith("["):
        return bracketed(value)
    return [word for part in value.split(",") if (word := part.strip())]


def bracketed(value: object) -> object:
    """Read a list in brackets written as text, JSON or TOML: a variable holds nothing else.

    Anything else is returned as it is. ValueError for brackets that hold neither.
    """
    if not isinstance(value, str) or not (text := value.strip()).startswith("["):
        return value
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return tomllib.loads(f"list = {text}")["list"]
    except tomllib.TOMLDecodeError:
        raise ValueError('список в скобках написан с ошибкой; пример: ["первое", "второе"]') from None


def database_url(value: str) -> str:
    """Return the address with the driver's usual name ("postgres://" is another spelling). Raises ValueError."""
    wrong = ValueError(
        "нужен адрес вида sqlite+aiosqlite:///data/bot.db или postgresql+asyncpg://имя:пароль@сервер/база"
    )
    if not _DATABASES.match(value) or ":memory:" in value:
        raise wrong
    usual = re.sub(r"^postgres(?=[:+])", "postgresql", value)
    try:
        make_url(usual)
    except (ArgumentError, ValueError):
        raise wrong from None
    return usual
