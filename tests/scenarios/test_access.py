"""Each button tried by each role and by strangers: whoever may not, changes nothing and learns nothing."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot import callbacks
from bot.routers import review, students
from sandbox.client import Person
from school.centre import Centre, Role
from school.questionnaire import Questionnaire
from school.use_cases.invite_staff import invite_staff
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import Handed, hand_in
from tests.scenarios.review_steps import student as some_student

NAME = "Соколова Любовь Андреевна"
SECRETS = ("Соколова", "+79339333333", "933", "Ромашка", "Белова")
STATE = ("order_lines", "orders", "questionnaires", "documents", "staff", "tokens", "leases", "cards")
OTHER = Centre("0777", "СЦ «Другой»", "other@example.ru")


@dataclass(frozen=True)
class World:
    """What the buttons are about: one handed-in questionnaire and its order."""

    handed: Handed
    number: str
    order_id: str
    version: int
    member_id: str


def buttons_of(world: World) -> dict[str, list[str]]:
    """Return every button's data by the family whose right it needs."""
    line, number, version = world.handed.line_id, world.number, world.version
    return {
        "review": [callbacks.review(act, line, version, "diploma") for act in review.ACTS if act != "next"],
        "thread_answer": [callbacks.thread("answer", line)],
        "admission": [
            callbacks.admission("one", line, "0"),
            callbacks.admission("all"),
            callbacks.admission("open"),
            callbacks.admission("runs"),
            callbacks.admission("page", value="0"),
        ],
        "results": [
            *(callbacks.result(act, line, "passed") for act in ("line", "more", "test", "training", "test?", "train?")),
            *(callbacks.result(act, line) for act in ("registered", "send?")),
            *(callbacks.result(act, "osno-a-0") for act in ("run", "access")),
            callbacks.result("order", world.order_id),
            callbacks.result("order", number),
        ],
        "pay": [callbacks.pay(act, number, "1") for act in ("open", "one", "all", "page", "undo")],
        "students": [
            callbacks.students(act, key)
            for act in students.ACTS
            for key in (line, world.order_id, number)
            if act not in ("fix", "keep", "swap!", "stop")
        ],
        "staff": [
            *(callbacks.staff(act) for act in ("page", "manager", "curator", "admin")),
            callbacks.staff("centre", "0123"),
            callbacks.staff("one", world.member_id),
            callbacks.staff("withdraw", world.member_id),
        ],
        "own": [callbacks.student("fill", line), callbacks.student("registered", line)],
        "thread_write": [callbacks.thread("write", line)],
    }


# Who may press which family; everybody else must see and change nothing.
MAY: dict[str, set[str]] = {
    "stranger": set(),
    "client": set(),
    "other_student": set(),
    "student": {"own", "thread_write"},
    "manager": {"students", "pay"},
    "other_manager": set(),
    "withdrawn_manager": set(),
    "withdrawn_curator": set(),
    "curator": {"review", "thread_answer", "thread_write", "admission", "results"},
    "admin": {"review", "thread_answer", "thread_write", "admission", "results", "pay", "students", "staff"},
}


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


async def people(stage: Stage, own: Person) -> dict[str, Person]:
    """Bring everyone on the stage."""
    await stage.app.database.save_centre(OTHER)
    found = {
        "stranger": await some_student(stage, "Чужой"),
        "client": await stage.client("Клиент"),
        "other_student": await some_student(stage, "Ученик"),
        "student": own,
        "manager": await come(stage, Role.MANAGER, "Менеджер", "0123"),
        "other_manager": await come(stage, Role.MANAGER, "Сосед", OTHER.number),
        "withdrawn_manager": await come(stage, Role.MANAGER, "Бывший", "0123"),
        "withdrawn_curator": await come(stage, Role.CURATOR, "Бывшая"),
        "curator": await come(stage, Role.CURATOR, "Куратор"),
        "admin": await come(stage, Role.ADMIN, "Админ"),
    }
    await hand_in(stage, "Орлова Анна Петровна", found["other_student"])
    for name in ("withdrawn_manager", "withdrawn_curator"):
        await withdraw(stage, found[name])
    return found


async def state(stage: Stage) -> dict[str, list[Any]]:
    """Return all rows that a button could change."""

    def rows(connection: Connection) -> dict[str, list[Any]]:
        return {
            table: sorted(map(str, connection.execute(text(f"SELECT * FROM {table}"))))  # noqa: S608 - own names
            for table in STATE
        }

    return await stage.app.database.run(rows)


async def set_aside(stage: Stage) -> int:
    """Return how many updates broke the bot."""
    query = text("SELECT count(*) FROM inbox WHERE state = 'aside'")
    return int(await stage.app.database.run(lambda c: c.execute(query).scalar_one()))


@pytest.mark.timeout(240)
async def test_each_button_by_each_role(stage: Stage) -> None:
    """A button pressed by whoever may not use it changes no row and tells nothing personal; nobody breaks the bot."""
    own = await some_student(stage, "Любовь")
    handed = await hand_in(stage, NAME, own)
    uow = stage.app.database.uow(stage.clock)
    order, found = await uow.order(handed.order_id), await uow.questionnaire(handed.line_id)
    assert order is not None
    assert isinstance(found, Questionnaire)
    cast = await people(stage, own)
    member = (await uow.session(cast["manager"].id)).roles[0]
    families = buttons_of(World(handed, order.number, order.id, found.version, member.id))
    assert set().union(*MAY.values()) == set(families)
    for who, person in cast.items():
        before = await state(stage)
        last = await person.last()
        pressed = [data for family, them in families.items() if family not in MAY[who] for data in them]
        for data in pressed:
            await stage.sandbox.call(
                "POST", f"people/{person.id}/press", json={"message_id": last.message_id, "data": data}
            )
        await person.send("/help")
        await person.wait_for("/support", timeout=60)
        told = [m for m in await person.messages() if m.sender == "bot" and m.rev > last.rev]
        leaks = [(secret, m.text) for m in told for secret in SECRETS if secret in m.text]
        assert not leaks, (who, leaks[:3])
        assert await state(stage) == before, who
    assert await set_aside(stage) == 0


@pytest.mark.timeout(240)
async def test_each_allowed_button_breaks_nothing(stage: Stage) -> None:
    """Whoever may press each button may do so in any order, with stale data too, and the bot answers every time."""
    own = await some_student(stage, "Любовь")
    handed = await hand_in(stage, NAME, own)
    uow = stage.app.database.uow(stage.clock)
    order, found = await uow.order(handed.order_id), await uow.questionnaire(handed.line_id)
    assert order is not None
    assert found is not None
    admin, curator, manager = await stage.admin(), await stage.curator(), await stage.manager()
    member = (await uow.session(manager.id)).roles[0]
    families = buttons_of(World(handed, order.number, order.id, found.version, member.id))
    for person, who in ((own, "student"), (manager, "manager"), (curator, "curator"), (admin, "admin")):
        last = await person.last()
        for data in (data for family in sorted(MAY[who]) for data in families[family]):
            await stage.sandbox.call(
                "POST", f"people/{person.id}/press", json={"message_id": last.message_id, "data": data}
            )
        await person.send("/help")
        await person.wait_for("/support", timeout=60)
    assert await set_aside(stage) == 0
