"""What `/status` is asked and what it answers (REGULATIONS M1, M2). Pure: how a question is read, what fits it, totals.

Names are searched by words: of a student the surname, of a payer every word that is no legal form. A word is found by
how it begins, by a part of it (payers), and with one slip: a letter missing, added or wrong, or two swapped.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from school.admission import Condition, blocking
from school.errors import BadAnswer
from school.names import fold
from school.order import Order, OrderLine
from school.payer import PayerKind, parse_inn_kpp

Kind = Literal["inn", "number", "text", "run"]
Alternatives = tuple[frozenset[str], ...]
"""For each word asked, the known words it may mean."""

LONGEST_TEXT = 40
SHORTEST_WORD = 2
SHORTEST_PART = 3
SHORTEST_WITH_SLIP, LONGEST_WITH_SLIP = 4, 24
_MOST_WORDS = 12
_NUMBER = re.compile(r"№?\s*(\d{2,8})\s*[-–—]\s*(\d{4,8})(?:\s*/\s*\d{1,3})?")
_REQUISITES = re.compile(r"(?:инн)?[\s:№]*\d[\d\s./\\,;|:–—-]*(?:кпп[\s:]*)?[\dA-Za-z\s]*", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9а-я]+")
_LEGAL = frozenset(
    (
        "ооо", "оао", "зао", "пао", "ао", "ип", "нко", "ано", "муп", "гуп", "фгуп", "мбу", "мку", "гбу", "фгбу",
        "общество", "ограниченной", "ответственностью", "акционерное", "публичное", "закрытое", "открытое",
        "индивидуальный", "предприниматель",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """A question: digits of an ИНН (with a КПП or without), an order's number, folded words, or a run's key."""

    kind: Kind
    value: str
    kpp: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a text."""
        return tuple(self.value.split())


@dataclass(frozen=True, slots=True)
class Row:
    """One student as M2 shows them; `by` is what stands in the way, None where nothing does any more."""

    order: Order
    line: OrderLine
    by: Condition | None

    @property
    def urgency(self) -> tuple[int, date, date]:
        """The place among others: who must act before who waits for the school, the nearest date first."""
        if self.line.cancelled:
            return 3, date.max, self.line.starts
        first = 2 if self.by is None else 1 if self.by.waits_for == "school" else 0
        return first, self.line.admit_by or date.max, self.line.starts


@dataclass(frozen=True, slots=True)
class Totals:
    """How many students there are, and of how many each thing is true; `cancelled` are none of the others."""

    students: int
    paid: int
    on_review: int
    to_fill_in: int
    admitted: int
    cancelled: int = 0
    expelled: int = 0


def read_query(text: str) -> Query:
    """Read what a person typed behind `/status`.

    Problems: those of `parse_inn_kpp`, status_short, status_words.
    """
    if found := _NUMBER.fullmatch(text.strip()):
        return Query("number", f"{found[1]}-{found[2]}")
    if _REQUISITES.fullmatch(text.strip()):
        digits = len(re.findall(r"\d", text))
        inn, kpp = parse_inn_kpp(text, PayerKind.INDIVIDUAL if digits == 12 else PayerKind.ORGANISATION)
        return Query("inn", inn, kpp)
    return text_query(text)


def text_query(text: str) -> Query:
    """Fold words to search by, at most 40 characters of them. Problems: status_short, status_words."""
    found = [word for word in _WORD.findall(fold(text)) if len(word) >= SHORTEST_WORD]
    words = [word for word in found if word not in _LEGAL]
    if not found:
        raise BadAnswer("status_short", text)
    if not words:
        raise BadAnswer("status_words", text)
    kept = words[0][:LONGEST_TEXT]
    for word in words[1:]:
        if len(kept) + 1 + len(word) > LONGEST_TEXT:
            break
        kept += f" {word}"
    return Query("text", kept)


def words_of(name: str) -> list[str]:
    """Return every word of a name, folded."""
    return _WORD.findall(fold(name))


def words_of_student(name: str) -> set[str]:
    """Return the words that a student is found by: of the surname."""
    return {word for word in words_of(name.split(" ", maxsplit=1)[0]) if len(word) >= SHORTEST_WORD}


def words_of_payer(name: str) -> set[str]:
    """Return the words that a payer is found by: all but legal forms."""
    words = [word for word in words_of(name) if len(word) >= SHORTEST_WORD and word not in _LEGAL]
    return set(words[:_MOST_WORDS])


def slips(word: str) -> set[str]:
    """Return the word and all that is left of it without one letter: two words one slip apart share one of these."""
    if not SHORTEST_WITH_SLIP <= len(word) <= LONGEST_WITH_SLIP:
        return set()
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def keys_of(word: str, *, parts: bool) -> set[str]:
    """Return the keys that a word is looked up by: "s" and how it (or a part) begins, "t" and a slip."""
    starts = range(max(1, len(word) - SHORTEST_PART + 1)) if parts else range(1)
    return {f"s{word[at:]}" for at in starts} | {f"t{slip}" for slip in slips(word)}


def is_close(one: str, other: str) -> bool:
    """Tell whether two words are at most one slip apart."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == len(other) == 2 and one == other[::-1])


def fitting(order: Order, query: Query, alternatives: Alternatives) -> list[OrderLine]:
    """Return the order's students that fit the question; a payer that fits by itself brings all."""
    if query.kind == "run":
        return [line for line in order.lines if line.run == query.value]
    if query.kind != "text":
        return list(order.lines)
    asked = list(zip(query.words, alternatives, strict=True))
    payer = words_of(order.payer.name)
    left = [(word, known) for word, known in asked if not any(word in one or one in known for one in payer)]
    if not left:
        return list(order.lines)
    return [line for line in order.lines if _fits(words_of(line.name), left)]


def _fits(name: Sequence[str], asked: Iterable[tuple[str, frozenset[str]]]) -> bool:
    return all(any(one.startswith(word) or one in known for one in name) for word, known in asked)


def rows_of(
    orders: Iterable[Order], query: Query, alternatives: Alternatives, *, registration: bool
) -> tuple[Row, ...]:
    """Return the students that fit, by order; the order and the student whom most waits for come first."""
    groups = []
    for order in orders:
        rows = [Row(order, line, _by(line, registration=registration)) for line in fitting(order, query, alternatives)]
        if rows:
            groups.append(sorted(rows, key=lambda row: row.urgency))
    groups.sort(key=lambda rows: rows[0].urgency)
    return tuple(row for rows in groups for row in rows)


def _by(line: OrderLine, *, registration: bool) -> Condition | None:
    over = line.admitted_at is not None or line.cancelled
    return None if over else blocking(line, registration=registration)


def totals(rows: Sequence[Row]) -> Totals:
    """Count the students."""
    lines = [row.line for row in rows if not row.line.cancelled]
    return Totals(
        students=len(lines),
        paid=sum(line.payment == "paid" for line in lines),
        on_review=sum(line.questionnaire == "submitted" for line in lines),
        to_fill_in=sum(line.questionnaire in ("not_started", "filling", "returned") for line in lines),
        admitted=sum(line.admitted_at is not None and not line.expelled for line in lines),
        expelled=sum(line.expelled for line in lines),
        cancelled=len(rows) - len(lines),
    )
