"""What a field of a form is made of, and what a check may look at."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from school.catalogue import Catalogue
from school.draft import Answers
from school.errors import SchoolError
from school.order import Payer
from school.typed import typed

LONGEST_CODE = 12


class Kind(StrEnum):
    """How a field is asked for."""

    CONSENT = "consent"
    CHOICE = "choice"
    TEXT = "text"
    CONFIRM = "confirm"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `title` stands where the words come from data, else the wording names the value."""

    value: str
    title: str = ""
    detail: str = ""
    fills: Mapping[str, Any] | None = None
    to_all: bool = False

    @property
    def code(self) -> str:
        """The value itself, or a digest short enough for a button's 64 bytes."""
        if len(self.value.encode()) <= LONGEST_CODE and ":" not in self.value:
            return self.value
        return hashlib.sha256(self.value.encode()).hexdigest()[:LONGEST_CODE]


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks may look at besides the answers; `today` in the school's zone."""

    catalogue: Catalogue
    today: date
    centre_email: str
    discipline: str | None
    known_payers: tuple[Payer, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The answers as one field sees them: all of them, and the item of a repeated group that it belongs to."""

    answers: Answers
    item: Mapping[str, Any]
    index: int
    context: Context

    @property
    def others(self) -> list[Mapping[str, Any]]:
        """The other items of the group."""
        return [s for i, s in enumerate(self.answers.get("students", [])) if i != self.index]


class NeedsConfirmation(SchoolError):
    """The answer may be right, but people often err here: ask before it is taken."""

    code = "needs_confirmation"

    def __init__(self, problem: str, value: str, suggestion: str | None = None) -> None:
        super().__init__()
        self.problem = problem
        self.value = value
        self.suggestion = suggestion


def always(_: Scope) -> bool:
    """Apply to everyone."""
    return True


def never(_: Scope) -> bool:
    """Apply to no one."""
    return False


def no_options(_: Scope) -> tuple[Option, ...]:
    """Offer nothing to choose from."""
    return ()


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `rule` turns what was typed into a JSON value or raises; it may return several fields at once."""

    key: str
    kind: Kind
    rule: Callable[[str, Scope], dict[str, Any]]
    options: Callable[[Scope], tuple[Option, ...]] = no_options
    applies: Callable[[Scope], bool] = always
    skippable: Callable[[Scope], bool] = never
    resets: tuple[str, ...] = ()

    def check(self, text: str, scope: Scope) -> dict[str, Any]:
        """Return the values of what was typed, in whatever face; its length is bounded before anything looks at it."""
        return self.rule(typed(text), scope)


@dataclass(frozen=True, slots=True)
class Form:
    """A form: fields before the repeated group "students", the group's own, and fields after it."""

    key: str
    before: tuple[Field, ...]
    group: tuple[Field, ...]
    after: tuple[Field, ...]
