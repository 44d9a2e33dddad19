"""Questionnaires, leases and the queue of review on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, insert, select, text

from school.errors import Conflict
from school.order import OrderLine
from school.ports import Lease
from school.questionnaire import Remark
from storage import reads_review
from storage import tables as t
from storage.database import Database
from storage.mapping import line_values
from tests.integration.storage_samples import (
    CLOCK,
    NOW,
    commit,
    keep,
    line,
    order,
    page,
    prepare,
    questionnaire,
)

TODAY = date(2027, 5, 3)
LATER = NOW + timedelta(minutes=10)
ANNA, VERA = 500, 501


def lease(of_line: OrderLine, user_id: int = ANNA, until: datetime = LATER) -> Lease:
    """Make a lease of a line."""
    return Lease(of_line.id, user_id, f"Куратор {user_id}", until)


def submitted(minutes: int, admit_by: date | None = None) -> OrderLine:
    """Make a line whose questionnaire was handed in so many minutes after NOW."""
    return line(questionnaire="submitted", submitted_at=NOW + timedelta(minutes=minutes), admit_by=admit_by)


async def test_line_keeps_all_that_is_saved(database: Database) -> None:
    """Every field of a line comes back as saved, its version one higher, its name folded anew."""
    await prepare(database)
    placed = await keep(database, line(), line())
    changed = replace(
        placed.lines[0],
        name="Королёв Пётр Ильич",
        questionnaire="approved",
        payment="paid",
        admitted_at=NOW,
        submitted_at=NOW - timedelta(days=1),
        paid_at=NOW - timedelta(days=2),
        admit_by=TODAY,
        registered_at=NOW - timedelta(days=3),
        listed_at=NOW,
        test="passed",
        training="studying",
        tracking="80085001234567",
        link_sent_at=NOW - timedelta(days=4),
        nudged_at=NOW - timedelta(days=5),
        student_id=77,
    )
    await commit(database, lambda u: u.save_line(placed.id, changed))
    found = await database.uow(CLOCK).order(placed.id)
    assert found is not None
    assert found.lines == (replace(changed, version=2), placed.lines[1])
    query = select(t.order_lines.c.folded).where(t.order_lines.c.id == changed.id)
    assert await database.run(lambda c: c.execute(query).scalar()) == "королев петр ильич"


async def test_line_read_before_anothers_change_conflicts(database: Database) -> None:
    """Of two that save a line of one version the second raises Conflict; so does a save under another order."""
    await prepare(database)
    placed = await keep(database, line())
    first, second = database.uow(CLOCK), database.uow(CLOCK)
    first.save_line(placed.id, replace(placed.lines[0], payment="paid"))
    second.save_line(placed.id, replace(placed.lines[0], test="passed"))
    await first.commit()
    with pytest.raises(Conflict):
        await second.commit()
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.save_line("another", replace(placed.lines[0], version=2)))


async def test_questionnaire_is_compared_and_set(database: Database) -> None:
    """A questionnaire comes back whole; a second beginning and a save of an old version raise Conflict."""
    await prepare(database)
    placed = await keep(database, line())
    begun = questionnaire(placed.lines[0], order_id=placed.id)
    assert await database.uow(CLOCK).questionnaire(begun.line_id) is None
    await commit(database, lambda u: u.save_questionnaire(begun))
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.save_questionnaire(begun))
    declined = replace(
        begun,
        state="declined",
        version=1,
        submitted_at=NOW,
        remarks=(Remark("diploma", "blurred"), Remark("name", "other", "Проверьте отчество")),
        decline_reason=Remark("", "no_education"),
        decided_by=ANNA,
        decided_name="Орлова Вера Петровна",
        decided_at=NOW,
        remind_at=LATER,
    )
    slow = database.uow(CLOCK)
    slow.save_questionnaire(replace(begun, version=1, state="approved"))
    await commit(database, lambda u: u.save_questionnaire(declined))
    with pytest.raises(Conflict):
        await slow.commit()
    assert await database.uow(CLOCK).questionnaire(begun.line_id) == replace(declined, version=2)


async def test_dropped_questionnaire_takes_its_documents_along(database: Database) -> None:
    """A dropped questionnaire and its documents are gone, only in the version that was read; a new one may begin."""
    await prepare(database)
    placed = await keep(database, line(), line())
    begun, other = (questionnaire(one) for one in placed.lines)
    first, second, third = page(), page(), page()
    await commit(
        database,
        lambda u: u.save_questionnaire(begun),
        lambda u: u.save_document(begun.line_id, "diploma", first),
        lambda u: u.save_document(begun.line_id, "diploma", second),
        lambda u: u.save_document(begun.line_id, "name_change", second),
        lambda u: u.save_document(other.line_id, "diploma", third),
    )
    assert set(await database.uow(CLOCK).document_ids()) == {first.id, second.id, third.id}
    await commit(database, lambda u: u.drop_document(second.id))
    assert set(await database.uow(CLOCK).document_ids()) == {first.id, third.id}
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.drop_questionnaire(replace(begun, version=2)))
    await commit(
        database,
        lambda u: u.save_questionnaire(replace(begun, version=1, state="submitted")),
        lambda u: u.drop_questionnaire(replace(begun, version=1)),
        lambda u: u.save_questionnaire(begun),
    )
    assert await database.uow(CLOCK).document_ids() == [third.id]
    assert await database.uow(CLOCK).questionnaire(begun.line_id) == replace(begun, version=1)


async def test_same_file_of_another_person_is_found(database: Database) -> None:
    """A file of the same bytes is found at other names only: one's own other course is no one else's."""
    await prepare(database)
    placed = await keep(
        database, line(), line("СОКОЛОВА Любовь Андреевна", run="44fz-0701"), line("Королёв Пётр Ильич")
    )
    own, course, other = (one.id for one in placed.lines)
    await commit(
        database,
        *(lambda u, of=of: u.save_document(of, "diploma", page()) for of in (own, course, other, other)),
    )
    reader = database.uow(CLOCK)
    assert await reader.same_files(["ab" * 32, "cd" * 32], own) == [other]
    assert await reader.same_files(["cd" * 32], own) == []
    assert await reader.same_files([], own) == []
    assert await reader.same_files(["ab" * 32], other) == sorted([own, course])


async def test_lease_is_one_persons_until_it_runs_out(database: Database) -> None:
    """A living lease is another's Conflict and its holder's to prolong; one that has run out is free to take."""
    await prepare(database)
    placed = await keep(database, line(), line())
    one, two = placed.lines
    await commit(database, lambda u: u.take_lease(lease(one), NOW), lambda u: u.take_lease(lease(two), NOW))
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.take_lease(lease(one, VERA), NOW))
    longer = lease(one, until=LATER + timedelta(minutes=5))
    await commit(database, lambda u: u.take_lease(longer, NOW))
    assert await database.uow(CLOCK).lease(one.id, NOW) == longer
    assert await database.uow(CLOCK).lease(one.id, longer.until) is None
    taken = lease(one, VERA, longer.until + timedelta(minutes=10))
    await commit(database, lambda u: u.take_lease(taken, longer.until))
    await commit(database, lambda u: u.drop_leases_of(ANNA))
    assert await database.uow(CLOCK).lease(one.id, NOW) == taken
    assert await database.uow(CLOCK).lease(two.id, NOW) is None
    await commit(database, lambda u: u.drop_lease(one.id))
    assert await database.uow(CLOCK).lease(one.id, NOW) is None


async def test_queue_goes_by_term_then_by_age(database: Database) -> None:
    """Curators get the nearest term first, those without a term last, each by age; what another holds is skipped."""
    await prepare(database)
    no_term, late = submitted(0), submitted(1, TODAY + timedelta(days=2))
    younger, older, approved = submitted(3, TODAY), submitted(2, TODAY), line(questionnaire="approved", admit_by=TODAY)
    await keep(database, no_term, late, younger, older, approved)
    order_seen = []
    for number in range(5):
        found = await database.uow(CLOCK).next_to_review(VERA, NOW)
        order_seen.append(found)
        if found is not None:
            taken = Lease(found, 600 + number, "Другой", LATER)
            await commit(database, lambda u, taken=taken: u.take_lease(taken, NOW))  # type: ignore[misc]
    assert order_seen == [older.id, younger.id, late.id, no_term.id, None]
    assert await database.uow(CLOCK).next_to_review(603, NOW) == no_term.id
    assert await database.uow(CLOCK).next_to_review(603, LATER) == older.id


async def test_queue_goes_on_behind_the_last_one(database: Database) -> None:
    """Behind each line comes the next of the queue, behind the last the first; a decided or unknown one begins anew."""
    await prepare(database)
    first, second, third = submitted(0, TODAY), submitted(1, TODAY), submitted(2)
    placed = await keep(database, first, second, third)

    async def behind(line_id: str, but: str = "") -> str | None:
        return await database.uow(CLOCK).next_to_review(ANNA, NOW, line_id, but)

    assert [await behind(one.id) for one in (first, second, third)] == [second.id, third.id, first.id]
    assert await behind(first.id, second.id) == third.id
    assert await behind("unknown") == first.id
    await commit(database, lambda u: u.take_lease(lease(third, VERA), NOW))
    assert await behind(second.id) == first.id
    await commit(database, lambda u: u.save_line(placed.id, replace(first, questionnaire="approved")))
    assert await behind(first.id) == second.id
    assert await behind(second.id) == second.id


async def test_last_dealt_is_the_latest_lease_that_lasts(database: Database) -> None:
    """The line taken last is told until its lease runs out; nobody else's is."""
    await prepare(database)
    first, second = submitted(0), submitted(1)
    await keep(database, first, second)
    assert await database.uow(CLOCK).last_dealt(ANNA, NOW) is None
    await commit(
        database,
        lambda u: u.take_lease(lease(first, until=LATER - timedelta(minutes=1)), NOW),
        lambda u: u.take_lease(lease(second), NOW),
    )
    assert await database.uow(CLOCK).last_dealt(ANNA, NOW) == second.id
    assert await database.uow(CLOCK).last_dealt(VERA, NOW) is None
    assert await database.uow(CLOCK).last_dealt(ANNA, LATER) is None


async def test_queue_state_counts_what_waits(database: Database) -> None:
    """The state tells how many wait, are due, are overdue, who looks at how many, and when the newest came."""
    await prepare(database)
    empty = await database.uow(CLOCK).queue_state(NOW, TODAY)
    assert (empty.waiting, empty.due, empty.overdue, empty.looked_at, empty.newest) == (0, 0, 0, (), None)
    terms = (None, TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    lines = [submitted(at, term) for at, term in enumerate(terms)]
    await keep(database, *lines, line(questionnaire="filling"))
    await commit(
        database,
        lambda u: u.take_lease(lease(lines[0]), NOW),
        lambda u: u.take_lease(lease(lines[1]), NOW),
        lambda u: u.take_lease(lease(lines[2], VERA, NOW), NOW),
    )
    state = await database.uow(CLOCK).queue_state(NOW, TODAY)
    assert (state.waiting, state.due, state.overdue) == (4, 2, 1)
    assert state.looked_at == ((f"Куратор {ANNA}", 2),)
    assert state.newest == NOW + timedelta(minutes=3)


def explain(statement: Select[Any], given: dict[str, Any]) -> Callable[[Connection], str]:
    """Ask either database how it would run the statement."""

    def ask(connection: Connection) -> str:
        compiled = statement.compile(dialect=connection.dialect)
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        values = tuple({**compiled.params, **given}[name] for name in compiled.positiontup or ())
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{word} {compiled}", values))

    return ask


async def fill(database: Database, count: int) -> None:
    """Store so many lines, most of them waiting for a curator, some ready, some admitted."""
    await prepare(database)
    placed = await keep(database, line())
    rows = []
    for at in range(1, count + 1):
        one = submitted(at, TODAY + timedelta(days=at % 7) if at % 5 else None)
        if at % 100 == 0:
            one = replace(one, questionnaire="approved", payment="paid", admitted_at=None if at % 200 else NOW)
        rows.append({**line_values(one), "order_id": placed.id, "position": at})
    begun = [{"line_id": row["id"], "remind_at": NOW, "state": "filling"} for row in rows[::50]]
    blank: dict[str, Any] = {
        "order_id": "",
        "answers": {},
        "remarks": [],
        "decline_reason": None,
        "decided_name": "",
        "version": 1,
    }

    def put(connection: Connection) -> None:
        connection.execute(insert(t.order_lines), rows)
        connection.execute(insert(t.questionnaires), [{**blank, **one} for one in begun])
        connection.execute(text("ANALYZE"))

    await database.write(put)


async def test_ten_thousand_waiting_are_found_by_index(database: Database) -> None:
    """With 10,000 waiting every queue is read in order by an index: nothing is scanned whole, nothing sorted."""
    await fill(database, 10_000)
    place = {"admit_by": TODAY, "submitted_at": NOW, "at_id": "0"}
    given = {"user_id": ANNA, "now": NOW, "today": TODAY, "limit": 10, "run": "usn-0620", **place}
    queues = (
        ("ix_order_lines_submitted", reads_review.NEXT),
        ("ix_order_lines_submitted", reads_review.NEXT_BEHIND),
        ("ix_order_lines_ready", reads_review.TO_ADMIT[False][0]),
        ("ix_order_lines_not_admitted", reads_review.DUE[0]),
        ("ix_order_lines_not_listed", reads_review.TO_LIST),
        ("ix_order_lines_admitted", reads_review.OF_RUN),
        ("ix_questionnaires_remind_at", reads_review.REMIND),
    )
    for index, statement in queues:
        plan = await database.run(explain(statement, given))
        assert index in plan, plan
        assert not any(word in plan for word in ("TEMP B-TREE", "Sort", "Seq Scan on order_lines")), plan
    assert await database.uow(CLOCK).next_to_review(ANNA, NOW) is not None
    assert (await database.uow(CLOCK).queue_state(NOW, TODAY)).waiting == 9_900


async def test_line_saved_right_after_its_order(database: Database) -> None:
    """A unit that places an order may change its line too."""
    await prepare(database)
    placed = order(1)
    paid = replace(placed.lines[0], payment="paid", paid_at=datetime(2027, 5, 1, tzinfo=UTC))
    await commit(database, lambda u: u.add_order(placed), lambda u: u.save_line(placed.id, paid))
    found = await database.uow(CLOCK).order(placed.id)
    assert found is not None
    assert found.lines == (replace(paid, version=2),)
