"""The order (заявка): who pays, who asks, who will learn what and when (REGULATIONS O1–O7)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from school.payer import PayerKind

QuestionnaireState = Literal["not_started", "filling", "submitted", "returned", "approved", "declined"]
PaymentState = Literal["unpaid", "paid"]
TestState = Literal["none", "passed", "failed"]
TrainingState = Literal["not_started", "studying", "finished", "expelled"]
Preference = Literal["chat", "mail", ""]
HeldWhy = Literal["", "stranger", "cap"]


@dataclass(frozen=True, slots=True)
class Payer:
    """The payer (плательщик). ИНН is required of organisations and sole traders, КПП of organisations only."""

    kind: PayerKind
    name: str
    inn: str | None
    kpp: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Orderer:
    """The person who places the order; mobile in E.164."""

    name: str
    mobile: str
    email: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One student on one run; titles, price (kopecks) and dates are a snapshot of the day of the order.

    `questionnaire` mirrors the state of the line's `school.questionnaire.Questionnaire`, `submitted_at` is its present
    submission's (None once returned or reopened). `admit_by` (school's zone) is REGULATIONS A1's date, kept beside the
    two facts that make it. `student_id` is the chat account bound by proof. `tracking` is the post id of the training
    documents (D1). `prefers` is where the student wants to be written to, "" while they have not said. `listed_at`:
    told to the school as one to open the access for. `cancelled_at`: the place was given up, for the
    code `cancel_reason`. All moments in UTC.
    """

    id: str
    name: str
    mobile: str
    email: str
    course: str
    run: str
    tariff: str
    course_title: str
    tariff_title: str
    price: int
    starts: date
    ends: date
    questionnaire: QuestionnaireState = "not_started"
    payment: PaymentState = "unpaid"
    admitted_at: datetime | None = None
    flags: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    paid_at: datetime | None = None
    admit_by: date | None = None
    registered_at: datetime | None = None
    listed_at: datetime | None = None
    test: TestState = "none"
    training: TrainingState = "not_started"
    tracking: str | None = None
    link_sent_at: datetime | None = None
    nudged_at: datetime | None = None
    student_id: int | None = None
    prefers: Preference = ""
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    version: int = 1

    @property
    def cancelled(self) -> bool:
        """Whether the place was given up."""
        return self.cancelled_at is not None

    @property
    def expelled(self) -> bool:
        """Whether the school has sent the student away after the admission."""
        return self.training == "expelled"


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `number` is what people say ("0123-0042"), `id` is opaque, `placed_by` a chat account's id.

    `held_since` is when its letters to students began to wait, for `held_why`: nobody has confirmed the orderer's
    mailbox ("stranger"), or there were too many letters ("cap": staff alone let it go). `held_nudged_at`: when the
    orderer was reminded of it; `released_at` and `released_by` (as the audit names them): who let the letters go.
    """

    id: str
    number: str
    centre: str
    draft_id: str
    payer: Payer
    orderer: Orderer
    lines: tuple[OrderLine, ...]
    placed_at: datetime
    placed_by: int
    filled_in_by_staff: bool = False
    version: int = 1
    extra: dict[str, str] = field(default_factory=dict)
    held_since: datetime | None = None
    held_why: HeldWhy = ""
    held_nudged_at: datetime | None = None
    released_at: datetime | None = None
    released_by: str = ""

    @property
    def held(self) -> bool:
        """Whether nothing is written to its students yet."""
        return self.held_since is not None and self.released_at is None

    def line(self, line_id: str) -> OrderLine:
        """Return the line of this id. KeyError where it is not the order's."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)

    def reference(self, line_id: str) -> str:
        """Return how people name a line: the order's number and the student's place in it, "0123-0042/2"."""
        return f"{self.number}/{self.lines.index(self.line(line_id)) + 1}"

    @property
    def living(self) -> tuple[OrderLine, ...]:
        """The lines that were not cancelled."""
        return tuple(line for line in self.lines if not line.cancelled)

    @property
    def cancelled(self) -> bool:
        """Whether every line was cancelled."""
        return bool(self.lines) and not self.living

    @property
    def total(self) -> int:
        """The sum of the lines that were not cancelled, in kopecks."""
        return sum(line.price for line in self.living)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One student's place in an order: the order and the line, as use cases hand them on."""

    order: Order
    line: OrderLine

    @property
    def reference(self) -> str:
        """How people name it: "0123-0042/2"."""
        return self.order.reference(self.line.id)

    @property
    def pays(self) -> bool:
        """Whether the student pays for themselves."""
        payer = self.order.payer
        return payer.kind is not PayerKind.ORGANISATION and payer.name == self.line.name
