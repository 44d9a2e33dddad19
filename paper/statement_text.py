"""The text of 1CClientBankExchange: encodings, lines, sections, amounts and dates; nothing of their meaning."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from school.money import Kopecks

FORMAT = "1CClientBankExchange"
MAX_BYTES = 10 * 1024 * 1024
MAX_DOCUMENTS = 100_000

StatementReason = Literal[
    "not_a_statement",
    "wrong_encoding",
    "cut_off",
    "after_end",
    "section_open",
    "bad_amount",
    "bad_date",
    "control_sum",
    "too_big",
    "too_hard",
    "own_account_missing",
]
REASONS: tuple[StatementReason, ...] = get_args(StatementReason)

_START = {"СекцияДокумент": "document", "СекцияРасчСчет": "account"}
_END = {"КонецДокумента": "document", "КонецРасчСчет": "account"}
_LAST = re.compile(r"Конец\s?(?:Файла|Выписки)", re.IGNORECASE)
_MARKS = (*_START, *_END, "КонецФайла", "КонецВыписки", "Кодировка", "РасчСчет")
_WRAPPED = "НазначениеПлатежа"
# Keys of the format (version 1.03) in one word; all others, a bank's own too, are words with capitals and no spaces.
_KEYS = frozenset(("Номер", "Дата", "Сумма", "Код", "Очередность", "ОКАТО"))
_KEY = re.compile(r"(?:Плательщик|Получатель|НазначениеПлатежа|Показатель)[А-ЯЁа-яё]*\d?|(?:[А-ЯЁ][а-яё]+){2,5}\d?")
_BREAK = re.compile(r"\r\n|\n|\r")
_AMOUNT = re.compile(r"(\d{1,15}|\d{1,3}(?: \d{3}){1,4})(?:[.,](\d{1,2}))?")
_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_NO_DATE = re.compile(r"[\s.]*|00\.00\.0000.*|01\.01\.0001.*")  # as 1C writes a date that is not there


class StatementRefused(Exception):
    """The statement was not read, and nothing of it counts.

    `reason` and its `data` (words in `wording.statements`): not_a_statement; wrong_encoding; cut_off (no КонецФайла);
    after_end (line); section_open (line); bad_amount, bad_date (line, number, value); control_sum (account, and told
    and counted in kopecks); too_big (megabytes, documents); too_hard (stopped while it was read); own_account_missing.
    """

    def __init__(self, reason: StatementReason, data: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)  # data may be personal, and messages end up in logs
        self.reason: StatementReason = reason
        self.data: Mapping[str, object] = data or {}


@dataclass(slots=True)
class Section:
    """A section as it stands: kind is header, document or account, `title` what follows its «=», `line` its first."""

    kind: str
    title: str
    line: int
    pairs: list[tuple[str, str]] = field(default_factory=list)
    _first: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, value: str) -> None:
        """Take one line in."""
        self.pairs.append((key, value))
        if not self._first.get(key):
            self._first[key] = value

    def wrap(self, text: str) -> None:
        """Take in a line that goes on with a purpose that the bank has broken; other loose lines mean nothing.

        The line break stays: what stands on both sides of it may be one number.
        """
        if self.in_purpose:
            key, value = self.pairs[-1]
            self.pairs[-1] = (key, f"{value}\n{text}")
            self._first[key] = f"{self._first.get(key, '')}\n{text}"

    @property
    def in_purpose(self) -> bool:
        """Whether the last line was of a purpose, so that a loose one goes on with it."""
        return bool(self.pairs) and self.pairs[-1][0].startswith(_WRAPPED)

    def names(self, key: str) -> bool:
        """Tell whether what stands before «=» names a value, or is a word of the purpose: «сумма=24500-00»."""
        if not self.in_purpose:
            return True
        return (key in _KEYS or bool(_KEY.fullmatch(key))) and not self._first.get(key)

    def get(self, key: str) -> str:
        """Return the first value of the key that is not empty, or an empty one."""
        return self._first.get(key, "")

    def all(self, key: str) -> list[str]:
        """Return all values of the key that are not empty."""
        return [value for name, value in self.pairs if name == key and value]

    @property
    def values(self) -> tuple[str, ...]:
        """Everything that the section says, in one order: equal for sections that repeat each other."""
        return tuple(sorted(f"{key}={value}" for key, value in self.pairs))


def sections_of(content: bytes) -> tuple[Section, list[Section]]:
    """Return the header and the sections in their order. Raises `StatementRefused` for what is no whole file."""
    if len(content) > MAX_BYTES:
        raise _too_big()
    lines = _BREAK.split(decoded(content))
    header = Section("header", "", 1)
    sections: list[Section] = []
    opened: Section | None = None
    documents = 0
    for number, raw in enumerate(lines[1:], 2):
        key, equals, value = (part.strip() for part in raw.partition("="))
        if _LAST.fullmatch(key) and not equals:
            _check_end(opened, lines[number:], number + 1)
            return header, sections
        if key in _START or key in _END:
            if (opened is None) != (key in _START) or (opened is not None and _END[key] != opened.kind):
                raise StatementRefused("section_open", {"line": opened.line if opened else number})
            opened = Section(_START[key], value, number) if key in _START else None
            sections += [opened] if opened else []
            documents += key == "СекцияДокумент"
            if documents > MAX_DOCUMENTS:
                raise _too_big()
        elif equals and (opened or header).names(key):
            (opened or header).add(key, value)
        elif key and opened:
            opened.wrap(raw.strip())
    raise StatementRefused("cut_off")


def decoded(content: bytes) -> str:
    """Return the text in the encoding that its own words prove: the declared one (Кодировка) may lie.

    Raises `StatementRefused`: not_a_statement, wrong_encoding.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise StatementRefused("wrong_encoding")
    body = content.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    if re.split(rb"[\r\n]", body, maxsplit=1)[0].strip() != FORMAT.encode():
        raise StatementRefused("not_a_statement")
    for encoding in ("utf-8", "cp1251", "cp866"):
        if any(mark.encode(encoding) in body for mark in _MARKS):
            try:
                return body.decode(encoding).rstrip("\x1a\x00 \t\r\n")
            except UnicodeDecodeError as error:
                raise StatementRefused("wrong_encoding") from error
    raise StatementRefused("cut_off" if body.isascii() else "wrong_encoding")


def read_amount(text: str, section: Section) -> Kopecks:
    """Return kopecks of «24500.00», «24500,5» or «24500»; raises bad_amount."""
    read = _AMOUNT.fullmatch(" ".join(text.split()))
    if read is None:
        raise StatementRefused("bad_amount", {"line": section.line, "number": section.get("Номер"), "value": text})
    return int(read[1].replace(" ", "")) * 100 + int((read[2] or "").ljust(2, "0"))


def read_date(text: str, section: Section) -> date | None:
    """Return a date «dd.mm.yyyy»; None where there is none; raises bad_date."""
    if _NO_DATE.fullmatch(text):
        return None
    try:
        read = _DATE.fullmatch(text)
        if read is not None:
            return date(int(read[3]), int(read[2]), int(read[1]))
    except ValueError:
        pass
    raise StatementRefused("bad_date", {"line": section.line, "number": section.get("Номер"), "value": text})


def _check_end(opened: Section | None, after: list[str], line: int) -> None:
    if opened:
        raise StatementRefused("section_open", {"line": opened.line})
    if any(text.strip() == FORMAT or "=" in text for text in after):
        raise StatementRefused("after_end", {"line": line})


def _too_big() -> StatementRefused:
    return StatementRefused("too_big", {"megabytes": MAX_BYTES // (1024 * 1024), "documents": MAX_DOCUMENTS})
