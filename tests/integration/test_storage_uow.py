"""The unit of work on both databases: what is staged comes back, what is stale is refused."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import select

from school.centre import Role
from school.draft import Consent
from school.errors import Conflict
from school.people import fold
from storage import tables as t
from storage.database import Database
from tests.integration.storage_samples import (
    CATALOGUE,
    CENTRE,
    CLOCK,
    NOW,
    PAYER,
    PERSON,
    draft,
    line,
    manager,
    notice,
    order,
    prepare,
    token,
    visitor,
)


async def test_session_of_a_stranger_has_only_the_catalogue(database: Database) -> None:
    """An account never seen has neither a role nor a draft, and sees what is on sale."""
    await prepare(database)
    seen = await database.uow(CLOCK).session(1)
    assert (seen.visitor, seen.roles, seen.draft, seen.centre) == (None, (), None, None)
    assert seen.catalogue == CATALOGUE


async def test_session_holds_all_that_is_known(database: Database) -> None:
    """One session holds the account, its roles, its draft, the draft's centre and the catalogue, moments exact."""
    await prepare(database)
    curator = manager(77, role=Role.CURATOR, centre=None, since=NOW + timedelta(days=1))
    gone = manager(77, withdrawn_at=NOW)
    managing, written = manager(77), draft(nudged_at=NOW)
    unit = database.uow(CLOCK)
    unit.save_visitor(visitor())
    unit.save_draft(written)
    unit.save_draft(draft(state="cancelled", touched_at=NOW + timedelta(days=1)))
    for member in (curator, gone, managing):
        unit.add_staff(member)
    await unit.commit()
    seen = await database.uow(CLOCK).session(77)
    assert seen.visitor == visitor()
    assert seen.roles == (managing, curator)
    assert seen.draft == replace(written, version=1)
    assert seen.centre == CENTRE


async def test_visitor_without_a_draft_keeps_the_last_centre(database: Database) -> None:
    """Where no draft is active the session's centre is the one that the account came to last."""
    await prepare(database)
    unit = database.uow(CLOCK)
    unit.save_visitor(visitor())
    unit.save_visitor(replace(visitor(), blocked_at=NOW.astimezone(timezone(timedelta(hours=3)))))
    await unit.commit()
    seen = await database.uow(CLOCK).session(77)
    assert seen.centre == CENTRE
    assert seen.visitor == replace(visitor(), blocked_at=NOW)


async def test_stale_draft_conflicts_and_keeps_nothing(database: Database) -> None:
    """A save of a version that another has replaced raises Conflict, and nothing else of that unit is kept."""
    await prepare(database)
    first = database.uow(CLOCK)
    first.save_draft(written := draft())
    await first.commit()
    stored = replace(written, version=1)
    winner, loser = database.uow(CLOCK), database.uow(CLOCK)
    winner.save_draft(replace(stored, cursor="inn"))
    loser.save_visitor(visitor())
    loser.save_draft(replace(stored, cursor="kpp"))
    loser.add_notice(notice())
    await winner.commit()
    with pytest.raises(Conflict):
        await loser.commit()
    seen = await database.uow(CLOCK).session(77)
    assert seen.draft == replace(stored, cursor="inn", version=2)
    assert seen.visitor is None
    assert (await database.outbox.counts())["pending"] == 0


async def test_draft_saved_twice_in_one_unit_counts_once(database: Database) -> None:
    """Two saves of one draft in a unit do not conflict with each other: the later one is stored."""
    await prepare(database)
    unit = database.uow(CLOCK)
    unit.save_draft(written := draft())
    unit.save_draft(replace(written, cursor="inn"))
    await unit.commit()
    assert (await database.uow(CLOCK).session(77)).draft == replace(written, cursor="inn", version=1)


async def test_rolled_back_unit_writes_nothing(database: Database) -> None:
    """After a rollback the commit has nothing to write."""
    unit = database.uow(CLOCK)
    unit.save_visitor(visitor())
    unit.add_notice(notice())
    unit.rollback()
    await unit.commit()
    assert (await database.uow(CLOCK).session(77)).visitor is None


async def test_order_comes_back_by_each_of_its_keys(database: Database) -> None:
    """An order is found by its id, its draft and any of its lines, lines in order, and moves the centre's number."""
    await prepare(database)
    placed = order(1, line(), line("Королёв Пётр Ильич"), filled_in_by_staff=True)
    unit = database.uow(CLOCK)
    unit.add_order(placed)
    await unit.commit()
    reader = database.uow(CLOCK)
    assert await reader.order(placed.id) == placed
    assert await reader.order_by_draft(placed.draft_id) == placed
    assert await reader.order_of_line(placed.lines[1].id) == placed
    assert await reader.order("absent") is None
    assert await reader.centre("0123") == replace(CENTRE, next_order=2)
    assert await reader.centre("9999") is None


async def test_number_or_draft_used_already_conflicts(database: Database) -> None:
    """An order with a number that is taken, or of a draft that is placed already, raises Conflict."""
    await prepare(database)
    placed = order(1)
    for tried, fails in ((placed, False), (order(1), True), (order(2, draft_id=placed.draft_id), True)):
        unit = database.uow(CLOCK)
        unit.add_order(tried)
        if fails:
            with pytest.raises(Conflict):
                await unit.commit()
        else:
            await unit.commit()
    assert await database.uow(CLOCK).centre("0123") == replace(CENTRE, next_order=2)


async def test_own_orders_are_paged_newest_first(database: Database) -> None:
    """A page of own orders comes newest first with the count of all, past the end too."""
    await prepare(database)
    placed = [order(number, line(), line()) for number in (1, 2, 3)]
    unit = database.uow(CLOCK)
    for one in (*placed, order(4, placed_by=5)):
        unit.add_order(one)
    await unit.commit()
    reader = database.uow(CLOCK)
    assert await reader.orders_placed_by(77, 2, 0) == ([placed[2], placed[1]], 3)
    assert await reader.orders_placed_by(77, 2, 2) == ([placed[0]], 3)
    assert await reader.orders_placed_by(77, 2, 4) == ([], 3)


async def test_similar_orders_match_payer_and_student_on_the_run(database: Database) -> None:
    """A similar order has the payer's ИНН, or folded name where there is none, and one student on the same run."""
    await prepare(database)
    by_inn, by_name = order(1, line("Королёв Пётр Ильич")), order(2, payer=PERSON)
    unit = database.uow(CLOCK)
    unit.add_order(by_inn)
    unit.add_order(by_name)
    await unit.commit()
    reader = database.uow(CLOCK)
    student = (fold("КОРОЛЕВ Петр Ильич"), "usn-0620")
    assert await reader.similar_orders(replace(PAYER, name="Другое"), [student]) == [by_inn]
    assert await reader.similar_orders(PAYER, [(student[0], "44fz-0701")]) == []
    assert await reader.similar_orders(PAYER, []) == []
    person = replace(PERSON, name=PERSON.name.upper())
    assert await reader.similar_orders(person, [(fold(PERSON.name), "usn-0620")]) == [by_name]


async def test_known_payers_are_distinct_and_as_last_written(database: Database) -> None:
    """Each payer of the account's own orders is offered once, as written last, the newest first."""
    await prepare(database)
    moved = replace(PAYER, address="129110, г. Москва, дом 22")
    unit = database.uow(CLOCK)
    foreign = order(4, payer=replace(PAYER, inn="7707083893"), placed_by=5)
    for one in (order(1), order(2, payer=PERSON), order(3, payer=moved), foreign):
        unit.add_order(one)
    await unit.commit()
    assert await database.uow(CLOCK).known_payers(77, 5) == [moved, PERSON]
    assert await database.uow(CLOCK).known_payers(77, 1) == [moved]


async def test_line_is_bound_to_one_account_only(database: Database) -> None:
    """A line bound to an account is listed there; another account that read it unbound gets a Conflict."""
    await prepare(database)
    placed = order(1, line(), line())
    unit = database.uow(CLOCK)
    unit.add_order(placed)
    await unit.commit()
    owner, thief = database.uow(CLOCK), database.uow(CLOCK)
    owner.save_line(placed.id, replace(placed.lines[1], student_id=500))
    thief.save_line(placed.id, replace(placed.lines[1], student_id=501))
    await owner.commit()
    with pytest.raises(Conflict):
        await thief.commit()
    assert await database.uow(CLOCK).line_of_visitor(500) == [placed.lines[1].id]
    assert await database.uow(CLOCK).line_of_visitor(501) == []


async def test_token_is_used_once(database: Database) -> None:
    """Of two that use a token of one version the second raises Conflict."""
    unit = database.uow(CLOCK)
    unit.save_token(made := token())
    await unit.commit()
    stored = await database.uow(CLOCK).token(made.sha256)
    assert stored == replace(made, version=1)
    assert await database.uow(CLOCK).token("absent") is None
    first, second = database.uow(CLOCK), database.uow(CLOCK)
    first.save_token(replace(stored, used_by=1, used_at=NOW))
    second.save_token(replace(stored, used_by=2, used_at=NOW))
    await first.commit()
    with pytest.raises(Conflict):
        await second.commit()
    assert await database.uow(CLOCK).token(made.sha256) == replace(made, used_by=1, used_at=NOW, version=2)


async def test_staff_is_found_by_centre_and_by_role(database: Database) -> None:
    """A centre's staff are its managers and a role's are its holders, those withdrawn left out."""
    await prepare(database)
    unit = database.uow(CLOCK)
    curator = manager(2, role=Role.CURATOR, centre=None)
    managing = manager(1)
    for member in (managing, curator, manager(3, withdrawn_at=NOW)):
        unit.add_staff(member)
    await unit.commit()
    reader = database.uow(CLOCK)
    assert await reader.centre_staff("0123") == [managing]
    assert await reader.centre_staff("0124") == []
    assert await reader.staff_of_role(Role.CURATOR) == [curator]


async def test_consent_and_audit_are_kept(database: Database) -> None:
    """A consent and its later withdrawal, and a line of the audit with its moment, are stored as given."""
    given = Consent("c1", "77", "pd", "2", "ab" * 32, "chat", NOW)
    unit = database.uow(CLOCK)
    unit.save_consent(given)
    unit.audit("77", "consent", "pd", "", "given")
    await unit.commit()
    unit.save_consent(replace(given, withdrawn_at=NOW))
    await unit.commit()
    stored = await database.run(lambda c: c.execute(select(t.consents)).one())
    assert Consent(*stored) == replace(given, withdrawn_at=NOW)
    written = await database.run(lambda c: c.execute(select(t.audit)).one())
    assert tuple(written)[1:] == (NOW, "77", "consent", "pd", "", "given")


async def test_drafts_left_alone_are_found_for_the_ticks(database: Database) -> None:
    """Active drafts untouched for long are found, the longest first; one nudged already is only found to expire."""
    await prepare(database)
    old, older = draft(1, touched_at=NOW - timedelta(days=2)), draft(2, touched_at=NOW - timedelta(days=3))
    nudged = draft(3, touched_at=NOW - timedelta(days=4), nudged_at=NOW)
    unit = database.uow(CLOCK)
    for one in (old, older, nudged, draft(4), draft(5, state="placed", touched_at=NOW - timedelta(days=9))):
        unit.save_draft(one)
    await unit.commit()
    before = NOW - timedelta(days=1)
    assert [one.id for one in await database.drafts_to_nudge(before, 10)] == [older.id, old.id]
    assert [one.id for one in await database.drafts_to_expire(before, 2)] == [nudged.id, older.id]


async def test_vanished_keys_are_not_offered_any_more(database: Database) -> None:
    """A load closes runs and drops tariffs that are gone, keeps the file's order, and is seen at once."""
    await prepare(database)
    assert await database.uow(CLOCK).catalogue() == CATALOGUE
    await database.replace_catalogue(
        replace(CATALOGUE, tariffs=CATALOGUE.tariffs[:1], runs=CATALOGUE.runs[:1], courses=CATALOGUE.courses[:1])
    )
    seen = (await database.uow(CLOCK).session(1)).catalogue
    assert seen.version == 2
    assert seen.tariffs == CATALOGUE.tariffs[:1]
    assert seen.course("44fz") is not None
    assert seen.run("44fz-0701") == replace(CATALOGUE.runs[1], closed=True)
    assert seen.run("usn-0620") == CATALOGUE.runs[0]


async def test_saving_a_centre_again_keeps_its_numbers(database: Database) -> None:
    """A centre saved again takes the new name and keeps counting its orders."""
    await prepare(database)
    unit = database.uow(CLOCK)
    unit.add_order(order(1))
    await unit.commit()
    await database.save_centre(replace(CENTRE, name="СЦ «Новый»", closed=True))
    assert await database.centres() == [replace(CENTRE, name="СЦ «Новый»", closed=True, next_order=2)]
