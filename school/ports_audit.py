"""What the use cases need of storage for the audit, for group chats and for what waits at home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from school.centre import StaffMember


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit: who did what to what, from what to what; `at` in UTC.

    `actor` is "chat:<account>", "mail:<address>", on a page "page:<address>", of staff there "page:<account>", or a
    name of the bot's own; `subject` an opaque id.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat the bot was brought into; `centre` None until it is bound to one. Moments in UTC.

    `bound_by` is the account that brought the bot or bound the group, `left_at` when the bot was out of it again.
    """

    chat_id: int
    title: str
    centre: str | None
    bound_by: int
    bound_at: datetime
    left_at: datetime | None = None

    @property
    def bound(self) -> bool:
        """Tell whether the centre's notices go there."""
        return self.centre is not None and self.left_at is None


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a subject of the audit: `what` it is and the number or name it goes by."""

    what: Literal["order", "line", "invoice", "act", "payment", "staff"]
    name: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What waits for an administrator: messages given up, updates and letters set aside."""

    dead: int
    updates: int
    letters: int


class AuditUnit(Protocol):
    """One input's reads of the audit, and what is known of groups."""

    async def audit_of_subjects(self, subjects: Sequence[str], limit: int, offset: int) -> Sequence[AuditLine]:
        """Return a page of what was done to any of these, the newest first, by index."""

    async def audit_of_actors(self, actors: Sequence[str], limit: int, offset: int) -> Sequence[AuditLine]:
        """Return a page of what these actors did, the newest first, by index."""

    async def audit_between(self, since: datetime, until: datetime, limit: int, offset: int) -> Sequence[AuditLine]:
        """Return a page of what was done from `since` on and before `until` (UTC), the newest first, by index."""

    async def audit_labels(self, ids: Sequence[str]) -> Mapping[str, Label]:
        """Return what people call these, in one trip: the name of a line is "0123-0042/2", of a payment its centre.

        Invoices and acts come with their order's number. Unknown ids are left out.
        """

    async def staff_ever(self) -> Sequence[StaffMember]:
        """Return every role there is and was, the newest first."""

    async def trouble(self) -> Trouble:
        """Return what waits for an administrator."""

    async def group(self, chat_id: int) -> Group | None:
        """Return the group of this chat, one that the bot has left too, or None."""

    async def groups_of_centre(self, centre: str) -> Sequence[Group]:
        """Return the groups that are bound to the centre now."""

    def save_group(self, group: Group) -> None:
        """Stage a group's insert or update."""
