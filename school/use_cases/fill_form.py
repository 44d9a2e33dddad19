"""Fill in a form step by step: start it, answer, go back, skip, add and remove students, give it up."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from school.draft import Answers, Consent, Draft
from school.errors import BadAnswer, SchoolError
from school.forms import engine
from school.forms.engine import MORE, SUMMARY, BadLine, Step
from school.forms.field import Context, Form, NeedsConfirmation
from school.forms.order import ORDER
from school.forms.questionnaire import QUESTIONNAIRE
from school.ports import Session, UnitOfWork

FORMS: dict[str, Form] = {ORDER.key: ORDER, QUESTIONNAIRE.key: QUESTIONNAIRE}
LINES_OF_A_LIST = 2
FINISH_WORDS = frozenset({"дальше", "нет", "готово", "все", "всё", "больше нет"})
ADD_WORDS = frozenset({"да", "ещё", "еще", "добавить", "добавить ученика"})


class NoDraft(SchoolError):
    """There is nothing being filled in."""

    code = "no_draft"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the form stands after an input.

    `at` is the step to ask now, `answered` the one just taken (with the draft before it in `before`), `problem` what
    was wrong with the input, `taken` the full names of pasted students, `stale` says that an old button was pressed.
    """

    draft: Draft
    at: Step | str
    context: Context
    answered: Step | None = None
    problem: SchoolError | None = None
    bad_lines: tuple[BadLine, ...] = ()
    taken: tuple[str, ...] = ()
    stale: bool = False


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The document the person agrees to, as it was shown."""

    document: str
    version: str
    sha256: str


async def start_order(
    uow: UnitOfWork, session: Session, user_id: int, chat_id: int, discipline: str | None, now: datetime, today: date
) -> Asked:
    """Begin a new order at the session's centre; an earlier draft is given up."""
    if session.draft is not None and session.draft.form == ORDER.key:
        uow.save_draft(_given_up(session.draft, now))
    draft = Draft(
        id=uuid4().hex[:12],
        user_id=user_id,
        chat_id=chat_id,
        form=ORDER.key,
        centre=session.centre.number if session.centre else "",
        discipline=discipline,
        answers={},
        cursor=None,
        question=None,
        state="active",
        touched_at=now,
    )
    return await _asked(uow, session, draft, today)


async def resume(uow: UnitOfWork, session: Session, today: date) -> Asked:
    """Return to the exact step. Raises `NoDraft`."""
    return await _asked(uow, session, active(session), today)


def active(session: Session) -> Draft:
    """Return the draft being filled in. Raises `NoDraft`."""
    if session.draft is None or session.draft.state != "active":
        raise NoDraft
    return session.draft


async def _context(uow: UnitOfWork, session: Session, draft: Draft, today: date, at: str | None = None) -> Context:
    known = tuple(await uow.known_payers(draft.user_id, 10)) if at == "payer_name" else ()
    email = session.centre.email if session.centre else ""
    return Context(session.catalogue, today, email, draft.discipline, known)


async def _asked(uow: UnitOfWork, session: Session, draft: Draft, today: date) -> Asked:
    context = await _context(uow, session, draft, today)
    at = engine.current(FORMS[draft.form], draft.answers, draft.cursor, context)
    if isinstance(at, Step) and at.path == "payer_name":
        context = await _context(uow, session, draft, today, at.path)
    return Asked(draft, at, context)


async def answer_typed(uow: UnitOfWork, session: Session, text: str, today: date) -> Asked:
    """Take what was typed at the step that is asked now. What is wrong comes back as `problem`, nothing is lost."""
    asked = await _asked(uow, session, active(session), today)
    if asked.at == SUMMARY:
        return replace(asked, problem=BadAnswer(problem="press_a_button", value=text))
    if asked.at == MORE:
        return await _typed_at_more(uow, session, asked, text, today)
    assert isinstance(asked.at, Step)
    if asked.at.index is not None and len(text.strip().splitlines()) >= LINES_OF_A_LIST:
        listed = await _pasted(uow, session, asked, asked.at, text, today)
        if listed.taken or asked.at.field.key == "name":
            return listed
    if asked.at.index is not None and asked.at.field.key not in ("name", "mobile", "email") and "@" in text:
        return await _pasted(uow, session, asked, asked.at, text, today)
    return await _take(uow, session, asked, asked.at, text, today)


async def _typed_at_more(uow: UnitOfWork, session: Session, asked: Asked, text: str, today: date) -> Asked:
    word = text.strip().casefold().strip("+.! ")
    if word in FINISH_WORDS:
        return await finish_students(uow, session, asked.draft, today)
    if word in ADD_WORDS:
        return await add_student(uow, session, asked.draft, today)
    changed, path = engine.add_student(asked.draft.answers)
    opened = await _asked(uow, session, replace(asked.draft, answers=changed, cursor=path), today)
    assert isinstance(opened.at, Step)
    taken = await _pasted(uow, session, opened, opened.at, text, today)
    if taken.taken:
        return taken
    if any(c.isdecimal() or c == "@" for c in text):
        return replace(asked, bad_lines=taken.bad_lines)
    return replace(asked, problem=BadAnswer(problem="press_a_button", value=text))


async def _pasted(uow: UnitOfWork, session: Session, asked: Asked, step: Step, text: str, today: date) -> Asked:
    form = FORMS[asked.draft.form]
    changed, bad, taken = engine.paste(form, step, text, asked.draft.answers, asked.context)
    if not taken:
        return replace(asked, bad_lines=tuple(bad))
    after = await _asked(uow, session, replace(asked.draft, answers=changed, cursor=None), today)
    before = [s.get("name") for s in asked.draft.answers.get("students", [])]
    now = [s.get("name", "") for s in changed["students"]]
    new = tuple(name for at, name in enumerate(now) if name and name not in before[at : at + 1])
    return replace(after, bad_lines=tuple(bad), taken=new, answered=step if step.field.key == "name" else None)


async def _take(uow: UnitOfWork, session: Session, asked: Asked, step: Step, text: str, today: date) -> Asked:
    draft = asked.draft
    try:
        changed = engine.answer(step, text, draft.answers, asked.context)
    except NeedsConfirmation as doubt:
        kept = replace(draft, answers=engine.ask_again(draft.answers, step, doubt))
        return replace(asked, draft=kept, problem=doubt)
    except BadAnswer as problem:
        return replace(asked, problem=problem)
    if draft.form == ORDER.key:
        changed = _mail_of_line(step, text, changed, asked.context)
    return _doubted_mail(await _moved(uow, session, draft, changed, step, today), text)


def _doubted_mail(after: Asked, text: str) -> Asked:
    """Ask at once about a doubtful address of "ФИО, телефон, почта" where the address is the next question."""
    if not isinstance(after.at, Step) or after.at.field.key not in ("email", "orderer_email") or "@" not in text:
        return after
    try:
        engine.answer(after.at, _mail_word(text), after.draft.answers, after.context)
    except NeedsConfirmation as doubt:
        kept = engine.ask_again(after.draft.answers, after.at, doubt)
        return replace(after, draft=replace(after.draft, answers=kept), problem=doubt)
    except BadAnswer:
        return after
    return after


def _mail_word(text: str) -> str:
    return next((w for w in text.replace(",", " ").replace(";", " ").split() if "@" in w), "")


def _mail_of_line(step: Step, text: str, answers: Answers, context: Context) -> Answers:
    """Take the address of "ФИО, телефон, почта" too, when it is beyond doubt; otherwise it is asked for."""
    if step.field.key != "name" or "@" not in text:
        return answers
    mail = next(f for f in ORDER.group if f.key == "email")
    try:
        return engine.answer(replace(step, field=mail), _mail_word(text), answers, context)
    except (BadAnswer, NeedsConfirmation):
        return answers


async def _moved(
    uow: UnitOfWork, session: Session, draft: Draft, answers: Answers, answered: Step | None, today: date
) -> Asked:
    after = await _asked(uow, session, replace(draft, answers=answers, cursor=None), today)
    return replace(after, answered=answered)


async def moved(uow: UnitOfWork, session: Session, asked: Asked, answers: Answers, today: date) -> Asked:
    """Go on from the step asked with answers that were made outside the form's own checks (a document's pages)."""
    step = asked.at if isinstance(asked.at, Step) else None
    return await _moved(uow, session, asked.draft, answers, step, today)


async def choose(uow: UnitOfWork, session: Session, path: str, value: str, today: date) -> Asked:
    """Take a pressed option; a button of another step is stale, unless the step can still be answered now."""
    asked = await _asked(uow, session, active(session), today)
    if not isinstance(asked.at, Step) or asked.at.path != path:
        return replace(asked, stale=True)
    context = await _context(uow, session, asked.draft, today, path)
    try:
        changed = engine.choose(asked.at, value, asked.draft.answers, context)
    except NeedsConfirmation as doubt:
        kept = replace(asked.draft, answers=engine.ask_again(asked.draft.answers, asked.at, doubt))
        return replace(asked, draft=kept, problem=doubt)
    except BadAnswer as problem:
        return replace(asked, problem=problem)
    return await _moved(uow, session, asked.draft, changed, asked.at, today)


def give_consent(uow: UnitOfWork, draft: Draft, text: ConsentText, now: datetime) -> None:
    """Stage the consent of the person who orders (152-ФЗ): the text's version and hash, the time, the account."""
    consent = Consent(
        uuid4().hex, f"chat:{draft.user_id}", text.document, text.version, text.sha256, "chat", given_at=now
    )
    uow.save_consent(consent)


async def decide_doubt(uow: UnitOfWork, session: Session, *, fix: bool, today: date) -> Asked:
    """Take the address that was asked about: the suggested one (`fix`) or the one typed."""
    asked = await _asked(uow, session, active(session), today)
    pending = asked.draft.answers.get("pending")
    if not pending or not isinstance(asked.at, Step) or pending["step"] != asked.at.path:
        return replace(asked, stale=True)
    if fix and not pending.get("suggestion"):
        cleared = {k: v for k, v in asked.draft.answers.items() if k != "pending"}
        return replace(asked, draft=replace(asked.draft, answers=cleared))
    if fix:
        return await _take(uow, session, asked, asked.at, pending["suggestion"], today)
    changed = engine.confirm(asked.at, asked.draft.answers, pending["value"])
    return await _moved(uow, session, asked.draft, changed, asked.at, today)


async def skip(uow: UnitOfWork, session: Session, path: str, today: date) -> Asked:
    """Leave a step that may be left."""
    asked = await _asked(uow, session, active(session), today)
    if not isinstance(asked.at, Step) or asked.at.path != path:
        return replace(asked, stale=True)
    try:
        changed = engine.skip(asked.at, asked.draft.answers, asked.context)
    except BadAnswer as problem:
        return replace(asked, problem=problem)
    return await _moved(uow, session, asked.draft, changed, asked.at, today)


async def go_back(uow: UnitOfWork, session: Session, today: date) -> Asked:
    """Ask the step before again; from an edit, return to the summary; an empty further student is dropped."""
    asked = await _asked(uow, session, active(session), today)
    draft, form = asked.draft, FORMS[asked.draft.form]
    answers = {k: v for k, v in draft.answers.items() if k != "pending"}
    at = asked.at
    if isinstance(at, Step) and at.index and at.field.key == "name" and not answers["students"][at.index]:
        answers = engine.remove_student(answers, at.index)
        return await _asked(uow, session, replace(draft, answers=answers, cursor=MORE), today)
    if draft.cursor and engine.current(form, answers, None, asked.context) == SUMMARY:
        return await _asked(uow, session, replace(draft, answers=answers, cursor=None), today)
    cursor = engine.previous(form, answers, at, asked.context)
    return await _asked(uow, session, replace(draft, answers=answers, cursor=cursor or draft.cursor), today)


async def go_to(uow: UnitOfWork, session: Session, path: str, today: date) -> Asked:
    """Ask one step again, chosen from the summary."""
    draft = active(session)
    return await _asked(uow, session, replace(draft, cursor=path), today)


async def add_student(uow: UnitOfWork, session: Session, draft: Draft, today: date) -> Asked:
    """Open one more student."""
    try:
        changed, path = engine.add_student(draft.answers)
    except BadAnswer as problem:
        return replace(await _asked(uow, session, draft, today), problem=problem)
    return await _asked(uow, session, replace(draft, answers=changed, cursor=path), today)


async def remove_student(uow: UnitOfWork, session: Session, index: int, today: date) -> Asked:
    """Take a student out of the draft."""
    draft = active(session)
    changed = engine.remove_student(draft.answers, index)
    return await _asked(uow, session, replace(draft, answers=changed, cursor=None), today)


async def finish_students(uow: UnitOfWork, session: Session, draft: Draft, today: date) -> Asked:
    """No further student; go on to what is still open, then to the summary."""
    changed = {**draft.answers, "students_done": True}
    return await _asked(uow, session, replace(draft, answers=changed, cursor=None), today)


def save(uow: UnitOfWork, draft: Draft, question: str | None, now: datetime) -> None:
    """Stage the draft as it stands, with the message that asks the present question."""
    uow.save_draft(replace(draft, question=question, touched_at=now, nudged_at=None))


def _given_up(draft: Draft, now: datetime) -> Draft:
    return replace(draft, state="cancelled", answers={}, cursor=None, touched_at=now)


def cancel(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Give the draft up. Raises `NoDraft`."""
    uow.save_draft(_given_up(active(session), now))
