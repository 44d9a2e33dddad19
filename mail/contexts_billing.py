"""The letter with an invoice: its data and the values of its templates (REGULATIONS P1)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict

from mail.contexts_students import greeting
from wording.dates import date_long, no_later_than, period_with_year
from wording.plurals import plural
from wording.sums import format_sum


class BilledStudentData(TypedDict):
    """A student on the invoice; dates ISO, the price in kopecks."""

    name: str
    course_title: str
    tariff_title: str
    starts: str
    ends: str
    price: int


class InvoiceData(TypedDict):
    """Data of `invoice_to_client`, as `school.use_cases.issue_invoice.papers_data` makes it; dates ISO, kopecks.

    `seller` are the centre's settings by key and `template` its own contract (DOCX, base64), both empty where the
    invoice was not made here. `to_look`: it goes to the centre, for a look before it is sent.
    """

    order_number: str
    orderer_name: str
    centre_name: str
    centre_email: str
    number: str
    edition: int
    issued_on: str
    valid_until: str | None
    total: int
    generated: bool
    payer: dict[str, Any]
    students: list[BilledStudentData]
    seller: dict[str, str]
    template: str
    to_look: NotRequired[bool]


def invoice_to_client(data: Mapping[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values: sums and dates worded."""
    until = date.fromisoformat(data["valid_until"]) if data["valid_until"] else None
    return {
        "order_number": data["order_number"],
        "greeting": greeting(data["orderer_name"]),
        "centre_name": data["centre_name"],
        "centre_email": data["centre_email"],
        "number": data["number"],
        "edition": data["edition"],
        "generated": data["generated"],
        "own_contract": bool(data["template"]),
        "to_look": data.get("to_look", False),
        "issued_on": date_long(date.fromisoformat(data["issued_on"])),
        "until": no_later_than(until) if until else "",
        "total": format_sum(data["total"]),
        "count": plural(len(data["students"]), "ученика", "учеников", "учеников"),
        "students": [
            {
                "name": one["name"],
                "course_title": one["course_title"],
                "dates": period_with_year(date.fromisoformat(one["starts"]), date.fromisoformat(one["ends"])),
                "price": format_sum(one["price"]),
            }
            for one in data["students"]
        ],
    }
