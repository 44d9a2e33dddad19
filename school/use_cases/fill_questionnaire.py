"""Fill in a questionnaire (Q1–Q3): begin it, go on where it was left, mend what was returned, hand it in.

The answers live in the line's `Questionnaire`, so that every face goes on with the same ones; the chat's draft only
points at it. While it is walked, the draft in the session carries the answers (`Filled.session`), and
`school.use_cases.fill_form` does the walking.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, tzinfo
from typing import Any
from uuid import uuid4

from school import people
from school.admission import with_term
from school.draft import Answers, Draft
from school.errors import NotFound, SchoolError
from school.forms.questionnaire import FILES, KEY, fields_to_mend, surnames_differ
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.questionnaire import Questionnaire, WrongState, may_be_undone, pages, submit
from school.terms import add_working_days
from school.use_cases.converse import forget_conversation
from school.use_cases.find import find_enrolment

REMIND_AT = time(10)
# What stands among the answers only while they are filled in.
_OF_FILLING = ("only", "pages", "pending", "album", "line", "typed")


class NothingToFill(SchoolError):
    """The questionnaire is handed in or decided on: there is nothing to fill in now."""

    code = "nothing_to_fill"


class PlaceCancelled(NothingToFill):
    """The student's place was cancelled: there is nothing to fill in any more."""

    code = "order_cancelled"


class BeingDecided(SchoolError):
    """A curator has just decided and may take it back: the student hears of it in a moment."""

    code = "being_decided"


@dataclass(frozen=True, slots=True)
class Filled:
    """A questionnaire being filled in; `session` has the draft with the questionnaire's answers in it."""

    session: Session
    questionnaire: Questionnaire
    about: Enrolment

    @property
    def switched(self) -> tuple[str, ...]:
        """The optional fields that this questionnaire asks."""
        draft = self.session.draft
        return tuple(draft.answers.get("switched") or ()) if draft is not None else ()


async def own_enrolment(uow: UnitOfWork, line_id: str, user_id: int) -> Enrolment:
    """Return the line whose student this account has proved to be. Raises `NotFound`."""
    about = await find_enrolment(uow, line_id)
    if about.line.student_id != user_id:
        raise NotFound
    return about


async def begin(
    uow: UnitOfWork, session: Session, about: Enrolment, user_id: int, now: datetime, switched: tuple[str, ...]
) -> Filled:
    """Begin the questionnaire, prefilled from the order, or go on with it; what was returned is asked again.

    Raises `NothingToFill` while it is being checked, after it was approved or declined, and after admission;
    `BeingDecided` while a return may still be taken back.
    """
    if about.line.student_id != user_id:
        raise NotFound
    base, answers = await open_answers(uow, about, now, switched)
    if about.line.questionnaire == "not_started":
        uow.save_line(about.order.id, replace(about.line, questionnaire="filling"))
    draft = await uow.active_draft(user_id, KEY)
    if draft is None or draft.answers.get("line") != about.line.id:
        if draft is not None:
            uow.save_draft(replace(draft, state="cancelled", touched_at=now))
        draft = _pointer(about, user_id, now)
    draft = replace(draft, answers=answers)
    centre = session.centre
    if centre is None or centre.number != about.order.centre:
        centre = await uow.centre(about.order.centre)  # the consent names it
    return Filled(replace(session, draft=draft, centre=centre), base, about)


async def open_answers(
    uow: UnitOfWork, about: Enrolment, now: datetime, switched: tuple[str, ...]
) -> tuple[Questionnaire, Answers]:
    """Return the questionnaire as it is stored, and its answers as they are to be filled in now, through any channel.

    One not begun is of version 0 and without answers: what is prefilled or taken out differs from what is stored, and
    so is saved. Raises `NothingToFill`, `BeingDecided`.
    """
    if about.line.cancelled:
        raise PlaceCancelled(state="cancelled")
    stored = await uow.questionnaire(about.line.id)
    if stored is not None and stored.state == "returned" and may_be_undone(stored, now):
        raise BeingDecided
    if about.line.admitted_at or (stored is not None and stored.state not in ("filling", "returned")):
        raise NothingToFill(state=stored.state if stored is not None else "approved")
    found = stored or _prefilled(about, switched)
    if found.state == "returned" and "only" not in found.answers:
        found = _to_mend(uow, found)
    return stored or replace(found, answers={}), found.answers


def _prefilled(about: Enrolment, switched: tuple[str, ...]) -> Questionnaire:
    name = people.parse_full_name(about.line.name)
    answers: dict[str, Any] = {
        "surname": name.surname,
        "name": name.name,
        "patronymic": name.patronymic,
        "mobile": about.line.mobile,
        "ordered_as": about.line.name,
        "switched": list(switched),
        "flags": {"order": list(about.line.flags)} if about.line.flags else {},
    }
    return Questionnaire(about.line.id, about.order.id, answers)


def _pointer(about: Enrolment, user_id: int, now: datetime) -> Draft:
    return Draft(
        id=uuid4().hex[:12],
        user_id=user_id,
        chat_id=user_id,
        form=KEY,
        centre=about.order.centre,
        discipline=None,
        answers={},
        cursor=None,
        question=None,
        state="active",
        touched_at=now,
    )


def _to_mend(uow: UnitOfWork, found: Questionnaire) -> Questionnaire:
    """Take out the answers that were returned; a returned document's pages are erased, others come in their place."""
    remarked = {remark.field for remark in found.remarks}
    for document in remarked & set(FILES):
        for page in pages(found, document):
            uow.drop_document(page.id)
    kept = {key: value for key, value in found.answers.items() if key not in remarked}
    return replace(found, answers={**kept, "only": fields_to_mend(remarked)})


async def load(uow: UnitOfWork, session: Session) -> Filled:
    """Load the questionnaire that the session's draft points at.

    Raises `NothingToFill` when it is no longer open, `NotFound` when the line is not this account's any more.
    """
    draft = session.draft
    if draft is None or draft.form != KEY:
        raise NotFound
    about = await own_enrolment(uow, str(draft.answers.get("line")), draft.user_id)
    if about.line.cancelled:
        raise PlaceCancelled(state="cancelled")
    found = await uow.questionnaire(about.line.id)
    if found is None or found.state not in ("filling", "returned"):
        raise NothingToFill(state=found.state if found is not None else "")
    return Filled(replace(session, draft=replace(draft, answers=found.answers)), found, about)


def save(uow: UnitOfWork, filled: Filled, draft: Draft, question: str | None, now: datetime) -> None:
    """Stage the answers as they stand, and the draft that points at them with the message that asks."""
    answers = {key: value for key, value in draft.answers.items() if key != "line"}
    keep_answers(uow, filled.questionnaire, answers)
    pointer = {"line": filled.about.line.id}
    uow.save_draft(replace(draft, answers=pointer, question=question, touched_at=now, nudged_at=None))


def keep_answers(uow: UnitOfWork, found: Questionnaire, answers: Answers) -> None:
    """Stage the answers where they differ; a document that has come is not reminded of any more."""
    if answers != found.answers or not found.version:
        sent = any(answers.get(document) and not found.answers.get(document) for document in FILES)
        uow.save_questionnaire(replace(found, answers=answers, remind_at=None if sent else found.remind_at))


def hand_in(uow: UnitOfWork, filled: Filled, now: datetime, zone: tzinfo) -> Enrolment:
    """Submit the questionnaire: the term of A1 runs from now if the payment is there (docs/regulations.md A1).

    A document that is not needed any more is erased. Returns the enrolment as it stands.
    """
    draft, found = filled.session.draft, filled.questionnaire
    if draft is None:
        raise NotFound
    done = submit_answers(uow, filled.about, found, draft.answers, f"chat:{draft.user_id}", now, zone)
    uow.save_draft(replace(draft, state="placed", answers={"line": done.line.id}, cursor=None, touched_at=now))
    return done


def submit_answers(
    uow: UnitOfWork, about: Enrolment, found: Questionnaire, given: Answers, actor: str, now: datetime, zone: tzinfo
) -> Enrolment:
    """Submit these answers as `actor`, whichever channel they came through; see `hand_in`."""
    answers = {k: v for k, v in given.items() if k not in _OF_FILLING}
    for page in _left_over(found, answers):
        uow.drop_document(page)
    if not surnames_differ(answers):
        answers.pop("name_change", None)
    uow.save_questionnaire(submit(replace(found, answers=answers), now))
    line = with_term(replace(about.line, questionnaire="submitted", submitted_at=now), zone)
    uow.save_line(about.order.id, line)
    uow.audit(actor, "questionnaire.submitted", line.id, before=found.state, after="submitted")
    return Enrolment(about.order, line)


def _left_over(found: Questionnaire, answers: dict[str, Any]) -> list[str]:
    """Return the ids of pages that were begun and not taken, or belong to a document that is not needed."""
    begun = [item["page"]["id"] for items in (found.answers.get("pages") or {}).values() for item in items]
    unneeded = [] if surnames_differ(answers) else [page.id for page in pages(found, "name_change")]
    return begun + unneeded


async def abandon(uow: UnitOfWork, filled: Filled, now: datetime) -> None:
    """Refuse the consent in chat: erase whatever was begun. Raises `WrongState` once a curator has seen it."""
    draft, found = filled.session.draft, filled.questionnaire
    _erase(uow, filled.about, found if found.version else None)
    if draft is not None and draft.version:
        uow.save_draft(replace(draft, state="cancelled", answers={}, cursor=None, touched_at=now))


async def erase(uow: UnitOfWork, about: Enrolment, actor: str) -> None:
    """Refuse the consent on the page: as `abandon`, and kept in the audit where something was begun."""
    found = await uow.questionnaire(about.line.id)
    _erase(uow, about, found)
    if found is not None:
        uow.audit(actor, "questionnaire.erased", about.line.id)


def _erase(uow: UnitOfWork, about: Enrolment, found: Questionnaire | None) -> None:
    if found is not None and found.state != "filling":
        raise WrongState(state=found.state)
    if found is not None:
        uow.drop_questionnaire(found)
    forget_conversation(uow, about.line.id)
    if about.line.questionnaire == "filling":
        uow.save_line(about.order.id, replace(about.line, questionnaire="not_started"))


def remind_later(uow: UnitOfWork, filled: Filled, now: datetime, zone: tzinfo) -> datetime:
    """Stage a reminder of the document on the next working day at ten («Пришлю позже»); return its moment in UTC."""
    day = add_working_days(now.astimezone(zone).date(), 1)
    moment = datetime.combine(day, REMIND_AT, zone)
    uow.save_questionnaire(replace(filled.questionnaire, remind_at=moment.astimezone(tz=now.tzinfo)))
    return moment
