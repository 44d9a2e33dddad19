"""`check`: every piece of the configuration looked at and said in a line; nothing is changed."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.cli.common import SystemClock, today
from bot.cli.telegram import TelegramDown, bot_username
from bot.config import Imap, Settings, Smtp
from bot.database_words import database_fault
from school.catalogue import Catalogue
from storage.backup import database_file
from storage.database import Database
from storage.health import revision, schema_state
from storage.schema import SchemaNewer
from storage.vault import KEY_FILE
from wording.letters import LETTER_NAMES
from wording.plurals import plural

_LIMIT = 15.0  # seconds for a server to answer
_SMTP_FAULTS = {
    "unreachable": "сервер недоступен, проверьте smtp.host и smtp.port",
    "timeout": "сервер не отвечает, проверьте smtp.host, smtp.port и smtp.security",
    "certificate": "сертификат не подходит, проверьте smtp.host",
    "login": "сервер не принял имя или пароль, проверьте smtp.username и smtp.password",
    "refused": "сервер отказал, проверьте smtp.security",
}
_OWN = {
    "support_phone": "телефон поддержки",
    "curator_email": "почта куратора",
    "originals_address": "адрес для оригиналов",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: "ok", "warn" (works, but needs a look) or "bad" (configured and does not work)."""

    state: Literal["ok", "warn", "bad"]
    piece: str
    words: str

    def __str__(self) -> str:
        mark = {"ok": "✅", "warn": "⚠️", "bad": "❌"}[self.state]
        return f"{mark} {self.piece}: {self.words}"


async def check(settings: Settings, config: str) -> AsyncIterator[Line]:
    """Look at every piece in turn."""
    yield Line("ok", "Настройки", f"прочитаны ({config})")
    async for line in _database(settings):
        yield line
    yield await _telegram(settings)
    yield await _smtp(settings)
    yield await _imap(settings.imap)
    yield _web(settings)
    yield await asyncio.to_thread(_documents, settings)
    for line in _own_addresses(settings):
        yield line


async def _database(settings: Settings) -> AsyncIterator[Line]:
    file = database_file(settings.database.url)
    if file is not None and not file.exists():
        yield Line("warn", "База данных", f"файла {file} ещё нет, появится при первом запуске")
        return
    database = None
    try:
        async with asyncio.timeout(_LIMIT):
            database = await Database.open(settings.database.url)
            state = await schema_state(database)
            if state == "newer":
                yield Line("bad", "База данных", database_fault(SchemaNewer(await revision(database))))
                return
            if state != "current":
                words = "ещё пустая" if state == "empty" else "от прежней версии бота"
                yield Line("warn", "База данных", f"{words}, подготовьте её: python -m bot migrate")
                return
            catalogue = await database.uow(SystemClock()).catalogue()
            centres = await database.centres()
    except Exception as error:  # noqa: BLE001 - each driver has a family of errors of its own, all mean this
        yield Line("bad", "База данных", database_fault(error))
        return
    finally:
        if database is not None:
            await database.close()
    yield Line("ok", "База данных", "доступна, схема свежая")
    yield _catalogue(catalogue, settings)
    yield _centres({c.number for c in centres if not c.closed}, len(centres), settings.school.default_centre)


def _catalogue(catalogue: Catalogue, settings: Settings) -> Line:
    day = today(settings)
    courses = catalogue.offered_courses(day)
    past = sum(run.ends < day for run in catalogue.runs)
    if not courses:
        return Line("warn", "Каталог", "заказать нечего, загрузите курсы: python -m bot catalog load ФАЙЛ")
    runs = sum(len(catalogue.offered_runs(course.key, day)) for course in courses)
    on_sale = (
        f"{plural(len(courses), 'курс', 'курса', 'курсов')}, {plural(runs, 'поток', 'потока', 'потоков')} в продаже"
    )
    return Line("ok", "Каталог", on_sale + (f", прошедших потоков: {past}" if past else ""))


def _centres(open_ones: set[str], total: int, default: str | None) -> Line:
    if not open_ones:
        return Line("warn", "Центры", "открытых нет, добавьте: python -m bot centre add НОМЕР --name ИМЯ --email АДРЕС")
    if default is not None and default not in open_ones:
        return Line(
            "warn", "Центры", f"открытого центра {default} из school.default_centre нет, добавьте или исправьте"
        )
    closed = total - len(open_ones)
    return Line("ok", "Центры", f"открыто: {len(open_ones)}" + (f", закрыто: {closed}" if closed else ""))


async def _telegram(settings: Settings) -> Line:
    try:
        return Line("ok", "Telegram", f"бот @{await bot_username(settings.telegram)} отвечает")
    except TelegramDown as error:
        return Line("bad", "Telegram", str(error))


async def _smtp(settings: Settings) -> Line:
    smtp = settings.smtp
    if smtp is None:
        return Line("warn", "Исходящая почта", "выключена: нет раздела [smtp], письма центрам и ученикам ждут")
    from mail.errors import ProbeFailed

    try:
        async with asyncio.timeout(_LIMIT):
            await _probe(smtp, settings)
    except TimeoutError:
        return Line("bad", "Исходящая почта", _SMTP_FAULTS["timeout"])
    except ProbeFailed as error:
        return Line("bad", "Исходящая почта", _SMTP_FAULTS[error.code])
    return Line("ok", "Исходящая почта", f"{smtp.host}:{smtp.port_number()} принимает письма")


async def _probe(smtp: Smtp, settings: Settings) -> None:
    from mail.channel import MailChannel
    from mail.smtp import SmtpSettings

    way = SmtpSettings(
        smtp.host, smtp.port_number(), smtp.security, smtp.username, smtp.password.get_secret_value(), timeout=10.0
    )
    channel = MailChannel(way, smtp.sender_address(), SystemClock(), settings.for_letters(), lambda: None)
    try:
        await channel.probe()
    finally:
        await channel.close()


async def _imap(imap: Imap | None) -> Line:
    if imap is None:
        return Line("ok", "Входящая почта", "выключено: нет раздела [imap]")
    try:
        async with asyncio.timeout(_LIMIT):
            _, writer = await asyncio.open_connection(imap.host, imap.port, ssl=imap.security == "tls" or None)
    except (OSError, TimeoutError):
        return Line("bad", "Входящая почта", f"{imap.host}:{imap.port} недоступен, проверьте раздел [imap]")
    writer.close()
    return Line("warn", "Входящая почта", f"{imap.host}:{imap.port} отвечает, но писем эта версия бота не читает")


def _web(settings: Settings) -> Line:
    web = settings.web
    if web is None:
        return Line("ok", "Страница", "выключено: нет раздела [web]")
    if web.public_url is None:
        return Line("warn", "Страница", "нет web.public_url: снаружи бота не видно, ссылок на страницу не будет")
    return Line("ok", "Страница", f"{web.host}:{web.port}, снаружи {web.public_url}")


def _documents(settings: Settings) -> Line:
    path = settings.documents.path
    if not os.access(path if path.exists() else _nearest(path), os.W_OK):
        return Line("bad", "Документы", f"в папку {path} нельзя писать, проверьте documents.path и права")
    if settings.documents.key is None:
        beside = path.parent / KEY_FILE
        return Line("warn", "Документы", f"{path}, ключ лежит рядом ({beside}): сохраните его копию отдельно")
    return Line("ok", "Документы", f"{path}, ключ из настроек")


def _nearest(path: Path) -> Path:
    return next((parent for parent in path.absolute().parents if parent.exists()), Path("/"))


def _own_addresses(settings: Settings) -> list[Line]:
    from mail.letters import waiting_for

    waiting = waiting_for(settings.for_letters())
    lines = []
    for key, name in _OWN.items():
        if getattr(settings.school, key):
            continue
        letters = [LETTER_NAMES[kind] for kind, needs in waiting.items() if f"school.{key}" in needs]
        waits = f", без него ждёт: {', '.join(letters)}" if letters else ""
        lines.append(Line("warn", f"school.{key}", f"не задан ({name}){waits}"))
    return lines


def config_name(config: Path | None) -> str:
    """Say where the configuration came from."""
    file = config or Path("config.toml")
    return str(file) if file.exists() else "только переменные окружения"
