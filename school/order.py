"""The order (заявка): who pays, who asks, who will learn what and when (REGULATIONS O1–O7)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from school.payer import PayerKind

QuestionnaireState = Literal["not_started", "filling", "submitted", "returned", "approved", "declined"]
PaymentState = Literal["unpaid", "paid"]


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
    """One student on one run; titles, price (kopecks) and dates are a snapshot of the day of the order."""

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


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `number` is what people say ("0123-0042"), `id` is opaque, `placed_by` a chat account's id."""

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

    @property
    def total(self) -> int:
        """The sum of all lines, in kopecks."""
        return sum(line.price for line in self.lines)
