"""What scenarios of access stand on: an order with all that is about it, people by role, rows that may not change."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, text

from sandbox.client import Person
from school.billing import Invoice, Payment
from school.centre import Centre, Role
from school.closing import Act
from school.ports_audit import Group
from school.ports_school import SchoolDocument
from school.questionnaire import Questionnaire
from school.use_cases.invite_staff import invite_staff
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import Handed

NAME = "Соколова Любовь Андреевна"
SECRETS = ("Соколова", "+79339333333", "933", "Ромашка", "Белова")
STATE = (
    "order_lines", "orders", "questionnaires", "documents", "staff", "tokens", "leases", "cards", "invoices",
    "payments", "allocations", "acts", "snoozes", "groups", "centres", "courses", "documents_of_school",
)  # fmt: skip
GROUP = -100500
# When a member of staff was last seen changes with every update of theirs, whatever it asks for.
WHAT = {"staff": "id, user_id, role, centre, name, since, withdrawn_at"}
OTHER = Centre("0777", "СЦ «Другой»", "other@example.ru")


@dataclass(frozen=True)
class World:
    """What the buttons are about: one handed-in questionnaire and its order."""

    handed: Handed
    number: str
    order_id: str
    version: int
    member_id: str
    invoice: str
    payment: str
    act: str
    document: str


async def come(stage: Stage, role: Role, name: str, centre: str | None = None) -> Person:
    """Let a person come in by an invitation."""
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), role, centre)
    await uow.commit()
    person = await stage.sandbox.person(name)
    await person.start(f"staff_{secret}")
    await person.wait_for("✅", timeout=40)
    return person


async def withdraw(stage: Stage, person: Person) -> None:
    """End the person's roles."""
    uow = stage.app.database.uow(stage.clock)
    for role in (await uow.session(person.id)).roles:
        uow.withdraw_staff(role.id, stage.clock.now())
    await uow.commit()


async def state(stage: Stage) -> dict[str, list[Any]]:
    """Return all rows that a button could change."""

    def rows(connection: Connection) -> dict[str, list[Any]]:
        return {
            table: sorted(map(str, connection.execute(text(f"SELECT {WHAT.get(table, '*')} FROM {table}"))))  # noqa: S608 - own names
            for table in STATE
        }

    return await stage.app.database.run(rows)


async def world_of(stage: Stage, handed: Handed, member_id: str) -> World:
    """Put everything on the stage that a button may be about: a bill, a payment, an act, a document, a group."""
    uow = stage.app.database.uow(stage.clock)
    order, found = await uow.order(handed.order_id), await uow.questionnaire(handed.line_id)
    assert order is not None
    assert isinstance(found, Questionnaire)
    now, day, price = stage.clock.now(), stage.clock.now().date(), order.lines[0].price
    lines = ((handed.line_id, price),)
    bill = Invoice(uuid4().hex[:16], order.id, "0123", "57", day, price, order.payer.inn, order.payer.name, lines, 0)
    paid = Payment(
        uuid4().hex[:16],
        "0123",
        day,
        100_000,
        order.payer.inn,
        order.payer.name,
        "Оплата Соколова",
        "manual",
        uuid4().hex,
    )
    act = Act(uuid4().hex, order.id, "0123", order.lines[0].run, day, (handed.line_id,), number="12")
    uow.save_invoice(bill)
    uow.add_payment(paid, now, "test")
    uow.save_act(act)
    uow.save_group(Group(GROUP, "Рабочая", "0123", 1, now))
    document = uuid4().hex
    uow.add_school_document(
        SchoolDocument(
            document,
            "Оферта",
            "оферта",
            "offer",
            1,
            "application/pdf",
            10,
            "0" * 64,
            uuid4().hex,
            1,
            now,
            None,
            document,
        )
    )
    await uow.commit()
    return World(handed, order.number, order.id, found.version, member_id, bill.id, paid.id, act.id, document)
