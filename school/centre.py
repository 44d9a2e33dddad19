"""A service centre (сервисный центр, СЦ): the partner that sells, and its staff."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Centre:
    """A service centre; `number` like "0123", `email` its mailbox; `next_order` is the next order's sequence."""

    number: str
    name: str
    email: str
    closed: bool = False
    next_order: int = 1
    settings: dict[str, str] = field(default_factory=dict)


class Role(StrEnum):
    """What a member of staff may be."""

    MANAGER = "manager"
    CURATOR = "curator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One role of one person; a manager's carries the centre. `withdrawn_at` in UTC ends it.

    `seen_at` (UTC) is when the person last wrote to the bot, an hour exact; None: not since `since`.
    `email` is the registered mailbox, in small letters, "" for none: it signs the account in on the page of staff.
    """

    id: str
    user_id: int
    chat_id: int
    role: Role
    centre: str | None
    name: str
    since: datetime
    withdrawn_at: datetime | None = None
    seen_at: datetime | None = None
    email: str = ""
