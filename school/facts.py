"""All that is known of an order at one moment: what reminders, reports and cards are decided from."""

from dataclasses import dataclass, field
from datetime import date, datetime

from school.billing import Invoice
from school.closing import Act
from school.order import Order, QuestionnaireState


@dataclass(frozen=True, slots=True)
class QuestionnaireFacts:
    """How a line's questionnaire stands; `returned_at` (UTC) where it was sent back and is waited for."""

    line_id: str
    state: QuestionnaireState
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Snooze:
    """«Отложить до …»: reminders of this kind about this subject are silent before the date (school's zone)."""

    subject: str
    kind: str
    until: date


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order with its invoices, acts and questionnaires; `paused_until` silences every reminder before that date."""

    order: Order
    invoices: tuple[Invoice, ...] = ()
    acts: tuple[Act, ...] = ()
    questionnaires: tuple[QuestionnaireFacts, ...] = ()
    paused_until: date | None = None
    snoozes: tuple[Snooze, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that was planned: unique by subject, kind and due date, so that none is made twice.

    `subject` is an order's, a line's, an invoice's or an act's id; `audience` "manager", "client", "student",
    "curator", "admin" or "school"; `due_on` is the date it is for, `planned_at` (UTC) when it was made.
    """

    subject: str
    order_id: str
    kind: str
    due_on: date
    audience: str
    planned_at: datetime
