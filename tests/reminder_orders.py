"""Orders in the states that reminders are about, and a walk through time that tells what a person would be told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from school.billing import Invoice
from school.closing import Act
from school.facts import OrderFacts
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.reminders import Due, Policy, plan

MOSCOW = ZoneInfo("Europe/Moscow")


def line(**changes: Any) -> OrderLine:
    """One student on a course in June 2027, whose questionnaire is confirmed and who is not paid for."""
    made = OrderLine(
        id="l1",
        name="Соколова Любовь Андреевна",
        mobile="+79339333333",
        email="sokolova.l@yandex.ru",
        course="osno",
        run="osno-6",
        tariff="base",
        course_title="Бухгалтерский учёт при ОСНО",
        tariff_title="Базовый",
        price=2_450_000,
        starts=date(2027, 6, 21),
        ends=date(2027, 7, 20),
        questionnaire="approved",
    )
    return replace(made, **changes)


def order(*lines: OrderLine, **changes: Any) -> Order:
    """An order of an organisation, placed on Wednesday, 10 March 2027, at noon in Moscow."""
    made = Order(
        id="o1",
        number="0123-0042",
        centre="0123",
        draft_id="d1",
        payer=Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва"),
        orderer=Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru"),
        lines=lines or (line(),),
        placed_at=datetime(2027, 3, 10, 9, tzinfo=UTC),
        placed_by=7,
    )
    return replace(made, **changes)


def invoice(**changes: Any) -> Invoice:
    """An invoice of that order, issued in Клиент-Сервис on the day of the order."""
    made = Invoice(
        id="i1",
        order_id="o1",
        centre="0123",
        number="57",
        issued_on=date(2027, 3, 10),
        total=2_450_000,
        payer_inn="5039002841",
        payer_name="ООО «Ромашка»",
        lines=(("l1", 2_450_000),),
    )
    return replace(made, **changes)


def act(**changes: Any) -> Act:
    """An act of that order's run."""
    made = Act("a1", "o1", "0123", "osno-6", date(2027, 7, 20), ("l1",))
    return replace(made, **changes)


def at(text: str, zone: tzinfo = MOSCOW) -> datetime:
    """Read a local moment such as "2027-03-15 09:00" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def walk(
    facts: OrderFacts, policy: Policy, start: datetime, until: datetime, pace: timedelta | None, zone: tzinfo = MOSCOW
) -> Iterator[tuple[datetime, Due]]:
    """Yield what is told and when, looking every `pace`, or, for None, only when the plan says to look next."""
    planned: set[tuple[str, str, date]] = set()
    now: datetime | None = start
    while now is not None and now < until:
        made = plan(facts, policy, planned, now, zone)
        for due in made.due:
            key = (due.reminder.subject, due.reminder.kind, due.reminder.due_on)
            assert key not in planned
            planned.add(key)
            yield now, due
        assert made.next_look is None or made.next_look > now
        now = made.next_look if pace is None else now + pace
