"""What the use cases need of the world, as Protocols: implemented by storage, faked by nobody.

Reads are awaited and see what is committed; writes are staged and take effect together when the opener of the unit
of work commits. A save of a stale version makes the commit raise `Conflict`, and the opener runs the input again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from school.catalogue import Catalogue
from school.centre import Centre, Role, StaffMember
from school.draft import Consent, Draft, Visitor
from school.notices import Notice
from school.order import Order, OrderLine, Payer
from school.ports_audit import AuditUnit
from school.ports_billing import BillingUnit, ClosingUnit
from school.ports_limits import LimitsUnit
from school.ports_mail import MailUnit
from school.ports_reminders import RemindersUnit
from school.ports_school import SchoolUnit
from school.ports_status import StatusUnit
from school.questionnaire import Page, Questionnaire
from school.uploads import Side


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class OrderProof:
    """What someone without an account has proved on a page: the id of the order, and how the audit names them."""

    order: str
    actor: str


@dataclass(frozen=True, slots=True)
class Session:
    """All that is known of a chat account, read in one trip: who it is, what it may do, what it was filling in.

    `proof` is there only for whoever comes by an order's page: they have no account and no roles.
    """

    visitor: Visitor | None
    roles: tuple[StaffMember, ...]
    draft: Draft | None
    centre: Centre | None
    catalogue: Catalogue
    proof: OrderProof | None = None


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


CardKind = Literal["review", "thread"]


@dataclass(frozen=True, slots=True)
class Card:
    """A message that stands for something in a staff member's or a student's chat, to be changed or answered later.

    `notice_id` is the outbox id that sent it, `subject` an order line's id, `chat_id` where it stands.
    """

    notice_id: str
    subject: str
    kind: CardKind
    chat_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """Who looks at a questionnaire now, until when (UTC)."""

    line_id: str
    user_id: int
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class QueueState:
    """What waits for curators: in all, due today or earlier, overdue before today; and who looks at how many."""

    waiting: int
    due: int
    overdue: int
    looked_at: tuple[tuple[str, int], ...]
    newest: datetime | None


class Vault(Protocol):
    """Keeps documents encrypted, by id. The key is not in the database."""

    async def put(self, document_id: str, content: bytes) -> None:
        """Keep the content durably; the same id twice keeps the later."""

    async def get(self, document_id: str) -> bytes:
        """Return the content. Raises `NotFound` for an unknown id or one that cannot be decrypted."""

    async def delete(self, document_id: str) -> None:
        """Erase; an unknown id is erased already."""

    async def ids(self) -> list[str]:
        """Return all that is kept."""


class Uploads(Protocol):
    """Takes files in: checked by content in a bounded process, then kept in the vault."""

    async def keep(self, content: bytes, name: str, key: str) -> Page:
        """Check and keep one file; the same `key` gives the same id, so that a repeat keeps nothing twice.

        Raises `school.uploads.UploadRefused`.
        """


class Pictures(Protocol):
    """Draws pages of documents: JPEGs, upright, without metadata, safe to be shown in a page."""

    async def picture(self, document_id: str, number: int, side: Side, turns: int = 0) -> bytes:
        """Return page `number` (from 1), turned by so many quarters clockwise.

        Raises `NotFound` for what is erased or a page that is not there, `school.uploads.UploadRefused` for what cannot
        be drawn.
        """


class UnitOfWork(
    MailUnit, BillingUnit, ClosingUnit, RemindersUnit, StatusUnit, AuditUnit, SchoolUnit, LimitsUnit, Protocol
):
    """One input's reads and staged writes; those about letters, money and reminders in the ports beside this one."""

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

    async def draft(self, draft_id: str) -> Draft | None:
        """Return the draft of this id in whatever state, or None."""

    async def order_by_draft(self, draft_id: str) -> Order | None:
        """Return the order made of this draft, if any."""

    async def order(self, order_id: str) -> Order | None:
        """Return the order of this opaque id, or None."""

    async def order_of_line(self, line_id: str) -> Order | None:
        """Return the order that holds this line, or None."""

    async def order_by_number(self, number: str) -> Order | None:
        """Return the order that people call by this number, or None."""

    async def orders_of_lines(self, line_ids: Sequence[str]) -> Sequence[Order]:
        """Return the orders that hold any of these lines, each once and whole, in one trip."""

    async def visitor(self, user_id: int) -> Visitor | None:
        """Return the account, or None when it has never written."""

    async def staff_of_mailbox(self, email: str) -> Sequence[StaffMember]:
        """Return the roles held now whose registered mailbox this is, in any case of letters; none for ""."""

    async def staff_member(self, member_id: str) -> StaffMember | None:
        """Return a role by its id, a withdrawn one too."""

    async def questionnaire(self, line_id: str) -> Questionnaire | None:
        """Return the line's questionnaire, or None while it is not begun."""

    async def same_files(self, sha256s: Sequence[str], line_id: str) -> Sequence[str]:
        """Return ids of other persons' lines that hold a file of one of these hashes.

        A line of the same folded name is the same person on another course, and is left out.
        """

    async def last_dealt(self, user_id: int, now: datetime) -> str | None:
        """Return the line that this curator took last, while the lease lasts as of `now`."""

    async def next_to_review(self, user_id: int, now: datetime, behind: str = "", but: str = "") -> str | None:
        """Return the line whose questionnaire this curator is to look at next.

        The submitted one with the oldest `admit_by` (none is last), then the oldest submission, that nobody else holds
        and that is not their own: the first `behind` that line, and after the last from the beginning. Never `but`,
        which is being decided in this unit of work. By index: as quick at 10,000 waiting as at 10.
        """

    async def queue_state(self, now: datetime, today: date) -> QueueState:
        """Return what waits; `today` in the school's zone, leases as of `now`."""

    async def lease(self, line_id: str, now: datetime) -> Lease | None:
        """Return who looks at the line's questionnaire now, or None."""

    async def lines_to_admit(self, now: datetime, *, registration: bool, limit: int) -> tuple[Sequence[str], int]:
        """Return ids of lines that are ready (paid, approved, registered if asked), not admitted, and their count.

        Oldest `admit_by` first.
        """

    async def lines_due(self, today: date, limit: int) -> tuple[Sequence[str], int]:
        """Return ids of lines not admitted whose `admit_by` is today or earlier, and their count, oldest first."""

    async def lines_to_list(self, limit: int) -> Sequence[str]:
        """Return ids of lines admitted and not yet told to the school as ones to open the access for."""

    async def lines_of_run(self, run: str) -> Sequence[str]:
        """Return ids of the admitted lines of a run, by folded name."""

    async def runs_with_students(self) -> Sequence[tuple[str, int]]:
        """Return keys of runs that have admitted students and how many, the latest run first."""

    async def diplomas_to_remind(self, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of lines whose questionnaire is being filled in and has a `remind_at` that has come."""

    async def cards(self, subject: str, kind: CardKind) -> Sequence[Card]:
        """Return the messages that stand for this, oldest first."""

    async def thread_of(self, chat_id: int, message_id: int) -> str | None:
        """Return the line whose conversation this message of the bot belongs to, or None.

        The message is found by what sending it gave; of a chat only the latest 2,000 are looked through.
        """

    async def living_tokens(self, kind: str, subject: str, now: datetime) -> Sequence[Token]:
        """Return tokens of this subject that still open something: neither revoked nor expired."""

    async def document_ids(self) -> Sequence[str]:
        """Return ids of all that the vault keeps for something: whatever else is in it is left over.

        Documents of questionnaires and of the school, acts and their scans; raw letters lie in a vault of their own.
        """

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

    def save_line(self, order_id: str, line: OrderLine) -> None:
        """Stage an update of a line that compares and raises its version; name, mobile and all else as given."""

    def save_questionnaire(self, questionnaire: Questionnaire) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""

    def drop_questionnaire(self, questionnaire: Questionnaire) -> None:
        """Stage the erasure of a questionnaire and of its rows of documents; compares the version."""

    def save_document(self, line_id: str, document: str, page: Page) -> None:
        """Stage the row of a page that the vault keeps; one with the same id is replaced."""

    def drop_document(self, page_id: str) -> None:
        """Stage the erasure of a page's row: the vault's file is swept away later."""

    def take_lease(self, lease: Lease, now: datetime) -> None:
        """Stage a lease: a `Conflict` where another person holds one that has not run out."""

    def drop_lease(self, line_id: str) -> None:
        """Stage the end of whatever lease the line has."""

    def drop_leases_of(self, user_id: int) -> None:
        """Stage the end of all leases of a person."""

    def save_card(self, card: Card) -> None:
        """Stage remembering a message that stands for something."""

    def drop_tokens(self, kind: str, subject: str) -> None:
        """Stage the erasure of the subject's tokens of this kind, with all they hold."""

    def drop_cards(self, subject: str, kind: CardKind) -> None:
        """Stage forgetting the messages that stand for this."""

    def cancel_notice(self, dedupe: str) -> None:
        """Stage taking back a notice that waits for its `after`: a `Conflict` where it is being sent or was."""

    def withdraw_staff(self, member_id: str, now: datetime) -> None:
        """Stage the end of a role, at once; a `Conflict` where it has ended already."""

    def see_staff(self, user_id: int, now: datetime) -> None:
        """Stage that the account, in every role it holds, wrote to the bot now."""

    def set_mailbox(self, user_id: int, email: str) -> None:
        """Stage the registered mailbox of the account, in every role it holds."""

    def add_staff(self, member: StaffMember) -> None:
        """Stage a new role."""

    def add_notice(self, notice: Notice) -> None:
        """Stage an outgoing message; one whose `dedupe` is there already is dropped in silence."""

    def speak_for(self, actor: str) -> None:
        """Name who acts from now on by this unit of work: the audit and payments name them instead of an account."""

    def audit(self, actor: str, action: str, subject: str, before: str = "", after: str = "") -> None:
        """Stage a line of the audit: who did what to what, from what to what."""


class CommittingUnitOfWork(UnitOfWork, Protocol):
    """A unit of work as its opener sees it: use cases never commit."""

    def mark_handled(self, inbox_row_id: int) -> None:
        """Stage the handled mark of the inbox row."""

    async def commit(self) -> None:
        """Make everything staged take effect, or raise `Conflict`."""

    def rollback(self) -> None:
        """Forget everything staged."""
