"""Make an act of the template, and send it to the client once the manager has looked at it (REGULATIONS C1)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from school import closing
from school.closing import ActState
from school.mailroom import TopicKind
from school.names import parse_full_name
from school.ports import Session, UnitOfWork
from school.use_cases.answerable import add_letter
from school.use_cases.make_acts import Opened, PaperParts
from school.use_cases.move_act import Given, Moved, about, move_act, save_move

AGAIN = timedelta(minutes=10)
TEMPLATE = "act_template"  # a centre's own act (DOCX, base64) among its settings
MOST_MAILED = 7 * 1024 * 1024
"""Bytes of all files of a letter: mailboxes commonly take 10 MB, and a letter is a third longer than its files."""


@dataclass(frozen=True, slots=True)
class ActFile:
    """A file of an act; `media` like "application/pdf"."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """The act that was sent by letter, and the chat of the client, None where they have none."""

    moved: Moved
    client_chat: int | None


def issue_day(parts: PaperParts, today: date) -> date:
    """Return the day an act made now bears: the run's last, or today while the run goes on."""
    return parts.act.ends if parts.opened.order.placed_at.date() <= parts.act.ends <= today else today


async def note_made(uow: UnitOfWork, session: Session, parts: PaperParts, now: datetime, today: date) -> Moved:
    """Note that the act was made of the template, about those admitted now. Raises `ActState`."""
    after = closing.with_paper(parts.act, (), issue_day(parts, today))
    if after == parts.opened.act:
        return Moved(parts.opened, "paper")
    return await save_move(uow, session, parts.opened, "paper", after, now)


def require_same(parts: PaperParts) -> None:
    """Raise `ActState` where the act made of the template would not be the one that was looked at any more."""
    act = parts.opened.act
    if (act.line_ids, act.total) != (parts.act.line_ids, parts.act.total):
        raise ActState(why="paper_old")


async def send_act(
    uow: UnitOfWork, session: Session, opened: Opened, files: Sequence[ActFile], now: datetime, today: date
) -> Sent:
    """Send the act's files to the client by letter, and tell where in chat they have to go too.

    Raises `NotFound`, `ActState`: too_big for what no mailbox takes, sent_lately for a second press.
    """
    if opened.act.sent_at is not None and now - opened.act.sent_at < AGAIN:
        raise ActState(why="sent_lately")
    if sum(len(file.content) for file in files) > MOST_MAILED:
        raise ActState(why="too_big")
    moved = await move_act(uow, session, opened.act.id, "sent", Given(today, now), today)
    order, act = moved.opened.order, moved.opened.act
    data = _letter(moved.opened, files, today)
    key = f"act_to_client:{act.id}:{act.version}"
    add_letter(uow, "act_to_client", order.orderer.email, data, dedupe=key, about=("order", order.id), now=now)
    return Sent(moved, await _client_chat(uow, moved.opened))


def stage_look(uow: UnitOfWork, opened: Opened, files: Sequence[ActFile], now: datetime, today: date) -> None:
    """Send the client's letter to the centre's own mailbox first, for a look where chats carry no documents."""
    key = f"act_look:{opened.act.id}:{opened.act.version}"
    about_order: tuple[TopicKind, str] = ("order", opened.order.id)
    data = _letter(opened, files, today)
    add_letter(uow, "act_to_client", opened.centre.email, data, dedupe=key, about=about_order, now=now)


def _letter(opened: Opened, files: Sequence[ActFile], today: date) -> dict[str, Any]:
    """Return the data of the client's letter."""
    order, act = opened.order, opened.act
    due = closing.scan_due(act)
    return {
        **about(opened),
        "orderer_name": order.orderer.name,
        "greeting": parse_full_name(order.orderer.name).greeting,
        "centre_email": opened.centre.email,
        "course_title": opened.lines[0].course_title,
        "ends": act.ends.isoformat(),
        "total": act.total,
        "by": due.isoformat() if due >= today else None,
        "files": [packed(file) for file in files],
    }


async def _client_chat(uow: UnitOfWork, opened: Opened) -> int | None:
    order = opened.order
    client = None if order.filled_in_by_staff else await uow.visitor(order.placed_by)
    return client.chat_id if client is not None and client.blocked_at is None else None


def packed(file: ActFile) -> dict[str, str]:
    """Return the file as plain JSON, as the outbox carries it."""
    return {"name": file.name, "media": file.media, "base64": b64encode(file.content).decode()}
