"""A fault of the database is worded by its code, in Russian, and the log keeps the code and no words."""

import sqlite3
import ssl
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.database_words import database_fault, is_away
from bot.faults import where
from storage.schema import HEAD, SchemaNewer


class Refused(Exception):
    """What asyncpg raises: an error with a sqlstate."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("the server's own words")
        self.sqlstate = sqlstate


def _sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database words of SQLite")
    error.sqlite_errorname = name
    return error


FAULTS = [
    (_sqlite("SQLITE_FULL"), "на диске кончилось место; освободите его", False),
    (_sqlite("SQLITE_IOERR_WRITE"), "диск не читается или не пишется", False),
    (_sqlite("SQLITE_CANTOPEN"), "файл не открывается; проверьте путь database.url", False),
    (_sqlite("SQLITE_READONLY_DBMOVED"), "файл закрыт для записи", False),
    (_sqlite("SQLITE_BUSY_SNAPSHOT"), "база занята другой программой", False),
    (OperationalError("SELECT 'Иванов'", {}, _sqlite("SQLITE_CORRUPT")), "файл повреждён; восстановите копию", False),
    (Refused("28P01"), "сервер не принял имя или пароль", False),
    (Refused("3D000"), "такой базы на сервере нет", False),
    (Refused("57P03"), "сервер запускается или останавливается", True),
    (Refused("08006"), "сервер не отвечает", True),
    (Refused("53300"), "у сервера кончились соединения", True),
    (ConnectionRefusedError(111, "Connection refused"), "сервер не отвечает", True),
    (ConnectionError("PostgreSQL server rejected SSL upgrade"), "соединение с сервером не защищается", False),
    (ssl.SSLError("certificate"), "соединение с сервером не защищается", False),
    (TimeoutError(), "сервер не отвечает", True),
    (PermissionError(13, "Permission denied"), "нет прав; проверьте путь database.url", False),
    (SchemaNewer("9999"), f"более новая версия бота (схема 9999, а эта знает {HEAD})", False),
]


@pytest.mark.parametrize(("error", "words", "away"), FAULTS)
def test_faults(error: Exception, words: str, away: bool) -> None:
    """Each has its own mend, and only a server that is out of reach is waited for."""
    assert words in database_fault(error)
    assert is_away(error) is away


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("INSERT 'Иванов'", {}, _sqlite("SQLITE_FULL")), "OperationalError SQLITE_FULL at "),
        (Refused("53100"), "Refused 53100 at "),
        (ValueError("Иванов"), "ValueError at "),
    ],
)
def test_logs_keep_the_code(error: Exception, code: str) -> None:
    """What the database says of itself is not hidden with what people typed."""
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - the place is what is asked of
        told = where(caught)
    assert told.startswith(code)
    assert Path(__file__).name in told
    assert "Иванов" not in told
