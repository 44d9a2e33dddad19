"""The questionnaire (анкета), REGULATIONS Q2–Q3: every field in the order it is asked.

Optional fields are those of the state's register of diplomas (ФИС ФРДО) that the school switches on; which were on
when the questionnaire was begun stands in the answers as `switched`.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from school import people
from school.errors import BadAnswer
from school.forms.field import Field, Form, Kind, Option, Scope, always
from school.forms.order import YES_WORDS
from school.names import parse_name_part

KEY = "questionnaire"
HIGHER, SECONDARY, RECEIVING = "higher", "secondary", "receiving"
FILES = ("diploma", "name_change")
FRDO = ("birth_date", "sex", "snils", "citizenship", "diploma_series", "diploma_number")
MOST_PAGES = 10

_EDUCATION_WORDS = {
    RECEIVING: ("получаю", "учусь", "студент", "ещё учусь", "еще учусь", "3"),
    SECONDARY: ("средн", "спо", "колледж", "техникум", "2"),
    HIGHER: ("высш", "вуз", "институт", "университет", "бакалавр", "специалист", "магистр", "1"),
}
_NO_WORDS = ("нет", "другая", "не та", "сменила", "сменил", "отличается")
_OLDEST = 100


def _agreed(text: str, _: Scope) -> dict[str, Any]:
    if text.strip().casefold().rstrip(".!") not in YES_WORDS:
        raise BadAnswer("questionnaire_consent", text)
    return {"consent": True}


def _name_part(key: str) -> Any:
    def check(text: str, scope: Scope) -> dict[str, Any]:
        word, flags = parse_name_part(text)
        kept = {k: v for k, v in (scope.answers.get("flags") or {}).items() if k != key}
        return {key: word, "flags": kept | ({key: sorted(flags)} if flags else {})}

    return check


def _mobile(text: str, _: Scope) -> dict[str, Any]:
    return {"mobile": people.parse_mobile(text)}


def _education(text: str, _: Scope) -> dict[str, Any]:
    typed = text.strip().casefold()
    for value, words in _EDUCATION_WORDS.items():
        if typed == value or (typed and any(typed.startswith(word) for word in words)):
            return {"education": value}
    raise BadAnswer("education_unknown", text)


def _education_options(_: Scope) -> tuple[Option, ...]:
    return (Option(HIGHER), Option(SECONDARY), Option(RECEIVING))


def _same_surname(text: str, _: Scope) -> dict[str, Any]:
    typed = text.strip().casefold().rstrip(".!")
    if typed in ("yes", "та же", "да, та же", *YES_WORDS):
        return {"same_surname": "yes"}
    if typed == "no" or typed.startswith(_NO_WORDS):
        return {"same_surname": "no"}
    raise BadAnswer("same_surname_unknown", text)


def _same_surname_options(_: Scope) -> tuple[Option, ...]:
    return (Option("yes"), Option("no"))


def surnames_differ(answers: dict[str, Any]) -> bool:
    """Tell whether the surname differs from the one in the diploma (Q3), by the comparison of `school.people`."""
    other = answers.get("diploma_surname")
    return (
        answers.get("same_surname") == "no"
        and bool(other)
        and not people.same_surname(str(answers.get("surname", "")), str(other))
    )


def _file(_: str, __: Scope) -> dict[str, Any]:
    raise BadAnswer("file_needed")


def _birth_date(text: str, scope: Scope) -> dict[str, Any]:
    found = re.fullmatch(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})(?:\s*г\.?)?", text.strip())
    if found:
        day, month, year = (int(part) for part in found.groups())
        with suppress(ValueError):
            born = date(year, month, day)
            if born < scope.context.today and scope.context.today.year - born.year < _OLDEST:
                return {"birth_date": born.isoformat()}
    raise BadAnswer("birth_date", text)


def _sex(text: str, _: Scope) -> dict[str, Any]:
    typed = text.strip().casefold()
    if typed in ("female", "male"):
        return {"sex": typed}
    if typed[:1] in ("ж", "м"):
        return {"sex": "female" if typed[0] == "ж" else "male"}
    raise BadAnswer("sex_unknown", text)


def _sex_options(_: Scope) -> tuple[Option, ...]:
    return (Option("female"), Option("male"))


def parse_snils(text: str) -> str:
    """Return a СНИЛС as «112-233-445 95»; weights 9…1 modulo 101 make its check, 100 is written 00.

    Problems: snils_form, snils_checksum.
    """
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{11}", digits) or digits == "0" * 11:
        raise BadAnswer("snils_form", text)
    check = sum(int(d) * (9 - i) for i, d in enumerate(digits[:9])) % 101 % 100
    if check != int(digits[9:]):
        raise BadAnswer("snils_checksum", text)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def _snils(text: str, _: Scope) -> dict[str, Any]:
    return {"snils": parse_snils(text)}


def _citizenship(text: str, _: Scope) -> dict[str, Any]:
    word = " ".join(text.split()).strip(".")
    if not 2 <= len(word) <= 60 or not re.fullmatch(r"[^\W\d_]+(?:[ -][^\W\d_]+)*", word):
        raise BadAnswer("citizenship_form", text)
    return {"citizenship": "Россия" if word.casefold() in ("рф", "россия", "российская федерация") else word}


def _citizenship_options(_: Scope) -> tuple[Option, ...]:
    return (Option("Россия", title="Россия"),)


def _diploma_mark(key: str) -> Any:
    def check(text: str, _: Scope) -> dict[str, Any]:
        mark = " ".join(text.split()).upper().strip(".№ ")
        if not re.fullmatch(r"[0-9A-ZА-ЯЁ][0-9A-ZА-ЯЁ /-]{0,19}", mark):
            raise BadAnswer("diploma_mark", text)
        return {key: mark}

    return check


def _switched(key: str) -> Any:
    return lambda scope: key in (scope.answers.get("switched") or ())


def _field(key: str, kind: Kind, check: Any, applies: Any = always, **more: Any) -> Field:
    """Declare a field; of a returned questionnaire only the fields in `only` are asked again."""

    def asked(scope: Scope) -> bool:
        only = scope.answers.get("only")
        return (only is None or key in only) and bool(applies(scope))

    return Field(key, kind, check, applies=asked, **more)


def fields_to_mend(remarked: Iterable[str]) -> list[str]:
    """Return the fields to ask again: those remarked, and those that a changed surname may call for."""
    found = set(remarked)
    if found & {"surname", "same_surname", "diploma_surname"}:
        found |= {"diploma_surname", "name_change"}
    return [field.key for field in QUESTIONNAIRE.before if field.key in found]


QUESTIONNAIRE = Form(
    key=KEY,
    before=(
        _field("consent", Kind.CONSENT, _agreed),
        _field("surname", Kind.TEXT, _name_part("surname")),
        _field("name", Kind.TEXT, _name_part("name")),
        _field("patronymic", Kind.TEXT, _name_part("patronymic"), skippable=always),
        _field("mobile", Kind.TEXT, _mobile),
        _field("education", Kind.CHOICE, _education, options=_education_options),
        _field("same_surname", Kind.CHOICE, _same_surname, options=_same_surname_options, resets=("diploma_surname",)),
        _field(
            "diploma_surname",
            Kind.TEXT,
            _name_part("diploma_surname"),
            applies=lambda s: s.answers.get("same_surname") == "no",
        ),
        _field("diploma", Kind.FILE, _file),
        _field("name_change", Kind.FILE, _file, applies=lambda s: surnames_differ(s.answers)),
        _field("birth_date", Kind.TEXT, _birth_date, applies=_switched("birth_date")),
        _field("sex", Kind.CHOICE, _sex, options=_sex_options, applies=_switched("sex")),
        _field("snils", Kind.TEXT, _snils, applies=_switched("snils")),
        _field("citizenship", Kind.TEXT, _citizenship, options=_citizenship_options, applies=_switched("citizenship")),
        _field("diploma_series", Kind.TEXT, _diploma_mark("diploma_series"), applies=_switched("diploma_series")),
        _field("diploma_number", Kind.TEXT, _diploma_mark("diploma_number"), applies=_switched("diploma_number")),
    ),
    group=(),
    after=(),
)
