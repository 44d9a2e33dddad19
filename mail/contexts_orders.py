"""Answers to orders by mail: the form, the form with its faults, the acceptance, why an order was not taken."""

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict

from wording.dates import period_with_year
from wording.held import CAPPED
from wording.order_block import OrderData

MOST_FAULTS = 20


class FileData(TypedDict):
    """A file that a letter carries within its data."""

    name: str
    base64: str


class OrderFormData(TypedDict):
    """Data of `order_form`: an empty form to fill in."""

    centre_name: str
    file: FileData


class FaultData(TypedDict):
    """One bad cell: where it stands and what to write there."""

    place: str
    text: str


class OrderFaultsData(TypedDict):
    """Data of `order_faults`: the same file with every bad cell marked, or `why` it could not be read at all."""

    centre_name: str
    why: str
    faults: list[FaultData]
    file: FileData


class OrderNotTakenData(TypedDict):
    """Data of `order_not_taken`.

    `why` is a code: closed, centre_closed, looks_repeated, not_on_sale, several_files.
    """

    centre_name: str
    why: str


class OrderAcceptedData(OrderData):
    """Data of `order_accepted`: the order, as `order_to_centre` has it.

    `confirm` holds the secret of the link that confirms a stranger's order, `nudge`: nobody has pressed it for a day.
    """

    confirm: NotRequired[dict[str, str]]
    nudge: NotRequired[bool]


def order_form(data: OrderFormData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter with the form."""
    return {"centre_name": data["centre_name"]}


def order_faults(data: OrderFaultsData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter that says what to mend; a long list is cut, the file has it whole."""
    faults = data["faults"]
    return {
        "centre_name": data["centre_name"],
        "why": data["why"],
        "faults": faults[:MOST_FAULTS],
        "count": len(faults),
        "more": max(0, len(faults) - MOST_FAULTS),
    }


def order_accepted(data: OrderAcceptedData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the acceptance."""
    students = [
        {
            "name": s["name"],
            "course": s["course_title"],
            "dates": period_with_year(date.fromisoformat(s["starts"]), date.fromisoformat(s["ends"])),
        }
        for s in data["students"]
    ]
    return {
        "number": data["number"],
        "centre_name": data["centre_name"],
        "total": data["total"],
        "students": students,
        "orderer_email": data["orderer"]["email"],
        "held": data.get("held", ""),
        "capped": CAPPED,
        "nudge": data.get("nudge", False),
    }


def order_not_taken(data: OrderNotTakenData, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the refusal."""
    why = "closed" if data["why"] == "centre_closed" else data["why"]
    return {"centre_name": data["centre_name"], "why": why, "support_phone": settings.get("school.support_phone", "")}


def packed_file(data: Mapping[str, Any]) -> tuple[str, str, bytes]:
    """Return the name, the media type and the content of the file within a letter's data."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return str(data["file"]["name"]), media, base64.b64decode(data["file"]["base64"])
