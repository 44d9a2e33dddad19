"""How a form is walked: which step is next, what an answer changes. Pure: answers in, answers out.

A step is a path: `payer_inn`, `students.0.email`, `students.more`, or `summary`. The next step is derived from the
answers, never stored, so that a draft survives a form that changed between two releases.
"""

import hashlib
import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from school import people
from school.draft import Answers
from school.errors import BadAnswer
from school.forms.field import Context, Field, Form, NeedsConfirmation, Option, Scope

MORE = "students.more"
SUMMARY = "summary"
MOST_STUDENTS = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One question at its place; `index` is the student's, from 0, None outside the group."""

    path: str
    field: Field
    index: int | None
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class BadLine:
    """A pasted line that was not taken: its number from 1, the text and what is wrong."""

    number: int
    text: str
    problem: BadAnswer


def scope_of(step: Step | None, answers: Answers, context: Context) -> Scope:
    """Return the answers as the step's field sees them."""
    index = step.index if step is not None and step.index is not None else -1
    students = answers.get("students", [])
    item = students[index] if 0 <= index < len(students) else {}
    return Scope(answers, item, index, context)


def steps(form: Form, answers: Answers, context: Context) -> list[Step]:
    """All steps that apply now, in the order they are asked; a first student is always among them."""
    found = [_step(f, None, n, len(form.before)) for n, f in enumerate(form.before, 1)]
    for index in range(max(1, len(answers.get("students", []))) if form.group else 0):
        found += [_step(f, index, n, len(form.group)) for n, f in enumerate(form.group, 1)]
    found += [_step(f, None, n, len(form.after)) for n, f in enumerate(form.after, 1)]
    return [s for s in found if s.field.applies(scope_of(s, answers, context))]


def _step(field: Field, index: int | None, number: int, count: int) -> Step:
    path = field.key if index is None else f"students.{index}.{field.key}"
    return Step(path, field, index, number, count)


def is_answered(step: Step, answers: Answers, context: Context) -> bool:
    """Tell whether the step has an answer; a skipped one has the answer None; a choice no longer offered has none."""
    scope = scope_of(step, answers, context)
    values = answers if step.index is None else scope.item
    if step.field.key not in values:
        return False
    if step.field.key in ("course", "run", "tariff"):
        return any(o.value == values[step.field.key] for o in step.field.options(scope))
    return values[step.field.key] is not None or step.field.skippable(scope)


def current(form: Form, answers: Answers, cursor: str | None, context: Context) -> Step | str:
    """Return the step to ask: the one gone back to, else the first without an answer, else `MORE` or `SUMMARY`."""
    all_steps = steps(form, answers, context)
    if cursor is not None:
        if cursor == MORE and form.group:
            return MORE
        chosen = next((s for s in all_steps if s.path == cursor), None)
        if chosen is not None:
            return chosen
    last_keys = {f.key for f in form.after}
    for step in all_steps:
        if step.field.key in last_keys and not answers.get("students_done"):
            return MORE
        if not is_answered(step, answers, context):
            return step
    return SUMMARY if answers.get("students_done") or not form.group else MORE


def previous(form: Form, answers: Answers, at: Step | str, context: Context) -> str | None:
    """Return the path before this step, or None at the first one."""
    paths = [s.path for s in steps(form, answers, context)]
    after = {f.key for f in form.after}
    place = next((i for i, p in enumerate(paths) if p in after), len(paths))
    if form.group:
        paths.insert(place, MORE)
    paths.append(SUMMARY)
    path = at if isinstance(at, str) else at.path
    index = paths.index(path)
    return paths[index - 1] if index else None


def put(answers: Answers, step: Step, values: dict[str, Any]) -> Answers:
    """Return the answers with these values at the step; what depends on a changed value is asked again."""
    changed = deepcopy(answers)
    target = changed if step.index is None else _student(changed, step.index)
    if target.get(step.field.key) != values.get(step.field.key, target.get(step.field.key)):
        for key in step.field.resets:
            target.pop(key, None)
    target.update(values)
    changed.pop("pending", None)
    return changed


def _student(answers: Answers, index: int) -> dict[str, Any]:
    students: list[dict[str, Any]] = answers.setdefault("students", [])
    while len(students) <= index:
        students.append({})
    return students[index]


def answer(step: Step, text: str, answers: Answers, context: Context) -> Answers:
    """Take a typed answer. Raises `BadAnswer`, or `NeedsConfirmation` where people often err."""
    return put(answers, step, step.field.check(text, scope_of(step, answers, context)))


def skip(step: Step, answers: Answers, context: Context) -> Answers:
    """Leave the step without an answer. Raises `BadAnswer` where it may not be skipped."""
    if not step.field.skippable(scope_of(step, answers, context)):
        raise BadAnswer(problem="may_not_skip", value="")
    return put(answers, step, {step.field.key: None})


def choose(step: Step, value: str, answers: Answers, context: Context) -> Answers:
    """Take a pressed option. Raises `BadAnswer` when it is not offered any more."""
    scope = scope_of(step, answers, context)
    option = next((o for o in step.field.options(scope) if value in (o.code, o.value)), None)
    if option is None:
        return answer(step, value, answers, context)
    return _apply(option, step, answers)


def _apply(option: Option, step: Step, answers: Answers) -> Answers:
    changed = put(answers, step, dict(option.fills) if option.fills else {step.field.key: option.value})
    if option.to_all and option.fills:
        for student in changed["students"]:
            if not student.get("tariff"):
                student.update(option.fills)
    return changed


def confirm(step: Step, answers: Answers, accepted: str) -> Answers:
    """Take the answer that was asked about once more (a suggested address, a mailbox with a role's name in it)."""
    pending = answers.get("pending") or {}
    values: dict[str, Any] = {step.field.key: accepted}
    if pending.get("problem") == "email_suffix":
        target = answers if step.index is None else _student(deepcopy(answers), step.index)
        values["flags"] = sorted({*target.get("flags", []), "suffix_mailbox"})
    return put(answers, step, values)


def ask_again(answers: Answers, step: Step, doubt: NeedsConfirmation) -> Answers:
    """Keep the doubtful answer beside the others until the person decides."""
    kept = {"step": step.path, "problem": doubt.problem, "value": doubt.value, "suggestion": doubt.suggestion}
    return {**answers, "pending": kept}


def add_student(answers: Answers) -> tuple[Answers, str]:
    """Open one more student and return the path of its first question. Raises `BadAnswer` beyond the most."""
    changed = deepcopy(answers)
    students: list[dict[str, Any]] = changed.setdefault("students", [])
    if students and not students[-1]:
        return changed, f"students.{len(students) - 1}.name"
    if len(students) >= MOST_STUDENTS:
        raise BadAnswer(problem="students_too_many", value=str(len(students)))
    students.append({})
    changed.pop("students_done", None)
    return changed, f"students.{len(students) - 1}.name"


def seal(answers: Answers) -> str:
    """Return a short digest of what a summary showed: a button of an older summary does not send newer answers."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:10]


def remove_student(answers: Answers, index: int) -> Answers:
    """Take one student out; the others keep their answers."""
    changed = deepcopy(answers)
    students = changed.get("students", [])
    if 0 <= index < len(students):
        students.pop(index)
    if not students:
        changed.pop("students_done", None)
    changed.pop("pending", None)
    return changed


def paste(form: Form, step: Step, text: str, answers: Answers, context: Context) -> tuple[Answers, list[BadLine], int]:
    """Take several pasted lines, "ФИО, телефон, почта" each: into the step's student if empty, else behind the last.

    Good lines are taken and counted, bad ones are returned with what is wrong; nobody is overwritten.
    An address that leaves a doubt is left to be asked.
    """
    fields = {f.key: f for f in form.group}
    bad: list[BadLine] = []
    changed = deepcopy(answers)
    taken = 0
    for found in people.parse_contact_lines(text):
        if isinstance(found, people.BadLine):
            bad.append(BadLine(found.number, found.text, found.problems[0]))
            continue
        try:
            changed = _take_contact(fields, _free_place(step, changed), found, changed, context)
        except BadAnswer as error:
            bad.append(BadLine(found.number, found.text, error))
        else:
            taken += 1
    return changed, bad, taken


def _free_place(step: Step, answers: Answers) -> int:
    """Return the place of the next pasted student. Raises `BadAnswer` beyond the most."""
    students = answers.get("students", [])
    if step.index is not None and (step.index >= len(students) or not students[step.index].get("name")):
        return step.index
    if len(students) >= MOST_STUDENTS:
        raise BadAnswer(problem="students_too_many", value=str(len(students)))
    return len(students)


def _take_contact(
    fields: dict[str, Field], index: int, contact: people.ContactLine, answers: Answers, context: Context
) -> Answers:
    trial = deepcopy(answers)
    _student(trial, index).update(name=contact.name.full, mobile=contact.mobile, flags=sorted(contact.name.flags))
    try:
        return answer(_step(fields["email"], index, 0, 0), contact.email, trial, context)
    except NeedsConfirmation:
        return trial
