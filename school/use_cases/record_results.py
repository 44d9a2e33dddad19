"""Record the final test, the training and the dispatch of documents, singly or by a sheet (REGULATIONS M2, D1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import uuid4

from school.centre import Role
from school.draft import Draft
from school.errors import NotFound, SchoolError
from school.notices import Notice
from school.order import Enrolment, Order, OrderLine, TestState, TrainingState
from school.ports import Session, UnitOfWork
from school.post import parse_tracking
from school.use_cases.admit import enrolments
from school.use_cases.find import find_enrolment, require_role, who
from school.use_cases.make_acts import follow_students
from school.use_cases.record_payment import clean_number
from school.use_cases.tell import tell_student

FORM = "results"
AT_ONCE = 500
RUNS = 20
FIELDS = ("test", "training", "tracking")


class NotAdmitted(SchoolError):
    """The student is not admitted yet, so there is nothing to record."""

    code = "not_admitted"


class NothingToApply(SchoolError):
    """The sheet has been applied, or another one was opened since."""

    code = "nothing_to_apply"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be recorded of the student of this reference ("0123-0042/2"); None leaves a thing as it is."""

    reference: str
    test: TestState | None = None
    training: TrainingState | None = None
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A student whose record differs: as it stands, and as it is to be."""

    about: Enrolment
    after: OrderLine


@dataclass(frozen=True, slots=True)
class Differences:
    """What a sheet would change, references nobody is found by, and of those who are not admitted yet."""

    changes: tuple[Change, ...]
    unknown: tuple[str, ...]
    not_admitted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What was recorded, and references of those of whom others have recorded something else since the preview."""

    changes: tuple[Change, ...]
    overtaken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunOf:
    """A run that has admitted students: one of them tells its title and dates."""

    key: str
    one: Enrolment
    count: int


def may_record(session: Session) -> None:
    """Raise `Forbidden` unless the person is a curator or an administrator."""
    require_role(session, Role.CURATOR, Role.ADMIN)


async def runs(uow: UnitOfWork, session: Session) -> tuple[RunOf, ...]:
    """Return the latest runs that have admitted students. Raises `Forbidden`."""
    may_record(session)
    found = []
    for key, count in list(await uow.runs_with_students())[:RUNS]:
        one = await enrolments(uow, list(await uow.lines_of_run(key))[:1])
        if one:
            found.append(RunOf(key, one[0], count))
    return tuple(found)


async def open_sheet(uow: UnitOfWork, session: Session, run: str, now: datetime) -> tuple[Enrolment, ...]:
    """Return the admitted students of a run by name, and wait for their filled sheet. Raises `Forbidden`."""
    may_record(session)
    found = await enrolments(uow, await uow.lines_of_run(run))
    if found:
        await _wait_for(uow, session, found[0], {"run": run}, now)
    return found


async def ask_tracking(uow: UnitOfWork, session: Session, line_id: str, now: datetime) -> Enrolment:
    """Wait for a post id of the line's documents. Raises `Forbidden`, `NotFound`, `NotAdmitted`."""
    about = await student(uow, session, line_id)
    if about.line.admitted_at is None:
        raise NotAdmitted
    await _wait_for(uow, session, about, {"line": line_id}, now)
    return about


async def _wait_for(
    uow: UnitOfWork, session: Session, about: Enrolment, answers: dict[str, Any], now: datetime
) -> None:
    user_id = who(session)
    open_one = await uow.active_draft(user_id, FORM)
    if open_one is not None:
        uow.save_draft(replace(open_one, answers=answers, touched_at=now))
        return
    centre = about.order.centre
    uow.save_draft(Draft(uuid4().hex[:12], user_id, user_id, FORM, centre, None, answers, None, None, "active", now))


async def close(uow: UnitOfWork, session: Session, now: datetime) -> bool:
    """Wait no longer for a sheet or a post id; tell whether anything was waited for."""
    open_one = await uow.active_draft(who(session), FORM)
    if open_one is not None:
        uow.save_draft(replace(open_one, state="cancelled", answers={}, touched_at=now))
    return open_one is not None


async def student(uow: UnitOfWork, session: Session, line_id: str) -> Enrolment:
    """Return one student. Raises `Forbidden`, `NotFound`."""
    may_record(session)
    return await find_enrolment(uow, line_id)


async def order_for_results(uow: UnitOfWork, session: Session, number: str) -> Order:
    """Return the order of this number. Raises `Forbidden`, `NotFound`."""
    may_record(session)
    order = await uow.order_by_number(clean_number(number))
    if order is None:
        raise NotFound
    return order


async def preview(
    uow: UnitOfWork, session: Session, draft: Draft, wanted: Sequence[Wanted], now: datetime
) -> Differences:
    """Return what the sheet would change, and keep it with the draft until it is applied. Raises `Forbidden`."""
    may_record(session)
    found = await _compare(uow, wanted, str(draft.answers.get("run", "")))
    kept = [[change.about.reference, _shown(change)] for change in found.changes]
    uow.save_draft(replace(draft, answers={**draft.answers, "rows": kept}, touched_at=now))
    return found


def _shown(change: Change) -> dict[str, list[str | None]]:
    """Return each thing that a preview shows to change, as [before, after]."""
    pairs = {field: [getattr(change.about.line, field), getattr(change.after, field)] for field in FIELDS}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


async def apply(uow: UnitOfWork, session: Session, draft_id: str, now: datetime) -> Applied:
    """Record what was previewed and nothing else: what others have recorded otherwise meanwhile stays theirs.

    Students and clients are told of what was posted (D1). Raises `Forbidden`, `NothingToApply`.
    """
    may_record(session)
    draft = await uow.active_draft(who(session), FORM)
    if draft is None or draft.id != draft_id or "rows" not in draft.answers:
        raise NothingToApply
    rows = draft.answers["rows"]
    found = await _by_reference(uow, [reference for reference, _ in rows], str(draft.answers.get("run", "")))
    changes, overtaken = [], []
    for reference, shown in rows:
        about = found.get(reference)
        if about is None:
            continue
        now_is = {field: getattr(about.line, field) for field in shown}
        if any(now_is[field] not in pair for field, pair in shown.items()):
            overtaken.append(reference)
        told = {field: after for field, (before, after) in shown.items() if now_is[field] == before}
        if told:
            changes.append(Change(about, _after(about.line, told)))
    uow.save_draft(replace(draft, state="placed", answers={}, touched_at=now))
    await _record(uow, session, changes, now)
    return Applied(tuple(changes), tuple(overtaken))


async def set_result(uow: UnitOfWork, session: Session, line_id: str, field: str, value: str, now: datetime) -> Change:
    """Record one thing of one student: `field` is test, training or tracking. The same again changes nothing.

    Raises `Forbidden`, `NotFound`, `NotAdmitted`, `BadAnswer` of `school.post.parse_tracking`.
    """
    about = await student(uow, session, line_id)
    if about.line.admitted_at is None:
        raise NotAdmitted
    change = Change(about, _after(about.line, {field: parse_tracking(value) if field == "tracking" else value}))
    if field == "tracking":
        await close(uow, session, now)
    if change.after != about.line:
        await _record(uow, session, (change,), now)
    return change


async def _compare(uow: UnitOfWork, wanted: Sequence[Wanted], run: str) -> Differences:
    found = await _by_reference(uow, [w.reference for w in wanted], run)
    changes, not_admitted = [], []
    for want in wanted:
        about = found.get(want.reference)
        if about is None:
            continue
        if about.line.admitted_at is None:
            not_admitted.append(want.reference)
            continue
        told = {"test": want.test, "training": want.training, "tracking": want.tracking}
        after = _after(about.line, told)
        if after != about.line:
            changes.append(Change(about, after))
    unknown = tuple(w.reference for w in wanted if w.reference not in found)
    return Differences(tuple(changes), unknown, tuple(not_admitted))


async def _by_reference(uow: UnitOfWork, references: Sequence[str], run: str) -> Mapping[str, Enrolment]:
    """Return the students of these references: those of the run in two trips, others an order a trip."""
    ids = await uow.lines_of_run(run) if run else ()
    found: dict[str, Enrolment] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= {about.reference: about for about in await enrolments(uow, ids[start : start + AT_ONCE])}
    numbers = {reference.rpartition("/")[0] for reference in references if reference not in found}
    for number in sorted(numbers):
        order = await uow.order_by_number(number)
        if order is not None:
            found |= {about.reference: about for about in (Enrolment(order, line) for line in order.lines)}
    return found


def _after(line: OrderLine, told: Mapping[str, str | None]) -> OrderLine:
    changed: dict[str, Any] = {key: value for key, value in told.items() if value is not None}
    return replace(line, **changed)


async def _record(uow: UnitOfWork, session: Session, changes: Sequence[Change], now: datetime) -> None:
    actor = f"chat:{who(session)}"
    for change in changes:
        before, after = change.about.line, change.after
        uow.save_line(change.about.order.id, after)
        for field in FIELDS:
            was, now_is = getattr(before, field) or "", getattr(after, field) or ""
            if was != now_is:
                uow.audit(actor, f"{field}.recorded", after.id, before=was, after=now_is)
    await _keep_acts(uow, changes, actor)
    sent = [change for change in changes if change.after.tracking != change.about.line.tracking]
    await _tell_sent(uow, sent, now)


async def _keep_acts(uow: UnitOfWork, changes: Sequence[Change], actor: str) -> None:
    """Take who was expelled out of the acts that have no paper yet, and back in who was by mistake (C1)."""
    moved = [change for change in changes if change.after.expelled != change.about.line.expelled]
    now_are = {change.after.id: change.after for change in moved}
    for order in {change.about.order.id: change.about.order for change in moved}.values():
        fresh = replace(order, lines=tuple(now_are.get(line.id, line) for line in order.lines))
        await follow_students(uow, fresh, await uow.acts_of_order(order.id), actor)


async def _tell_sent(uow: UnitOfWork, sent: Sequence[Change], now: datetime) -> None:
    """Tell every student, and the client once an order and post id (D1)."""
    for change in sent:
        data = {"tracking": change.after.tracking, "address": change.about.order.payer.address}
        key = f"documents_sent:{change.after.id}:{change.after.tracking}"
        await tell_student(uow, change.about, "documents_sent", data, dedupe=key, now=now)

    def parcel(change: Change) -> tuple[str, str]:
        return change.about.order.id, change.after.tracking or ""

    for (_, tracking), group in groupby(sorted(sent, key=parcel), key=parcel):
        found = list(group)
        await _tell_client(uow, found[0].about.order, tracking, [change.after for change in found])


async def _tell_client(uow: UnitOfWork, order: Order, tracking: str, lines: Sequence[OrderLine]) -> None:
    """Tell the client by letter and in chat; not of the client's own documents, told to them as a student already."""
    key = f"{order.id}:{tracking}:{sha256(','.join(sorted(line.id for line in lines)).encode()).hexdigest()[:16]}"
    others = [line for line in lines if line.email.casefold() != order.orderer.email.casefold()]
    if others:
        data = _parcel_data(order, tracking, others)
        uow.add_notice(
            Notice(
                uuid4().hex, "documents_sent_to_client", "mail", order.orderer.email, data, f"documents_client:{key}"
            )
        )
    others = [line for line in lines if line.student_id != order.placed_by]
    client = None if order.filled_in_by_staff else await uow.visitor(order.placed_by)
    if others and client is not None and client.blocked_at is None:
        data = _parcel_data(order, tracking, others)
        uow.add_notice(
            Notice(
                uuid4().hex, "documents_sent_client", "chat", str(client.chat_id), data, f"documents_client_chat:{key}"
            )
        )


def _parcel_data(order: Order, tracking: str, lines: Sequence[OrderLine]) -> dict[str, Any]:
    """What a client is told of one parcel, as plain JSON."""
    return {
        "order_number": order.number,
        "orderer_name": order.orderer.name,
        "tracking": tracking,
        "address": order.payer.address,
        "students": [{"name": line.name, "course_title": line.course_title} for line in lines],
    }
