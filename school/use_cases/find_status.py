"""Find what `/status` is asked for (REGULATIONS M1, M2): a manager in the own centres, the school in all."""

from dataclasses import dataclass, replace

from school.centre import Role
from school.errors import Forbidden, NotFound
from school.order import Order
from school.ports import Session, UnitOfWork
from school.status import Query, Row, rows_of
from school.use_cases.find import holds, require_role, who

MOST = 100
"""Orders that one answer is made of: who finds more asks more exactly."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer. `centre` is the one it was narrowed to, "" for none; `own` a manager's centres, none: all are seen.

    `more`: other orders fit that are not among the rows. `similar`: words found in place of those asked.
    """

    query: Query
    centre: str
    own: tuple[str, ...]
    rows: tuple[Row, ...]
    more: bool
    similar: tuple[str, ...]

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders of the rows, each once."""
        return tuple({row.order.id: row.order for row in self.rows}.values())

    def with_order(self, order: Order) -> "Found":
        """Return the same with an order as it is to be saved: what was read is what is committed."""
        rows = (replace(row, order=order) if row.order.id == order.id else row for row in self.rows)
        return replace(self, rows=tuple(rows))


def may_ask(session: Session) -> bool:
    """Tell whether the person may ask at all."""
    return holds(session, Role.MANAGER, Role.CURATOR, Role.ADMIN)


def own_centres(session: Session) -> tuple[str, ...]:
    """Return the centres a manager is kept to; none for whoever sees all."""
    if holds(session, Role.CURATOR, Role.ADMIN):
        return ()
    found = (member.centre for member in session.roles if member.role is Role.MANAGER)
    return tuple(dict.fromkeys(centre for centre in found if centre is not None))


async def find_status(uow: UnitOfWork, session: Session, query: Query, centre: str, *, registration: bool) -> Found:
    """Return who fits the question, in the centre ("": in all that the person sees); the reading is audited.

    `registration`: whether admission waits for it. Foreign and absent are both no rows. Raises `Forbidden`, and
    `NotFound` for a centre that is not the person's.
    """
    require_role(session, Role.MANAGER, Role.CURATOR, Role.ADMIN)
    own = own_centres(session)
    if centre and own and centre not in own:
        raise NotFound
    if not own and not holds(session, Role.CURATOR, Role.ADMIN):
        raise Forbidden
    seen = (centre,) if centre else own or None
    # Of what kind the question was, never its words: they are personal data.
    uow.audit(f"chat:{who(session)}", "status.read", ",".join(seen or ("all",)), after=query.kind)
    hits = await uow.find_status(query, seen, MOST)
    rows = rows_of(hits.orders, query, hits.alternatives, registration=registration)
    similar = [
        min(known)
        for word, known in zip(query.words, hits.alternatives, strict=False)
        if known and not any(word in one for one in known)
    ]
    return Found(query, centre, own, rows, hits.more, tuple(similar) if rows else ())
