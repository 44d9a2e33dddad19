"""The loop closed: the bot sends through aiosmtpd, which hands over by LMTP to Dovecot, where the bot reads by IDLE."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, Envelope

from bot.app import App
from bot.config import Settings
from paper.order_form import order_form
from sandbox.mailbox import Letter, read_letter
from sandbox.server import SandboxServer
from sandbox.writing import Answered, answer, new_letter
from school.forms.field import Context
from tests.integration import dovecot
from tests.integration.dovecot import PASSWORD, Dovecot, Owner
from tests.samples import CENTRE, catalogue
from tests.scenarios.conftest import TOKEN, TestClock, settings_for
from tests.scenarios.test_mail_orders import ANSWERS

OURS = "shkola@example.ru"
CLIENT, STUDENT = "belova.i@yandex.ru", "sokolova.l@yandex.ru"
ON_WIRE = "&BB4EMQRABDAEMQQ+BEIEMAQ9BD4-"  # «Обработано»
ORDERS = "shkola+z0123@example.ru"


class Front:
    """The mail server of everybody: what comes by SMTP goes by LMTP into the owner's mailbox."""

    def __init__(self, owners: dict[str, Owner]) -> None:
        self._owners = owners
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="mx", loop=loop), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Deliver to every recipient that has a mailbox here."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        for address in envelope.rcpt_tos:
            local, _, host = address.lower().rpartition("@")
            owner = self._owners.get(f"{local.partition('+')[0]}@{host}")
            if owner is not None:
                await asyncio.to_thread(owner.deliver, [raw])
        return "250 OK"


@dataclass
class Scene:
    """The bot, and the mailboxes of a client, a student and the bot itself."""

    app: App
    front: Front
    owners: dict[str, Owner]

    async def send(self, raw: bytes, sender: str, to: str) -> None:
        """Send a letter as anybody's mail program does."""
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.front.port, start_tls=False, timeout=10) as client:
            await client.sendmail(sender, [to], raw)

    async def letter(self, address: str, words: str) -> Letter:
        """Wait for a letter in somebody's mailbox whose subject or text holds these words."""
        seen: list[str] = []
        try:
            # Half the poll's pause: what comes within it was announced by IDLE.
            async with asyncio.timeout(20):
                while True:
                    found = await asyncio.to_thread(_letters, self.owners[address])
                    seen = [letter.subject for letter in found]
                    for letter in found:
                        if words in letter.subject + letter.text:
                            return letter
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"{address} has no letter with «{words}» but {seen}")

    async def answer(self, letter: Letter, sender: str, text: str, *files: tuple[bytes, str]) -> None:
        """Answer a letter where it asks to."""
        raw = answer(Answered(letter.headers, letter.text, letter.message_id), sender, text, files)
        await self.send(raw, sender, letter.headers["Reply-To"])


def _letters(owner: Owner) -> list[Letter]:
    with owner.client() as client:
        client.select("INBOX", readonly=True)
        _, answered = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
        return [read_letter(1, "", (owner.user,), part[1]) for part in answered if isinstance(part, tuple)]


@pytest.fixture(scope="module")
def mail_server() -> Iterator[Dovecot]:
    """Start one server for all tests here."""
    with dovecot.running() as started:
        yield started


@pytest.fixture
async def scene(mail_server: Dovecot, tmp_path: Path) -> AsyncIterator[Scene]:
    """The bot on a real mailbox, and two people with theirs."""
    owners = {address: mail_server.owner() for address in (OURS, CLIENT, STUDENT)}
    front, telegram = Front(owners), SandboxServer(TOKEN, limits=False)
    await front.start()
    await telegram.start()
    values = settings_for(telegram.base_url, front.port, f"sqlite+aiosqlite:///{tmp_path}/bot.db").model_dump()
    way = {"host": "127.0.0.1", "port": mail_server.imap, "security": "none"}
    values["imap"] = {**way, "username": owners[OURS].user, "password": PASSWORD, "address": OURS}
    app = App(Settings(**values), clock=TestClock())
    await app.start()
    await app.database.replace_catalogue(catalogue())
    await app.database.save_centre(CENTRE)
    try:
        yield Scene(app, front, owners)
    finally:
        await app.stop()
        await telegram.stop()
        await front.stop()


async def test_order_and_student_by_mail_alone(scene: Scene) -> None:
    """A letter gets the form, the filled form is accepted, and its student's answer to the invitation is taken."""
    await scene.send(new_letter(CLIENT, ORDERS, "Заявка", "Хотим учиться"), CLIENT, ORDERS)
    sent = await scene.letter(CLIENT, "Форма заявки")
    context = Context(catalogue(), catalogue().runs[0].starts.replace(day=1), CENTRE.email, None)
    filled = await asyncio.to_thread(order_form, context, CENTRE.name, ANSWERS, centre_number=CENTRE.number)
    await scene.answer(sent, CLIENT, "Заполнили", (filled, "Заявка.xlsx"))
    accepted = await scene.letter(CLIENT, "принята")
    assert "№ 0123-0001" in accepted.subject
    assert accepted.headers["In-Reply-To"]
    invited = await scene.letter(STUDENT, "анкету")
    await scene.answer(invited, STUDENT, "Здравствуйте! Когда начало?")
    told = await scene.letter(STUDENT, "Нужно ваше согласие")
    assert told.headers["In-Reply-To"].endswith("@yandex.ru>")
    ours = scene.owners[OURS]
    handled = await _handled(ours)
    assert (len(handled), await asyncio.to_thread(ours.uids)) == (3, [])


async def test_letter_that_came_while_the_bot_was_away(scene: Scene, tmp_path: Path) -> None:
    """What lay in the mailbox before the bot started is answered once it runs again, and once only."""
    await scene.app.stop()
    await scene.send(new_letter(CLIENT, ORDERS, "Заявка", "Хотим учиться"), CLIENT, ORDERS)
    scene.app = App(scene.app.settings, clock=TestClock())
    await scene.app.start()
    try:
        await scene.letter(CLIENT, "Форма заявки")
        await _handled(scene.owners[OURS])
        await scene.app.stop()
        scene.app = App(scene.app.settings, clock=TestClock())
        await scene.app.start()
        await scene.send(new_letter(CLIENT, ORDERS, "Ещё", "И ещё"), CLIENT, ORDERS)
        await _until(lambda: len(_letters(scene.owners[CLIENT])) == 2)
        assert len(await _handled(scene.owners[OURS])) == 2
    finally:
        await scene.app.stop()


async def _handled(owner: Owner) -> list[int]:
    """Return what was moved aside, once the inbox is empty."""
    await _until(lambda: not owner.uids())
    return await asyncio.to_thread(owner.uids, ON_WIRE)


async def _until(holds: Callable[[], bool]) -> None:
    """Ask a mailbox until it holds, twenty seconds at most."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - a mailbox is asked as a mail program asks it
            await asyncio.sleep(0.05)
