"""The bot process is killed with SIGKILL at every step of the form, and the client goes on as if nothing happened."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import SystemClock
from bot.letters.intake import LetterIntake
from bot.mailroom import NO_SERVER
from mail.imap_settings import RawLetter
from sandbox.client import Sandbox
from sandbox.mailbox import Mailbox
from sandbox.server import SandboxServer
from storage.database import Database
from storage.vault import open_vault
from tests.pictures import document_picture
from tests.samples import CENTRE, catalogue
from tests.scenarios.conftest import TOKEN
from tests.scenarios.steps import WHOLE, is_answer, place, play
from tests.scenarios.student_steps import ANSWERS, SOKOLOVA

ROOT = Path(__file__).parents[2]


class BotProcess:
    """The bot as a process of its own, to be killed."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the bot; it is up when it polls."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--config", str(self._config), cwd=ROOT, env={**os.environ}
        )

    async def kill(self) -> None:
        """Kill it without a chance to clean up."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            return await self._process.wait()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Sandbox, BotProcess]]:
    """A sandbox, a prepared database and the bot as a process."""
    from datetime import UTC, datetime

    mailbox = Mailbox()
    smtp_port = await mailbox.start()
    server = SandboxServer(TOKEN, limits=False, extra_routes=mailbox.routes())
    await server.start()
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    database = await Database.open(url)
    await database.migrate()
    await database.replace_catalogue(catalogue(datetime.now(UTC)))
    await database.save_centre(CENTRE)
    await database.close()
    config = tmp_path / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_server = "{server.base_url}"\nlimits = false\n'
        f'[database]\nurl = "{url}"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "none"\nsender = "shkola@example.ru"\n'
        f'[documents]\npath = "{tmp_path}/documents"\n'
        '[school]\nsupport_phone = "8 800 000-00-00"\ncurator_email = "kurator@example.ru"\n',
        "utf-8",
    )
    bot = BotProcess(config)
    await bot.start()
    async with Sandbox(server.base_url) as sandbox:
        yield sandbox, bot
    await bot.stop()
    await server.stop()
    await mailbox.stop()


@pytest.mark.timeout(300)
async def test_kill_at_each_step(served: tuple[Sandbox, BotProcess]) -> None:
    """Killed right after each answer is sent, the bot resumes: one order, no answer lost, no step asked twice."""
    sandbox, bot = served
    client = await sandbox.person("Ирина")
    await client.start("sc_0123")
    await client.wait_for("Согласие на обработку", timeout=30)
    for how, what in WHOLE:
        await (client.send(what) if how == "send" else client.press(what))
        await bot.kill()
        await bot.start()
        await client.wait_for(is_answer, timeout=30)
    await client.press("Отправить")
    await bot.kill()
    await bot.start()
    await client.wait_for("принята", timeout=30)
    await sandbox.wait_letter(lambda letter: "centre@example.ru" in letter["to"], timeout=90)
    await client.send("/orders")
    card = await client.wait_for("Заявка №", timeout=30)
    assert card.text.count("Заявка №") == 1


@pytest.mark.timeout(300)
async def test_kill_during_an_album(served: tuple[Sandbox, BotProcess], tmp_path: Path) -> None:
    """Killed while an album comes in, the bot takes each page once, in order, and leaves no file over."""
    sandbox, bot = served
    client = await sandbox.person("Ирина")
    await client.start("sc_0123")
    await client.wait_for("Согласие на обработку", timeout=30)
    await place(client)
    letter = await sandbox.wait_letter(lambda found: SOKOLOVA in found["to"], timeout=60)
    student = await sandbox.person("Любовь")
    await student.start("q_" + letter["text"].partition("start=q_")[2].split()[0])
    await student.wait_for("последние четыре цифры", timeout=30)
    await student.send("3333")
    await student.wait_for("Согласие на обработку", timeout=30)
    await play(student, ANSWERS)
    shots = [document_picture(f"СТРАНИЦА {n}") for n in range(6)]
    for number, shot in enumerate(shots):
        await student.upload(shot, f"{number}.jpg", "photo", media_group_id="album")
        if number % 2:
            await bot.kill()
            await bot.start()
    await student.wait_for("Диплом: 6 страниц", timeout=60)
    await student.press("Готово")
    await student.wait_for("Проверьте анкету", timeout=30)
    assert await bot.stop() == 0
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    uow = database.uow(SystemClock())
    order = await uow.order_by_number("0123-0001")
    assert order is not None
    found = await uow.questionnaire(order.lines[0].id)
    assert found is not None
    vault = open_vault(tmp_path / "documents", None)
    assert [await vault.get(page["id"]) for page in found.answers["diploma"]] == shots
    assert sorted(await vault.ids()) == sorted(page["id"] for page in found.answers["diploma"])
    await database.close()


async def test_sigterm_stops_cleanly(served: tuple[Sandbox, BotProcess]) -> None:
    """On SIGTERM the bot finishes what is in flight and exits with 0."""
    sandbox, bot = served
    client = await sandbox.person("Ирина")
    await client.start("sc_0123")
    await client.wait_for("Согласие на обработку", timeout=30)
    await client.press("Даю согласие")
    assert await bot.stop() == 0


@pytest.mark.timeout(300)
async def test_kill_while_letters_are_handled(served: tuple[Sandbox, BotProcess], tmp_path: Path) -> None:
    """Killed while it handles letters that were stored, the bot answers every one, and none with two answers."""
    sandbox, bot = served
    await bot.kill()
    config = tmp_path / "config.toml"
    imap = f'[imap]\nhost = "{NO_SERVER}"\nusername = "shkola@example.ru"\npassword = "x"\n'
    config.write_text(config.read_text("utf-8") + imap, "utf-8")
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    vault = open_vault(tmp_path / "documents-letters", None)
    intake = LetterIntake(database.mail_inbox, vault, SystemClock(), lambda _: None)
    clients = [f"client{number}@mail.ru" for number in range(20)]
    for number, client in enumerate(clients):
        raw = f"From: {client}\r\nTo: shkola+z0123@example.ru\r\nMessage-ID: <{number}@mail.ru>\r\n\r\nHello\r\n"
        await intake.take(RawLetter(1, number, raw.encode(), size=len(raw)))
    for answered in (1, 8):
        await bot.start()
        assert (await sandbox.letters(after=answered - 1, wait=60))["letters"]
        await bot.kill()
    await bot.start()
    for client in clients:
        await sandbox.wait_letter(lambda found, to=client: to in found["to"], timeout=120)  # type: ignore[misc]
    assert await bot.stop() == 0
    assert await database.mail_inbox.pending(100) == []
    # A letter that was sent and not noted yet is sent again: under the Message-ID that it had.
    sent = {(found["to"][0], found["message_id"]) for found in (await sandbox.letters())["letters"]}
    assert len(sent) == len(clients)
    await database.close()
