"""A curator decides on a questionnaire, takes the decision back, opens an approved one (REGULATIONS Q4, Q5, A1).

The questionnaire and its order line are saved together, both compared with the version that was looked at. The
student, and the manager of a declined one, are told when the undo has run out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from school import questionnaire as states
from school.admission import with_term
from school.cancelling import OrderCancelled
from school.errors import SchoolError
from school.notices import Notice
from school.order import Enrolment
from school.ports import Card, UnitOfWork
from school.questionnaire import UNDO, Questionnaire, Remark, WrongState
from school.use_cases.review_questionnaire import Acting, find_questionnaire, lease_to, shown_cards
from school.use_cases.tell import student_data, tell_managers, tell_student


class OwnQuestionnaire(SchoolError):
    """A curator decides on nobody's diploma but others'."""

    code = "own_questionnaire"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: the student's place and the questionnaire after it, and the cards to be changed."""

    about: Enrolment
    questionnaire: Questionnaire
    cards: tuple[Card, ...]


async def approve(uow: UnitOfWork, who: Acting, line_id: str, version: int) -> Decision:
    """Confirm the questionnaire. Raises `AlreadyDecided`, `WrongState`, `OwnQuestionnaire`, `Forbidden`, `NotFound`."""
    about, before = await find_questionnaire(uow, who, line_id)
    after = states.approve(before, version, who.decider, who.now)
    decision = await _decided(uow, who, about, before, after)
    line = decision.about.line
    paid = {"paid": line.payment == "paid", "admit_by": line.admit_by.isoformat() if line.admit_by else None}
    await _tell_later(uow, decision.about, "questionnaire_approved", paid, version, who.now)
    return decision


async def send_back(uow: UnitOfWork, who: Acting, line_id: str, version: int, remarks: Sequence[Remark]) -> Decision:
    """Return fields to be mended; the clock of A1 stops. Raises as `approve`, `WrongState` without a remark too."""
    about, before = await find_questionnaire(uow, who, line_id)
    after = states.send_back(before, version, tuple(remarks), who.decider, who.now)
    decision = await _decided(uow, who, about, before, after)
    told = {"remarks": [asdict(remark) for remark in remarks]}
    await _tell_later(uow, decision.about, "questionnaire_returned", told, version, who.now)
    return decision


async def decline(uow: UnitOfWork, who: Acting, line_id: str, version: int, reason: Remark) -> Decision:
    """Refuse the student; the centre's managers may replace them. Raises as `approve`."""
    about, before = await find_questionnaire(uow, who, line_id)
    after = states.decline(before, version, reason, who.decider, who.now)
    decision = await _decided(uow, who, about, before, after)
    told = {"reason": asdict(reason)}
    await _tell_later(uow, decision.about, "questionnaire_declined", told, version, who.now)
    data = {**student_data(decision.about), "reason": reason.reason}
    key = _managers_key(line_id, version)
    await tell_managers(uow, about.order.centre, "student_declined", data, key, after=who.now + UNDO)
    return decision


async def undo(uow: UnitOfWork, who: Acting, line_id: str) -> Decision:
    """Take an own decision back before anybody outside is told. Raises `TooLateToUndo`, `WrongState`, …

    A reopened questionnaire is none of these: the student is told of it at once.
    """
    about, before = await find_questionnaire(uow, who, line_id)
    if before.submitted_at is None or about.line.admitted_at is not None:
        raise WrongState(state=before.state)
    after = states.undo(before, who.decider, who.now)
    await take_back(uow, about, before)
    saved = _save(uow, who, about, before, after)
    lease_to(uow, who, line_id)
    uow.audit(who.actor, "questionnaire.undone", line_id, before.state, after.state)
    return Decision(saved, replace(after, version=before.version + 1), await shown_cards(uow, after))


async def reopen(uow: UnitOfWork, who: Acting, line_id: str, version: int, fields: Sequence[str]) -> Decision:
    """Open an approved questionnaire for a change of these fields; it has to be approved again (Q5).

    The student is asked at once. Raises `WrongState` where it is not approved, not in this version any more, or the
    student is admitted: they could not mend it.
    """
    about, before = await find_questionnaire(uow, who, line_id)
    if before.version != version or not fields or about.line.admitted_at is not None:
        raise WrongState(state=before.state)
    after = states.reopen(before, tuple(fields), who.decider, who.now)
    if before.decided_at is not None and who.now - before.decided_at < UNDO:
        await take_back(uow, about, before)
    cards = await shown_cards(uow, before)
    saved = _save(uow, who, about, before, after)
    uow.audit(who.actor, "questionnaire.reopened", line_id, before.state, after.state)
    told = {"remarks": [asdict(remark) for remark in after.remarks]}
    key = f"reopened:{line_id}:{version}"
    await tell_student(uow, saved, "questionnaire_returned", told, dedupe=key, now=who.now)
    return Decision(saved, replace(after, version=before.version + 1), cards)


async def _decided(
    uow: UnitOfWork, who: Acting, about: Enrolment, before: Questionnaire, after: Questionnaire
) -> Decision:
    # On the page a student is known by the mailbox alone.
    own = {one.email for one in who.session.roles if one.email}
    if about.line.student_id == who.user_id or about.line.email.lower() in own:
        raise OwnQuestionnaire
    cards = await shown_cards(uow, before)
    saved = _save(uow, who, about, before, after)
    uow.drop_lease(about.line.id)
    reasons = [f"{remark.field}:{remark.reason}" for remark in (*after.remarks, after.decline_reason) if remark]
    uow.audit(who.actor, f"questionnaire.{after.state}", about.line.id, before.state, " ".join([after.state, *reasons]))
    return Decision(saved, replace(after, version=before.version + 1), cards)


def change_cards(uow: UnitOfWork, who: Acting, decision: Decision) -> None:
    """Stage the change of the cards that stand in chats, for what was done elsewhere."""
    told = {"state": decision.questionnaire.state, "name": who.name}
    for card in decision.cards:
        data = {**student_data(decision.about), **told, "edit_of": card.notice_id}
        key = f"changed:{card.notice_id}:{decision.questionnaire.version}"
        uow.add_notice(Notice(uuid4().hex, "review_changed", "chat", str(card.chat_id), data, key))


def named(about: Enrolment, questionnaire: Questionnaire) -> str:
    """Return how the line names the student: as the approved questionnaire does, else as the order did."""
    if questionnaire.state == "approved":
        return states.full_name(questionnaire) or about.line.name
    return str(questionnaire.answers.get("ordered_as") or about.line.name)


def _save(uow: UnitOfWork, who: Acting, about: Enrolment, before: Questionnaire, after: Questionnaire) -> Enrolment:
    """Stage both; a returned or declined one has no submission any more. Raises `OrderCancelled`."""
    if about.line.cancelled:
        raise OrderCancelled
    counts = after.state in ("submitted", "approved")
    name = named(about, after)
    changed = replace(
        about.line, name=name, questionnaire=after.state, submitted_at=after.submitted_at if counts else None
    )
    line = with_term(changed, who.zone)
    uow.save_questionnaire(replace(after, version=before.version))
    uow.save_line(about.order.id, line)
    lines = tuple(line if one.id == line.id else one for one in about.order.lines)
    return Enrolment(replace(about.order, lines=lines), line)


async def _tell_later(
    uow: UnitOfWork, about: Enrolment, kind: str, data: dict[str, Any], version: int, now: datetime
) -> None:
    key = _student_key(about.line.id, version)
    await tell_student(uow, about, kind, data, dedupe=key, now=now, after=now + UNDO)


async def take_back(uow: UnitOfWork, about: Enrolment, decided: Questionnaire) -> None:
    """Stage taking back what was to be told of the decision, made of the version before this one."""
    version = decided.version - 1
    uow.cancel_notice(_student_key(about.line.id, version))
    if decided.state == "declined" and decided.decided_at is not None:
        for member in await uow.centre_staff(about.order.centre):
            if member.since <= decided.decided_at:
                uow.cancel_notice(f"{_managers_key(about.line.id, version)}:{member.id}")


def _student_key(line_id: str, version: int) -> str:
    return f"decided:{line_id}:{version}"


def _managers_key(line_id: str, version: int) -> str:
    return f"declined:{line_id}:{version}"
