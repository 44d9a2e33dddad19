"""The order form as its page shows it: fields with words, doubts as boxes, dates grouped by course."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from school.errors import BadAnswer
from school.forms.field import NeedsConfirmation
from school.people import format_mobile
from school.use_cases.order_on_page import OF_STUDENT, PLAIN, PageOrder
from web.fields import COMPLETE, TYPES, Choice, FieldView, on_page
from wording.dates import period_with_year
from wording.fields import PAYER_KINDS, field_words
from wording.problems import explain
from wording.sums import format_sum

PAYER = ("payer_kind", "payer_name", "payer_inn", "payer_kpp", "payer_address")
ORDERER = ("orderer_name", "orderer_mobile", "orderer_email")
EMPTY = "Здесь пусто, а ответ нужен."
UNMARKED = "Отметьте, чтобы отправить заявку."
MOST_OPEN = 20  # students with all their fields: 200 of them are a page of megabytes that nobody finds the way in
LABELS = {
    "payer_name": "Название организации или ФИО",
    "payer_inn": "ИНН",
    "course": "Курс и даты",
    "run": "Курс и даты",
    "tariff": "Тариф",
}
HINTS = {
    "payer_inn": "У организации 10 цифр, у ИП и физического лица — 12. Физическое лицо может не указывать.",
    "payer_kpp": "9 цифр, только для организации.",
    "name": "",
    "tariff": "Цена за одного ученика. Выберите тариф того же курса.",
    "course": "",
    "run": "",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about an address: the boxes that settle it; `suggestion` "" where there is nothing to suggest."""

    name: str
    words: str
    value: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class OrderField:
    """A field of the order; `doubt` where the person is asked once more."""

    view: FieldView
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class StudentView:
    """One student; `groups` of a choice are (course title, options)."""

    index: int
    fields: tuple[OrderField, ...]
    run: FieldView
    runs: tuple[tuple[str, tuple[Choice, ...]], ...]
    tariff: FieldView
    tariffs: tuple[tuple[str, tuple[Choice, ...]], ...]


@dataclass(frozen=True, slots=True)
class BriefStudent:
    """One of many students in a line, opened by a button; `texts` are (field's name, text), sent along unseen."""

    index: int
    name: str
    facts: str
    wrong: bool
    texts: tuple[tuple[str, str], ...]


def payer_fields(page: PageOrder) -> list[OrderField]:
    """Return the payer's fields."""
    return [_field(page, key, key, page.raw) for key in PAYER]


def orderer_fields(page: PageOrder) -> list[OrderField]:
    """Return the fields of whoever orders."""
    return [_field(page, key, key, page.raw) for key in ORDERER]


def confirmation(page: PageOrder, key: str) -> FieldView:
    """Return a box to be marked: what the students have learnt, the right to tell us their data."""
    return _field(page, key, key, page.raw).view


def student_views(page: PageOrder, opened: int = -1) -> list[StudentView | BriefStudent]:
    """Return the students' fieldsets; of more than `MOST_OPEN` those that need a hand, `opened` among them."""
    whole = _open_ones(page, opened)
    return [_student(page, i, texts) if i in whole else _brief(page, i, texts) for i, texts in enumerate(page.students)]


def _open_ones(page: PageOrder, opened: int) -> set[int]:
    count = len(page.students)
    if count <= MOST_OPEN:
        return set(range(count))
    wrong = _wrong_ones(page)
    needy = [i for i, texts in enumerate(page.students) if i in wrong or not any(texts.values())]
    return {*[i for i in (opened, 0) if 0 <= i < count], *needy[: MOST_OPEN - 2]}


def _wrong_ones(page: PageOrder) -> set[int]:
    return {int(path.split(".")[1]) for path in page.problems if path.startswith("students.")}


def _brief(page: PageOrder, index: int, texts: Mapping[str, str]) -> BriefStudent:
    catalogue = page.context.catalogue
    course, run = catalogue.course(texts.get("course", "")), catalogue.run(texts.get("run", ""))
    tariff = catalogue.tariff(texts.get("tariff", ""))
    what = [course.title if course else "", period_with_year(run.starts, run.ends) if run else "курс не выбран"]
    facts = [texts.get("mobile", ""), texts.get("email", ""), *what, tariff.title if tariff else "тариф не выбран"]
    kept = tuple((f"students.{index}.{key}", texts.get(key, "")) for key in OF_STUDENT if key != "course")
    return BriefStudent(
        index, texts.get("name", ""), " · ".join(f for f in facts if f), index in _wrong_ones(page), kept
    )


def faults_of(students: list[StudentView | BriefStudent]) -> list[FieldView]:
    """Return what the summary of faults may link to: fields of open students, the line of each other one."""
    found: list[FieldView] = []
    for one in students:
        who = f"Ученик {one.index + 1}"
        if isinstance(one, StudentView):
            views = (*(each.view for each in one.fields), one.run, one.tariff)
            found += [replace(view, label=f"{who}: {view.label}") for view in views]
        elif one.wrong:
            found.append(FieldView(f"student-{one.index}", "", "text", who, "", "", "", EMPTY, "text", "off"))
    return found


def payers_words(page: PageOrder) -> list[str]:
    """Name the payers that may be filled in by a button."""
    return [f"{one.name}, ИНН {one.inn}" if one.inn else one.name for one in page.context.known_payers]


def _student(page: PageOrder, index: int, texts: Mapping[str, str]) -> StudentView:
    catalogue, context = page.context.catalogue, page.context
    at = f"students.{index}"
    courses = catalogue.offered_courses(context.today, context.discipline)
    runs = tuple(
        (c.title, tuple(Choice(r.key, period_with_year(r.starts, r.ends), r.key == texts.get("run"))
                        for r in catalogue.offered_runs(c.key, context.today)))
        for c in courses
    )  # fmt: skip
    tariffs = tuple(
        (c.title, tuple(Choice(t.key, f"{t.title}, {format_sum(t.price)}", t.key == texts.get("tariff"))
                        for t in catalogue.offered_tariffs(c.key)))
        for c in courses
    )  # fmt: skip
    plain = tuple(_field(page, f"{at}.{key}", key, texts) for key in ("name", "mobile", "email"))
    wrong = page.problems.get(f"{at}.run") or page.problems.get(f"{at}.course")
    run = _field(page, f"{at}.run", "run", texts, wrong).view
    return StudentView(index, plain, run, runs, _field(page, f"{at}.tariff", "tariff", texts).view, tariffs)


def _field(page: PageOrder, path: str, key: str, texts: Mapping[str, Any], wrong: Any = None) -> OrderField:
    problem = wrong or page.problems.get(path)
    kind = page.raw.get("payer_kind") or None
    said = field_words(key, kind)
    text = str(texts.get(key) or "")
    known = kind in PAYER_KINDS
    label = said.question if known and key in ("payer_name", "payer_inn") else LABELS.get(key, said.question)
    choices = tuple(Choice(v, w, v == text) for v, w in PAYER_KINDS.items()) if key == "payer_kind" else ()
    view = FieldView(
        id=path.replace(".", "-"),
        name=path,
        kind="choice" if choices else "text",
        label=label,
        hint=HINTS.get(key, said.hint),
        example="Соколова Любовь Андреевна" if key == "name" else said.example,
        text=format_mobile(text) if key in ("mobile", "orderer_mobile") and text.startswith("+7") else text,
        problem=_words(problem),
        type=TYPES.get(key, "text"),
        complete=COMPLETE.get(key, "off") if path == key else "off",
        choices=choices,
    )
    return OrderField(view, _doubt(path, problem) if isinstance(problem, NeedsConfirmation) else None)


def _words(problem: BadAnswer | NeedsConfirmation | None) -> str:
    if problem is None:
        return ""
    if isinstance(problem, NeedsConfirmation):
        if problem.suggestion:
            return f"Похоже на опечатку: {problem.value}. Может быть, {problem.suggestion}?"
        return (
            f"Адрес {problem.value} похож на рабочий ящик отдела. Это личный адрес ученика? "
            "Через общий ящик доступ получат и другие сотрудники."
        )
    if problem.problem == "field_missing":
        confirms = problem.data.get("field") in ("education", "rights")
        return UNMARKED if confirms else EMPTY
    if problem.problem in ("course_unknown", "run_unknown", "tariff_unknown"):
        return "Этого среди предложенных нет. Выберите из списка: тариф должен быть того же курса."
    return on_page(explain(problem))


def _doubt(path: str, problem: NeedsConfirmation) -> Doubt:
    return Doubt(path, "Адрес верный, оставить", problem.value, problem.suggestion or "")


def _is_number(text: str) -> bool:
    """Tell whether it is a student's number as the form writes it: no leading zero, no more than three digits."""
    return text.isascii() and text.isdecimal() and len(text) < 4 and str(int(text)) == text


def read_form(form: Mapping[str, str], catalogue: Any) -> tuple[dict[str, Any], set[str]]:
    """Return the texts of a sent form and the paths of addresses that the person stands by.

    `keep.<path>` holds the address as it was asked about: one changed since is asked about anew; `fix.<path>` holds
    the suggested address, which takes its place.
    """
    raw: dict[str, Any] = {key: form.get(key, "").strip() for key in PLAIN}
    numbers = {name.split(".")[1] for name in form if name.startswith("students.") and name.count(".") == 2}
    found = sorted(int(n) for n in numbers if _is_number(n))
    places = {place: at for at, place in enumerate(found)}
    students = [{key: form.get(f"students.{n}.{key}", "").strip() for key in OF_STUDENT} for n in found]
    for student in students:
        run = catalogue.run(student["run"])
        student["course"] = run.course if run is not None else ""
    confirmed = set()
    raw["students"] = students
    for path in [name.partition(".")[2] for name in form if name.startswith(("keep.", "fix."))]:
        parts = path.split(".")
        single = len(parts) == 1
        if not single and (len(parts) != 3 or not _is_number(parts[1]) or int(parts[1]) not in places):
            continue
        values = raw if single else students[places[int(parts[1])]]
        key, now = parts[-1], path if single else f"students.{places[int(parts[1])]}.{parts[-1]}"
        if key not in ("orderer_email", "email"):
            continue
        if fix := form.get(f"fix.{path}", ""):
            values[key] = fix
        elif form.get(f"keep.{path}", "").casefold() == values.get(key, "").casefold():
            confirmed.add(now)
    return raw, confirmed
