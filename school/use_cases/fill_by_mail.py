"""Fill in a questionnaire by letters (Q1–Q3): the same answers as in chat, given in any order and any number at once.

The reply token and the address that was written to stand for the proof of Q1. Nothing is kept without the consent.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Literal
from uuid import uuid4

from school import people
from school.draft import Answers, Consent
from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import Step
from school.forms.field import Context, Kind
from school.forms.questionnaire import FILES, MOST_PAGES, QUESTIONNAIRE
from school.order import Enrolment, OrderLine, Preference
from school.ports import UnitOfWork
from school.questionnaire import Page, Questionnaire
from school.use_cases.attach_page import begun_pages
from school.use_cases.fill_form import ConsentText
from school.use_cases.fill_questionnaire import keep_answers, open_answers, submit_answers

# Keys of lines that are no fields of the form: the whole name, and the surname in the diploma, which is two fields.
FULL_NAME, DIPLOMA_SURNAME = "full_name", "diploma_surname"
SAME, NONE = "same", "none"
_SURNAMES = (FULL_NAME, "surname")


@dataclass(frozen=True, slots=True)
class Filling:
    """A questionnaire while a letter is taken into it; nothing of it is staged before `finish`.

    `about` has the line as it is to be saved, `before` as it is stored; `base` is the stored questionnaire, `answers`
    those that are to be. `taken` are keys of lines and documents that the letter gave, `unneeded` of those that are
    not asked now; `problems` name the key they are about.
    """

    about: Enrolment
    before: OrderLine
    base: Questionnaire
    answers: Answers
    context: Context
    taken: tuple[str, ...] = ()
    unneeded: tuple[str, ...] = ()
    problems: tuple[tuple[str, BadAnswer], ...] = ()

    @property
    def consented(self) -> bool:
        """Whether the student has agreed to the processing of personal data, through any channel."""
        return bool(self.answers.get("consent"))

    @property
    def switched(self) -> tuple[str, ...]:
        """The optional fields that this questionnaire asks."""
        return tuple(self.answers.get("switched") or ())

    @property
    def steps(self) -> list[Step]:
        """The fields that are asked now, in their order."""
        return engine.steps(QUESTIONNAIRE, self.answers, self.context)

    @property
    def missing(self) -> list[str]:
        """The fields that still have no answer."""
        return [s.field.key for s in self.steps if not engine.is_answered(s, self.answers, self.context)]


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a letter: the enrolment as it stands, and whether the questionnaire was handed in by it."""

    about: Enrolment
    handed_in: bool


async def open_by_mail(
    uow: UnitOfWork, about: Enrolment, now: datetime, today: date, switched: tuple[str, ...]
) -> Filling:
    """Open the questionnaire, prefilled from the order, or go on with it where it was left in chat or by mail.

    Pages sent in chat and not taken as a document yet count as sent. Raises `NothingToFill`, `BeingDecided`.
    """
    base, answers = await open_answers(uow, about, now, switched)
    context = Context(await uow.catalogue(), today, "", None)
    return Filling(about, about.line, base, _with_begun(answers), context)


def _with_begun(answers: Answers) -> Answers:
    begun = {document: begun_pages(answers, document) for document in FILES if not answers.get(document)}
    found = {document: [_plain(page) for page in pages] for document, pages in begun.items() if pages}
    if not found:
        return answers
    rest = {key: items for key, items in answers["pages"].items() if key not in found}
    return {**answers, "pages": rest, **found}


def _plain(page: Page) -> dict[str, object]:
    return {**asdict(page), "flags": list(page.flags)}


def agree(uow: UnitOfWork, filling: Filling, text: ConsentText, actor: str, now: datetime) -> Filling:
    """Stage the consent as `actor` gave it (152-ФЗ); letters that waited for it are handled again."""
    channel = actor.partition(":")[0]
    consent = Consent(uuid4().hex, actor, text.document, text.version, text.sha256, channel, given_at=now)
    uow.save_consent(consent)
    uow.requeue_letters(filling.about.line.id)
    return replace(filling, answers={**filling.answers, "consent": True}, taken=(*filling.taken, "consent"))


def prefer(filling: Filling, channel: Preference) -> Filling:
    """Choose where the student is written to."""
    line = replace(filling.about.line, prefers=channel)
    return replace(filling, about=Enrolment(filling.about.order, line))


def answer_lines(filling: Filling, lines: tuple[tuple[str, str], ...]) -> Filling:
    """Take the letter's lines, each checked as in chat; all that is wrong comes back at once.

    A line is a field's key and what was typed; `FULL_NAME` fills three fields; the surname in the diploma may be
    `SAME`, the patronymic `NONE`.
    """
    for key, text in sorted(lines, key=lambda line: line[0] not in _SURNAMES):
        try:
            filling = _answer(filling, key, text)
        except BadAnswer as problem:
            filling = replace(filling, problems=(*filling.problems, (key, problem)))
    return filling


_WRITTEN_ALONE = 60  # characters of a line that can be nothing but an answer


def answer_alone(filling: Filling, words: str) -> Filling | None:
    """Take words without a label as the only answer that is missing; None where they fit none or several are."""
    line = words.strip(" \t.,;!\n")
    wanted = [key for key in filling.missing if key not in FILES and key != "consent"]
    asked = [DIPLOMA_SURNAME if key == "same_surname" else key for key in wanted]
    if len(set(asked)) != 1 or not line or "\n" in line or "?" in line or len(line) > _WRITTEN_ALONE:
        return None
    try:
        return _answer(filling, asked[0], line)
    except BadAnswer:
        return None


def _answer(filling: Filling, key: str, text: str) -> Filling:
    if key == FULL_NAME:
        name = people.parse_full_name(text)
        for part, word in (("surname", name.surname), ("name", name.name), ("patronymic", name.patronymic or NONE)):
            filling = _answer(filling, part, word)
        return filling
    if key == DIPLOMA_SURNAME:
        return _answer_diploma_surname(filling, text)
    step = _step(filling, key)
    if step is None:
        return replace(filling, unneeded=(*filling.unneeded, key))
    if key == "patronymic" and text == NONE:
        answers = engine.skip(step, filling.answers, filling.context)
    else:
        answers = engine.answer(step, text, filling.answers, filling.context)
    return replace(filling, answers=answers, taken=(*filling.taken, key))


def _answer_diploma_surname(filling: Filling, text: str) -> Filling:
    """Answer both questions of the surname in the diploma: whether it is the same, and which it is."""
    only = filling.answers.get("only")
    if only is not None and not {"same_surname", DIPLOMA_SURNAME} & {*only}:
        return replace(filling, unneeded=(*filling.unneeded, DIPLOMA_SURNAME))
    same = text == SAME or people.fold(text) == people.fold(str(filling.answers.get("surname", "")))
    answers = {**filling.answers, "same_surname": "yes" if same else "no"}
    if same:
        answers.pop(DIPLOMA_SURNAME, None)
    else:
        answers |= _checked(DIPLOMA_SURNAME, text, replace(filling, answers=answers))
    return replace(filling, answers=answers, taken=(*filling.taken, DIPLOMA_SURNAME))


def _checked(key: str, text: str, filling: Filling) -> Answers:
    field = next(field for field in QUESTIONNAIRE.before if field.key == key)
    return field.check(text, engine.scope_of(None, filling.answers, filling.context))


def _step(filling: Filling, key: str) -> Step | None:
    return next((step for step in filling.steps if step.field.key == key), None)


def place_of(filling: Filling, named: str | None) -> str | None:
    """Return the document that a file belongs to: the one named, else the first missing; None where none is asked.

    With everything there a further file is a page of the document that was asked for last (Q2, Q3).
    """
    asked = [step.field.key for step in filling.steps if step.field.kind is Kind.FILE]
    if named is not None:
        # Whether the surname has changed may be told only later, so the document of it is kept in any case.
        return named if named in asked or filling.answers.get("only") is None else None
    missing = [document for document in asked if document in filling.missing]
    return next(iter(missing), asked[-1] if asked else None)


def add_page(uow: UnitOfWork, filling: Filling, document: str, page: Page) -> Filling:
    """Add a file behind the document's pages; one that is there already is passed over."""
    pages = filling.answers.get(document) or []
    taken = filling.taken if document in filling.taken else (*filling.taken, document)
    if any(known["sha256"] == page.sha256 for known in pages):
        return replace(filling, taken=taken)
    if len(pages) >= MOST_PAGES:
        problem = (document, BadAnswer("pages_too_many", str(MOST_PAGES)))
        return replace(filling, problems=(*filling.problems, problem))
    uow.save_document(filling.about.line.id, document, page)
    return replace(filling, answers={**filling.answers, document: [*pages, _plain(page)]}, taken=taken)


def finish(uow: UnitOfWork, filling: Filling, actor: str, now: datetime, zone: tzinfo, *, whole: bool) -> Finished:
    """Hand the questionnaire in when nothing is missing or wrong, else keep it; `whole`: every file could be taken.

    `actor` is how the audit names who fills it in ("mail:…", "page:…").
    """
    _audit_preference(uow, filling, actor)
    if whole and not filling.problems and not filling.missing:
        base = replace(filling.base, answers=filling.answers)
        return Finished(submit_answers(uow, filling.about, base, filling.answers, actor, now, zone), handed_in=True)
    about = filling.about
    if filling.consented:
        keep_answers(uow, filling.base, filling.answers)
        if about.line.questionnaire == "not_started":
            about = Enrolment(about.order, replace(about.line, questionnaire="filling"))
    if about.line != filling.before:
        uow.save_line(about.order.id, about.line)
    return Finished(about, handed_in=False)


def set_preference(uow: UnitOfWork, about: Enrolment, channel: Literal["chat", "mail"], actor: str) -> Enrolment:
    """Stage where the student wants to be written to, outside the questionnaire; return the enrolment as saved."""
    if about.line.prefers == channel:
        return about
    line = replace(about.line, prefers=channel)
    uow.save_line(about.order.id, line)
    uow.audit(actor, "student.prefers", line.id, before=about.line.prefers, after=channel)
    return Enrolment(about.order, line)


def _audit_preference(uow: UnitOfWork, filling: Filling, actor: str) -> None:
    before, after = filling.before.prefers, filling.about.line.prefers
    if before != after:
        uow.audit(actor, "student.prefers", filling.before.id, before=before, after=after)
