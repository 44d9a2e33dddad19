"""Fill in a questionnaire on the page (Q1–Q3): all fields at once, what is wrong kept beside what is right.

The answers are those of chat and mail (`fill_by_mail.Filling`); what was typed and not taken stands among them as
"typed" until it is mended, so that a reload loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from school.draft import Answers
from school.errors import BadAnswer, NotFound
from school.forms import engine
from school.forms.engine import Step
from school.forms.field import Kind
from school.ports import UnitOfWork
from school.questionnaire import Page
from school.use_cases.fill_by_mail import Filling, add_page
from school.use_cases.fill_questionnaire import keep_answers

CHOICE_OF_SURNAME = "same_surname"


class TooManyPages(BadAnswer):
    """A document holds no more pages."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the fields asked now are answered."""

    done: int
    whole: int


def progress(filling: Filling) -> Progress:
    """Count the fields, the consent left out."""
    asked = [step for step in filling.steps if step.field.kind is not Kind.CONSENT]
    done = sum(engine.is_answered(step, filling.answers, filling.context) for step in asked)
    return Progress(done, len(asked))


def typed(filling: Filling) -> dict[str, str]:
    """Return what was typed and could not be taken, by field."""
    return dict(filling.answers.get("typed") or {})


def problems(filling: Filling) -> dict[str, BadAnswer]:
    """Return what is wrong with what was typed, by field; a field that is not asked any more has no problem."""
    found = {}
    words = typed(filling)
    for step in filling.steps:
        if step.field.key in words and step.field.key not in filling.answers:
            try:
                engine.answer(step, words[step.field.key], filling.answers, filling.context)
            except BadAnswer as problem:
                found[step.field.key] = problem
    return found


def answer_fields(filling: Filling, given: Mapping[str, str]) -> Filling:
    """Take the texts and choices of a sent form, each checked as in chat; a field that is left empty has no answer.

    Fields that a choice brings in are asked in the order of the form, so a choice and what hangs on it come together.
    A surname in the diploma without the choice before it makes that choice.
    """
    if given.get("diploma_surname", "").strip() and not given.get(CHOICE_OF_SURNAME, ""):
        given = {**given, CHOICE_OF_SURNAME: "no"}
    answers, wrong = filling.answers, {}
    done: set[str] = set()
    while (step := _next(replace(filling, answers=answers), given, done)) is not None:
        key = step.field.key
        done.add(key)
        text = given[key].strip()
        if not text:
            answers = _without(answers, step, filling)
            continue
        try:
            answers = engine.answer(step, text, answers, filling.context)
        except BadAnswer:
            wrong[key] = text
            answers = {k: v for k, v in answers.items() if k != key}
    kept = {key: text for key, text in typed(filling).items() if key not in done} | wrong
    rest = {key: value for key, value in answers.items() if key != "typed"}
    return replace(filling, answers={**rest, "typed": kept} if kept else rest)


def _next(filling: Filling, given: Mapping[str, str], done: set[str]) -> Step | None:
    plain = (step for step in filling.steps if step.field.kind in (Kind.TEXT, Kind.CHOICE))
    return next((step for step in plain if step.field.key in given and step.field.key not in done), None)


def _without(answers: Answers, step: Step, filling: Filling) -> Answers:
    if step.field.skippable(engine.scope_of(step, answers, filling.context)):
        return engine.skip(step, answers, filling.context)
    return {key: value for key, value in answers.items() if key != step.field.key}


def document_pages(filling: Filling, document: str) -> tuple[Page, ...]:
    """Return the pages of a document, those begun in chat too, in their order."""
    found = filling.answers.get(document) or []
    return tuple(Page(**{**page, "flags": tuple(page.get("flags", ()))}) for page in found)


def asked_documents(filling: Filling) -> tuple[str, ...]:
    """Return the documents that are asked for now."""
    return tuple(step.field.key for step in filling.steps if step.field.kind is Kind.FILE)


def attach_pages(uow: UnitOfWork, filling: Filling, document: str, pages: tuple[Page, ...]) -> Filling:
    """Add pages behind those of the document; the same file twice is one page.

    Raises `NotFound` where the document is not asked, `TooManyPages`.
    """
    if document not in asked_documents(filling):
        raise NotFound
    for page in pages:
        filling = add_page(uow, filling, document, page)
        if filling.problems:
            problem = filling.problems[-1][1]
            raise TooManyPages(problem.problem, problem.value)
    return filling


def remove_page(uow: UnitOfWork, filling: Filling, document: str, page_id: str) -> Filling:
    """Take one page out; one that is not there any more changes nothing."""
    if document not in asked_documents(filling):
        return filling
    found = filling.answers.get(document) or []
    left = [page for page in found if page["id"] != page_id]
    if left == found:
        return filling
    uow.drop_document(page_id)
    answers = {**filling.answers, document: left}
    if not left:
        del answers[document]
    return replace(filling, answers=answers)


def keep_opened(uow: UnitOfWork, filling: Filling) -> None:
    """Stage what opening a returned one has changed: the answers that were returned are taken out, once."""
    if filling.base.state == "returned" and "only" not in filling.base.answers:
        keep_answers(uow, filling.base, filling.answers)
