"""People as they write of themselves: names, mobiles, addresses, and whole lines of the three.

The parts on names and on mailboxes live in `school.names` and `school.mailboxes` and are offered here too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from school.errors import BadAnswer
from school.mailboxes import MailboxKind, email_hint, mailbox_kind, parse_email, same_mailbox
from school.names import FullName, fold, parse_full_name, same_surname
from school.typed import typed, visible

__all__ = [
    "BadLine",
    "ContactLine",
    "FullName",
    "MailboxKind",
    "email_hint",
    "fold",
    "format_mobile",
    "mailbox_kind",
    "parse_contact_line",
    "parse_contact_lines",
    "parse_email",
    "parse_full_name",
    "parse_mobile",
    "same_mailbox",
    "same_surname",
]

Read = TypeVar("Read")

# An address begins where a word does: without that, every letter of a long word would be tried as the first.
_EMAIL = re.compile(r"(?<![^\s,;<>|])[^\s,;<>|@]*@[^\s,;<>|]*")
_PHONE = re.compile(r"\+?\(?\d(?:[ \u00a0().–—-]{0,3}\d){3,}")
_ROW_NUMBER = re.compile(r"^[^\S\n]*\d{1,3}(?:[.)]|\t)\s*(?=\D)", re.MULTILINE)
_LABEL = re.compile(
    r"(?<![\w-])(?:ф\.?\s?и\.?\s?о|тел(?:ефон)?|моб(?:ильный)?|сот(?:овый)?|эл(?:ектронная)?|почта|e-?mail|phone)(?![\w-])[.:]*",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[,;|\t\n]|[ \u00a0]{2,}")
_HEADER = re.compile(r"\b(?:фио|ф\.\s?и\.\s?о|фамилия|имя|телефон|мобильный|почта|e-?mail)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One person read from a line; `mobile` in E.164, `number` (from 1) and `text` are the line as pasted."""

    name: FullName
    mobile: str
    email: str
    number: int = field(default=1, compare=False)
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read: its number as pasted (from 1), its text and all that is wrong with it."""

    number: int
    text: str
    problems: tuple[BadAnswer, ...]


def parse_mobile(text: str) -> str:
    """Return a mobile number in E.164; Russian when no country is written.

    Problems: phone_bad (data: digits), phone_toll_free, phone_not_mobile.
    """
    import phonenumbers
    from phonenumbers import PhoneNumberType

    text = typed(text)
    digits = re.sub(r"\D", "", text)
    if re.search(r"[^\d\s()+.–—‑\-/]", text) or not 10 <= len(digits) <= 15:
        raise BadAnswer("phone_bad", text, digits=len(digits))
    if len(digits) == 11 and digits[0] in "78":
        digits = "7" + digits[1:]
    elif len(digits) == 10:
        digits = "7" + digits
    number = phonenumbers.PhoneNumber()
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException as error:
        raise BadAnswer("phone_bad", text, digits=len(digits)) from error
    if not phonenumbers.is_valid_number(number):
        raise BadAnswer("phone_bad", text, digits=len(digits))
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.TOLL_FREE:
        raise BadAnswer("phone_toll_free", text)
    if kind not in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        raise BadAnswer("phone_not_mobile", text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_mobile(mobile: str) -> str:
    """Write an E.164 number for people: «+7 933 933-33-33»."""
    if mobile.startswith("+7") and len(mobile) == 12:
        return f"+7 {mobile[2:5]} {mobile[5:8]}-{mobile[8:10]}-{mobile[10:]}"
    import phonenumbers

    return phonenumbers.format_number(phonenumbers.parse(mobile), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def parse_contact_line(text: str) -> ContactLine:
    """Read «ФИО, телефон, почта» in any order, divided by anything; raise the first problem met.

    Problems: contact_no_name, contact_no_phone, contact_no_email, contact_several_phones, contact_several_emails,
    and those of the three checks.
    """
    found = _read_line(typed(text))
    if isinstance(found, ContactLine):
        return found
    raise found[0]


def parse_contact_lines(text: str) -> list[ContactLine | BadLine]:
    """Read several pasted lines, or cells from a spreadsheet; its header row is skipped, empty lines too."""
    lines = [(number, line.strip(" \r")) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if lines and _is_header(lines[0][1]):
        del lines[0]
    people: list[ContactLine | BadLine] = []
    for number, line in _whole_people(lines):
        found = _read_line(line)
        if isinstance(found, ContactLine):
            people.append(replace(found, number=number, text=line))
        else:
            people.append(BadLine(number, line, found))
    return people


def _is_header(line: str) -> bool:
    return bool(_HEADER.search(line)) and "@" not in line and not re.search(r"\d", line)


def _whole_people(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Join lines into one person where every line holds one thing: a name, a mobile or an address."""
    kinds = [_only_kind(line) for _, line in lines]
    if len(lines) < 2 or None in kinds or "email" not in kinds:
        return lines
    people: list[list[tuple[int, str]]] = []
    seen: set[str | None] = set()
    for row, kind in zip(lines, kinds, strict=True):
        if not people or kind in seen:
            people.append([])
            seen = set()
        people[-1].append(row)
        seen.add(kind)
    return [(rows[0][0], "\n".join(line for _, line in rows)) for rows in people]


def _only_kind(line: str) -> str | None:
    has_email, has_digits = "@" in line, bool(re.search(r"\d", _EMAIL.sub("", line)))
    has_words = bool(re.search(r"[^\W\d_]", _LABEL.sub("", _EMAIL.sub("", line))))
    kinds = [kind for kind, holds in (("email", has_email), ("phone", has_digits), ("name", has_words)) if holds]
    return kinds[0] if len(kinds) == 1 else None


def _read_line(text: str) -> ContactLine | tuple[BadAnswer, ...]:
    rest = _ROW_NUMBER.sub("", visible(text).replace('"', " "))
    emails = [found for found in _EMAIL.findall(rest) if found != "@"]
    rest = _EMAIL.sub("\t", rest)
    phones = _PHONE.findall(rest)
    rest = _LABEL.sub("\t", _PHONE.sub("\t", rest))
    problems: list[BadAnswer] = []
    name = _attempt(problems, lambda: _read_name(rest, text))
    mobile = _attempt(problems, lambda: _read_phone(phones, text))
    email = _attempt(problems, lambda: _read_email(emails, text))
    if name is None or mobile is None or email is None:
        return tuple(problems)
    return ContactLine(name, mobile, email)


def _attempt(problems: list[BadAnswer], read: Callable[[], Read]) -> Read | None:
    """Run one reading; keep what is wrong, so that a person sees all of it at once."""
    try:
        return read()
    except BadAnswer as problem:
        # With its traceback a kept problem keeps the frames of its reading, and the collector walks them all.
        problems.append(problem.with_traceback(None))
        return None


def _read_name(rest: str, text: str) -> FullName:
    """Find the name among what is neither address nor phone: one cell of several, or all cells together."""
    cells = [cell for cell in (cell.strip(" .:()<>-—–") for cell in _SEPARATORS.split(rest)) if cell]
    if not cells:
        raise BadAnswer("contact_no_name", text)
    names = [name for cell in cells if (name := _attempt([], partial(parse_full_name, cell)))]
    usual = [name for name in names if len(name.full.split()) <= 3] or names
    return usual[0] if len(usual) == 1 else parse_full_name(" ".join(cells))


def _read_phone(phones: list[str], text: str) -> str:
    """Take the only mobile; a landline beside it does no harm, two mobiles do."""
    if not phones:
        raise BadAnswer("contact_no_phone", text)
    mobiles = {mobile for phone in phones if (mobile := _attempt([], partial(parse_mobile, phone)))}
    if len(mobiles) > 1:
        raise BadAnswer("contact_several_phones", text, count=len(mobiles))
    return mobiles.pop() if mobiles else parse_mobile(phones[0])


def _read_email(emails: list[str], text: str) -> str:
    if not emails:
        raise BadAnswer("contact_no_email", text)
    if len({email.lower() for email in emails}) > 1:
        raise BadAnswer("contact_several_emails", text, count=len(emails))
    return parse_email(emails[0])
