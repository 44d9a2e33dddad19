"""Invented invoices, payments and acts for the storage tests."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from school.billing import Allocation, Invoice, Payment
from school.closing import Act
from school.order import Order
from school.ports import UnitOfWork
from storage.database import Database
from tests.integration.storage_samples import CLOCK

ISSUED = date(2027, 5, 5)


def invoice(of: Order, number: str = "57", **changes: object) -> Invoice:
    """Make an invoice of all lines of an order, not stored yet."""
    made = Invoice(
        id=uuid4().hex,
        order_id=of.id,
        centre=of.centre,
        number=number,
        issued_on=ISSUED,
        total=of.total,
        payer_inn=of.payer.inn,
        payer_name=of.payer.name,
        lines=tuple((line.id, line.price) for line in of.lines),
        version=0,
        valid_until=date(2027, 5, 12),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def payment(amount: int = 2450000, **changes: object) -> Payment:
    """Make a payment to the sample centre, not stored yet."""
    made = Payment(
        id=uuid4().hex,
        centre="0123",
        received_on=date(2027, 5, 12),
        amount=amount,
        payer_inn="5039002841",
        payer_name="ООО «Ромашка»",
        purpose="Оплата по счёту 57",
        source="statement",
        dedupe=uuid4().hex,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def part(of: Payment, to: Invoice, amount: int | None = None) -> Allocation:
    """Make an allocation of a payment to the first line of an invoice: of all of it, or of an amount."""
    return Allocation(of.id, to.id, to.lines[0][0], of.amount if amount is None else amount)


def act(of: Order, **changes: object) -> Act:
    """Make an act of an order's first run, not stored yet."""
    line = of.lines[0]
    made = Act(uuid4().hex, of.id, of.centre, line.run, line.ends, tuple(one.id for one in of.lines))
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def unit(database: Database) -> UnitOfWork:
    """Begin a unit of work as the use cases see it: the checker of types holds the two together."""
    return database.uow(CLOCK)
