"""Hostile input of every face at once: the loop turns on about as it does over ordinary input."""

import asyncio
import time
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from openpyxl import Workbook

from tests.scenarios.billing_steps import with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import browsing, open_pages
from tests.scenarios.test_mail_orders import ADDRESS, form_with, letter
from tests.scenarios.test_page_order import WHOLE, begun

MOST_RATIO = 10.0
"""Ordinary input is about as quick as the machine is; what a square of the length cost was hundreds of times that."""

TICK = 0.002
LONG = "<@" * 30_000
ARMOUR = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" * 3_800  # 190 kB


@dataclass
class Stall:
    """The longest time that the loop did not turn, in seconds, and how often health was asked meanwhile."""

    longest: float = 0.0
    asked: int = 0


@asynccontextmanager
async def watched(health: str) -> AsyncIterator[Stall]:
    """Watch the loop, and ask for its health all the while."""
    stall, over = Stall(), asyncio.Event()

    async def tick() -> None:
        last = time.perf_counter()
        while not over.is_set():
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            stall.longest, last = max(stall.longest, now - last - TICK), now

    async def ask() -> None:
        async with aiohttp.ClientSession() as session:
            while not over.is_set():
                async with session.get(health) as answer:
                    assert answer.status == 200
                stall.asked += 1
                await asyncio.sleep(0.05)

    tasks = [asyncio.create_task(tick()), asyncio.create_task(ask())]
    try:
        yield stall
    finally:
        over.set()
        await asyncio.gather(*tasks)


def empty_rows(count: int) -> bytes:
    """Return a workbook whose sheet has so many rows without a cell."""
    made, out = BytesIO(), BytesIO()
    Workbook().save(made)
    rows = "".join(f'<row r="{number}" spans="1:{number % 60 + 1}"/>' for number in range(1, count + 1))
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<sheetData></sheetData>", f"<sheetData>{rows}</sheetData>".encode())
                assert len(content) > 20 * count
            target.writestr(name, content)
    return out.getvalue()


async def throw(stage: Stage, base: str, name: str, letters: tuple[bytes, bytes], sheet: bytes) -> None:
    """Give input in by the page, by mail and in chat at once, while another chat asks for help and is answered."""
    manager = await stage.manager(f"Пётр {name[:3]}")
    other = await stage.sandbox.person("Вера")

    async def order() -> None:
        async with browsing(base) as person:
            await begun(person)
            await person.press("Проверить", **(WHOLE | {"orderer_name": name}))

    async def mail() -> None:
        for raw in letters:
            await stage.app.mailroom.hand_in(raw)
        async with asyncio.timeout(120):
            await stage.app.mailroom.workers.idle()

    async def file() -> None:
        await manager.upload(sheet, "oplaty.xlsx")
        await manager.wait_for("аблиц", timeout=120)

    async def help_() -> None:
        for _ in range(3):
            await other.send("/help")
            await other.wait_for("поддержк", timeout=60)

    await asyncio.gather(order(), mail(), file(), help_())


async def test_hostile_input_holds_nobody_up(stage: Stage) -> None:
    """A long form, long cells, an armour without end and a million empty rows: health and another chat answer on."""
    await with_seller(stage)
    imap = {"host": "in-process", "security": "none", "username": "shkola@example.ru", "password": "secret"}
    base = await open_pages(stage, imap=imap)
    web = stage.settings.web
    assert web is not None
    health = f"http://127.0.0.1:{web.health_port}/healthz"
    usual = (
        letter(ADDRESS, "Заявка", await form_with(), 1),
        letter(ADDRESS, "Здравствуйте! Хотим учиться.", None, 2),
    )
    hostile = (
        letter(ADDRESS, "Заявка", await form_with(payer_name=LONG[:32_000], orderer_name=LONG[:32_000]), 3),
        letter(ADDRESS, ARMOUR, None, 4),
    )
    rows = await asyncio.to_thread(empty_rows, 1_000_000), await asyncio.to_thread(empty_rows, 10)
    await throw(stage, base, "Белова Ирина", usual, rows[1])  # imports and processes that start once
    async with watched(health) as floor:
        for _ in range(3):
            await throw(stage, base, "Белова Ирина", usual, rows[1])
    async with watched(health) as stall:
        await throw(stage, base, LONG, hostile, rows[0])
    assert floor.asked > 2
    assert stall.asked > 2
    assert stall.longest / floor.longest <= MOST_RATIO
