"""Administrators hear of a trouble once, and once that it is over, where it can reach them."""

import asyncio

import pytest

from bot.watch import tell, troubles
from bot.watch.tell import Teller
from bot.watch.troubles import Trouble
from sandbox.client import Person
from school.centre import Role
from school.use_cases.own_mailbox import set_mailbox_by_operator
from storage.service import ServiceState
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import place

MAILBOX = "olga@shkola.example"


class Fault:
    """A part of the bot that works or does not."""

    def __init__(self) -> None:
        self.trouble: Trouble | None = None

    async def __call__(self) -> Trouble | None:
        """Return what is the matter."""
        return self.trouble


@pytest.fixture
def fault(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """A part that can be broken; what is looked at is always new, and everything lasts at once."""
    monkeypatch.setattr(troubles, "KEPT_SECONDS", 0.0)
    monkeypatch.setattr(tell, "LASTS", 0.0)
    made = Fault()
    stage.app.watch.add("fault", made)
    return made


async def _told(admin: Person) -> list[str]:
    return [message.text for message in await admin.messages() if message.text.startswith(("⚠️", "✅ Вход", "✅ Tele"))]


async def _tick(stage: Stage, times: int = 3) -> None:
    for _ in range(times):
        await stage.app.teller()
    stage.app.wake()


async def test_a_trouble_is_told_once_and_its_end_once(stage: Stage, fault: Fault) -> None:
    """However often it is looked at, also by another process or after a restart, there are two messages in all."""
    admin = await stage.admin()
    fault.trouble = Trouble("mailbox", "входящая почта не читается: сервер не отвечает")
    await _tick(stage)
    await admin.wait_for("Входящая почта не читается: сервер не отвечает.", timeout=30)
    other = Teller(
        stage.app.watch,
        ServiceState(stage.app.database),
        lambda: stage.app.database.uow(stage.clock),
        stage.clock,
        _never,
    )
    await other()
    fault.trouble = None
    await _tick(stage)
    await admin.wait_for("Входящая почта снова читается.", timeout=30)
    await _tick(stage)
    await other()
    told = [text for text in await _told(admin) if "почта" in text]
    assert told == [
        "⚠️ Входящая почта не читается: сервер не отвечает.",
        "✅ Входящая почта снова читается.",
    ]


async def test_telegram_away_is_told_by_mail(stage: Stage, fault: Fault) -> None:
    """While chats are the trouble an administrator with a mailbox gets a letter, once."""
    await stage.admin()
    uow = stage.app.database.uow(stage.clock)
    (member,) = await uow.staff_of_role(Role.ADMIN)
    await set_mailbox_by_operator(uow, member, MAILBOX, stage.clock.now())
    await uow.commit()
    fault.trouble = Trouble("telegram", "Телеграм не отвечает уже 5 минут: проверьте сеть и telegram.api_server")
    await _tick(stage)
    letter = await stage.sandbox.wait_letter(lambda found: MAILBOX in found["to"], timeout=30)
    assert "Телеграм не отвечает уже 5 минут" in letter["text"]
    fault.trouble = None
    await _tick(stage)
    await stage.sandbox.wait_letter(lambda found: "снова в порядке" in found["subject"], timeout=30)
    await _tick(stage)
    letters = [one for one in (await stage.sandbox.letters())["letters"] if MAILBOX in one["to"]]
    assert len(letters) == 2


async def test_a_database_that_takes_nothing_is_told_past_the_outbox(stage: Stage, fault: Fault) -> None:
    """A message that the outbox cannot keep is sent at once, and once; its end is told the usual way."""
    admin = await stage.admin()
    await _tick(stage, 1)
    fault.trouble = Trouble("database", "база данных: на диске кончилось место; освободите его")
    await _tick(stage)
    await admin.wait_for("База данных: на диске кончилось место; освободите его.", timeout=30)
    fault.trouble = None
    await _tick(stage)
    await admin.wait_for("База данных снова отвечает.", timeout=30)
    texts = [message.text for message in await admin.messages()]
    assert sum("кончилось место" in text for text in texts) == 1


async def test_letters_that_do_not_leave_make_the_bot_unready(stage: Stage, fault: Fault) -> None:
    """While the server of letters is away /readyz says so and an administrator hears of it, and of its end."""
    admin = await stage.admin()
    await stage.sandbox.smtp("down")
    await place(await stage.client())
    for _ in range(300):
        if any(line.startswith("sending_mail: письма не уходят") for line in await stage.app.watch.faults()):
            break
        stage.clock.move(minutes=1)
        stage.app.wake()
        await asyncio.sleep(0.1)
    await _tick(stage)
    await admin.wait_for("Письма не уходят: почтовый сервер не отвечает", timeout=30)
    await stage.sandbox.smtp("up")
    stage.clock.move(hours=1)
    stage.app.wake()
    for _ in range(300):
        if not await stage.app.watch.faults():
            break
        await asyncio.sleep(0.1)
    await _tick(stage)
    await admin.wait_for("Письма снова уходят.", timeout=30)


async def _never(chat_id: int, text: str) -> None:
    raise AssertionError(f"nothing is to be said past the outbox: {chat_id} {text}")
