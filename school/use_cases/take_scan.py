"""Ask for what an act's move needs, and take it: a day, a tracking id, a reason, the files of a scan (C1, C3)."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from school import closing
from school.closing import Act
from school.dates_typed import parse_day
from school.draft import Draft
from school.errors import BadAnswer, NotFound
from school.forms.questionnaire import MOST_PAGES
from school.ports import Session, Token, UnitOfWork
from school.post import parse_tracking
from school.questionnaire import Page
from school.tokens import digest
from school.use_cases import side_form
from school.use_cases.ask_aside import is_fresh
from school.use_cases.find import who
from school.use_cases.make_acts import Opened
from school.use_cases.move_act import MOVES, Given, Move, Moved, act_to_move, move_act

FORM = "act"
MOST_REASON = 500
FILES: frozenset[Move] = frozenset({"scan", "paper"})
REASONED: frozenset[Move] = frozenset({"return", "reopen"})

Wants = Literal["day", "tracking", "reason", "files"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about an act now, and the draft that waits for it."""

    opened: Opened
    move: Move
    wants: Wants
    draft: Draft


@dataclass(frozen=True, slots=True)
class Kept:
    """A page that was kept: the move so far, how many pages there are, the message that told of the same album."""

    moved: Moved
    pages: int
    said: str | None
    draft: Draft


async def ask(uow: UnitOfWork, session: Session, act_id: str, move: Move, now: datetime) -> Question:
    """Ask for what the move needs: what is typed or sent next is taken for it. Raises `NotFound`."""
    opened = await act_to_move(uow, session, act_id, move)
    draft = await side_form.wait_for(uow, session, FORM, opened.act.centre, {"act": act_id, "move": move}, now)
    return Question(opened, move, _first(move), draft)


async def asked(uow: UnitOfWork, session: Session, now: datetime) -> tuple[Draft, Move]:
    """Return the open question. Raises `NotFound` where none is open, or one so old that nobody means it any more."""
    draft = await uow.active_draft(who(session), FORM)
    if draft is None or not is_fresh(draft, now):
        raise NotFound
    return draft, draft.answers["move"]


async def stop(uow: UnitOfWork, session: Session, now: datetime) -> str | None:
    """Wait no longer; return the act that was asked about, if any."""
    draft = await side_form.end(uow, session, FORM, now)
    return str(draft.answers["act"]) if draft is not None else None


async def take_text(uow: UnitOfWork, session: Session, text: str, now: datetime, today: date) -> Moved | Question:
    """Take a typed answer: the act is moved, or the next thing is asked.

    Raises `NotFound`, `ActState`, `BadAnswer`: of a day, of a tracking id, reason_long (data: limit), file_needed.
    """
    draft, move = await asked(uow, session, now)
    wants = _wanted(draft, move)
    if wants == "files":
        raise BadAnswer("file_needed")
    if wants == "tracking":
        opened = await act_to_move(uow, session, draft.answers["act"], move)
        asked_day = replace(draft, answers={**draft.answers, "tracking": parse_tracking(text)}, touched_at=now)
        uow.save_draft(asked_day)
        return Question(opened, move, "day", asked_day)
    if wants == "day":
        return await take_day(uow, session, draft.answers["act"], parse_day(text, today), now, today)
    reason = " ".join(text.split())
    if not 0 < len(reason) <= MOST_REASON:
        raise BadAnswer("reason_long", text, limit=MOST_REASON)
    if move == "return":
        return await _ask_flaw(uow, session, draft, reason, now)
    return await take_reason(uow, session, draft.answers["act"], move, reason, now, today)


async def _ask_flaw(uow: UnitOfWork, session: Session, draft: Draft, remark: str, now: datetime) -> Question:
    """Keep the typed remark, and ask for the kind of the flaw: the original's term hangs on it."""
    opened = await act_to_move(uow, session, draft.answers["act"], "return")
    told = replace(draft, answers={**draft.answers, "remark": remark}, touched_at=now)
    uow.save_draft(told)
    return Question(opened, "return", "reason", told)


async def take_flaw(
    uow: UnitOfWork, session: Session, act_id: str, flaw: tuple[str, str], now: datetime, today: date
) -> Moved:
    """Return the scan for this flaw (code, words) with the remark typed before, if any. Raises as `move_act`."""
    code, words = flaw
    draft = await uow.active_draft(who(session), FORM)
    typed = draft.answers.get("remark") if draft is not None and draft.answers.get("act") == act_id else None
    reason = f"{words} ({typed})" if typed else words
    await stop(uow, session, now)
    return await move_act(uow, session, act_id, "return", Given(today, now, reason=reason, flaw=code), today)


async def take_day(uow: UnitOfWork, session: Session, act_id: str, day: date, now: datetime, today: date) -> Moved:
    """Take the day that was asked for about this act. Raises as `move_act`; `NotFound` where it is not asked for."""
    draft, move = await asked(uow, session, now)
    if draft.answers["act"] != act_id or _wanted(draft, move) != "day":
        raise NotFound
    given = Given(day, now, tracking=draft.answers.get("tracking", ""))
    moved = await move_act(uow, session, act_id, move, given, today)
    await stop(uow, session, now)
    return moved


async def take_reason(
    uow: UnitOfWork, session: Session, act_id: str, move: Move, reason: str, now: datetime, today: date
) -> Moved:
    """Do what needs a reason for this one, typed or chosen. Raises as `move_act`."""
    await stop(uow, session, now)
    return await move_act(uow, session, act_id, move, Given(today, now, reason=reason), today)


async def may_take_file(uow: UnitOfWork, session: Session, now: datetime) -> Question:
    """Return what the file is for, before it is fetched. Raises `NotFound`, `BadAnswer` file_not_asked."""
    draft, move = await asked(uow, session, now)
    if move not in FILES:
        raise BadAnswer("file_not_asked")
    return Question(await act_to_move(uow, session, draft.answers["act"], move), move, "files", draft)


async def take_page(
    uow: UnitOfWork, session: Session, question: Question, page: Page, place: tuple[int, str | None], given: Given
) -> Kept:
    """Add a page to the scan or the act that was asked for; the first of a question begins it anew.

    `place` is the number of the message and its album: pages stand in the order of messages. One way back takes all of
    them back. Raises `NotFound`, `ActState`, `BadAnswer` scan_repeated, scan_too_long.
    """
    draft, move, opened = question.draft, question.move, question.opened
    message, album = place
    token = await _begun(uow, draft, opened.act)
    before = draft.answers.get("pages", []) if token is not None else []
    if page.sha256 in [item["page"]["sha256"] for item in before]:
        raise BadAnswer("scan_repeated", page.name)
    if len(before) >= MOST_PAGES:
        raise BadAnswer("scan_too_long", str(MOST_PAGES))
    items = sorted([*before, {"page": asdict(page), "message": message}], key=lambda item: int(item["message"]))
    given = replace(given, pages=tuple(_page(item["page"]) for item in items))
    if token is None:
        moved = await move_act(uow, session, opened.act.id, move, given, given.day)
    else:
        moved = _go_on(uow, opened, move, given, (token, draft.answers["undo"], who(session)))
    same = token is not None and album is not None and album == draft.answers.get("album")
    answers = {**draft.answers, "pages": items, "undo": moved.undo, "album": album}
    going_on = replace(draft, answers=answers, touched_at=given.now)
    uow.save_draft(going_on)
    return Kept(moved, sum(one.pages for one in given.pages), draft.answers.get("said") if same else None, going_on)


def remember_said(uow: UnitOfWork, kept: Kept, said: str) -> None:
    """Remember the message that told of the page: the next page of the same album changes it."""
    uow.save_draft(replace(kept.draft, answers={**kept.draft.answers, "said": said}))


async def _begun(uow: UnitOfWork, draft: Draft, act: Act) -> Token | None:
    """Return the way back that the question's first page made, None where this page is the first.

    It is too where the move was taken back, or the act was moved by others since.
    """
    token = await uow.token(digest(draft.answers["undo"])) if draft.answers.get("undo") else None
    if token is None or token.used_at is not None or token.data["version"] != str(act.version):
        return None
    return token


def _go_on(uow: UnitOfWork, opened: Opened, move: Move, given: Given, undo: tuple[Token, str, int]) -> Moved:
    """Save the act with one page more; the way back (token, secret, whose) still leads to before the first."""
    token, secret, user_id = undo
    act = opened.act
    after = MOVES[move](act, given)
    uow.save_act(after)
    uow.save_token(replace(token, data={**token.data, "version": str(act.version + 1)}))
    uow.audit(f"chat:{user_id}", f"act.{move}", act.id, *closing.differences(act, after))
    return Moved(replace(opened, act=replace(after, version=act.version + 1)), move, secret)


def _first(move: Move) -> Wants:
    if move in FILES:
        return "files"
    if move == "posted":
        return "tracking"
    return "reason" if move in REASONED else "day"


def _wanted(draft: Draft, move: Move) -> Wants:
    return "day" if "tracking" in draft.answers else _first(move)


def _page(told: dict[str, Any]) -> Page:
    return Page(**{**told, "flags": tuple(told["flags"])})
