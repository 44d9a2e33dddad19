"""What the use cases need of the world, as Protocols: implemented by storage, faked by nobody.

Reads are awaited and see what is committed; writes are staged and take effect together when the opener of the unit
of work commits. A save of a stale version makes the commit raise `Conflict`, and the opener runs the input again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from school.catalogue import Catalogue
from school.centre import Centre, Role, StaffMember
from school.draft import Consent, Draft, Visitor
from school.notices import Notice
from school.order import Order, Payer


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Session:
    """All that is known of a chat account, read in one trip: who it is, what it may do, what it was filling in."""

    visitor: Visitor | None
    roles: tuple[StaffMember, ...]
    draft: Draft | None
    centre: Centre | None
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Token:
    """A secret in a link, kept as its SHA-256 hex; `subject` is what it opens (an order line, a role)."""

    sha256: str
    kind: str
    subject: str
    expires_at: datetime
    data: dict[str, str]
    used_by: int | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    failures: int = 0
    version: int = 0


class UnitOfWork(Protocol):
    """One input's reads and staged writes."""

    async def session(self, user_id: int) -> Session:
        """Read the account's session in one trip; its `centre` is the draft's, else the visitor's last."""

    async def catalogue(self) -> Catalogue:
        """Return what is on sale now."""

    async def centre(self, number: str) -> Centre | None:
        """Return the centre of this number, or None."""

    async def centre_staff(self, number: str) -> Sequence[StaffMember]:
        """Return the managers of the centre whose role is not withdrawn."""

    async def staff_of_role(self, role: Role) -> Sequence[StaffMember]:
        """Return all who hold the role now."""

    async def orders_placed_by(self, user_id: int, limit: int, offset: int) -> tuple[Sequence[Order], int]:
        """Return a page of the account's own orders, newest first, and how many there are in all."""

    async def active_draft(self, user_id: int, form: str) -> Draft | None:
        """Return the account's latest active draft of this form, or None."""

    async def order_by_draft(self, draft_id: str) -> Order | None:
        """Return the order made of this draft, if any."""

    async def order(self, order_id: str) -> Order | None:
        """Return the order of this opaque id, or None."""

    async def order_of_line(self, line_id: str) -> Order | None:
        """Return the order that holds this line, or None."""

    async def similar_orders(self, payer: Payer, students: Sequence[tuple[str, str]]) -> Sequence[Order]:
        """Return orders of the same payer (ИНН, else folded name) with a student (folded name, run key) among these."""

    async def known_payers(self, user_id: int, limit: int) -> Sequence[Payer]:
        """Return the latest distinct payers of the account's own orders (REGULATIONS O3), newest first."""

    async def token(self, sha256: str) -> Token | None:
        """Return the token of this hash, or None."""

    async def line_of_visitor(self, user_id: int) -> Sequence[str]:
        """Return ids of the order lines bound to this account by their links."""

    def save_visitor(self, visitor: Visitor) -> None:
        """Stage an account's insert or update."""

    def save_draft(self, draft: Draft) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""

    def save_consent(self, consent: Consent) -> None:
        """Stage a consent."""

    def add_order(self, order: Order) -> None:
        """Stage a new order and take its number from the centre: a number taken meanwhile makes a `Conflict`."""

    def save_token(self, token: Token) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""

    def bind_line(self, line_id: str, user_id: int) -> None:
        """Stage binding an order line's student to a chat account."""

    def add_staff(self, member: StaffMember) -> None:
        """Stage a new role."""

    def add_notice(self, notice: Notice) -> None:
        """Stage an outgoing message; one whose `dedupe` is there already is dropped in silence."""

    def audit(self, actor: str, action: str, subject: str, before: str = "", after: str = "") -> None:
        """Stage a line of the audit: who did what to what, from what to what."""
