"""A form that comes filled in as a whole, from a file or a page: every problem is collected, not only the first."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from school.draft import Answers
from school.errors import BadAnswer
from school.forms.engine import MOST_STUDENTS
from school.forms.field import Context, Field, Form, Kind, NeedsConfirmation, Scope

Problem = BadAnswer | NeedsConfirmation
Chosen = Callable[[Field, str, Scope], str]
"""Turns the words that stand for an option into the option's value; words it does not know come back unchanged."""

_NOTHING = frozenset({"", "-", "–", "—", "нет"})


def as_typed(_: Field, text: str, __: Scope) -> str:
    """Take the text for the option's value."""
    return text


def check_all(
    form: Form,
    raw: Mapping[str, Any],
    context: Context,
    *,
    chosen: Chosen = as_typed,
    confirmed: Collection[str] = (),
) -> tuple[Answers, dict[str, Problem]]:
    """Check texts by field, `raw["students"]` a list of such; return what passed and the problems by path.

    Paths are those of `engine`: `payer_inn`, `students.0.email`. A doubt (`NeedsConfirmation`) is a problem unless its
    path, or its student's (`students.0`), is among `confirmed`. With no problem the answers are a finished form.
    A field whose choice above is bad («кто платит») is checked under every option, so that nothing waits for a
    second round.
    """
    students: list[Mapping[str, str]] = list(raw.get("students", []))
    walk = _Walk(form, context, chosen, frozenset(confirmed))
    if form.group:
        walk.answers["students"] = [{} for _ in students[:MOST_STUDENTS]]
    for each in form.before:
        walk.check(each, str(raw.get(each.key) or ""), None)
    for index, student in enumerate(students[:MOST_STUDENTS]):
        for each in form.group:
            walk.check(each, str(student.get(each.key) or ""), index)
    if form.group:
        _count(form.group[0].key, len(students), walk.problems)
        walk.answers["students_done"] = True
    for each in form.after:
        walk.check(each, str(raw.get(each.key) or ""), None)
    return walk.answers, walk.problems


def _count(key: str, count: int, problems: dict[str, Problem]) -> None:
    if count == 0:
        problems[f"students.0.{key}"] = BadAnswer(problem="field_missing", field=key)
    elif count > MOST_STUDENTS:
        problems[f"students.{MOST_STUDENTS}.{key}"] = BadAnswer(problem="students_too_many", value=str(MOST_STUDENTS))


@dataclass(slots=True)
class _Walk:
    """The answers and problems so far."""

    form: Form
    context: Context
    chosen: Chosen
    confirmed: frozenset[str]
    answers: Answers = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)

    def check(self, asked: Field, text: str, index: int | None) -> None:
        """Check one field and keep its values or its problem."""
        values = self.answers if index is None else self.answers["students"][index]
        if not text and asked.key in values:
            return
        path = asked.key if index is None else f"students.{index}.{asked.key}"
        known, scopes = self._scopes(asked, index)
        fitting = [scope for scope in scopes if asked.applies(scope)]
        if not fitting:
            return
        may_skip = len(fitting) < len(scopes) or any(asked.skippable(scope) for scope in fitting)
        if may_skip and text.casefold() in _NOTHING:
            if known:
                values[asked.key] = None
            return
        try:
            found = self._take(asked, text, fitting, path)
        except (BadAnswer, NeedsConfirmation) as problem:
            self.problems[path] = problem
        else:
            values.update(found if known else {})

    def _scopes(self, asked: Field, index: int | None) -> tuple[bool, list[Scope]]:
        """Return the scope of the field; or, where the choice that it depends on is unknown, one for each option."""
        item = {} if index is None else self.answers["students"][index]
        scope = Scope(self.answers, item, -1 if index is None else index, self.context)
        values, fields = (self.answers, self.form.before) if index is None else (item, self.form.group)
        parent = next((f for f in fields if f.kind is Kind.CHOICE and asked.key in f.resets), None)
        if parent is None or parent.key in values:
            return True, [scope]
        options = [{parent.key: o.value} for o in parent.options(scope) if not o.fills]
        if index is None:
            return False, [replace(scope, answers={**self.answers, **option}) for option in options]
        return False, [replace(scope, item={**item, **option}) for option in options]

    def _take(self, asked: Field, text: str, scopes: list[Scope], path: str) -> dict[str, Any]:
        """Return the values under the first scope that takes the text. Raises what the first one found wrong."""
        if not text:
            raise BadAnswer(problem="field_missing", field=asked.key)
        problems: list[Problem] = []
        for scope in scopes:
            words = self.chosen(asked, text, scope) if asked.kind is Kind.CHOICE else text
            try:
                return asked.check(words, scope)
            except NeedsConfirmation as doubt:
                if path in self.confirmed or path.rpartition(".")[0] in self.confirmed:
                    return _confirmed(asked, doubt, scope)
                problems.append(doubt)
            except BadAnswer as problem:
                problems.append(problem)
        raise problems[0]


def _confirmed(asked: Field, doubt: NeedsConfirmation, scope: Scope) -> dict[str, Any]:
    """Return the value the person stands by; a mailbox that looks shared keeps its flag, as in `engine.confirm`."""
    values: dict[str, Any] = {asked.key: doubt.value}
    if doubt.problem == "email_suffix":
        values["flags"] = sorted({*scope.item.get("flags", ()), "suffix_mailbox"})
    return values
