"""Each button tried by each role and by strangers: whoever may not, changes nothing and learns nothing."""

import pytest
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from sqlalchemy import text

from bot import callbacks
from bot.menus import WORDS
from bot.routers import act as act_router
from bot.routers import bank as bank_router
from bot.routers import dispatcher, notes, review, status, students
from bot.routers import invoice as invoice_router
from sandbox.client import Person
from school.centre import Role
from tests.scenarios.access_steps import GROUP, NAME, OTHER, SECRETS, World, come, state, withdraw, world_of
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import Handed, hand_in
from tests.scenarios.review_steps import student as some_student


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
        **_of_money(world),
        **_of_cabinet(world),
        "own": [callbacks.student("fill", line), callbacks.student("registered", line)],
        "thread_write": [callbacks.thread("write", line)],
    }


def _of_money(world: World) -> dict[str, list[str]]:
    line, number = world.handed.line_id, world.number
    kinds = ("ui", "qm", "an", "sd", "so", "od", "cu")
    return {
        "invoice": [
            *(callbacks.invoice(act, key, line) for act in invoice_router.ACTS for key in (number, world.invoice)),
        ],
        "bank": [
            *(callbacks.bank(act, key, "0") for act in bank_router.ACTS for key in ("0123", world.payment)),
        ],
        "act": [callbacks.act(act, world.act, "2027-03-10") for act in act_router.ACTS],
        "report": [callbacks.report(act, "0123", "unpaid") for act in ("weekly", "part", "xlsx", "picture")],
        "remind": [
            *(callbacks.remind("open", code, key) for code in kinds for key in (world.invoice, world.order_id, line)),
            *(callbacks.remind(act, "ui", world.invoice) for act in ("later", "stop", "resume", "put", "scan")),
            callbacks.remind("scan", "sd", world.act),
        ],
    }


def _of_cabinet(world: World) -> dict[str, list[str]]:
    number, centre_acts = world.number, ("open", "closing", "opening", "close", "reopen", "seller", "detail", "erase")
    return {
        "status": [
            *(callbacks.status(act, "i", "5039002841") for act in status.ACTS),
            *(callbacks.status(act, "n", number, "0123") for act in status.ACTS),
            callbacks.status("go", "r", "osno-a-0"),
        ],
        "cancel": [
            *(callbacks.cancel(act, number, "client") for act in ("choose", "order", "order!", "stop")),
            *(callbacks.cancel(act, world.handed.line_id, "client") for act in ("line", "line!")),
        ],
        "notes": [callbacks.note(act, number) for act in notes.ACTS],
        "link": [callbacks.link("qr", "0123", discipline) for discipline in ("", "bukhuchet")],
        "stats": [callbacks.stats(act, "0123") for act in ("open", "picture", "xlsx")],
        "documents": [callbacks.document(act, world.document) for act in ("card", "replace", "hide", "show", "close")]
        + [callbacks.document("add"), callbacks.document("kind", "offer")],
        "centres": [
            *(callbacks.centre(act, "0123", "bank_name") for act in centre_acts),
            *(callbacks.centre(act, "0123") for act in ("new", "name", "email", "page", "stop")),
        ],
        "catalogue": [callbacks.catalogue(act, "0123456789ab") for act in ("apply", "close")],
        "audit": [
            *(callbacks.audit(of, key) for of, key in (("order", number), ("day", "2027-03-10"), ("people", ""))),
            callbacks.audit("xlsx", f"order={number}"),
            callbacks.audit("menu"),
        ],
        "letters": [callbacks.mail(act, "1") for act in ("home", "list", "open", "raw", "to", "number", "spam")],
        "queue": [callbacks.mail(act, "1") for act in QUEUE_ACTS],
        "mailbox": [
            callbacks.mailbox("own"),
            callbacks.mailbox("invited", "0" * 32),
            callbacks.mailbox("stop"),
        ],
        "groups": [
            callbacks.group("bind", GROUP, "0123"),
            callbacks.group("bind", GROUP, "0777"),
            callbacks.group("leave", GROUP),
        ],
        "order_for": [callbacks.order_for(act, number, value) for act in ("again", "begin") for value in ("", "1")],
    }


QUEUE_ACTS = ("now", "dead", "retry", "drop", "all", "aside", "aside_retry", "aside_drop")
OF_STAFF = {"act", "report", "status", "stats", "cancel", "notes"}
OF_CENTRE = {"invoice", "bank", "remind", "link", "groups", *OF_STAFF}
OF_ADMIN = {"documents", "centres", "catalogue", "audit", *OF_CENTRE}
# Whose buttons belong to a form that is being filled in, or to what everybody has.
ANYBODY = {"f", "m"}


def test_every_kind_of_button_is_tried() -> None:
    """No family of buttons is left out of the matrix."""
    world = World(Handed("0" * 32, "1" * 32, NAME), "0123-0001", "1" * 32, 1, "m", "i", "p", "a", "d")
    tried = {data.partition(":")[0] for them in buttons_of(world).values() for data in them}
    kinds = {str(kind.__prefix__) for kind in CallbackData.__subclasses__()}
    assert kinds - ANYBODY - tried == set()


# Who may press which family; everybody else must see and change nothing.
MAY: dict[str, set[str]] = {
    "stranger": set(),
    "client": set(),
    "other_student": set(),
    "student": {"own", "thread_write"},
    "manager": {"mailbox", "students", "pay", "order_for", *OF_CENTRE},
    "other_manager": {"mailbox"},
    "withdrawn_manager": set(),
    "withdrawn_curator": set(),
    "curator": {
        "mailbox",
        "review",
        "thread_answer",
        "thread_write",
        "admission",
        "results",
        "bank",
        "invoice",
        "letters",
        *OF_STAFF,
    },
    "admin": {
        "mailbox",
        "review",
        "thread_answer",
        "thread_write",
        "admission",
        "results",
        "pay",
        "students",
        "staff",
        "letters",
        "queue",
    }
    | OF_ADMIN,
}


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


async def set_aside(stage: Stage) -> int:
    """Return how many updates broke the bot."""
    query = text("SELECT count(*) FROM inbox WHERE state = 'aside'")
    return int(await stage.app.database.run(lambda c: c.execute(query).scalar_one()))


@pytest.mark.timeout(400)
async def test_each_button_by_each_role(stage: Stage) -> None:
    """A button pressed by whoever may not use it changes no row and tells nothing personal; nobody breaks the bot."""
    own = await some_student(stage, "Любовь")
    handed = await hand_in(stage, NAME, own)
    cast = await people(stage, own)
    member = (await stage.app.database.uow(stage.clock).session(cast["manager"].id)).roles[0]
    families = buttons_of(await world_of(stage, handed, member.id))
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
        assert not [m.file for m in told if m.file], who
        assert await state(stage) == before, who
    assert await set_aside(stage) == 0


# What is typed instead of pressed, by the family whose right it needs; with a number of the own and of no centre.
TYPED: dict[str, tuple[str, ...]] = {
    "status": ("/status 5039002841", "/status соколова", "/status {number}", "5039002841", "{number}"),
    "report": ("/report 0123",),
    "invoice": ("/invoice {number}",),
    "bank": ("/bank",),
    "act": ("/act {number}", "/act"),
    "pay": ("/paid {number}",),
    "link": ("/link 0123",),
    "stats": ("/stats 0123",),
    "centres": ("/centres",),
    "staff": ("/staff", "/staff 0123"),
    "catalogue": ("/catalog",),
    "audit": ("/audit {number}", "/audit Менеджер"),
    "order_for": ("/order {number}",),
    "review": ("/queue",),
    "admission": ("/admit",),
    "results": ("/results", "/student соколова"),
    "letters": ("/mail",),
}
# What everybody may type: it shows each person their own, or the same to all.
OWN = {"start", "order", "orders", "form", "courses", "page", "documents", "support", "cancel", "help"}


def commands() -> set[str]:
    """Return every command that a handler of the bot takes."""
    filters = (
        one.callback
        for router in dispatcher().chain_tail
        for handler in router.message.handlers
        for one in handler.filters or ()
    )
    return {str(word) for one in filters if isinstance(one, Command) for word in one.commands}


def test_every_command_is_tried() -> None:
    """No command is left out of the matrix: a new one fails here until it says whose it is."""
    typed = {words[1:].split()[0] for them in TYPED.values() for words in them if words.startswith("/")}
    assert commands() - OWN - typed == set()
    assert set(WORDS) - commands() == set()


@pytest.mark.timeout(400)
async def test_each_command_by_each_role(stage: Stage) -> None:
    """A command typed by whoever may not use it changes no row, sends no file and tells nothing personal."""
    own = await some_student(stage, "Любовь")
    handed = await hand_in(stage, NAME, own)
    cast = await people(stage, own)
    world = await world_of(stage, handed, "nobody")
    for who, person in cast.items():
        if who == "student":
            continue  # is told of the own course by number, too
        before = await state(stage)
        last = await person.last()
        for family, them in TYPED.items():
            if family not in MAY[who]:
                for typed in them:
                    await person.send(typed.format(number=world.number))
        await person.send("/help")
        await person.wait_for("/support", timeout=60)
        told = [m for m in await person.messages() if m.sender == "bot" and m.rev > last.rev]
        leaks = [(secret, m.text) for m in told for secret in SECRETS if secret in m.text]
        assert not leaks, (who, leaks[:3])
        assert not [m.file for m in told if m.file], who
        assert await state(stage) == before, who
    assert await set_aside(stage) == 0


@pytest.mark.timeout(400)
async def test_each_allowed_button_breaks_nothing(stage: Stage) -> None:
    """Whoever may press each button may do so in any order, with stale data too, and the bot answers every time."""
    own = await some_student(stage, "Любовь")
    handed = await hand_in(stage, NAME, own)
    admin, curator, manager = await stage.admin(), await stage.curator(), await stage.manager()
    member = (await stage.app.database.uow(stage.clock).session(manager.id)).roles[0]
    await stage.app.database.save_centre(OTHER)
    families = buttons_of(await world_of(stage, handed, member.id))
    for person, who in ((own, "student"), (manager, "manager"), (curator, "curator"), (admin, "admin")):
        last = await person.last()
        for data in (data for family in sorted(MAY[who]) for data in families[family]):
            await stage.sandbox.call(
                "POST", f"people/{person.id}/press", json={"message_id": last.message_id, "data": data}
            )
        await person.send("/help")
        await person.wait_for("/support", timeout=60)
    assert await set_aside(stage) == 0
