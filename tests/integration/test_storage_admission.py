"""What admission reads, and what stands for conversations, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from school.errors import Conflict
from school.order import Order
from school.ports import Card
from school.questionnaire import Questionnaire
from storage.database import Database
from storage.outbox import Sent
from tests.integration.storage_samples import (
    CLOCK,
    NOW,
    commit,
    keep,
    line,
    manager,
    notice,
    prepare,
    questionnaire,
    token,
    visitor,
)

TODAY = date(2027, 5, 3)
LATER = NOW + timedelta(minutes=10)


async def test_lines_to_admit_are_ready_and_counted(database: Database) -> None:
    """Paid and approved lines are listed by term with their count; with registration on only the registered."""
    await prepare(database)
    ready = {"questionnaire": "approved", "payment": "paid"}
    later = line(**ready, admit_by=TODAY + timedelta(days=1), registered_at=NOW)
    sooner, done = line(**ready, admit_by=TODAY), line(**ready, admit_by=TODAY, admitted_at=NOW)
    unpaid = line(questionnaire="approved", admit_by=TODAY - timedelta(days=1))
    await keep(database, later, sooner, done, unpaid, line(payment="paid"))
    reader = database.uow(CLOCK)
    assert await reader.lines_to_admit(NOW, registration=False, limit=5) == ([sooner.id, later.id], 2)
    assert await reader.lines_to_admit(NOW, registration=False, limit=1) == ([sooner.id], 2)
    assert await reader.lines_to_admit(NOW, registration=True, limit=5) == ([later.id], 1)
    assert await reader.lines_due(TODAY, 5) == ([unpaid.id, sooner.id], 2)
    assert await reader.lines_due(TODAY, 1) == ([unpaid.id], 2)
    assert await reader.lines_due(TODAY - timedelta(days=9), 5) == ([], 0)


async def test_admitted_lines_are_told_of_and_listed_by_run(database: Database) -> None:
    """Admitted lines wait to be told to the school in order, and are listed by run and name, the latest run first."""
    await prepare(database)
    second = line("Яковлева Анна Ильинична", admitted_at=NOW)
    first = line("Королёв Пётр Ильич", admitted_at=NOW - timedelta(days=1))
    told = line("Ёлкина Вера Петровна", run="44fz-0701", admitted_at=NOW, listed_at=NOW)
    gone = line(run="forgotten-run", admitted_at=NOW, listed_at=NOW)
    await keep(database, second, first, told, gone, line())
    reader = database.uow(CLOCK)
    assert await reader.lines_to_list(5) == [first.id, second.id]
    assert await reader.lines_to_list(1) == [first.id]
    assert await reader.lines_of_run("usn-0620") == [first.id, second.id]
    assert await reader.runs_with_students() == [("44fz-0701", 1), ("usn-0620", 2), ("forgotten-run", 1)]


async def test_reminders_of_the_diploma_come_in_their_time(database: Database) -> None:
    """A reminder is found once its moment has come, the oldest first, only while the questionnaire is filled in."""
    await prepare(database)
    placed = await keep(database, *(line() for _ in range(5)))
    moments = (NOW, NOW - timedelta(hours=1), LATER, None, NOW)
    begun: list[Questionnaire] = [
        questionnaire(one, remind_at=at) for one, at in zip(placed.lines, moments, strict=True)
    ]
    begun[4] = replace(begun[4], state="submitted")
    await commit(database, *(lambda u, q=q: u.save_questionnaire(q) for q in begun))
    reader = database.uow(CLOCK)
    assert await reader.diplomas_to_remind(NOW, 5) == [begun[1].line_id, begun[0].line_id]
    assert await reader.diplomas_to_remind(NOW, 1) == [begun[1].line_id]


async def test_cards_stand_for_their_subject(database: Database) -> None:
    """Cards of a subject and kind come oldest first and are forgotten together, others are left."""
    old, new = Card("n1", "line-1", "review", 5, NOW), Card("n2", "line-1", "review", 6, LATER)
    other = Card("n3", "line-1", "thread", 5, NOW)
    await commit(database, *(lambda u, card=card: u.save_card(card) for card in (new, old, other, old)))
    assert await database.uow(CLOCK).cards("line-1", "review") == [old, new]
    await commit(database, lambda u: u.drop_cards("line-1", "review"))
    assert await database.uow(CLOCK).cards("line-1", "review") == []
    assert await database.uow(CLOCK).cards("line-1", "thread") == [other]


async def test_answer_to_a_message_finds_its_conversation(database: Database) -> None:
    """A message of the bot is known by what sending it gave, in its own chat, and only if it is of a conversation."""
    notices = [notice("5"), notice("6"), notice("7")]
    subjects = ("line-1", "line-2", "line-3")
    cards = [
        Card(one.id, subject, "review" if subject == "line-3" else "thread", int(one.recipient), NOW)
        for one, subject in zip(notices, subjects, strict=True)
    ]
    await commit(database, *(lambda u, one=one: u.add_notice(one) for one in notices))
    await commit(database, *(lambda u, card=card: u.save_card(card) for card in cards))
    assert await database.uow(CLOCK).thread_of(5, 90) is None
    fences = {row.id: row.fence for row in await database.outbox.claim("chat", 9, 60, NOW)}
    await database.outbox.finish([Sent(one.id, fences[one.id], {"message_id": 90}) for one in notices])
    reader = database.uow(CLOCK)
    assert await reader.thread_of(5, 90) == "line-1"
    assert await reader.thread_of(6, 90) == "line-2"
    assert await reader.thread_of(5, 91) is None
    assert await reader.thread_of(7, 90) is None


async def test_living_tokens_leave_out_the_dead(database: Database) -> None:
    """Only tokens of the subject and kind that are neither revoked nor expired still open something."""
    living = token(used_by=5, used_at=NOW)
    others = (token(revoked_at=NOW), token(expires_at=NOW), token(kind="role"), token(subject="line-2"))
    await commit(database, *(lambda u, one=one: u.save_token(one) for one in (living, *others)))
    assert await database.uow(CLOCK).living_tokens("questionnaire", "line-1", NOW) == [replace(living, version=1)]


async def test_role_ends_once(database: Database) -> None:
    """A withdrawn role is still found by its id, is nobody's any more, and cannot be withdrawn again."""
    await prepare(database)
    member = manager(1)
    await commit(database, lambda u: u.add_staff(member))
    await commit(database, lambda u: u.withdraw_staff(member.id, NOW))
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.withdraw_staff(member.id, LATER))
    assert await database.uow(CLOCK).staff_member(member.id) == replace(member, withdrawn_at=NOW)
    assert await database.uow(CLOCK).staff_member("absent") is None
    assert await database.uow(CLOCK).centre_staff("0123") == []


async def test_account_and_order_are_found_by_what_people_say(database: Database) -> None:
    """An account is found by its id and an order by its number; unknown ones are None."""
    await prepare(database)
    placed = await keep(database, line(), line())
    await commit(database, lambda u: u.save_visitor(visitor()))
    reader = database.uow(CLOCK)
    assert await reader.visitor(77) == visitor()
    assert await reader.visitor(78) is None
    assert await reader.order_by_number("0123-0001") == placed
    assert await reader.order_by_number("0123-0002") is None


async def test_orders_of_many_lines_come_whole_and_once(database: Database) -> None:
    """Orders of more lines than a statement may hold come whole, each once, in the order of the lines."""
    await prepare(database)
    big = await keep(database, *(line() for _ in range(700)))
    small: Order = await keep(database, line(), line(), sequence=2)
    ids = [small.lines[1].id, "absent", *(one.id for one in big.lines)]
    assert await database.uow(CLOCK).orders_of_lines(ids) == [small, big]
    assert await database.uow(CLOCK).orders_of_lines([]) == []
