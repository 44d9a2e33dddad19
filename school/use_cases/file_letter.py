"""Letters that nobody took: a curator or an administrator looks at them, says whose they are, or takes them away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from school.centre import Role
from school.errors import BadAnswer, NotFound
from school.mailroom import StoredLetter, TopicKind
from school.order import Enrolment, Order
from school.ports import Session, UnitOfWork
from school.use_cases.find import find_enrolment, require_role, who
from school.use_cases.record_payment import clean_number

SUGGESTED = 3
PAGE = 5
_FILED = "topic:"
_CODE = "code:"
CODE_LIFETIME = timedelta(hours=24)
MOST_OVERDUE = 100
_KINDS: tuple[TopicKind, ...] = ("line", "order", "centre")


@dataclass(frozen=True, slots=True)
class Aside:
    """A letter left to a person, and the students whose address wrote it, the newest order's first."""

    letter: StoredLetter
    students: tuple[Enrolment, ...]


def filed_topic(subject: str) -> tuple[TopicKind, str] | None:
    """Return what a person has said that a letter is about, None where nobody has."""
    if not subject.startswith(_FILED):
        return None
    kind, _, about = subject.removeprefix(_FILED).partition("|")[0].partition(":")
    return next(((known, about) for known in _KINDS if known == kind), None)


def with_code(subject: str, key: str) -> str:
    """Return the subject of a letter that waits for the code kept under this key; whose it is filed as stays."""
    filed = subject.partition("|")[0] if subject.startswith(_FILED) else ""
    return f"{filed}|{_CODE}{key}"


def code_key(subject: str) -> str:
    """Return the key of the code that a letter has waited for, "" for none."""
    last = subject.rpartition("|")[2]
    return last.removeprefix(_CODE) if last.startswith(_CODE) else ""


async def leave_unconfirmed(uow: UnitOfWork, now: datetime) -> int:
    """Leave to a person the letters whose code can no longer come; return how many, at most `MOST_OVERDUE`."""
    left = 0
    for letter in await uow.letters_waiting("code", now - CODE_LIFETIME, MOST_OVERDUE):
        token = await uow.token(code_key(letter.subject))
        if token is None or token.revoked_at is not None or token.expires_at <= now:
            filed = letter.subject.partition("|")[0]
            uow.set_letter(letter.id, "aside", subject=filed, reason="code_over")
            left += 1
    return left


async def letters_aside(uow: UnitOfWork, session: Session, page: int) -> tuple[Sequence[StoredLetter], int]:
    """Return a page (`PAGE` letters, from 0) and how many there are in all. Raises `Forbidden`."""
    require_role(session, Role.CURATOR, Role.ADMIN)
    return await uow.letters_aside(PAGE, page * PAGE)


async def open_letter(uow: UnitOfWork, session: Session, letter_id: int) -> Aside:
    """Return a letter that still waits for a person. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.CURATOR, Role.ADMIN)
    letter = await uow.letter(letter_id)
    if letter is None or letter.state != "aside":
        raise NotFound
    lines = await uow.lines_of_email(letter.sender.lower(), SUGGESTED) if letter.sender else ()
    return Aside(letter, tuple([await find_enrolment(uow, line_id) for line_id in lines]))


async def file_to_student(uow: UnitOfWork, session: Session, letter_id: int, place: int) -> Enrolment:
    """File the letter to the suggested student at this place (from 0): it is handled as that student's answer.

    Raises `Forbidden`, `NotFound`.
    """
    found = await open_letter(uow, session, letter_id)
    if not 0 <= place < len(found.students):
        raise NotFound
    about = found.students[place]
    _file(uow, session, found.letter, "line", about.line.id)
    return about


async def file_to_number(uow: UnitOfWork, session: Session, letter_id: int, text: str) -> Order:
    """File the letter to the order typed as «0123-0042», or to its student typed as «0123-0042/2».

    Raises `Forbidden`, `NotFound` where the letter is filed already, `BadAnswer` order_number.
    """
    found = await open_letter(uow, session, letter_id)
    number, _, place = clean_number(text).partition("/")
    order = await uow.order_by_number(number.strip())
    if order is None:
        raise BadAnswer("order_number", text)
    if place.strip():
        _file(uow, session, found.letter, "line", _line_at(order, place.strip(), text))
    else:
        _file(uow, session, found.letter, "order", order.id)
    return order


async def drop_letter(uow: UnitOfWork, session: Session, letter_id: int) -> None:
    """Take an unwanted letter away; its content goes with the handled ones. Raises `Forbidden`, `NotFound`."""
    found = await open_letter(uow, session, letter_id)
    uow.set_letter(found.letter.id, "handled", reason="dropped")
    uow.audit(f"chat:{who(session)}", "letter.dropped", str(found.letter.id), before=found.letter.reason)


def _line_at(order: Order, place: str, text: str) -> str:
    if not place.isdecimal() or not 1 <= int(place) <= len(order.lines):
        raise BadAnswer("order_number", text)
    return order.lines[int(place) - 1].id


def _file(uow: UnitOfWork, session: Session, letter: StoredLetter, kind: TopicKind, about: str) -> None:
    uow.set_letter(letter.id, "pending", subject=f"{_FILED}{kind}:{about}")
    uow.audit(f"chat:{who(session)}", "letter.filed", str(letter.id), before=letter.reason, after=f"{kind}:{about}")
