"""What cancelling does to places, invoices, admission, reminders and `/status`, as tables."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from school.admission import admit_by, is_ready
from school.billing import Invoice
from school.cancelling import AdmittedNotCancelled, OrderCancelled, chosen, cut_invoices
from school.errors import SchoolError
from school.facts import OrderFacts
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.reminder_kinds import matters
from school.status import Query, rows_of, totals
from wording import status as words

NOW = datetime(2027, 3, 10, 21, 30, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = date(2027, 3, 5)


def line(name: str, **changes: Any) -> OrderLine:
    """Make a student who has done everything and is paid for."""
    made = OrderLine(
        name, "Соколова Любовь Андреевна", "+79339333333", f"{name}@example.ru", "c", "r", "t", "Курс", "Базовый",
        2_450_000, date(2027, 3, 30), date(2027, 4, 29), questionnaire="approved", payment="paid", submitted_at=NOW,
        paid_at=NOW,
    )  # fmt: skip
    return replace(made, **changes)


def order(*lines: OrderLine) -> Order:
    """Make an order of these students."""
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "Москва")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru")
    return Order("o", "0123-0001", "0123", "d", payer, orderer, lines, NOW, 1)


def bill(number: str, *lines: tuple[str, int], **changes: Any) -> Invoice:
    """Make an open invoice."""
    total = sum(amount for _, amount in lines)
    made = Invoice(number, "o", "0123", number, DAY, total, "5039002841", "ООО «Ромашка»", lines, sent_at=NOW)
    return replace(made, **changes)


GONE: dict[str, Any] = {"cancelled_at": NOW, "cancel_reason": "client"}
STUDIES: dict[str, Any] = {"admitted_at": NOW}


@pytest.mark.parametrize(
    ("lines", "line_id", "cancelled", "kept"),
    [
        ((line("a"), line("b")), None, ["a", "b"], []),
        ((line("a"), line("b")), "b", ["b"], []),
        ((line("a", **STUDIES), line("b")), None, ["b"], ["a"]),
        ((line("a", **GONE), line("b")), None, ["b"], []),
    ],
)
def test_whom_a_cancel_takes(lines: tuple[OrderLine, ...], line_id: str | None, cancelled: Any, kept: Any) -> None:
    """All who are not cancelled and do not study yet, or the one that was asked for."""
    found, left = chosen(order(*lines), line_id)
    assert ([one.id for one in found], [one.id for one in left]) == (cancelled, kept)


@pytest.mark.parametrize(
    ("lines", "line_id", "refusal"),
    [
        ((line("a", **STUDIES),), None, AdmittedNotCancelled),
        ((line("a", **STUDIES), line("b")), "a", AdmittedNotCancelled),
        ((line("a", **GONE),), None, OrderCancelled),
        ((line("a", **GONE), line("b")), "a", OrderCancelled),
    ],
)
def test_whom_a_cancel_refuses(lines: tuple[OrderLine, ...], line_id: str | None, refusal: type[SchoolError]) -> None:
    """Who studies, and who is cancelled already."""
    with pytest.raises(refusal):
        chosen(order(*lines), line_id)


@pytest.mark.parametrize(
    ("before", "gone", "paid", "after"),
    [
        (bill("57", ("a", 100), ("b", 200)), {"a", "b"}, {}, ("cancelled", 300, 2)),
        (bill("57", ("a", 100), ("b", 200)), {"a"}, {}, ("open", 200, 1)),
        (bill("57", ("a", 100), ("b", 200)), {"a"}, {("57", "a"): 40}, ("open", 240, 2)),
        (bill("57", ("a", 100), ("b", 200)), {"a"}, {("57", "a"): 100}, None),
        (bill("57", ("a", 100)), {"b"}, {}, None),
        (bill("57", ("a", 100), state="cancelled"), {"a"}, {}, None),
    ],
)
def test_what_an_invoice_becomes(before: Invoice, gone: set[str], paid: Any, after: Any) -> None:
    """Left with nobody it is cancelled; else a new edition of the same number that keeps the money that has come."""
    found = cut_invoices([before], frozenset(gone), paid)
    if after is None:
        assert not found
        return
    ((_, made),) = found
    assert (made.state, made.total, len(made.lines)) == after
    assert (made.number, made.edition, made.sent_at) == ("57", 2, None)


def test_a_cancelled_place_waits_for_nothing() -> None:
    """No admission, no term, no matter to remind of, no share in the order's sum."""
    ready, gone = line("a"), line("a", **GONE)
    assert is_ready(ready, registration=False)
    assert not is_ready(gone, registration=False)
    assert admit_by(ready, MOSCOW) is not None
    assert admit_by(gone, MOSCOW) is None
    waiting = line("b", questionnaire="not_started", payment="unpaid", submitted_at=None, paid_at=None)
    invoice = bill("57", ("b", 100), sent_at=None)
    assert matters(OrderFacts(order(waiting), (invoice,)), MOSCOW)
    assert not matters(OrderFacts(order(replace(waiting, **GONE)), (invoice,)), MOSCOW)
    both = order(ready, line("b", **GONE))
    assert (both.total, both.cancelled, order(gone).cancelled) == (2_450_000, False, True)


def test_status_tells_the_day_and_leaves_it_out_of_totals() -> None:
    """«отменена» with the school's date stands in place of what blocks, last, and totals count the others."""
    found = order(line("a", **GONE), line("b"))
    rows = rows_of([found], Query("number", "0123-0001"), (), registration=False)
    assert [row.line.id for row in rows] == ["b", "a"]
    assert words.blocking(rows[1], MOSCOW).startswith("отменена 11 марта")
    assert words.deadline(rows[1]) == ""
    assert words.totals(totals(rows)) == "1 ученик: оплачено, отменено: 1 место"
    assert words.totals(totals(rows[1:])) == "отменено: 1 место"
