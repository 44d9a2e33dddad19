"""A curator picks what to return and why, or types a reason; what is picked waits in a short draft (Q4, Q5).

Nothing is decided here: `decide_questionnaire` takes what was picked.
"""

from dataclasses import dataclass, replace
from typing import Literal

from school.draft import Draft
from school.errors import BadAnswer, NotFound
from school.forms.questionnaire import QUESTIONNAIRE, surnames_differ
from school.ports import UnitOfWork
from school.questionnaire import Questionnaire, Remark, WrongState, decidable
from school.use_cases.ask_aside import ask_aside, is_fresh
from school.use_cases.review_questionnaire import Acting, Look, look

Mode = Literal["return", "reopen"]
RETURN, DECLINE = "return", "decline"
ASKED, OTHER = "asked", "other"
MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Picking:
    """What is being picked: the fields that may be, the remarks so far, and the field whose reason is asked for.

    `typing`: the reason is to be typed.
    """

    look: Look
    mode: Mode
    fields: tuple[str, ...]
    picked: tuple[Remark, ...] = ()
    field: str = ""
    typing: bool = False


def returnable(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the fields that are filled in and may be returned, in the form's order.

    The consent is given or not; a name-change document counts only where the surnames differ (Q3).
    """
    answers = questionnaire.answers
    return tuple(
        field.key
        for field in QUESTIONNAIRE.before
        if field.key != "consent"
        and answers.get(field.key)
        and (field.key != "name_change" or surnames_differ(answers))
    )


async def begin(uow: UnitOfWork, who: Acting, line_id: str, version: int, mode: Mode) -> Picking:
    """Begin to pick fields; what was picked before for the same version goes on. Raises `WrongState`."""
    seen = await look(uow, who, line_id)
    if mode == "return":
        decidable(seen.questionnaire, version)
    elif (
        seen.questionnaire.version != version
        or seen.questionnaire.state != "approved"
        or seen.about.line.admitted_at is not None
    ):
        raise WrongState(state=seen.questionnaire.state)
    draft = await uow.active_draft(who.user_id, RETURN)
    found = Picking(seen, mode, returnable(seen.questionnaire))
    if draft is not None and _is_about(draft, line_id, version, mode):
        found = replace(found, picked=_remarks(draft), field=draft.answers.get("field", ""))
    return found


async def start(uow: UnitOfWork, who: Acting, line_id: str, version: int, mode: Mode) -> Picking:
    """Show the fields; nothing is picked yet, or what was."""
    found = replace(await begin(uow, who, line_id, version, mode), field="")
    await _keep(uow, who, found)
    return found


async def pick_field(uow: UnitOfWork, who: Acting, line_id: str, version: int, field: str) -> Picking:
    """Pick a field to ask its reason for, or take it out when it was picked."""
    found = await _going_on(uow, who, line_id, version)
    if field not in found.fields:
        raise NotFound
    rest = tuple(remark for remark in found.picked if remark.field != field)
    if len(rest) < len(found.picked):
        found = replace(found, picked=rest, field="")
    elif found.mode == "reopen":
        found = replace(found, picked=(*rest, Remark(field, ASKED)), field="")
    else:
        found = replace(found, field=field)
    await _keep(uow, who, found)
    return found


async def pick_reason(uow: UnitOfWork, who: Acting, line_id: str, version: int, reason: str) -> Picking:
    """Give the picked field its reason; `OTHER` asks for it to be typed. `reason` is one that was offered."""
    found = await _going_on(uow, who, line_id, version)
    if not found.field:
        return found
    if reason == OTHER:
        found = replace(found, typing=True)
    else:
        found = replace(found, picked=(*found.picked, Remark(found.field, reason)), field="")
    await _keep(uow, who, found)
    return found


async def type_reason(uow: UnitOfWork, who: Acting, draft: Draft, text: str) -> Picking | None:
    """Take a typed reason; None when none is asked for now. Raises `BadAnswer`, `WrongState`."""
    if not draft.answers.get("typing") or not is_fresh(draft, who.now):
        return None
    words = reason_text(text)
    answers = draft.answers
    found = await begin(uow, who, answers["line"], answers["version"], answers["mode"])
    found = replace(found, picked=(*found.picked, Remark(answers["field"], OTHER, words)), field="")
    await _keep(uow, who, found)
    return found


async def picked(uow: UnitOfWork, who: Acting, line_id: str, version: int) -> Picking:
    """Return all that was picked for this version. Raises `AlreadyDecided`, `WrongState`."""
    return replace(await _going_on(uow, who, line_id, version), field="")


async def ask_decline_words(uow: UnitOfWork, who: Acting, line_id: str, version: int) -> Look:
    """Ask for the reason of declining to be typed. Raises `WrongState`."""
    seen = await look_submitted(uow, who, line_id, version)
    await ask_aside(uow, who.user_id, DECLINE, seen.about, {"version": version}, who.now)
    return seen


async def type_decline_words(uow: UnitOfWork, who: Acting, draft: Draft, text: str) -> tuple[Look, Remark] | None:
    """Take the typed reason of declining; None when none is asked for. Raises `BadAnswer`, `WrongState`."""
    answers = draft.answers
    if answers.get("words") or not is_fresh(draft, who.now):
        return None
    reason = Remark("", OTHER, reason_text(text))
    seen = await look_submitted(uow, who, answers["line"], answers["version"])
    await ask_aside(uow, who.user_id, DECLINE, seen.about, {**answers, "words": reason.words}, who.now)
    return seen, reason


async def decline_reason(uow: UnitOfWork, who: Acting, line_id: str, version: int, code: str) -> Remark:
    """Return the reason as it is confirmed: a preset one, or the words typed for this version. Raises `NotFound`."""
    if code != OTHER:
        return Remark("", code)
    draft = await uow.active_draft(who.user_id, DECLINE)
    kept = draft.answers if draft is not None else {}
    if kept.get("line") != line_id or kept.get("version") != version or not kept.get("words"):
        raise NotFound
    return Remark("", OTHER, kept["words"])


async def look_submitted(uow: UnitOfWork, who: Acting, line_id: str, version: int) -> Look:
    """Return one that waits in this version. Raises `AlreadyDecided`, `WrongState`."""
    seen = await look(uow, who, line_id)
    decidable(seen.questionnaire, version)
    return seen


async def _going_on(uow: UnitOfWork, who: Acting, line_id: str, version: int) -> Picking:
    """Go on with what is being picked; a button of another picker begins with its own line."""
    draft = await uow.active_draft(who.user_id, RETURN)
    same = draft is not None and draft.answers.get("line") == line_id
    return await begin(uow, who, line_id, version, draft.answers["mode"] if draft is not None and same else "return")


async def _keep(uow: UnitOfWork, who: Acting, found: Picking) -> None:
    questionnaire = found.look.questionnaire
    answers = {
        "version": questionnaire.version,
        "mode": found.mode,
        "field": found.field,
        "typing": found.typing,
        "picked": [{"field": r.field, "reason": r.reason, "words": r.words} for r in found.picked],
    }
    await ask_aside(uow, who.user_id, RETURN, found.look.about, answers, who.now)


def _is_about(draft: Draft, line_id: str, version: int, mode: Mode) -> bool:
    kept = draft.answers
    return (kept.get("line"), kept.get("version"), kept.get("mode")) == (line_id, version, mode)


def _remarks(draft: Draft) -> tuple[Remark, ...]:
    return tuple(Remark(**kept) for kept in draft.answers.get("picked", ()))


def reason_text(text: str) -> str:
    """Return a typed reason in one line. Problem: reason_long (data: limit), for none too."""
    words = " ".join(text.split())
    if not words or len(words) > MOST_WORDS:
        raise BadAnswer("reason_long", text, limit=MOST_WORDS)
    return words
