"""Letters about closing documents: the act to the client, the scan that the school returned to the centre (C1)."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from wording.closing import last_day
from wording.dates import date_long
from wording.sums import format_sum


class ActLetterData(TypedDict):
    """What both letters hold, as `school.use_cases.move_act.about` makes it; dates ISO."""

    act: str
    act_number: str
    order_number: str
    payer_name: str
    centre_name: str
    scan_due: str
    reason: str


class FileData(TypedDict):
    """A file of the letter, its content in base64."""

    name: str
    media: str
    base64: str


class ActToClientData(ActLetterData):
    """Data of `act_to_client`: `by` is the day to return it by (ISO), None where it is over; `total` in kopecks."""

    orderer_name: str
    greeting: str
    centre_email: str
    course_title: str
    ends: str
    total: int
    by: str | None
    files: list[FileData]


def act_to_client(data: ActToClientData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the client's letter."""
    return {
        **{key: value for key, value in data.items() if key != "files"},
        "ends": date_long(date.fromisoformat(data["ends"])),
        "total": format_sum(data["total"]),
        "by": last_day(date.fromisoformat(data["by"])) if data["by"] else None,
    }


def act_files(data: ActToClientData) -> list[tuple[str, str, bytes]]:
    """Return name, media and content of every file of the letter."""
    return [(file["name"], file["media"], b64decode(file["base64"])) for file in data["files"]]


def scan_returned(data: ActLetterData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter to the centre's mailbox."""
    due = date.fromisoformat(data["scan_due"])
    return {**data, "by": last_day(due), "by_whole": f"до {date_long(due)}"}
