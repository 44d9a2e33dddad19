"""`check`: every piece of the configuration looked at and said in a line; nothing is changed.

A check is one function; to add another, write it beside these and name it in `CHECKS`.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from bot.cli.checks.addresses import check_addresses
from bot.cli.checks.database import check_database
from bot.cli.checks.documents import check_documents
from bot.cli.checks.line import Check, Line
from bot.cli.checks.loose import check_loose
from bot.cli.checks.mail_in import check_mail_in
from bot.cli.checks.mail_out import check_mail_out
from bot.cli.checks.page import check_page
from bot.cli.checks.telegram import check_telegram
from bot.cli.common import config_name
from bot.config import Settings
from bot.config_load import DEFAULT_PATH
from bot.faults import named

LIMIT = 20.0  # seconds for one check; each server has a shorter limit of its own
# In the order in which they are told; the names are told where a check itself fails.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("База данных", check_database),
    ("Telegram", check_telegram),
    ("Исходящая почта", check_mail_out),
    ("Входящая почта", check_mail_in),
    ("Страница", check_page),
    ("Документы", check_documents),
    ("Адреса школы", check_addresses),
)


async def check(settings: Settings, config: Path | None) -> AsyncIterator[Line]:
    """Look at every piece side by side; lines come in order, as soon as they are there."""
    yield Line("ok", "Настройки", f"прочитаны ({config_name(config)})")
    pieces: list[tuple[str, Check]] = [*CHECKS, ("Права", partial(check_loose, config=config or DEFAULT_PATH))]
    tasks = [asyncio.create_task(_bounded(piece, one, settings)) for piece, one in pieces]
    for task in tasks:
        for line in await task:
            yield line


async def _bounded(piece: str, one: Check, settings: Settings) -> list[Line]:
    try:
        async with asyncio.timeout(LIMIT):
            return await one(settings)
    except TimeoutError:
        return [Line("bad", piece, f"проверка не уложилась в {LIMIT:.0f} секунд, повторите её позже")]
    except Exception as error:  # noqa: BLE001 - one check that fails must not hide the others
        return [Line("bad", piece, f"проверка не удалась ({named(error)})")]
