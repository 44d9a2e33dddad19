"""The report: facts in, rows and totals out; the workbook cell by cell; the weekly letter's rows there and back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.replies import message_params
from bot.views import report as view
from paper.report_sheet import report_workbook
from school.billing import Invoice
from school.closing import Act
from school.facts import OrderFacts
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.report import PARTS, STAGES, make_picture, make_report, read_row, row_data
from school.terms import add_working_days
from school.use_cases.make_report import Made
from wording.report import PART_NAMES

TODAY = date(2027, 5, 20)
ENDED = date(2027, 4, 20)
LOOKING = view.Looking(opens=True, all_centres=True, in_chat=True)


def line(key: str, ends: date = ENDED, **changes: Any) -> OrderLine:
    """Return a student who has paid and been admitted."""
    one = OrderLine(
        key, f"Ученик {key}", "+79330000000", f"{key}@example.ru", "c", f"run-{ends}", "t", "Курс", "Базовый",
        2_450_000, date(2027, 3, 20), ends, payment="paid", admitted_at=datetime(2027, 3, 19, tzinfo=UTC),
    )  # fmt: skip
    return replace(one, **changes)


def order(number: str = "0123-0001", *lines: OrderLine, payer: str = "ООО «Ромашка»") -> Order:
    """Return an order of these students."""
    return Order(
        f"id-{number}", number, number[:4], f"d-{number}",
        Payer(PayerKind.ORGANISATION, payer, "5039002841", "503901001", ""),
        Orderer("Белова Ирина Петровна", "+79161234567", "b@example.ru"), lines,
        datetime(2027, 3, 1, tzinfo=UTC), 1,
    )  # fmt: skip


def bill(of: Order, **changes: Any) -> Invoice:
    """Return an open invoice for all lines of an order."""
    lines = tuple((one.id, one.price) for one in of.lines)
    total = sum(price for _, price in lines)
    made = Invoice(
        f"i-{of.number}", of.id, of.centre, "57", date(2027, 5, 1), total, "5039002841", of.payer.name, lines
    )
    return replace(made, **changes)


def act(of: Order, **changes: Any) -> Act:
    """Return an act of all lines of an order."""
    return replace(
        Act("a", of.id, of.centre, of.lines[0].run, of.lines[0].ends, tuple(one.id for one in of.lines)), **changes
    )


def parts(*facts: OrderFacts, today: date = TODAY) -> list[tuple[str, str, date | None, int]]:
    """Return (part, what, due, age) of every row."""
    return [(row.part, row.what, row.due, row.age) for row in make_report(facts, today, None).rows]


PAID = order("0123-0001", line("1"))
SCAN_DUE = add_working_days(ENDED, 10)
ACTS: list[tuple[str, dict[str, Any], list[tuple[str, str, date | None, int]]]] = [
    ("nothing done", {}, [("not_shipped", "act", SCAN_DUE, 30), ("overdue", "scan", SCAN_DUE, 30)]),
    (
        "at the centre stops nothing",
        {"scan": "at_centre", "scanned_on": date(2027, 5, 19)},
        [("not_shipped", "act", SCAN_DUE, 30), ("overdue", "scan", SCAN_DUE, 30)],
    ),
    (
        "uploaded, the original waits and is far",
        {"scan": "uploaded", "scanned_on": date(2027, 5, 19)},
        [("not_shipped", "act", date(2027, 6, 18), 30)],
    ),
    (
        "the original is due this week",
        {"scan": "uploaded", "scanned_on": date(2027, 4, 26)},
        [("not_shipped", "act", date(2027, 5, 26), 30), ("week", "original", date(2027, 5, 26), 24)],
    ),
    (
        "the original is late",
        {"scan": "confirmed", "signed_on": date(2027, 4, 18)},
        [("not_shipped", "act", date(2027, 5, 18), 30), ("overdue", "original", date(2027, 5, 18), 32)],
    ),
    (
        "posted, not received",
        {"scan": "uploaded", "scanned_on": date(2027, 4, 18), "posted_on": date(2027, 5, 2)},
        [("not_shipped", "act", None, 30)],
    ),
    ("received", {"scan": "uploaded", "posted_on": date(2027, 5, 2), "received_on": date(2027, 5, 9)}, []),
    ("signed in Диадок", {"diadoc": "signed", "signed_on": date(2027, 5, 2)}, []),
    ("promised in Диадок", {"diadoc": "promised"}, [
        ("not_shipped", "act", SCAN_DUE, 30), ("overdue", "scan", SCAN_DUE, 30),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rows"), [case[1:] for case in ACTS], ids=[case[0] for case in ACTS])
def test_acts(changes: dict[str, Any], rows: list[tuple[str, str, date | None, int]]) -> None:
    """An act is in the parts that its clocks say, and nowhere once it is closed."""
    assert sorted(parts(OrderFacts(PAID, acts=(act(PAID, **changes),))), key=str) == sorted(rows, key=str)


def test_a_run_without_an_act_is_owed_one() -> None:
    """The term runs whether or not somebody has made the act; who neither paid nor studied owes none."""
    assert {row[0] for row in parts(OrderFacts(PAID))} == {"not_shipped", "overdue"}
    unpaid = order("0123-0002", line("2", payment="unpaid", admitted_at=None))
    assert parts(OrderFacts(unpaid)) == []
    running = order("0123-0003", line("3", ends=TODAY))
    assert parts(OrderFacts(running)) == []


def test_two_runs_and_two_invoices_are_rows_of_their_own() -> None:
    """«Счета без отгрузки» has a row for each run that has ended and each invoice in it, with its own sum."""
    both = order("0123-0001", line("1"), line("2"), line("3", ends=date(2027, 4, 27)), line("4", ends=TODAY))
    first = bill(both, lines=(("1", 1_000_050),), total=1_000_050, paid=1_000_050, state="paid", number="57")
    cancelled = bill(both, id="x", state="cancelled", number="56")
    rows = make_report([OrderFacts(both, (cancelled, first))], TODAY, "0123").of("not_shipped")
    assert [(row.document, row.students, row.amount) for row in rows] == [
        ("", 1, 2_450_000),
        ("57", 1, 1_000_050),
        ("", 1, 2_450_000),
    ]


INVOICES: list[tuple[str, dict[str, Any], list[tuple[int, int]]]] = [
    ("open", {}, [(4_900_000, 19)]),
    ("part paid", {"paid": 1_900_000}, [(3_000_000, 19)]),
    ("paid", {"paid": 4_900_000, "state": "paid"}, []),
    ("cancelled", {"state": "cancelled"}, []),
    ("issued ahead", {"issued_on": date(2027, 6, 1)}, [(4_900_000, 0)]),
]


@pytest.mark.parametrize(("changes", "rows"), [case[1:] for case in INVOICES], ids=[case[0] for case in INVOICES])
def test_unpaid(changes: dict[str, Any], rows: list[tuple[int, int]]) -> None:
    """An open invoice is unpaid by its rest, as old as its date; a paid or cancelled one is not there."""
    waiting = order("0123-0001", *(line(k, payment="unpaid", admitted_at=None) for k in "12"))
    found = make_report([OrderFacts(waiting, (bill(waiting, **changes),))], TODAY, None).rows
    assert [(row.amount, row.age) for row in found if row.part == "unpaid"] == rows


def test_totals_and_order() -> None:
    """What is due first stands first, a part's total is of its rows, and a year without a calendar is marked."""
    late = order("0123-0002", line("2", ends=date(2027, 4, 13)))
    report = make_report([OrderFacts(PAID), OrderFacts(late)], TODAY, None)
    assert [row.order_number for row in report.of("overdue")] == ["0123-0002", "0123-0001"]
    assert (report.total("overdue").count, report.total("overdue").amount) == (2, 4_900_000)
    assert report.total("unpaid").count == 0
    far = order("0123-0003", line("3", ends=date(2028, 2, 1)))
    assert [row.provisional for row in make_report([OrderFacts(far)], date(2028, 3, 1), None).rows] == [True, True]
    assert not any(row.provisional for row in report.rows)


def test_funnel_and_ages() -> None:
    """A student counts in every stage up to the own one; each age has its bucket, its borders included."""
    lines = (
        line("1", payment="unpaid", admitted_at=None),
        line("2", payment="unpaid", admitted_at=None),
        line("3", admitted_at=None, ends=date(2027, 6, 20)),
        line("4", ends=date(2027, 6, 20)),
        line("5"),
        line("6"),
    )
    whole = order("0123-0001", *lines)
    closed = act(whole, line_ids=("6",), diadoc="signed")
    invoice = bill(whole, lines=(("2", 100),), total=100)
    facts = OrderFacts(whole, (invoice,), (closed,))
    found = make_picture([facts], TODAY, {whole.id})
    assert [(step.stage, step.students) for step in found.funnel] == list(zip(STAGES, (6, 5, 4, 3, 2, 1), strict=True))
    assert make_picture([facts], TODAY, set()).funnel[0].students == 0
    ages = [replace(invoice, id=str(n), issued_on=date.fromordinal(TODAY.toordinal() - n)) for n in (7, 8, 14, 15, 31)]
    unpaid = make_picture([OrderFacts(whole, tuple(ages), (closed,))], TODAY, set()).unpaid
    assert [bucket.count for bucket in unpaid.buckets] == [1, 2, 1, 1]
    assert [bucket.count for bucket in found.acts.buckets] == [0, 0, 1, 0]


def cells(content: bytes, sheet: str) -> list[list[Any]]:
    """Return a sheet's values; no cell holds a formula."""
    book = load_workbook(BytesIO(content))
    assert all(cell.data_type != "f" for tab in book for row in tab.iter_rows() for cell in row)
    return [
        [cell.value.date() if isinstance(cell.value, datetime) else cell.value for cell in row]
        for row in book[sheet].iter_rows()
    ]


def test_workbook_cell_by_cell() -> None:
    """The workbook holds what the screen shows: numbers as numbers, days as days, typed text as text."""
    waiting = order("0123-0001", line("1", payment="unpaid", admitted_at=None), payer="=1+1")
    invoice = bill(waiting, number="=57", total=2_450_050, lines=(("1", 2_450_050),), valid_until=date(2027, 5, 12))
    content = report_workbook(make_report([OrderFacts(waiting, (invoice,)), OrderFacts(PAID)], TODAY, None))
    assert cells(content, "Сводка")[1:] == [
        ["Просрочены", 1, 24_500],
        ["Акты на этой неделе", 0, 0],
        ["Счета без отгрузки", 1, 24_500],
        ["Не оплачены", 1, 24_500.5],
    ]
    (row,) = cells(content, "Не оплачены")[1:]
    assert row == [
        "0123-0001", "0123", "=1+1", "оплату", "счёт № =57", 1, 24_500.5,
        date(2027, 5, 1), date(2027, 5, 12), 19, "срок прошёл",
    ]  # fmt: skip
    assert [len(cells(content, PART_NAMES[part])) for part in PARTS] == [2, 1, 2, 2]


def test_rows_there_and_back() -> None:
    """A row written into a letter's data reads back the same."""
    for row in make_report([OrderFacts(PAID, (bill(PAID),))], TODAY, None).rows:
        assert read_row(row_data(row)) == row


def made(count: int) -> Made:
    """Return a report of many orders."""
    facts: Sequence[OrderFacts] = [
        OrderFacts(order(f"0123-{at:04d}", line(str(at)), payer="ООО «Длинное» <&> " + "название " * 20))
        for at in range(count)
    ]
    return Made(make_report(facts, TODAY, None), None, cut=True)


def test_screens_are_short_and_paged() -> None:
    """The first screen has counts only; a part is paged, its orders open, and every button fits Telegram's 64 bytes."""
    first = view.summary(made(30), LOOKING)
    assert "Просрочены: 30 · 735\u00a0000\u00a0₽" in first.text
    assert "0123-0001" not in first.text
    pages = [view.part_page(made(30), "overdue", page, LOOKING) for page in (0, 1, 3, 99)]
    assert "страница 4 из 4" in pages[2].text
    assert pages[3] == pages[2]
    for screen in (first, *pages):
        assert len(screen.text) < 4000
        assert "<&>" not in screen.text
        assert all(len((key.data or "").encode()) <= 64 for row in screen.buttons for key in row)
        assert message_params(screen, 1)


def test_no_names_where_chats_carry_none() -> None:
    """With personal data kept out of chats there is no payer and no table."""
    shy = view.Looking(opens=False, all_centres=False, in_chat=False)
    shown = [view.summary(made(3), shy), view.part_page(made(3), "overdue", 0, shy)]
    assert all("Длинное" not in screen.text for screen in shown)
    labels = [key.label for screen in shown for row in screen.buttons for key in row]
    assert "XLSX" not in labels
    assert "0123-0001" not in labels


def test_an_empty_report_says_so() -> None:
    """Where nothing waits, that is what is said, and the picture is still there."""
    screen = view.summary(Made(make_report([], TODAY, None), None, cut=False), LOOKING)
    assert view.ALL_CLEAR in screen.text
