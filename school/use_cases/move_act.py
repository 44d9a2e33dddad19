"""Move an act from state to state, and take a move back within a day (REGULATIONS C1–C3)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from school import closing
from school.closing import Act, ActState
from school.dates_typed import check_past
from school.errors import NotFound
from school.ports import Session, Token, UnitOfWork
from school.post import parse_tracking
from school.questionnaire import Page
from school.tokens import digest, new_secret
from school.use_cases.answerable import add_letter
from school.use_cases.find import who
from school.use_cases.make_acts import Opened, open_act
from school.use_cases.tell import tell_managers

UNDO = timedelta(hours=24)
UNDO_KIND = "act_undo"

Move = Literal[
    "paper",
    "sent",
    "scan",
    "uploaded",
    "promised",
    "diadoc",
    "signed",
    "posted",
    "received",
    "confirm",
    "return",
    "reopen",
]


@dataclass(frozen=True, slots=True)
class Given:
    """What a move needs: the day of what has happened (school's zone), and the tracking id, reason or files.

    `flaw` is the code of the reason of a return.
    """

    day: date
    now: datetime
    tracking: str = ""
    reason: str = ""
    flaw: str = ""
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """The act as it stands now, what was done, and the secret of the button that takes it back ("" for none)."""

    opened: Opened
    move: Move
    undo: str = ""


MOVES: dict[Move, Callable[[Act, Given], Act]] = {
    "paper": lambda act, given: closing.with_paper(act, given.pages, given.day),
    "sent": lambda act, given: closing.sent(act, given.now),
    "scan": lambda act, given: closing.with_scan(act, given.pages, given.day),
    "uploaded": lambda act, given: closing.uploaded(act, given.day),
    "promised": lambda act, _: closing.promised_in_diadoc(act),
    "diadoc": lambda act, given: closing.signed_in_diadoc(act, given.day),
    "signed": lambda act, given: closing.signed_on_paper(act, given.day),
    "posted": lambda act, given: closing.posted(act, given.day, parse_tracking(given.tracking)),
    "received": lambda act, given: closing.received(act, given.day),
    "confirm": lambda act, given: closing.confirmed(act, given.day),
    "return": lambda act, given: closing.scan_returned(act, given.reason, given.flaw),
    "reopen": lambda act, _: closing.reopened(act),
}
OF_SCHOOL: frozenset[Move] = frozenset({"received", "confirm", "return", "reopen"})
# A letter that has left does not come back.
FINAL: frozenset[Move] = frozenset({"sent"})


def may_move(opened: Opened, move: Move) -> bool:
    """Tell whether the person may do this: the school's moves are the school's, all others the centre's."""
    return opened.school if move in OF_SCHOOL else opened.leads


async def move_act(uow: UnitOfWork, session: Session, act_id: str, move: Move, given: Given, today: date) -> Moved:
    """Do it, audit it, and give the way back. A move that changes nothing is none, and has no way back.

    Raises `NotFound`, `ActState`, `BadAnswer` of the day and of the tracking id.
    """
    opened = await act_to_move(uow, session, act_id, move)
    check_past(given.day, given.day.strftime("%d.%m.%Y"), opened.order.placed_at.date(), today)
    after = MOVES[move](opened.act, given)
    if after == opened.act:
        return Moved(opened, move)
    return await save_move(uow, session, opened, move, after, given.now, given.reason)


async def act_to_move(uow: UnitOfWork, session: Session, act_id: str, move: Move) -> Opened:
    """Return the act for who may do this to it. Raises `NotFound`."""
    opened = await open_act(uow, session, act_id)
    if not may_move(opened, move):
        raise NotFound
    return opened


async def save_move(
    uow: UnitOfWork, session: Session, opened: Opened, move: Move, after: Act, now: datetime, reason: str = ""
) -> Moved:
    """Stage the act as it is after the move, the audit's line, the word to managers and the way back."""
    act = opened.act
    uow.save_act(after)
    before, came = closing.differences(act, after)
    if move == "reopen":
        came = closing.with_reason(came, reason)
    uow.audit(f"chat:{who(session)}", f"act.{move}", act.id, before, came)
    secret = "" if move in FINAL else keep_undo(uow, act, move, now)
    moved = Moved(replace(opened, act=replace(after, version=act.version + 1)), move, secret)
    if move == "return":
        await _tell_returned(uow, moved, now)
    if move == "reopen":
        told = {**about(moved.opened), "reason": reason, "state": closing.final_state(act)}
        await tell_managers(uow, act.centre, "act_reopened", told, f"act_reopened:{act.id}:{act.version}")
    return moved


async def undo_move(uow: UnitOfWork, session: Session, secret: str, now: datetime) -> Moved:
    """Take a move back within `UNDO`, unless the act has changed since. Raises `NotFound`, `ActState`."""
    token = await uow.token(digest(secret))
    if token is None or token.kind != UNDO_KIND:
        raise NotFound
    move = _move_of(token.data["move"])
    opened = await act_to_move(uow, session, token.subject, move)
    if token.used_at is not None:
        raise ActState(why="undone_before")
    if now >= token.expires_at:
        raise ActState(why="too_late_to_undo")
    act = opened.act
    if act.version != int(token.data["version"]):
        raise ActState(why="changed_since")
    former = replace(closing.load(token.data["act"]), version=act.version)
    uow.save_act(former)
    uow.save_token(replace(token, used_by=who(session), used_at=now))
    uow.audit(f"chat:{who(session)}", "act.undone", act.id, *closing.differences(act, former))
    undone = Moved(replace(opened, act=replace(former, version=act.version + 1)), move)
    if move == "return":
        key = f"scan_return_undone:{token.sha256}"
        await tell_managers(uow, act.centre, "scan_return_undone", about(undone.opened), key)
    if move == "reopen":
        key = f"act_reopen_undone:{token.sha256}"
        await tell_managers(uow, act.centre, "act_reopen_undone", about(undone.opened), key)
    return undone


def about(opened: Opened) -> dict[str, str]:
    """Return what every message about an act holds, as plain JSON; dates ISO."""
    act, order = opened.act, opened.order
    return {
        "act": act.id,
        "act_number": act.number,
        "order_number": order.number,
        "payer_name": order.payer.name,
        "centre_name": opened.centre.name,
        "scan_due": closing.scan_due(act).isoformat(),
        "reason": act.return_reason,
    }


def _move_of(text: str) -> Move:
    for move in MOVES:
        if move == text:
            return move
    raise NotFound


def keep_undo(uow: UnitOfWork, act: Act, move: Move, now: datetime) -> str:
    """Keep the act as it was for the button «Отменить»; return the button's secret."""
    secret = new_secret()
    data = {"act": closing.dump(act), "version": str(act.version + 1), "move": move}
    uow.save_token(Token(digest(secret), UNDO_KIND, act.id, now + UNDO, data))
    return secret


async def _tell_returned(uow: UnitOfWork, moved: Moved, now: datetime) -> None:
    """Tell the centre that the school does not take the scan: in chat, and by letter to its mailbox."""
    opened, data = moved.opened, about(moved.opened)
    key = f"scan_returned:{opened.act.id}:{opened.act.version}"
    await tell_managers(uow, opened.act.centre, "scan_returned", data, key)
    mailed, order = f"{key}:mail", opened.order.id
    add_letter(uow, "scan_returned", opened.centre.email, data, dedupe=mailed, about=("order", order), now=now)
