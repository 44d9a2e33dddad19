"""What is shown of orders and their students: states only, never a document, a surname in it or a reason (A2).

The client and the student are told the same conditions in their own words.
"""

from collections.abc import Sequence
from html import escape

from bot.context import Settings
from school.admission import blocking as blocking_of
from school.billing import Invoice
from school.catalogue import Catalogue
from school.order import Order, OrderLine
from wording.billing import invoice_line
from wording.conditions import Reader
from wording.conditions import conditions as conditions_in_words
from wording.conditions import course_facts as facts_in_words
from wording.dates import period_with_year
from wording.names import bare
from wording.plurals import plural
from wording.sums import format_sum

STUDENTS_OF_CARD = 4


def shown_name(name: str, settings: Settings) -> str:
    """Return the name as this chat may hold it, for HTML: first letters where personal data are kept out."""
    return escape(name if settings.in_chat else bare(name))


def conditions(line: OrderLine, settings: Settings, reader: Reader, *, pays: bool) -> list[str]:
    """Return `wording.conditions.conditions` for HTML."""
    found = conditions_in_words(line, reader, registration=settings.registration, pays=pays)
    return [escape(words) for words in found]


def order_card(order: Order, settings: Settings, invoices: Sequence[Invoice] = ()) -> str:
    """Return an order's card for who placed it; students whom something waits for come first, the rest is counted."""
    payer = order.payer.name
    payer = shown_name(payer, settings) if order.payer.kind.value != "organisation" else escape(payer)
    head = (
        f"<b>Заявка № {order.number}</b> · {plural(len(order.lines), 'ученик', 'ученика', 'учеников')} · "
        f"{'отменена' if order.cancelled else format_sum(order.total)}\n{payer}"
    )
    head += "".join(f"\n{escape(invoice_line(one))}" for one in invoices if one.state != "cancelled")
    lines = sorted(order.lines, key=lambda line: urgency(line, settings))
    students = [f"\n{_student(line, settings)}" for line in lines[:STUDENTS_OF_CARD]]
    if rest := lines[STUDENTS_OF_CARD:]:
        students.append(f"\n…и ещё {plural(len(rest), 'ученик', 'ученика', 'учеников')}, все — по кнопке «Ученики»")
    return "\n".join([head, *students])


def _student(line: OrderLine, settings: Settings) -> str:
    states = " · ".join(conditions(line, settings, "client", pays=True))
    title = f"{shown_name(line.name, settings)} — {escape(line.course_title)}"
    return f"{title}, {period_with_year(line.starts, line.ends)}\n{states}"


def urgency(line: OrderLine, settings: Settings) -> int:
    """Return the place among others: 0 where people must act, 1 where the school must, 2 where nothing blocks."""
    if line.admitted_at is not None or line.cancelled:
        return 2
    first = blocking_of(line, registration=settings.registration)
    return 2 if first is None else 1 if first.waits_for == "school" else 0


def course_facts(line: OrderLine, catalogue: Catalogue) -> str:
    """Return `wording.conditions.course_facts` for HTML."""
    return escape(facts_in_words(line, catalogue))
