"""Letters to staff: the link that signs in to the page, the mailbox that was changed, a trouble of the bot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo


class SignInData(TypedDict):
    """Data of `staff_sign_in`, to the registered mailbox; `expires_at` is an aware ISO moment, `link` whole."""

    name: str
    link: str
    expires_at: str


class MailboxChangedData(TypedDict):
    """Data of `staff_mailbox_changed`, to the mailbox that was."""

    name: str


class TroubleData(TypedDict):
    """Data of `trouble`, to administrators: a whole sentence, and whether it says that the trouble is over."""

    words: str
    over: bool


def trouble(data: TroubleData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter."""
    return {"words": data["words"], "over": data["over"]}


def sign_in(data: SignInData, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter; the end of the link is told in the school's zone."""
    zone = ZoneInfo(settings.get("school.timezone") or "Europe/Moscow")
    until = datetime.fromisoformat(data["expires_at"]).astimezone(zone)
    return {"name": data["name"], "link": data["link"], "until": f"{until:%H:%M}"}


def mailbox_changed(data: MailboxChangedData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter."""
    return {"name": data["name"]}
