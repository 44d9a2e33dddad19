"""The stage of the scenarios: a sandbox, a mailbox and the whole bot in this process, spoken to over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import Settings
from sandbox.client import Person, Sandbox
from sandbox.mailbox import Mailbox
from sandbox.server import SandboxServer
from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from school.centre import Centre

TOKEN = "4200042:token-of-the-tests-0123456789abcdef"
NOW = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
CENTRE = Centre("0123", "СЦ «Пример»", "centre@example.ru")


@dataclass
class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False
    time: datetime = field(default=NOW)

    def now(self) -> datetime:
        """Return the time it shows, in UTC."""
        return self.time

    def move(self, **by: float) -> None:
        """Move the time forward by a timedelta's words."""
        self.time += timedelta(**by)


def catalogue(today: datetime = NOW) -> Catalogue:
    """Two disciplines, three courses, runs before and after today."""
    day = today.date()
    courses = (
        Course("osno-a", "bukhuchet", "Бухгалтерский учёт при ОСНО (код А)", "Для бухгалтера", 260, 36, "Диплом"),
        Course("osno-av", "bukhuchet", "Учёт и планирование при ОСНО (код А, В)", "Для главбуха", 272, 39, "Диплом"),
        Course("44fz", "tenders", "Управление закупками по 44-ФЗ", "Для руководителя", 144, 20, "Удостоверение"),
    )
    runs = [
        Run(f"{c.key}-{n}", c.key, day + timedelta(days=d), day + timedelta(days=d + 30), False, "https://example.ru/k")
        for c in courses
        for n, d in enumerate((20, 60))
    ]
    runs.append(Run("osno-a-past", "osno-a", day - timedelta(days=60), day - timedelta(days=30), False, ""))
    runs.append(Run("osno-a-closed", "osno-a", day + timedelta(days=5), day + timedelta(days=35), True, ""))
    tariffs = [
        Tariff(f"{c.key}-{t}", c.key, title, price)
        for c in courses
        for t, title, price in (("base", "Базовый", 2_450_000), ("plus", "С поддержкой", 3_100_000))
    ]
    disciplines = (Discipline("bukhuchet", "Школа бухгалтера"), Discipline("tenders", "Школа электронных торгов"))
    return Catalogue(1, disciplines, courses, tuple(tariffs), tuple(runs))


@dataclass
class Stage:
    """What a scenario plays on."""

    sandbox: Sandbox
    server: SandboxServer
    mailbox: Mailbox
    app: App
    clock: TestClock
    settings: Settings

    async def client(self, name: str = "Ирина", link: str = "sc_0123", **about: Any) -> Person:
        """Let a new person open a centre's link and wait for the consent."""
        person = await self.sandbox.person(name, **about)
        await person.start(link)
        await person.wait_for("Согласие на обработку")
        return person

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same database."""
        await self.app.stop()
        self.app = App(self.settings, clock=self.clock)
        await self.app.start()


def settings_for(api_server: str, smtp_port: int, database: str, **more: Any) -> Settings:
    """Return the tests' configuration."""
    return Settings(
        telegram={"token": TOKEN, "api_server": api_server, "limits": False, **more.get("telegram", {})},
        database={"url": database},
        smtp={"host": "127.0.0.1", "port": smtp_port, "security": "none", "sender": "shkola@example.ru"},
        school={"support_phone": "8 800 000-00-00", "curator_email": "kurator@example.ru", **more.get("school", {})},
    )


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole bot with a centre and a catalogue."""
    mailbox = Mailbox()
    smtp_port = await mailbox.start()
    server = SandboxServer(TOKEN, limits=False, extra_routes=mailbox.routes())
    await server.start()
    clock = TestClock()
    settings = settings_for(server.base_url, smtp_port, f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    app = App(settings, clock=clock)
    await app.start()
    await app.database.replace_catalogue(catalogue())
    await app.database.save_centre(CENTRE)
    async with Sandbox(server.base_url) as sandbox:
        scene = Stage(sandbox, server, mailbox, app, clock, settings)
        try:
            yield scene
        finally:
            async with asyncio.timeout(30):
                await scene.app.stop()
                await server.stop()
                await mailbox.stop()
