"""Invoices, payments, acts and the report on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from school.billing import Allocation
from school.closing import posted, received, signed_in_diadoc, signed_on_paper, uploaded
from school.errors import Conflict
from school.ports_billing import Unshipped
from storage import reads_billing
from storage.database import Database
from tests.integration.money_samples import ISSUED, act, invoice, part, payment, unit
from tests.integration.storage_samples import NOW, commit, keep, line, page, prepare

ENDS = date(2027, 8, 20)


async def test_invoice_comes_back_as_saved(database: Database) -> None:
    """Every field of an invoice is kept, its version one higher, and it is found by order, number and centre."""
    await prepare(database)
    placed = await keep(database, line(), line())
    first = invoice(placed, "№ 57-А", payer_inn=None)
    await commit(database, lambda u: u.save_invoice(first))
    stored = replace(first, version=1)
    uow = unit(database)
    assert await uow.invoice(first.id) == stored
    assert await uow.invoice("none") is None
    assert await uow.invoices_of_order(placed.id) == [stored]
    assert await uow.invoice_by_number("0123", " 57-а") == stored
    assert await uow.invoice_by_number("0124", "57-А") is None
    paid = replace(stored, state="paid", paid=stored.total, sent_at=NOW, edition=2, generated=True)
    assert await uow.open_invoices("0123") == [stored]
    await commit(database, lambda u: u.save_invoice(paid))
    assert await uow.invoice(first.id) == replace(paid, version=2)
    assert await uow.open_invoices("0123") == []


async def test_invoice_conflicts(database: Database) -> None:
    """A stale version conflicts, and so does a number that the centre has used, written another way, if cancelled."""
    await prepare(database)
    placed = await keep(database, line())
    first = invoice(placed, "57А", state="cancelled")
    await commit(database, lambda u: u.save_invoice(first))
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.save_invoice(invoice(placed, "№57 а")))
    stored = replace(first, version=1)
    await commit(database, lambda u: u.save_invoice(stored))
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.save_invoice(stored))


async def test_numbers_are_taken_one_by_one(database: Database) -> None:
    """A number is taken once, in order; a centre without one begins with any."""
    await prepare(database)
    uow = unit(database)
    assert await uow.next_number("0123") == 1
    await commit(database, lambda u: u.take_number("0123", 101))
    assert await uow.next_number("0123") == 102
    for number in (101, 103):
        with pytest.raises(Conflict):
            await commit(database, lambda u, n=number: u.take_number("0123", n))  # type: ignore[misc]
    await commit(database, lambda u: u.take_number("0123", 102))
    assert await uow.next_number("0123") == 103


async def test_same_payment_is_recorded_once(database: Database) -> None:
    """A payment of a known key conflicts at its centre, and the known ones of a long list are told."""
    await prepare(database)
    first = payment(dedupe="d1")
    await commit(database, lambda u: u.add_payment(first, NOW, "chat:77"))
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.add_payment(payment(dedupe="d1"), NOW, "chat:77"))
    uow = unit(database)
    assert await uow.payment(first.id) == first
    assert await uow.known_payments("0123", [f"d{number}" for number in range(1200)]) == {"d1"}
    assert await uow.known_payments("0124", ["d1"]) == set()


async def test_allocations_and_what_is_left(database: Database) -> None:
    """A payment is unsettled until all of it is allocated, and again when its allocations are dropped."""
    await prepare(database)
    placed = await keep(database, line(), line())
    bill, early, late = invoice(placed), payment(1000), payment(-300, received_on=date(2027, 5, 13))
    await commit(
        database,
        lambda u: u.save_invoice(bill),
        lambda u: u.add_payment(early, NOW, "chat:77"),
        lambda u: u.add_payment(late, NOW, "chat:77"),
        lambda u: u.add_allocations([part(early, bill, 600), part(late, bill)]),
    )
    uow = unit(database)
    assert await uow.unsettled_payments("0123", 5) == [early]
    assert await uow.payments_of_invoice(bill.id) == [early, late]
    rest = Allocation(early.id, bill.id, bill.lines[1][0], 400)
    await commit(database, lambda u: u.add_allocations([rest]))
    assert await uow.unsettled_payments("0123", 5) == []
    parts = [part(early, bill, 600), part(late, bill), rest]
    assert await uow.allocations_of([bill.id], [early.id]) == parts
    assert await uow.allocations_of([], [early.id]) == [parts[0], rest]
    await commit(database, lambda u: u.drop_allocations(early.id))
    assert await uow.unsettled_payments("0123", 5) == [early]
    assert await uow.allocations_of([bill.id]) == [parts[1]]
    await commit(database, lambda u: u.drop_payment(late.id))
    assert await uow.payment(late.id) is None
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.drop_payment(late.id))


async def test_money_is_not_allocated_twice(database: Database) -> None:
    """Of two that allocate the same money the second conflicts, and so does a sum of the other sign."""
    await prepare(database)
    placed = await keep(database, line())
    bill, money, refund = invoice(placed), payment(1000), payment(-500)
    await commit(
        database,
        lambda u: u.save_invoice(bill),
        lambda u: u.add_payment(money, NOW, "chat:77"),
        lambda u: u.add_payment(refund, NOW, "chat:77"),
        lambda u: u.add_allocations([part(money, bill, 700)]),
    )
    for wrong in (part(money, bill, 301), part(money, bill, -1), part(refund, bill, -501), part(refund, bill, 1)):
        with pytest.raises(Conflict):
            await commit(database, lambda u, p=wrong: u.add_allocations([p]))  # type: ignore[misc]
    assert await unit(database).allocations_of([bill.id]) == [part(money, bill, 700)]


async def test_act_comes_back_as_saved(database: Database) -> None:
    """Every field of an act is kept; a stale version and a second act of the run conflict; its scan finds it."""
    await prepare(database)
    placed = await keep(database, line(), line())
    scan, paper = page(), page()
    files = {"scan_page": scan.id, "scan_pages": (scan,), "paper": paper.id, "paper_pages": (paper,)}
    first = act(placed, number="12", total=500, sent_at=NOW, scan="at_centre", issued_on=ENDS, **files)
    await commit(database, lambda u: u.save_act(first))
    stored = replace(first, version=1)
    uow = unit(database)
    assert (await uow.act(first.id), await uow.acts_of_order(placed.id)) == (stored, [stored])
    assert await uow.act_of_page(scan.id) == stored
    assert await uow.act_of_page("") is None
    assert set(await uow.document_ids()) == {scan.id, paper.id}
    changed = posted(signed_on_paper(uploaded(stored, ENDS), ENDS), ENDS, "80085001234567")
    await commit(database, lambda u: u.save_act(changed))
    assert await uow.act(first.id) == replace(changed, version=2)
    for wrong in (changed, act(placed)):
        with pytest.raises(Conflict):
            await commit(database, lambda u, a=wrong: u.save_act(a))  # type: ignore[misc]


async def test_orders_without_act(database: Database) -> None:
    """Paid or admitted lines of an ended run are told once an order and run, until there is an act."""
    await prepare(database)
    later = ENDS + timedelta(days=3)
    both = await keep(
        database, line(payment="paid"), line(admitted_at=NOW), line(payment="paid", run="b", ends=later), sequence=1
    )
    await keep(database, line(), sequence=2)
    uow = unit(database)
    assert await uow.orders_without_act(ENDS, 5) == []
    assert await uow.orders_without_act(ENDS + timedelta(days=1), 5) == [(both.id, "usn-0620")]
    assert await uow.orders_without_act(later + timedelta(days=1), 5) == [(both.id, "usn-0620"), (both.id, "b")]
    await commit(database, lambda u: u.save_act(act(both)))
    assert await uow.orders_without_act(later + timedelta(days=1), 5) == [(both.id, "b")]


async def test_report_of_open_invoices(database: Database) -> None:
    """Open invoices come by page, the oldest first, with their number in all, of a centre or of all."""
    await prepare(database)
    placed = await keep(database, line())
    bills = [invoice(placed, str(n), issued_on=ISSUED - timedelta(days=n)) for n in range(3)]
    for bill in [*bills, invoice(placed, "9", state="paid")]:
        await commit(database, lambda u, b=bill: u.save_invoice(b))  # type: ignore[misc]
    uow = unit(database)
    page, total = await uow.report_unpaid("0123", 2, 0)
    assert ([bill.number for bill in page], total) == (["2", "1"], 3)
    page, total = await uow.report_unpaid(None, 2, 2)
    assert ([bill.number for bill in page], total) == (["0"], 3)
    assert await uow.report_unpaid("0124", 2, 0) == ([], 0)


async def test_report_of_unshipped_lines(database: Database) -> None:
    """A paid line of an ended run is told with or without an act, until the act is closed."""
    await prepare(database)
    placed = await keep(database, line(payment="paid"), line())
    one, today = placed.lines[0], ENDS + timedelta(days=1)
    uow = unit(database)
    assert await uow.report_unshipped("0123", ENDS, 5, 0) == ([], 0)
    bare = Unshipped(placed.id, one.id, one.run, ENDS, "")
    assert await uow.report_unshipped("0123", today, 5, 0) == ([bare], 1)
    made = act(placed)
    await commit(database, lambda u: u.save_act(made))
    assert await uow.report_unshipped(None, today, 5, 0) == ([replace(bare, act_id=made.id)], 1)
    await commit(database, lambda u: u.save_act(signed_in_diadoc(replace(made, version=1), today)))
    assert await uow.report_unshipped(None, today, 5, 0) == ([], 0)
    assert await uow.report_unshipped("0124", today, 5, 0) == ([], 0)


async def test_report_of_acts_due(database: Database) -> None:
    """An act is told while its scan or original is due by the day asked for, by the nearer of the clocks that run."""
    await prepare(database)
    placed = await keep(database, line(payment="paid"))
    made, scan_due = act(placed), date(2027, 9, 3)
    await commit(database, lambda u: u.save_act(made))
    uow = unit(database)
    assert await uow.report_acts("0123", scan_due - timedelta(days=1), 5, 0) == ([], 0)
    assert await uow.report_acts("0123", scan_due, 5, 0) == ([replace(made, version=1)], 1)
    scanned = uploaded(replace(made, version=1), ENDS)
    await commit(database, lambda u: u.save_act(scanned))
    assert (await uow.report_acts(None, scan_due, 5, 0))[1] == 0
    assert (await uow.report_acts(None, date(2027, 9, 20), 5, 0))[1] == 1
    await commit(database, lambda u: u.save_act(received(replace(scanned, version=2), ENDS)))
    assert (await uow.report_acts(None, date(2099, 1, 1), 5, 0))[1] == 0


async def test_report_reads_by_index(database: Database) -> None:
    """On SQLite, whose plan does not depend on how many rows there are, each part of a centre's report is a search."""
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL scans tables of a few rows")
    given = {"centre": "0123", "limit": 5, "offset": 0, "today": str(ENDS), "until": str(ENDS)}
    parts = {
        "ix_invoices_open_of_centre": reads_billing.UNPAID[True][0],
        "ix_order_lines_unshipped_of_centre": reads_billing.UNSHIPPED[True][0],
        "ix_acts_centre": reads_billing.ACTS_DUE[True][0],
        "ix_payments_unsettled": reads_billing.UNSETTLED,
    }
    for index, query in parts.items():
        sql = str(query.compile(compile_kwargs={"render_postcompile": True}))
        plan = await database.run(lambda c, s=sql: c.execute(text(f"EXPLAIN QUERY PLAN {s}"), given).all())  # type: ignore[misc]
        assert index in plan[0][3], plan
        assert not any("TEMP B-TREE" in row[3] for row in plan), plan
