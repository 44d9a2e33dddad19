"""The demo: the whole bot on the sandbox, with a page to play every part by hand, or the story played alone."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App
from bot.catalogue_file import parse
from bot.config import Settings
from bot.demo_data import Filler
from bot.mailroom import NO_SERVER
from bot.starting import StartError
from bot.story import Links, Move, play
from sandbox.client import Person, Sandbox
from sandbox.clock import SandboxClock
from sandbox.mailbox import Mailbox
from sandbox.page import routes as page_routes
from sandbox.server import SandboxServer
from sandbox.writing import AUTHSERV_ID
from school.centre import Centre, Role
from school.mailroom import order_address
from school.use_cases.invite_staff import invite_staff
from school.working_hours import Hours, next_opening

TOKEN = "4200042:demo-token-of-the-sandbox-0123456789"
MAILBOX = "shkola@example.ru"
CENTRE = Centre("0123", "СЦ «Пример»", "centre@example.ru")
PARTS = ("Клиент", "Ученик", "Менеджер", "Куратор", "Администратор")
EXAMPLE = Path(__file__).parent.parent / "catalog.example.toml"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs: the sandbox, the bot on it, and links for the parts."""

    server: SandboxServer
    mailbox: Mailbox
    app: App
    clock: SandboxClock
    links: Links
    admin_link: str


def say(words: str) -> None:
    """Print one line of what is done at once, also where the output is no terminal."""
    print(words, flush=True)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with contextlib.ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in found]


def demo_settings(api_server: str, smtp_port: int, folder: str) -> Settings:
    """Return the configuration of the demo: invented addresses, a database in a folder of its own."""
    page, health = free_ports(2)
    values: dict[str, Any] = {
        "web": {"port": page, "public_url": f"http://127.0.0.1:{page}", "health_port": health},
        "telegram": {"token": TOKEN, "api_server": api_server},
        "database": {"url": f"sqlite+aiosqlite:///{folder}/demo.db"},
        "smtp": {"host": "127.0.0.1", "port": smtp_port, "security": "none", "sender": MAILBOX},
        "imap": {
            "host": NO_SERVER,
            "username": MAILBOX,
            "password": "-",
            "address": MAILBOX,
            "authserv_id": AUTHSERV_ID,
        },
        "documents": {"path": f"{folder}/documents"},
        "school": {
            "name": "Школа бухгалтера «Пример»",
            "support_phone": "8 800 000-00-00",
            "curator_email": "kurator@example.ru",
            "originals_address": "101000, г. Москва, ул. Примерная, дом 1",
        },
    }
    return Settings(**values)


@contextlib.asynccontextmanager
async def stage(port: int, *, limits: bool) -> AsyncIterator[Stage]:
    """Start the sandbox and the bot on it with sample data; stop both at the end."""
    mailbox = Mailbox()
    say("Запускаем почту и Telegram понарошку…")
    smtp_port = await mailbox.start()
    clock = SandboxClock()
    filler = Filler(CENTRE.number)
    routes = [*mailbox.routes(), *page_routes(), *clock.routes(), *filler.routes()]
    server = SandboxServer(TOKEN, limits=limits, extra_routes=routes)
    try:
        await server.start("127.0.0.1", port)
    except OSError as error:
        await mailbox.stop()
        raise StartError(f"порт {port} занят: укажите другой, например --port {port + 1}") from error
    with tempfile.TemporaryDirectory(prefix="school-demo-") as folder:
        say("Запускаем бота: база, проверка снимков, страницы…")
        app = App(demo_settings(server.base_url, smtp_port, folder), clock)

        async def moved() -> None:
            await app.ticker.tick_now()
            app.wake()

        try:
            await app.start()
            clock.moved = moved
            mailbox.on_letter = app.mailroom.hand_in
            mailbox.write_to = (order_address(MAILBOX, CENTRE.number), MAILBOX)
            links, admin = await _sample_data(app)
            filler.serve(app)
            yield Stage(server, mailbox, app, clock, links, admin)
        finally:
            await filler.stop()
            await app.stop()
            await server.stop()
            await mailbox.stop()


async def _sample_data(app: App) -> tuple[Links, str]:
    database = app.database
    today = app.clock.now().date()
    await database.replace_catalogue(parse(await asyncio.to_thread(EXAMPLE.read_text, "utf-8"), today))
    await database.save_centre(CENTRE)
    uow, now = database.uow(app.clock), app.clock.now()
    manager = await invite_staff(uow, now, Role.MANAGER, CENTRE.number, actor="demo", email="petr@primer.example")
    curator = await invite_staff(uow, now, Role.CURATOR, None, actor="demo", email="anna@shkola.example")
    admin = await invite_staff(uow, now, Role.ADMIN, None, actor="demo", email="olga@shkola.example")
    await uow.commit()
    return Links(f"/start staff_{manager}", f"/start staff_{curator}"), f"/start staff_{admin}"


async def people(sandbox: Sandbox, scene: Stage) -> dict[str, Person]:
    """Bring in everybody whose part is played by hand, each with the link that waits for them; return them by part."""
    found = [
        await sandbox.person("Ирина", last_name="Белова", phone="+79161234567", part="Клиент", hint="/start sc_0123"),
        await sandbox.person("Любовь", last_name="Соколова", phone="+79339333333", part="Ученик"),
        await sandbox.person("Пётр", last_name="Лебедев", part="Менеджер", hint=scene.links.manager),
        await sandbox.person("Анна", last_name="Орлова", part="Куратор", hint=scene.links.curator),
        await sandbox.person("Ольга", last_name="Зимина", part="Администратор", hint=scene.admin_link),
    ]
    return dict(zip(PARTS, found, strict=True))


async def _by_hand(port: int) -> int:
    async with stage(port, limits=True) as scene, Sandbox(scene.server.base_url) as sandbox:
        await people(sandbox, scene)
        print(f"Демонстрация: {scene.server.base_url}/ — откройте эту страницу. Остановить: Ctrl+C.", flush=True)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    return 0


def to_working_hours(clock: SandboxClock, zone: tzinfo) -> Move:
    """Return a move of the clock by days that ends in working hours: what falls due at night is told in the morning.

    So the story is the same at whatever hour it is played.
    """

    async def move(by: timedelta) -> None:
        end = clock.now() + by
        if by >= timedelta(days=1):
            end = next_opening(end, Hours(), zone)
        await clock.move(max(by, end - clock.now()))

    return move


async def _alone() -> int:
    async with stage(0, limits=True) as scene, Sandbox(scene.server.base_url) as sandbox:
        return await play(
            sandbox, scene.links, to_working_hours(scene.clock, ZoneInfo(scene.app.settings.school.timezone))
        )


def main(*, story: bool, port: int) -> int:
    """Run the demo; the story returns 0 only when the order and all its letters are there."""
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_alone() if story else _by_hand(port))
    return 0
