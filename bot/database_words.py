"""What a fault of the database means for the operator, and whether waiting may mend it."""

import sqlite3
import ssl

from bot.faults import database_code
from bot.system_words import system_fault
from storage.backup import BackupFailed
from storage.schema import HEAD, SchemaNewer

_SQLITE = {
    "SQLITE_CANTOPEN": "файл не открывается; проверьте путь database.url и права на папку",
    "SQLITE_READONLY": "файл закрыт для записи; проверьте права на него и на папку (database.url)",
    "SQLITE_FULL": "на диске кончилось место; освободите его",
    "SQLITE_IOERR": "диск не читается или не пишется; проверьте его и место на нём (database.url)",
    "SQLITE_BUSY": "база занята другой программой; закройте её",
    "SQLITE_LOCKED": "база занята другой программой; закройте её",
    "SQLITE_CORRUPT": "файл повреждён; восстановите копию командой restore",
    "SQLITE_NOTADB": "файл из database.url — не база SQLite; укажите другой или восстановите копию командой restore",
    "SQLITE_PERM": "нет прав на файл; проверьте права на него и на папку (database.url)",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATES = {
    "28P01": "сервер не принял имя или пароль; проверьте database.url",
    "28000": "сервер не пустил; проверьте имя и sslmode в database.url и pg_hba.conf",
    "3D000": "такой базы на сервере нет; создайте её или исправьте имя в database.url",
    "42501": "не хватает прав; дайте пользователю из database.url права на схему",
    "42704": "сервер не знает параметра из database.url; уберите лишнее после «?»",
    "53100": "у сервера кончилось место на диске; освободите его",
    "53300": "у сервера кончились соединения; поднимите max_connections",
    "57P03": "сервер запускается или останавливается",
}
_AWAY_STATES = ("08", "53300", "57P")  # no connection; too many of them; the server starts or stops


def database_fault(error: BaseException) -> str:
    """Say in a line what the error means for the operator."""
    if isinstance(error, SchemaNewer):
        return (
            f"её вела более новая версия бота (схема {error}, а эта знает {HEAD}); обновите бота или верните копию базы"
        )
    if isinstance(error, BackupFailed):
        return "копия перед обновлением не записалась; проверьте место на диске и права на папку (database.url)"
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        name = database_code(error)
        known = next((words for code, words in _SQLITE.items() if name.startswith(code)), None)
        return known or f"{name or cause}; проверьте путь database.url, права на папку и место на диске"
    if _is_tls(cause):
        return "соединение с сервером не защищается; проверьте sslmode и сертификаты в database.url"
    if words := _SQLSTATES.get(database_code(error)):
        return words
    if isinstance(cause, ModuleNotFoundError):
        return f"не установлен модуль {cause.name}"
    if is_away(error):
        return "сервер не отвечает; проверьте, что он запущен, и адрес database.url"
    if isinstance(cause, OSError):
        return f"{system_fault(cause)}; проверьте путь database.url и права на папку"
    return f"{database_code(error) or type(cause).__name__}; проверьте database.url"


def is_away(error: BaseException) -> bool:
    """Tell whether a server of a database is out of reach for now: asking again may help."""
    cause = getattr(error, "orig", None) or error
    return database_code(error).startswith(_AWAY_STATES) or (
        isinstance(cause, OSError | TimeoutError)
        and not isinstance(cause, PermissionError | FileNotFoundError)
        and not _is_tls(cause)
    )


def _is_tls(cause: BaseException) -> bool:
    # asyncpg has no class for a server that does not encrypt.
    return isinstance(cause, ssl.SSLError) or (isinstance(cause, ConnectionError) and "SSL" in str(cause))
