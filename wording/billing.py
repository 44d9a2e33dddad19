"""Words about invoices and payments that chat and letters share. Plain text: the faces escape it."""

from datetime import date

from school.billing import Invoice
from school.money import Kopecks
from wording.dates import date_long, date_short, no_later_than
from wording.sums import format_sum

HOW_TO_TYPE = "57 от 5 мая, 49 000"
HOW_TO_PAY = "49 000 12.05"


def invoice_line(invoice: Invoice) -> str:
    """Write an invoice in a line: «Счёт № 57 от 5 мая · 49 000 ₽ · оплачено 24 500 ₽»."""
    parts = [f"Счёт № {invoice.number} от {date_short(invoice.issued_on)}", format_sum(invoice.total)]
    if invoice.state == "cancelled":
        kept = [f"оплачено {format_sum(invoice.paid)}"] if invoice.paid > 0 else []
        return " · ".join([*parts, "отменён", *kept])
    if invoice.paid > invoice.total:
        parts.append(f"оплачено {format_sum(invoice.paid)}")
    elif invoice.state == "paid":
        parts.append("✅ оплачен")
    elif invoice.paid:
        parts.append(f"оплачено {format_sum(invoice.paid)}")
    else:
        parts.append("⏳ не оплачен")
    if invoice.edition > 1:
        parts.append(f"редакция {invoice.edition}")
    return " · ".join(parts)


def pay_by(valid_until: date | None) -> str:
    """Write until when an invoice stands: «не позднее 12 мая»; nothing where it does not say."""
    return no_later_than(valid_until) if valid_until else ""


def payment_line(amount: Kopecks, day: date) -> str:
    """Write a payment or refund: «24 500 ₽, 12 мая 2027», «возврат 24 500 ₽, …»."""
    return f"{'возврат ' if amount < 0 else ''}{format_sum(abs(amount))}, {date_long(day)}"


def account_tail(account: str) -> str:
    """Write an account by its last four digits."""
    return f"…{account[-4:]}"
