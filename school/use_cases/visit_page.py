"""The page behind a link: whose it is, the proof before it shows anything, the browser's visit after it (Q1).

A visit is what one browser has proved; it is kept as a token, by the hash of its cookie, and ends by itself. The page
knows no accounts: a visit shows the students and the orders that were proved in it, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from school import tokens
from school.errors import BadAnswer, NotFound
from school.order import Enrolment, Order, OrderLine
from school.ports import OrderProof, Session, Token, UnitOfWork
from school.use_cases.find import find_enrolment
from school.use_cases.follow_order import open_order
from school.use_cases.prove_link import LAST_DIGITS, MOST_FAILURES, LinkDead, LinkLocked, bind, digits_of
from school.use_cases.renew_link import KIND as STUDENT_LINK
from school.use_cases.request_link import may_be_asked
from school.use_cases.tell import student_data, tell_managers

VISIT = "visit"
CLIENT_LINK = "client"
VISIT_LASTS = timedelta(hours=12)
CLIENT_LINK_LASTS = timedelta(days=180)
_OF, _MARK = ":", 16  # between an id and the mark of its person; letters of the mark

Told = Literal["student", "client"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser's visit: the persons of the lines and the orders it may see (`person_of`), its order draft.

    `account` is the Telegram account that opened it as a Mini App, 0 for none; `stored` the token it is kept as, None
    while nothing was proved.
    """

    sha256: str
    lines: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    draft: str = ""
    account: int = 0
    stored: Token | None = None

    @property
    def line_ids(self) -> list[str]:
        """Ids of the lines that were proved; whoever was replaced since is there too."""
        return [person.partition(_OF)[0] for person in dict.fromkeys(self.lines)]


def person_of(of: OrderLine | Order) -> str:
    """Return the id of a student's place, or of an order, bound to the person who is there now.

    The name and the mobile are the person: another one in that place, or another mobile, is to be proved anew.
    """
    who = of.orderer if isinstance(of, Order) else of
    return f"{of.id}{_OF}{tokens.digest(f'{who.name}{_OF}{who.mobile}')[:_MARK]}"


@dataclass(frozen=True, slots=True)
class Door:
    """What a link leads to: the order, and the student's place where it is a student's link."""

    token: Token
    order: Order
    about: Enrolment | None

    @property
    def told(self) -> Told:
        """Whose link it is."""
        return "student" if self.about is not None else "client"

    @property
    def mobile(self) -> str:
        """The mobile in the order that proves who opened it, in E.164."""
        return self.about.line.mobile if self.about is not None else self.order.orderer.mobile

    @property
    def locked(self) -> bool:
        """Whether wrong digits have closed the link to all who have not proved yet."""
        return self.token.failures >= MOST_FAILURES

    def open_for(self, visit: Visit) -> bool:
        """Tell whether the visit has proved to be this person."""
        if self.about is not None:
            return person_of(self.about.line) in visit.lines
        return person_of(self.order) in visit.orders


async def find_visit(uow: UnitOfWork, secret: str, now: datetime) -> Visit:
    """Return the visit of this cookie; one that is unknown or over has proved nothing."""
    sha256 = tokens.digest(secret)
    token = await uow.token(sha256) if secret else None
    if token is None or token.kind != VISIT or token.revoked_at or token.expires_at <= now:
        return Visit(sha256)
    data = token.data
    return Visit(
        sha256,
        tuple(data.get("lines", "").split()),
        tuple(data.get("orders", "").split()),
        data.get("draft", ""),
        int(data.get("account", "0")),
        token,
    )


def keep_visit(uow: UnitOfWork, visit: Visit, now: datetime) -> None:
    """Stage the visit as it stands; a first save begins its `VISIT_LASTS`."""
    data = {
        "lines": " ".join(visit.lines),
        "orders": " ".join(visit.orders),
        "draft": visit.draft,
        "account": str(visit.account),
    }
    token = visit.stored or Token(visit.sha256, VISIT, "", now + VISIT_LASTS, {})
    uow.save_token(replace(token, data=data))


def end_visit(uow: UnitOfWork, visit: Visit, now: datetime) -> None:
    """Stage the end of the visit («Выйти»)."""
    if visit.stored is not None:
        uow.save_token(replace(visit.stored, revoked_at=now))


def renewed(uow: UnitOfWork, visit: Visit, secret: str, now: datetime) -> Visit:
    """Return the visit under a new secret, so that a cookie planted before the proof is worth nothing after it."""
    end_visit(uow, visit, now)
    return replace(visit, sha256=tokens.digest(secret), stored=None)


async def open_door(uow: UnitOfWork, secret: str, now: datetime, visit: Visit | None = None) -> Door:
    """Find what the link leads to; it shows nothing before `Door.open_for`.

    A locked link stays open to the visit that has proved already: wrong digits of others are not its own. Raises
    `LinkDead`, `LinkLocked`.
    """
    door = await find_door(uow, secret, now)
    if door.locked and (visit is None or not door.open_for(visit)):
        raise LinkLocked
    return door


async def find_door(uow: UnitOfWork, secret: str, now: datetime) -> Door:
    """Find what the link leads to, locked or not.

    Opening consumes nothing: mail scanners open links. A student's link stays good after admission: it
    leads to their page then, when there is no questionnaire to fill in any more. Raises `LinkDead`.
    """
    token = await uow.token(tokens.digest(secret))
    if token is None or token.kind not in (STUDENT_LINK, CLIENT_LINK):
        raise LinkDead
    door = await _door(uow, token)
    line = door.about.line if door.about is not None else None
    told = {"line": line.id} if line is not None and may_be_asked(line) else {}
    if token.revoked_at or token.expires_at <= now:
        raise LinkDead(**told)
    return door


async def _door(uow: UnitOfWork, token: Token) -> Door:
    try:
        if token.kind == STUDENT_LINK:
            about = await find_enrolment(uow, token.subject)
            return Door(token, about.order, about)
    except NotFound:
        raise LinkDead from None
    order = await uow.order(token.subject)
    if order is None:
        raise LinkDead
    return Door(token, order, None)


async def prove_on_page(
    uow: UnitOfWork, door: Door, visit: Visit, answer: str, now: datetime
) -> tuple[Visit | None, int]:
    """Compare the last four digits with the mobile in the order; return the visit that has proved it, or None.

    The second value is how many tries are left. The fifth wrong answer locks the link and tells the centre's managers.
    The visit is not kept yet. Problem: last_digits.
    """
    digits = digits_of(answer)
    if len(digits) != LAST_DIGITS:
        raise BadAnswer(problem="last_digits", value=answer)
    if door.mobile[-LAST_DIGITS:] == digits:
        return await enter(uow, door, visit, now), MOST_FAILURES
    failures = door.token.failures + 1
    uow.save_token(replace(door.token, failures=failures))
    if failures >= MOST_FAILURES:
        await _locked(uow, door)
    return None, MOST_FAILURES - failures


async def enter(uow: UnitOfWork, door: Door, visit: Visit, now: datetime) -> Visit:
    """Return the visit with what the door leads to; a student's Telegram account is bound by it too."""
    if door.about is None:
        uow.audit(actor_of(door), "page.opened", door.order.id)
        return replace(visit, orders=(*visit.orders, person_of(door.order)))
    line = door.about.line
    uow.audit(actor_of(door), "page.opened", line.id)
    if visit.account and line.student_id is None:
        uow.save_token(replace(door.token, used_by=visit.account, used_at=now))
        await bind(uow, door.about, visit.account, now)
    return replace(visit, lines=(*visit.lines, person_of(line)))


async def enter_by_account(uow: UnitOfWork, door: Door, visit: Visit, now: datetime) -> Visit | None:
    """Return the visit opened by the Telegram account alone, where that is bound already, by a locked link too.

    Else None.
    """
    known = door.about.line.student_id if door.about is not None else door.order.placed_by
    if door.about is None and door.order.filled_in_by_staff:
        # A manager placed it: the account is not the client's.
        return None
    return await enter(uow, door, visit, now) if visit.account and known == visit.account else None


async def client_session(uow: UnitOfWork, door: Door, visit: Visit) -> Session:
    """Return the session of a client who has proved the order: it opens this order and no other.

    Raises `NotFound` where the visit has not proved it, or the link is a student's.
    """
    if door.about is not None or not door.open_for(visit):
        raise NotFound
    return Session(None, (), None, None, await uow.catalogue(), OrderProof(door.order.id, actor_of(door)))


def actor_of(door: Door) -> str:
    """Return how the audit names whoever is behind the link."""
    return f"page:{door.about.line.email if door.about is not None else door.order.orderer.email}"


async def _locked(uow: UnitOfWork, door: Door) -> None:
    subject = door.about.line.id if door.about is not None else door.order.id
    uow.audit("link", "link.locked", subject)
    key = f"locked:{subject}:{door.token.sha256[:8]}"
    if door.about is not None:
        data = {"number": door.order.number, **student_data(door.about)}
        await tell_managers(uow, door.order.centre, "link_locked", data, key)
    else:
        await tell_managers(uow, door.order.centre, "client_link_locked", {"number": door.order.number}, key)


async def own_order_link(uow: UnitOfWork, session: Session, order_id: str, now: datetime) -> tuple[Order, str]:
    """Stage a fresh link to the page of an order for the account that placed it; return the order and the secret.

    Raises `NotFound`, for a foreign order and for one that a manager placed too: its page is the client's.
    """
    order = await open_order(uow, session, order_id)
    if session.visitor is None or order.filled_in_by_staff or order.placed_by != session.visitor.user_id:
        raise NotFound
    return order, new_client_link(uow, order, now)


def client_link_data(uow: UnitOfWork, orders: Iterable[Order], now: datetime) -> dict[str, Any]:
    """Stage a link for each order and return what a letter to its client holds of them: `clients`, numbers, secrets.

    What a letter held is forgotten once it has gone out.
    """
    return {"clients": [{"number": order.number, "secret": new_client_link(uow, order, now)} for order in orders]}


def new_client_link(uow: UnitOfWork, order: Order, now: datetime) -> str:
    """Stage a link to the client's page of an order and return its secret, which is kept nowhere."""
    secret = tokens.new_secret()
    uow.save_token(Token(tokens.digest(secret), CLIENT_LINK, order.id, now + CLIENT_LINK_LASTS, {}))
    return secret
