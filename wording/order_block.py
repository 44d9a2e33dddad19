"""An order as plain JSON, and the block of «Поле: значение» lines that a manager copies into Клиент-Сервис."""

from datetime import date
from typing import NotRequired, TypedDict

from school.order import HeldWhy
from school.people import format_mobile
from wording.labels import ORDER_LABELS, PAYER_KIND_LABELS


class PayerData(TypedDict):
    """The payer: `kind` is a `PayerKind` value; `inn` and `kpp` are None where they do not apply or were skipped."""

    kind: str
    name: str
    inn: str | None
    kpp: str | None
    address: str


class OrdererData(TypedDict):
    """Who placed the order; `mobile` in E.164."""

    name: str
    mobile: str
    email: str


class StudentData(TypedDict):
    """One student on one run: `price` in kopecks, `starts` and `ends` ISO dates, `flags` as in `wording.labels`."""

    name: str
    mobile: str
    email: str
    course_title: str
    tariff_title: str
    price: int
    starts: str
    ends: str
    flags: list[str]


class OrderData(TypedDict):
    """The whole order: `total` in kopecks, `placed_at` an aware ISO moment.

    `held` says why the letters to students wait, "" where they do not.
    """

    number: str
    centre_name: str
    payer: PayerData
    orderer: OrdererData
    students: list[StudentData]
    total: int
    placed_at: str
    filled_in_by_staff: bool
    held: NotRequired[HeldWhy]


def payer_rows(data: OrderData) -> list[tuple[str, str]]:
    """Return (label, value) of the payer; what does not apply is left out."""
    payer = data["payer"]
    rows = [
        (ORDER_LABELS["payer_kind"], PAYER_KIND_LABELS[payer["kind"]]),
        (ORDER_LABELS["payer_name"], payer["name"]),
    ]
    rows += [(ORDER_LABELS[key], value) for key, value in (("inn", payer["inn"]), ("kpp", payer["kpp"])) if value]
    return [*rows, (ORDER_LABELS["address"], payer["address"])]


def orderer_rows(data: OrderData) -> list[tuple[str, str]]:
    """Return (label, value) of the person who placed the order."""
    orderer = data["orderer"]
    return [
        (ORDER_LABELS["orderer"], orderer["name"]),
        (ORDER_LABELS["mobile"], format_mobile(orderer["mobile"])),
        (ORDER_LABELS["email"], orderer["email"]),
    ]


def order_block(data: OrderData) -> list[str]:
    """Return the lines to copy field by field; an empty line parts payer, orderer and every student.

    Sums are «24500,00» and dates «25.04.2027», as form fields of accounting programs take them.
    """
    lines = [f"{ORDER_LABELS['number']}: {data['number']}"]
    lines += _lines(payer_rows(data))
    lines += ["", *_lines(orderer_rows(data))]
    for number, student in enumerate(data["students"], 1):
        lines += ["", *_lines(_student_rows(number, student))]
    return [*lines, "", f"{ORDER_LABELS['total']}: {_plain_sum(data['total'])}"]


def _student_rows(number: int, student: StudentData) -> list[tuple[str, str]]:
    return [
        (f"{ORDER_LABELS['student']} {number}", student["name"]),
        (ORDER_LABELS["mobile"], format_mobile(student["mobile"])),
        (ORDER_LABELS["email"], student["email"]),
        (ORDER_LABELS["course"], student["course_title"]),
        (ORDER_LABELS["tariff"], student["tariff_title"]),
        (ORDER_LABELS["starts"], _plain_date(student["starts"])),
        (ORDER_LABELS["ends"], _plain_date(student["ends"])),
        (ORDER_LABELS["price"], _plain_sum(student["price"])),
    ]


def _lines(rows: list[tuple[str, str]]) -> list[str]:
    # A line break inside a value would pass for another field.
    return [f"{label}: {' '.join(value.split())}" for label, value in rows]


def _plain_date(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d.%m.%Y}"


def _plain_sum(kopecks: int) -> str:
    return f"{kopecks // 100},{kopecks % 100:02d}"
