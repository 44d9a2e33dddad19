"""A curator looks at questionnaires: the next of the queue, one that was opened before, its documents (Q4).

Every function raises `Forbidden` for who is neither a curator nor an administrator, `NotFound` for what is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from school.centre import Role
from school.errors import BadAnswer, NotFound
from school.forms.questionnaire import surnames_differ
from school.names import fold, parse_name_part
from school.order import Enrolment
from school.ports import Card, Lease, QueueState, Session, UnitOfWork
from school.ports_audit import AuditLine
from school.questionnaire import DOCUMENTS, Decider, Page, Questionnaire, pages
from school.use_cases.find import find_enrolment, require_role

LEASE = timedelta(minutes=10)
MOST_HISTORY = 100
NAME_PARTS = ("surname", "name", "patronymic", "diploma_surname")


@dataclass(frozen=True, slots=True)
class Acting:
    """Who is at work: their roles, account and name, the moment (UTC) and the school's zone."""

    session: Session
    user_id: int
    name: str
    now: datetime
    zone: tzinfo

    @property
    def decider(self) -> Decider:
        """The person as the questionnaire remembers them."""
        return Decider(self.user_id, self.name)

    @property
    def actor(self) -> str:
        """The person as the audit names them."""
        return f"chat:{self.user_id}"

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Flags:
    """What looks odd, as codes; `same_files` are references of other students' lines with the same file."""

    codes: tuple[str, ...] = ()
    same_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A questionnaire as a curator sees it; `lease` is of another person who looks at it now.

    `left` questionnaires wait, this one among them; 0 where that was not counted.
    """

    about: Enrolment
    questionnaire: Questionnaire
    flags: Flags
    lease: Lease | None = None
    left: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """Lines of the audit about one questionnaire; `staff` names accounts."""

    lines: tuple[AuditLine, ...]
    staff: Mapping[int, str]


async def deal(uow: UnitOfWork, who: Acting, but: str = "") -> Look | None:
    """Give the next questionnaire for 10 minutes to this curator, None when nothing waits.

    It is the one behind the last that they had, which others may take now: the same one comes again only after all
    others. `but` is a line decided in this very unit of work, which the database still shows as waiting.
    """
    require_reviewer(who)
    had = await uow.last_dealt(who.user_id, who.now)
    line_id = await uow.next_to_review(who.user_id, who.now, but or had or "", but)
    if line_id is None:
        return None
    if had is not None and had not in (line_id, but):
        uow.drop_lease(had)
    lease_to(uow, who, line_id)
    about, questionnaire = await find_questionnaire(uow, who, line_id)
    seen = await seen_as(uow, about, questionnaire)
    return replace(seen, left=(await queue_state(uow, who, but)).waiting)


async def look(uow: UnitOfWork, who: Acting, line_id: str) -> Look:
    """Open one again, whoever looks at it now."""
    about, questionnaire = await find_questionnaire(uow, who, line_id)
    lease = await uow.lease(line_id, who.now)
    others = lease if lease is not None and lease.user_id != who.user_id else None
    left = (await uow.queue_state(who.now, who.today)).waiting
    return Look(about, questionnaire, await _flags(uow, about, questionnaire), others, left)


async def queue_state(uow: UnitOfWork, who: Acting, but: str = "") -> QueueState:
    """Tell what waits and who looks at how many; `but` was decided in this very unit of work."""
    require_reviewer(who)
    state = await uow.queue_state(who.now, who.today)
    if not but:
        return state
    lease = await uow.lease(but, who.now)
    left = [(name, count - (lease is not None and name == lease.name)) for name, count in state.looked_at]
    return replace(state, waiting=state.waiting - 1, looked_at=tuple(one for one in left if one[1]))


async def seen_as(uow: UnitOfWork, about: Enrolment, questionnaire: Questionnaire) -> Look:
    """Return how a questionnaire that has just been changed looks."""
    return Look(about, questionnaire, await _flags(uow, about, questionnaire))


async def documents(uow: UnitOfWork, who: Acting, line_id: str) -> tuple[Enrolment, dict[str, tuple[Page, ...]]]:
    """Return each document's pages in their order; that they were read is kept in the audit."""
    about, questionnaire = await find_questionnaire(uow, who, line_id)
    return about, note_read(uow, who, questionnaire)


def note_read(uow: UnitOfWork, who: Acting, questionnaire: Questionnaire) -> dict[str, tuple[Page, ...]]:
    """Return each document's pages, and keep in the audit that this person has read them."""
    found = {document: there for document in DOCUMENTS if (there := pages(questionnaire, document))}
    if found:
        read = ", ".join(page.id for there in found.values() for page in there)
        uow.audit(who.actor, "document.read", questionnaire.line_id, after=read)
    return found


async def document_file(uow: UnitOfWork, who: Acting, line_id: str, page_id: str) -> tuple[str, int, Page]:
    """Return a file with its document and its place there, from 1, for those who have read the questionnaire."""
    _, questionnaire = await find_questionnaire(uow, who, line_id)
    for document in DOCUMENTS:
        for at, page in enumerate(pages(questionnaire, document), 1):
            if page.id == page_id:
                return document, at, page
    raise NotFound


async def take_original(uow: UnitOfWork, who: Acting, line_id: str, page_id: str) -> tuple[str, int, Page]:
    """Return what `document_file` does; that the original was taken is kept in the audit."""
    found = await document_file(uow, who, line_id, page_id)
    uow.audit(who.actor, "document.read", line_id, after=page_id)
    return found


async def history(uow: UnitOfWork, who: Acting, line_id: str) -> History:
    """Return what happened to the questionnaire, the oldest first."""
    await find_questionnaire(uow, who, line_id)
    found = await uow.audit_of_subjects([line_id], MOST_HISTORY, 0)
    told = [line for line in reversed(found) if line.action.startswith("questionnaire.")]
    names = {member.user_id: member.name for member in reversed(await uow.staff_ever())}
    return History(tuple(told), names)


async def shown_cards(uow: UnitOfWork, questionnaire: Questionnaire) -> tuple[Card, ...]:
    """Return the cards that stand for its present submission: those of an earlier one tell what was then."""
    since = questionnaire.submitted_at
    return tuple(
        card for card in await uow.cards(questionnaire.line_id, "review") if since is None or card.created_at >= since
    )


def require_reviewer(who: Acting) -> None:
    """Raise `Forbidden` unless the person is a curator or an administrator now."""
    require_role(who.session, Role.CURATOR, Role.ADMIN)


def lease_to(uow: UnitOfWork, who: Acting, line_id: str) -> None:
    """Stage that this person looks at it for the next 10 minutes."""
    uow.take_lease(Lease(line_id, who.user_id, who.name, who.now + LEASE), who.now)


async def find_questionnaire(uow: UnitOfWork, who: Acting, line_id: str) -> tuple[Enrolment, Questionnaire]:
    """Return a student's place and questionnaire for a curator or an administrator."""
    require_reviewer(who)
    about = await find_enrolment(uow, line_id)
    questionnaire = await uow.questionnaire(line_id)
    if questionnaire is None:
        raise NotFound
    return about, questionnaire


async def _flags(uow: UnitOfWork, about: Enrolment, questionnaire: Questionnaire) -> Flags:
    found = [page for document in DOCUMENTS for page in pages(questionnaire, document)]
    same = await uow.same_files([page.sha256 for page in found], about.line.id) if found else ()
    orders = await uow.orders_of_lines(list(same)) if same else ()
    references = tuple(o.reference(line.id) for o in orders for line in o.lines if line.id in same)
    return Flags(odd(about.line.name, questionnaire), references)


def odd(ordered_name: str, questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return codes of what looks odd in the answers and the pages, in the order they are shown.

    surname_differs or no_name_change (it differs and no document says why), name_differs (from the order's),
    mixed_script, latin, small, blurred.
    """
    answers = questionnaire.answers
    codes = []
    if surnames_differ(answers):
        codes.append("surname_differs" if pages(questionnaire, "name_change") else "no_name_change")
    typed = " ".join(str(answers[key]) for key in ("surname", "name", "patronymic") if answers.get(key))
    if fold(typed) != fold(ordered_name):
        codes.append("name_differs")
    earned = _name_flags(questionnaire)
    codes += [code for code in ("mixed_script", "latin") if code in earned]
    hints = {hint for document in DOCUMENTS for page in pages(questionnaire, document) for hint in page.flags}
    return tuple(codes + [code for code in ("small", "blurred") if code in hints])


def _name_flags(questionnaire: Questionnaire) -> set[str]:
    """Collect what the typed names earned: the form keeps it, since it stores a name already mended."""
    kept = questionnaire.answers.get("flags") or {}
    found = {flag for flags in kept.values() for flag in flags} if isinstance(kept, dict) else set(kept)
    for key in NAME_PARTS:
        if typed := questionnaire.answers.get(key):
            try:
                found |= parse_name_part(str(typed))[1]
            except BadAnswer:
                found.add("mixed_script")
    return found
