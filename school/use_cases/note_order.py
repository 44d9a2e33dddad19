"""Notes beside an order or a centre, typed in chat or kept of a letter: one home for both, kept for a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from school.errors import BadAnswer
from school.order import Order
from school.ports import Session, Token, UnitOfWork
from school.tokens import digest
from school.use_cases.billing_desk import Desk
from school.use_cases.cancel_order import order_of_staff
from school.use_cases.find import require_order_staff, who
from school.use_cases.side_form import end, wait_for

FORM = "note"
KIND = "order_note"
KEPT = timedelta(days=365)
LONGEST = 2000
MOST = 5


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its words, who wrote it (a name or an address) and when (UTC)."""

    text: str
    sender: str
    at: datetime


def keep_note(uow: UnitOfWork, about: str, note: Note, actor: str) -> None:
    """Stage a note about an order's id or a centre's number, and its line of the audit, without the words."""
    data = {"text": note.text[:LONGEST], "sender": note.sender, "at": note.at.isoformat()}
    uow.save_token(Token(digest(f"{KIND}:{uuid4().hex}"), KIND, about, note.at + KEPT, data))
    uow.audit(actor, "order.note", about)


async def notes_of(uow: UnitOfWork, session: Session, order: Order, now: datetime) -> tuple[Note, ...]:
    """Return the latest notes, the newest first, for the centre's managers, curators, administrators.

    Raises `NotFound`.
    """
    require_order_staff(session, order)
    found = [_note(token) for token in await uow.living_tokens(KIND, order.id, now)]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:MOST])


def _note(token: Token) -> Note:
    return Note(token.data["text"], token.data["sender"], datetime.fromisoformat(token.data["at"]))


async def open_notes(uow: UnitOfWork, desk: Desk, number: str) -> tuple[Order, tuple[Note, ...]]:
    """Return the order of this number with its notes. Raises `NotFound`."""
    order = await order_of_staff(uow, desk, number)
    return order, await notes_of(uow, desk.session, order, desk.now)


async def ask_note(uow: UnitOfWork, desk: Desk, number: str) -> Order:
    """Wait for a note about the order. Raises `NotFound`."""
    order = await order_of_staff(uow, desk, number)
    await wait_for(uow, desk.session, FORM, order.centre, {"number": number}, desk.now)
    return order


async def take_note(uow: UnitOfWork, desk: Desk, text: str) -> tuple[Order, tuple[Note, ...]]:
    """Keep what was typed; return the order with its notes. Raises `NotFound`; problems: note_empty, note_long."""
    words = _checked(text)
    waited = await end(uow, desk.session, FORM, desk.now)
    return await _kept(uow, desk, str(waited.answers.get("number")) if waited else "", words)


async def add_note(uow: UnitOfWork, desk: Desk, number: str, text: str) -> tuple[Order, tuple[Note, ...]]:
    """Keep a note about the order of this number. Raises as `take_note`."""
    return await _kept(uow, desk, number, _checked(text))


def _checked(text: str) -> str:
    words = "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
    if not words:
        raise BadAnswer("note_empty", text)
    if len(words) > LONGEST:
        raise BadAnswer("note_long", text, longest=LONGEST)
    return words


async def _kept(uow: UnitOfWork, desk: Desk, number: str, words: str) -> tuple[Order, tuple[Note, ...]]:
    order, before = await open_notes(uow, desk, number)
    note = Note(words, _name(desk.session, order), desk.now)
    keep_note(uow, order.id, note, desk.actor)
    return order, (note, *before)[:MOST]


async def give_up(uow: UnitOfWork, desk: Desk) -> None:
    """Wait for no note any more."""
    await end(uow, desk.session, FORM, desk.now)


def _name(session: Session, order: Order) -> str:
    """Return how the person is called as staff: in the order's centre first."""
    own: Sequence[str] = [member.name for member in session.roles if member.centre == order.centre]
    return next((name for name in (*own, *(member.name for member in session.roles)) if name), f"чат {who(session)}")
