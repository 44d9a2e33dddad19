"""The unit of work over the database (see `school.ports.UnitOfWork`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, CursorResult, bindparam, insert, or_, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.dml import UpdateBase

from school.catalogue import Catalogue
from school.centre import Centre, Role, StaffMember
from school.draft import Consent, Draft, Visitor
from school.errors import Conflict
from school.notices import Notice
from school.order import Order, Payer
from school.ports import Clock, Session, Token
from storage import reads
from storage import tables as t
from storage.inbox import HANDLED
from storage.inserts import insert_new, upsert
from storage.mapping import Values, line_values, order_values, values
from storage.outbox import OutboxRow

if TYPE_CHECKING:
    from storage.database import Database

# How long a message just written belongs to the process that wrote it, in seconds.
FIRST_LEASE = 60
_LOST_RACE = frozenset({"40001", "40P01"})  # PostgreSQL: serialization_failure, deadlock_detected

_NUMBER_TAKEN = (
    update(t.centres)
    .where(t.centres.c.number == bindparam("of_centre"), t.centres.c.next_order == bindparam("taken"))
    .values(next_order=bindparam("following"))
)
_BIND_LINE = (
    update(t.order_lines)
    .where(
        t.order_lines.c.id == bindparam("line"),
        or_(t.order_lines.c.student_id.is_(None), t.order_lines.c.student_id == bindparam("student")),
    )
    .values(student_id=bindparam("student"))
)
_UPDATE_DRAFT = update(t.drafts).where(t.drafts.c.id == bindparam("key"), t.drafts.c.version == bindparam("compared"))
_UPDATE_TOKEN = update(t.tokens).where(
    t.tokens.c.sha256 == bindparam("key"), t.tokens.c.version == bindparam("compared")
)


@dataclass(frozen=True, slots=True)
class _Staged:
    """A statement to run at the commit; `expected` rows it must touch, None: any."""

    statement: UpdateBase
    given: Values | list[Values]
    expected: int | None = None


class SqlUnitOfWork:
    """One input's reads and staged writes; the opener commits or rolls back."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # By what they save: of two saves of one thing the later counts, and is compared with the stored one once.
        self._staged: dict[object, _Staged] = {}
        self._notices: list[Notice] = []

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

    def save_visitor(self, visitor: Visitor) -> None:
        """Stage an account's insert or update."""
        statement = upsert(self._database.dialect, t.visitors, "user_id")
        self._stage(_Staged(statement, values(visitor)), "visitor", visitor.user_id)

    def save_draft(self, draft: Draft) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""
        changed = {**values(draft), "version": draft.version + 1}
        if draft.version:
            changed |= {"key": draft.id, "compared": draft.version}
            self._stage(_Staged(_UPDATE_DRAFT, changed, 1), "draft", draft.id)
        else:
            self._stage(_Staged(insert(t.drafts), changed), "draft", draft.id)

    def save_consent(self, consent: Consent) -> None:
        """Stage a consent: a new one, or the withdrawal of one that is there."""
        statement = upsert(self._database.dialect, t.consents, "id")
        self._stage(_Staged(statement, values(consent)), "consent", consent.id)

    def add_order(self, order: Order) -> None:
        """Stage a new order and take its number from the centre: a number taken meanwhile makes a `Conflict`."""
        sequence = int(order.number.rpartition("-")[2])
        taken = {"of_centre": order.centre, "taken": sequence, "following": sequence + 1}
        self._stage(_Staged(_NUMBER_TAKEN, taken, 1))
        self._stage(_Staged(insert(t.orders), order_values(order)))
        lines = [line_values(order.id, at, line) for at, line in enumerate(order.lines)]
        if lines:
            self._stage(_Staged(insert(t.order_lines), lines))

    def save_token(self, token: Token) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""
        changed = {**values(token), "version": token.version + 1}
        if token.version:
            changed |= {"key": token.sha256, "compared": token.version}
            self._stage(_Staged(_UPDATE_TOKEN, changed, 1), "token", token.sha256)
        else:
            self._stage(_Staged(insert(t.tokens), changed), "token", token.sha256)

    def bind_line(self, line_id: str, user_id: int) -> None:
        """Stage binding an order line's student to a chat account: a `Conflict` where it is another's already."""
        self._stage(_Staged(_BIND_LINE, {"line": line_id, "student": user_id}, 1))

    def add_staff(self, member: StaffMember) -> None:
        """Stage a new role."""
        self._stage(_Staged(insert(t.staff), values(member)))

    def add_notice(self, notice: Notice) -> None:
        """Stage an outgoing message; one whose `dedupe` is there already is dropped in silence."""
        self._notices.append(notice)

    def audit(self, actor: str, action: str, subject: str, before: str = "", after: str = "") -> None:
        """Stage a line of the audit: who did what to what, from what to what."""
        line = {"actor": actor, "action": action, "subject": subject, "before": before, "after": after}
        self._stage(_Staged(insert(t.audit), {**line, "at": self._clock.now()}))

    def mark_handled(self, inbox_row_id: int) -> None:
        """Stage the mark that this update is done: a `Conflict` where it is not pending any more."""
        self._stage(_Staged(HANDLED, {"row": inbox_row_id}, 1))

    async def commit(self) -> None:
        """Write all that is staged in one transaction; `Conflict` on a lost version or number, nothing kept then."""
        staged, notices = list(self._staged.values()), self._notices
        self.rollback()
        if not staged and not notices:
            return
        announce = self._database.on_commit
        now = self._clock.now()
        rows = [_notice_values(notice, now, leased=announce is not None) for notice in notices]
        work = partial(_run, self._database.dialect, staged, rows)
        await self._database.write(work, None if announce is None or not rows else partial(_announce, announce))

    def rollback(self) -> None:
        """Drop what is staged."""
        self._staged = {}
        self._notices = []

    def _stage(self, staged: _Staged, *key: object) -> None:
        self._staged[key or len(self._staged)] = staged


def _notice_values(notice: Notice, now: datetime, *, leased: bool) -> Values:
    lease = now + timedelta(seconds=FIRST_LEASE) if leased else None
    return {**values(notice), "fence": int(leased), "due_at": now, "leased_until": lease, "created_at": now}


def _announce(listener: Any, rows: list[OutboxRow]) -> None:
    if rows:
        listener(rows)


def _run(dialect: str, staged: list[_Staged], notices: list[Values], connection: Connection) -> list[OutboxRow]:
    try:
        for one in staged:
            result: CursorResult[Any] = connection.execute(one.statement, one.given)
            if one.expected is not None and result.rowcount != one.expected:
                raise Conflict
        return _insert_notices(dialect, notices, connection) if notices else []
    except IntegrityError as error:
        raise Conflict from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _LOST_RACE:
            raise Conflict from error
        raise


def _insert_notices(dialect: str, notices: list[Values], connection: Connection) -> list[OutboxRow]:
    statement = insert_new(dialect, t.outbox, "dedupe").returning(t.outbox.c.id, t.outbox.c.seq)
    numbers = {row.id: row.seq for row in connection.execute(statement, notices)}
    inserted = [
        OutboxRow(
            id=new["id"],
            seq=numbers[new["id"]],
            kind=new["kind"],
            channel=new["channel"],
            recipient=new["recipient"],
            data=new["data"],
            bulk=new["bulk"],
            attempts=0,
            fence=new["fence"],
        )
        for new in notices
        if new["id"] in numbers
    ]
    return sorted(inserted, key=lambda row: row.seq)
