"""The questionnaire (анкета) of one order line: its answers, its documents, and what may happen to it (Q1–Q5).

Every transition is explicit: a function takes the questionnaire and returns the next one, or raises.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from school.errors import SchoolError
from school.order import QuestionnaireState

UNDO = timedelta(minutes=2)
DOCUMENTS = ("diploma", "name_change")


class WrongState(SchoolError):
    """The questionnaire is not in a state in which this may be done."""

    code = "wrong_state"


class AlreadyDecided(SchoolError):
    """Somebody has decided on the questionnaire already; `data` tells state, name and at (ISO, UTC)."""

    code = "already_decided"


class TooLateToUndo(SchoolError):
    """The decision has been told to the student."""

    code = "too_late_to_undo"


@dataclass(frozen=True, slots=True)
class Page:
    """One page or file of a document, as it lies in the vault under `id`.

    `sha256` (hex) is of the original bytes, `media` like "image/jpeg" by content, `size` in bytes, `pages` of a PDF.
    `flags` are hints of the check: "small", "blurred".
    """

    id: str
    sha256: str
    media: str
    size: int
    name: str
    pages: int = 1
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A returned field and why: `reason` is a code of `wording.reasons`, or a curator's own `words`."""

    field: str
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One questionnaire. `version` 0 means not stored yet; every save compares it, buttons carry it.

    `answers` is the form's JSON (`school.forms.questionnaire`); documents in it are lists of pages as dicts.
    `remind_at` is when to remind of the diploma («Пришлю позже»). Moments in UTC.
    """

    line_id: str
    order_id: str
    answers: dict[str, Any]
    state: QuestionnaireState = "filling"
    submitted_at: datetime | None = None
    remarks: tuple[Remark, ...] = ()
    decline_reason: Remark | None = None
    decided_by: int | None = None
    decided_name: str = ""
    decided_at: datetime | None = None
    remind_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides: a curator's account and name."""

    user_id: int
    name: str


def pages(questionnaire: Questionnaire, document: str) -> tuple[Page, ...]:
    """Return the pages of a document in their order; none while there are none."""
    found = questionnaire.answers.get(document) or []
    return tuple(Page(**{**page, "flags": tuple(page.get("flags", ()))}) for page in found)


def full_name(questionnaire: Questionnaire) -> str:
    """Return the name as the student gave it, surname first."""
    a = questionnaire.answers
    return " ".join(part for part in (a.get("surname"), a.get("name"), a.get("patronymic")) if part)


def submit(q: Questionnaire, now: datetime) -> Questionnaire:
    """Hand it in for checking; a returned one too. Raises `WrongState`."""
    if q.state not in ("filling", "returned"):
        raise WrongState(state=q.state)
    return replace(
        q, state="submitted", submitted_at=now, remarks=(), decided_by=None, decided_name="", decided_at=None,
        remind_at=None,
    )  # fmt: skip


def decidable(q: Questionnaire, version: int) -> None:
    """Raise `AlreadyDecided` or `WrongState` unless it waits for a decision in the version that was looked at."""
    if q.state in ("approved", "returned", "declined"):
        raise AlreadyDecided(state=q.state, name=q.decided_name, at=q.decided_at.isoformat() if q.decided_at else "")
    if q.state != "submitted" or q.version != version:
        raise WrongState(state=q.state)


def approve(q: Questionnaire, version: int, by: Decider, now: datetime) -> Questionnaire:
    """Confirm it (Q4). Raises `AlreadyDecided`, `WrongState`."""
    decidable(q, version)
    return replace(q, state="approved", decided_by=by.user_id, decided_name=by.name, decided_at=now)


def send_back(q: Questionnaire, version: int, remarks: tuple[Remark, ...], by: Decider, now: datetime) -> Questionnaire:
    """Return it with the fields to mend; the student is asked only for those. Raises as `approve`."""
    decidable(q, version)
    if not remarks:
        raise WrongState(state=q.state)
    return replace(q, state="returned", remarks=remarks, decided_by=by.user_id, decided_name=by.name, decided_at=now)


def decline(q: Questionnaire, version: int, reason: Remark, by: Decider, now: datetime) -> Questionnaire:
    """Refuse the student for good; the manager may replace them. Raises as `approve`."""
    decidable(q, version)
    return replace(
        q, state="declined", decline_reason=reason, decided_by=by.user_id, decided_name=by.name, decided_at=now
    )


def undo(q: Questionnaire, by: Decider, now: datetime) -> Questionnaire:
    """Take an own decision back within `UNDO`, before the student is told. Raises `TooLateToUndo`, `WrongState`."""
    if q.state not in ("approved", "returned", "declined") or q.decided_by != by.user_id or q.decided_at is None:
        raise WrongState(state=q.state)
    if now - q.decided_at >= UNDO:
        raise TooLateToUndo
    return replace(
        q, state="submitted", remarks=(), decline_reason=None, decided_by=None, decided_name="", decided_at=None
    )


def may_be_undone(q: Questionnaire, now: datetime) -> bool:
    """Tell whether a decision may still be taken back: until then nobody outside acts on it."""
    decided = q.state in ("approved", "returned", "declined") and q.submitted_at is not None
    return decided and q.decided_at is not None and now - q.decided_at < UNDO


def reopen(q: Questionnaire, fields: tuple[str, ...], by: Decider, now: datetime) -> Questionnaire:
    """Open an approved one for a change, through the curator only (Q5): it has to be approved again."""
    if q.state != "approved":
        raise WrongState(state=q.state)
    remarks = tuple(Remark(name, "asked") for name in fields)
    return replace(
        q, state="returned", remarks=remarks, submitted_at=None, decided_by=by.user_id, decided_name=by.name,
        decided_at=now,
    )  # fmt: skip
