"""What the questionnaire's pages show of it: groups of fields, documents with their files, facts before it is sent."""

from dataclasses import dataclass, replace

from school.forms import engine
from school.forms.engine import Step
from school.forms.field import Kind
from school.forms.questionnaire import KEY, QUESTIONNAIRE
from school.questionnaire import Page
from school.use_cases.fill_by_mail import Filling
from school.use_cases.fill_on_page import asked_documents, document_pages, problems, typed
from web.fields import FieldView, view_of
from wording.facts import questionnaire_fact
from wording.fields import words_of
from wording.reasons import remark_line
from wording.uploads import upload_hints

GROUPS = (
    ("Имя", ("surname", "name", "patronymic")),
    ("Связь", ("mobile",)),
    ("Образование", ("education", "same_surname", "diploma_surname", "diploma_series", "diploma_number")),
    ("Для реестра дипломов", ("birth_date", "sex", "snils", "citizenship")),
)
IF_OTHER = "Только если фамилия в дипломе другая."
CHOOSE = "Выберите один ответ."
FILL_IN = "Заполните это поле."


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together under one heading."""

    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document asked for: its words, the curator's `remark` or "", its files, each with hints of the check."""

    key: str
    label: str
    hint: str
    remark: str
    files: tuple[tuple[Page, tuple[str, ...]], ...]


def remarks_of(found: Filling) -> dict[str, str]:
    """Return what the curator asked to mend and is not mended yet, by field."""
    open_ones = (r for r in found.base.remarks if not found.answers.get(r.field))
    return {r.field: remark_line(r.field, r.reason, r.words) for r in open_ones}


def data_groups(found: Filling, *, checked: bool = False) -> list[Group]:
    """Return the fields asked now, in groups; a curator's remark stands where nothing is wrong with what was typed.

    `checked` marks those that still have no answer.
    """
    wrong, words, remarks = problems(found), typed(found), remarks_of(found)
    views = {}
    for step in _shown(found):
        key = step.field.key
        # What was answered in chat meanwhile goes before what was typed here and not taken.
        text = words.get(key) if key not in found.answers else None
        view = view_of(KEY, step, found.answers, found.context, text, wrong.get(key))
        if not view.problem and key in remarks:
            view = replace(view, problem=remarks[key])
        elif not view.problem and checked and key in found.missing:
            view = replace(view, problem=CHOOSE if view.choices else FILL_IN)
        views[key] = replace(view, hint=IF_OTHER) if key == "diploma_surname" else view
    groups = [Group(title, tuple(views[key] for key in keys if key in views)) for title, keys in GROUPS]
    return [group for group in groups if group.fields]


def _shown(found: Filling) -> list[Step]:
    """Return the steps to show: the surname in the diploma stands there before «Другая» is chosen."""
    only = found.answers.get("only")
    early = only is None or "same_surname" in only
    answers = {**found.answers, "same_surname": "no"} if early else found.answers
    return [s for s in engine.steps(QUESTIONNAIRE, answers, found.context) if s.field.kind in (Kind.TEXT, Kind.CHOICE)]


def documents_of(found: Filling) -> list[DocumentView]:
    """Return the documents asked for now."""
    remarks = remarks_of(found)
    shown = []
    for key in asked_documents(found):
        said = words_of(KEY, key, found.answers)
        files = tuple((one, upload_hints(one.flags)) for one in document_pages(found, key))
        shown.append(DocumentView(key, said.label, said.hint, remarks.get(key, ""), files))
    return shown


def facts_of(found: Filling) -> list[tuple[str, str]]:
    """Return the whole questionnaire in words, those fields too that are not asked again."""
    whole = engine.steps(QUESTIONNAIRE, {**found.answers, "only": None}, found.context)
    keys = [s.field.key for s in whole if s.field.key != "consent" and s.field.key in found.answers]
    return [
        (words_of(KEY, key, found.answers).label, questionnaire_fact(key, found.answers[key]))
        for key in keys
        # «Другая» says less than the surname in the next line.
        if not (key == "same_surname" and found.answers[key] == "no")
    ]
