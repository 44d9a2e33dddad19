"""The reads of the unit of work: each is one trip to the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from school.catalogue import Catalogue
from school.centre import Centre, Role, StaffMember
from school.draft import Draft, Visitor
from school.order import Order, Payer
from school.ports import Card, CardKind, Clock, Lease, QueueState, Session, Token
from school.questionnaire import Questionnaire
from storage import reads, reads_review

if TYPE_CHECKING:
    from storage.database import Database


class UowReads:
    """What may be read, over what is committed."""

    _database: "Database"
    _clock: Clock

    async def session(self, user_id: int) -> Session:
        """Read the account's session in one trip; its `centre` is the draft's, else the visitor's last."""
        cache = self._database.catalogue_cache
        return await self._database.run(lambda c: reads.session(c, cache, user_id))

    async def catalogue(self) -> Catalogue:
        """Return what is on sale now."""
        return await self._database.run(self._database.catalogue_cache.current)

    async def centre(self, number: str) -> Centre | None:
        """Return the centre of this number, or None."""
        return await self._database.run(lambda c: reads.centre(c, number))

    async def centre_staff(self, number: str) -> Sequence[StaffMember]:
        """Return the managers of the centre whose role is not withdrawn."""
        return await self._database.run(lambda c: reads.centre_staff(c, number))

    async def staff_of_role(self, role: Role) -> Sequence[StaffMember]:
        """Return all who hold the role now."""
        return await self._database.run(lambda c: reads.staff_of_role(c, role))

    async def orders_placed_by(self, user_id: int, limit: int, offset: int) -> tuple[Sequence[Order], int]:
        """Return a page of the account's own orders, newest first, and how many there are in all."""
        return await self._database.run(lambda c: reads.orders_placed_by(c, user_id, limit, offset))

    async def active_draft(self, user_id: int, form: str) -> Draft | None:
        """Return the account's latest active draft of this form, or None."""
        return await self._database.run(lambda c: reads.active_draft(c, user_id, form))

    async def draft(self, draft_id: str) -> Draft | None:
        """Return the draft of this id in whatever state, or None."""
        return await self._database.run(lambda c: reads.draft(c, draft_id))

    async def order_by_draft(self, draft_id: str) -> Order | None:
        """Return the order made of this draft, if any."""
        return await self._database.run(lambda c: reads.order_by(c, "draft", draft_id))

    async def order(self, order_id: str) -> Order | None:
        """Return the order of this opaque id, or None."""
        return await self._database.run(lambda c: reads.order_by(c, "id", order_id))

    async def order_of_line(self, line_id: str) -> Order | None:
        """Return the order that holds this line, or None."""
        return await self._database.run(lambda c: reads.order_by(c, "line", line_id))

    async def similar_orders(self, payer: Payer, students: Sequence[tuple[str, str]]) -> Sequence[Order]:
        """Return orders of the same payer (ИНН, else folded name) with a student (folded name, run key) among these."""
        return await self._database.run(lambda c: reads.similar_orders(c, payer, students))

    async def known_payers(self, user_id: int, limit: int) -> Sequence[Payer]:
        """Return the latest distinct payers of the account's own orders (REGULATIONS O3), newest first."""
        return await self._database.run(lambda c: reads.known_payers(c, user_id, limit))

    async def token(self, sha256: str) -> Token | None:
        """Return the token of this hash, or None."""
        return await self._database.run(lambda c: reads.token(c, sha256))

    async def line_of_visitor(self, user_id: int) -> Sequence[str]:
        """Return ids of the order lines bound to this account by their links."""
        return await self._database.run(lambda c: reads.lines_of_visitor(c, user_id))

    async def order_by_number(self, number: str) -> Order | None:
        """Return the order that people call by this number, or None."""
        return await self._database.run(lambda c: reads.order_by(c, "number", number))

    async def orders_of_lines(self, line_ids: Sequence[str]) -> Sequence[Order]:
        """Return the orders that hold any of these lines, each once and whole, in one trip."""
        return await self._database.run(lambda c: reads.orders_of_lines(c, line_ids))

    async def visitor(self, user_id: int) -> Visitor | None:
        """Return the account, or None when it has never written."""
        return await self._database.run(lambda c: reads.visitor(c, user_id))

    async def staff_of_mailbox(self, email: str) -> Sequence[StaffMember]:
        """Return the roles held now whose registered mailbox this is."""
        return await self._database.run(lambda c: reads.staff_of_mailbox(c, email))

    async def staff_member(self, member_id: str) -> StaffMember | None:
        """Return a role by its id, a withdrawn one too."""
        return await self._database.run(lambda c: reads.one_staff_member(c, member_id))

    async def questionnaire(self, line_id: str) -> Questionnaire | None:
        """Return the line's questionnaire, or None while it is not begun."""
        return await self._database.run(lambda c: reads_review.questionnaire(c, line_id))

    async def same_files(self, sha256s: Sequence[str], line_id: str) -> Sequence[str]:
        """Return ids of other persons' lines that hold a file of one of these hashes.

        A line of the same folded name is the same person on another course, and is left out.
        """
        return await self._database.run(lambda c: reads_review.same_files(c, sha256s, line_id))

    async def last_dealt(self, user_id: int, now: datetime) -> str | None:
        """Return the line that this curator took last, while the lease lasts as of `now`."""
        return await self._database.run(lambda c: reads_review.last_dealt(c, user_id, now))

    async def next_to_review(self, user_id: int, now: datetime, behind: str = "", but: str = "") -> str | None:
        """Return the line whose questionnaire this curator is to look at next.

        The submitted one with the oldest `admit_by` (none is last), then the oldest submission, that nobody else holds
        and that is not their own: the first `behind` that line, and after the last from the beginning. Never `but`,
        which is being decided in this unit of work. By index: as quick at 10,000 waiting as at 10.
        """
        return await self._database.run(lambda c: reads_review.next_to_review(c, user_id, now, behind, but))

    async def queue_state(self, now: datetime, today: date) -> QueueState:
        """Return what waits; `today` in the school's zone, leases as of `now`."""
        return await self._database.run(lambda c: reads_review.queue_state(c, now, today))

    async def lease(self, line_id: str, now: datetime) -> Lease | None:
        """Return who looks at the line's questionnaire now, or None."""
        return await self._database.run(lambda c: reads_review.lease(c, line_id, now))

    async def lines_to_admit(self, now: datetime, *, registration: bool, limit: int) -> tuple[Sequence[str], int]:
        """Return ids of lines that are ready (paid, approved, registered if asked), not admitted, and their count.

        Oldest `admit_by` first.
        """
        return await self._database.run(lambda c: reads_review.lines_to_admit(c, limit, registration=registration))

    async def lines_due(self, today: date, limit: int) -> tuple[Sequence[str], int]:
        """Return ids of lines not admitted whose `admit_by` is today or earlier, and their count, oldest first."""
        return await self._database.run(lambda c: reads_review.lines_due(c, today, limit))

    async def lines_to_list(self, limit: int) -> Sequence[str]:
        """Return ids of lines admitted and not yet told to the school as ones to open the access for."""
        return await self._database.run(lambda c: reads_review.lines_to_list(c, limit))

    async def lines_of_run(self, run: str) -> Sequence[str]:
        """Return ids of the admitted lines of a run, by folded name."""
        return await self._database.run(lambda c: reads_review.lines_of_run(c, run))

    async def runs_with_students(self) -> Sequence[tuple[str, int]]:
        """Return keys of runs that have admitted students and how many, the latest run first."""
        return await self._database.run(reads_review.runs_with_students)

    async def diplomas_to_remind(self, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of lines whose questionnaire is being filled in and has a `remind_at` that has come."""
        return await self._database.run(lambda c: reads_review.diplomas_to_remind(c, now, limit))

    async def cards(self, subject: str, kind: CardKind) -> Sequence[Card]:
        """Return the messages that stand for this, oldest first."""
        return await self._database.run(lambda c: reads_review.cards(c, subject, kind))

    async def thread_of(self, chat_id: int, message_id: int) -> str | None:
        """Return the line whose conversation this message of the bot belongs to, or None.

        The message is found by what sending it gave; of a chat only the latest 2,000 are looked through.
        """
        return await self._database.run(lambda c: reads_review.thread_of(c, chat_id, message_id))

    async def living_tokens(self, kind: str, subject: str, now: datetime) -> Sequence[Token]:
        """Return tokens of this subject that still open something: neither revoked nor expired."""
        return await self._database.run(lambda c: reads.living_tokens(c, kind, subject, now))

    async def document_ids(self) -> Sequence[str]:
        """Return ids of all that the vault keeps for something: whatever else is in it is left over.

        Documents of questionnaires and of the school, acts and their scans; raw letters lie in a vault of their own.
        """
        now = self._clock.now()
        return await self._database.run(lambda c: reads_review.document_ids(c, now))
