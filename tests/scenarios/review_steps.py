"""What curators do in the scenarios, and questionnaires that are handed in without walking the student's form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sandbox.client import Message, Person
from school.admission import with_term
from school.centre import Role
from school.draft import Visitor
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.questionnaire import Questionnaire, pages
from school.use_cases.invite_staff import invite_staff
from storage.uow import SqlUnitOfWork
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage

STAFF_WORDS = {Role.CURATOR: "куратор школы", Role.MANAGER: "менеджер", Role.ADMIN: "администратор"}


@dataclass(frozen=True)
class Handed:
    """A questionnaire that waits: its line, and the order's id."""

    line_id: str
    order_id: str
    name: str


async def member(stage: Stage, name: str, role: Role = Role.CURATOR) -> Person:
    """Let a person come in by a staff link; the centre is a manager's only."""
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), role, CENTRE.number if role is Role.MANAGER else None)
    await uow.commit()
    person = await stage.sandbox.person(name)
    await person.start(f"staff_{secret}")
    await person.wait_for(STAFF_WORDS[role], timeout=40)
    return person


async def student(stage: Stage, name: str) -> Person:
    """Let a person open the bot, who is then bound to a line by `hand_in`."""
    person = await stage.sandbox.person(name)
    await person.start()
    await person.wait_for("Здравствуйте", timeout=40)
    return person


def page(content: str = "", **more: Any) -> dict[str, Any]:
    """Return a page of a document as the answers hold it; equal contents have equal hashes."""
    sha256 = (content or uuid4().hex).ljust(64, "0")
    return {"id": uuid4().hex, "sha256": sha256, "media": "image/jpeg", "size": 10, "name": "d.jpg", "pages": 1} | more


def answers_of(name: str, **more: Any) -> dict[str, Any]:
    """Return the answers of a whole questionnaire."""
    surname, first, patronymic = name.split()
    return {
        "consent": True,
        "surname": surname,
        "name": first,
        "patronymic": patronymic,
        "mobile": "+79339333333",
        "education": "higher",
        "same_surname": "yes",
        "diploma": [page(flags=[])],
    } | more


async def hand_in(stage: Stage, name: str, person: Person | None = None, *, paid: bool = True, **more: Any) -> Handed:
    """Place an order of one student and hand the questionnaire in; `more` goes over the answers."""
    uow = stage.app.database.uow(stage.clock)
    centre = await uow.centre(CENTRE.number)
    assert centre is not None
    order = _order(name, f"{centre.number}-{centre.next_order:04}", stage.clock.now())
    if person is not None:
        uow.save_visitor(Visitor(person.id, person.id, person.name, centre=CENTRE.number))
    uow.add_order(order)
    await uow.commit()
    await submit(stage, order, order.lines[0], answers_of(name, **more), person.id if person else None, paid=paid)
    return Handed(order.lines[0].id, order.id, name)


def _order(name: str, number: str, now: datetime) -> Order:
    day = now.date()
    line = OrderLine(
        uuid4().hex, name, "+79339333333", f"{uuid4().hex[:8]}@yandex.ru", "osno-a", "osno-a-0", "osno-a-base",
        "Бухгалтерский учёт при ОСНО", "Базовый", 2_450_000, day.replace(day=25), day.replace(day=31),
    )  # fmt: skip
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва, Полковая, 3")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru")
    return Order(uuid4().hex, number, CENTRE.number, uuid4().hex[:12], payer, orderer, (line,), now, 1)


async def submit(
    stage: Stage, order: Order, line: OrderLine, answers: dict[str, Any], student_id: int | None, *, paid: bool
) -> None:
    """Hand in a questionnaire of a line that has none yet."""
    now = stage.clock.now()
    questionnaire = Questionnaire(line.id, order.id, answers, "submitted", now)
    changed = replace(
        line,
        questionnaire="submitted",
        submitted_at=now,
        student_id=student_id,
        payment="paid" if paid else "unpaid",
        paid_at=now if paid else None,
    )
    uow = stage.app.database.uow(stage.clock)
    uow.save_questionnaire(questionnaire)
    for document in ("diploma", "name_change"):
        for kept in pages(questionnaire, document):
            uow.save_document(line.id, document, kept)
    uow.save_line(order.id, with_term(changed, zone_of(stage)))
    await uow.commit()


def zone_of(stage: Stage) -> ZoneInfo:
    """Return the school's zone."""
    return ZoneInfo(stage.settings.school.timezone)


async def keep(stage: Stage, handed: Handed) -> None:
    """Put contents for the pages into the vault, as an upload does."""
    found = await read(stage).questionnaire(handed.line_id)
    assert found is not None
    for one in pages(found, "diploma"):
        await stage.app.vaults.documents.put(one.id, document_picture("ДИПЛОМ", size=(500, 700)))


def read(stage: Stage) -> SqlUnitOfWork:
    """Return a unit of work to read by."""
    return stage.app.database.uow(stage.clock)


async def state_of(stage: Stage, handed: Handed) -> tuple[str, str, datetime | None]:
    """Return the questionnaire's state, the line's, and the line's submission."""
    uow = read(stage)
    questionnaire, order = await uow.questionnaire(handed.line_id), await uow.order(handed.order_id)
    assert questionnaire is not None
    assert order is not None
    line = order.line(handed.line_id)
    return questionnaire.state, line.questionnaire, line.submitted_at


async def dealt(curator: Person) -> Message:
    """Ask for the queue and return the card."""
    await curator.send("/queue")
    return await curator.wait_for(lambda m: m.has_button("Подтвердить"), timeout=40)


def count(messages: Sequence[Message], words: str) -> int:
    """Count the messages that say this now."""
    return sum(words in message.text and not message.deleted for message in messages)


async def press_data(person: Person, data: str) -> Message:
    """Press a button that carries any data, as a stranger's client may; return what the bot says to it."""
    before = (await person.last()).message_id
    await person._post("press", json={"message_id": before, "data": data})
    return await person.wait_for(lambda m: m.message_id > before, after=0, timeout=40)


async def withdraw(stage: Stage, person: Person) -> None:
    """End a curator's role."""
    uow = read(stage)
    held = next(m for m in await uow.staff_of_role(Role.CURATOR) if m.user_id == person.id)
    uow.withdraw_staff(held.id, stage.clock.now())
    await uow.commit()
