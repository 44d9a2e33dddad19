"""The stage of the scenarios: a sandbox, a mailbox and the whole bot in this process, spoken to over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import Settings
from sandbox.client import Person, Sandbox
from sandbox.mailbox import Mailbox
from sandbox.server import SandboxServer
from school.catalogue import Catalogue
from school.centre import Role
from school.use_cases.invite_staff import invite_staff
from tests.samples import CENTRE, NOW, catalogue
from tests.tls_front import Front

TOKEN = "4200042:token-of-the-tests-0123456789abcdef"


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


@dataclass
class Stage:
    """What a scenario plays on; `front` is the TLS proxy before the pages, None where they are open by http."""

    sandbox: Sandbox
    server: SandboxServer
    mailbox: Mailbox
    app: App
    clock: TestClock
    settings: Settings
    front: Front | None = None

    async def client(self, name: str = "Ирина", link: str = "sc_0123", **about: Any) -> Person:
        """Let a new person open a centre's link and wait for the consent."""
        person = await self.sandbox.person(name, **about)
        await person.start(link)
        await person.wait_for("Согласие на обработку", timeout=40)
        return person

    async def staff(self, role: Role, name: str) -> Person:
        """Let a new person come in by an invitation of this role; a manager's is of the usual centre."""
        uow = self.app.database.uow(self.clock)
        centre = CENTRE.number if role is Role.MANAGER else None
        secret = await invite_staff(uow, self.clock.now(), role, centre)
        await uow.commit()
        person = await self.sandbox.person(name)
        await person.start(f"staff_{secret}")
        await person.wait_for("✅", timeout=40)
        return person

    async def manager(self, name: str = "Пётр") -> Person:
        """Let a manager of the usual centre come in."""
        return await self.staff(Role.MANAGER, name)

    async def curator(self, name: str = "Анна") -> Person:
        """Let a curator come in."""
        return await self.staff(Role.CURATOR, name)

    async def admin(self, name: str = "Ольга") -> Person:
        """Let an administrator come in."""
        return await self.staff(Role.ADMIN, name)

    async def reconfigure(self, **sections: dict[str, Any]) -> None:
        """Start the bot anew with other settings of these sections."""
        values = self.settings.model_dump()
        for section, changes in sections.items():
            values[section] = {**(values[section] or {}), **changes}
        self.settings = Settings(**values)
        await self.restart()

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same database."""
        await self.app.stop()
        self.app = App(self.settings, clock=self.clock)
        await self.app.start()


def settings_for(api_server: str, smtp_port: int, database: str, **more: Any) -> Settings:
    """Return the tests' configuration; documents lie beside the database."""
    folder = database.partition(":///")[2].rpartition("/")[0] or more.get("folder", "")
    return Settings(
        documents={"path": f"{folder}/documents"},
        telegram={"token": TOKEN, "api_server": api_server, "limits": False, **more.get("telegram", {})},
        database={"url": database},
        smtp={"host": "127.0.0.1", "port": smtp_port, "security": "none", "sender": "shkola@example.ru"},
        school={"support_phone": "8 800 000-00-00", "curator_email": "kurator@example.ru", **more.get("school", {})},
        **({"web": more["web"]} if "web" in more else {}),
    )


@asynccontextmanager
async def staged(url: str, folder: Path, now: datetime = NOW, offered: Catalogue | None = None) -> AsyncIterator[Stage]:
    """Play the whole bot with a centre and a catalogue on the database of this URL, from this moment on."""
    mailbox = Mailbox()
    smtp_port = await mailbox.start()
    server = SandboxServer(TOKEN, limits=False, extra_routes=mailbox.routes())
    await server.start()
    clock = TestClock(now)
    settings = settings_for(server.base_url, smtp_port, url, folder=str(folder))
    app = App(settings, clock=clock)
    await app.start()
    await app.database.replace_catalogue(offered or catalogue())
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


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole bot with a centre and a catalogue."""
    async with staged(f"sqlite+aiosqlite:///{tmp_path}/bot.db", tmp_path) as scene:
        yield scene
