"""Answers of a form as people read them."""

from datetime import date
from typing import Any

from school.catalogue import Catalogue
from school.forms.field import Option
from school.people import format_mobile
from wording.dates import date_long
from wording.dates import period_with_year as with_year
from wording.fields import EDUCATIONS, PAYER_KINDS, SAME_SURNAME, SEXES
from wording.plurals import plural
from wording.sums import format_sum

SKIPPED = "не указано"
YES = "подтверждено"


def fact_value(key: str, value: Any, catalogue: Catalogue) -> str:
    """Return the value of a field in words."""
    if value is None:
        return SKIPPED
    if key in ("consent", "education", "rights"):
        return "дано" if key == "consent" else YES
    if key == "payer_kind":
        return PAYER_KINDS[value]
    if key in ("mobile", "orderer_mobile"):
        return format_mobile(value)
    return _from_catalogue(key, str(value), catalogue)


def questionnaire_fact(key: str, value: Any) -> str:
    """Return the value of a questionnaire's field in words; a document by the number of its pages."""
    if key in ("diploma", "name_change"):
        count = sum(int(page.get("pages", 1)) for page in value or [])
        return f"{plural(count, 'страница', 'страницы', 'страниц')}" if count else "не загружен"
    if value is None:
        return "нет" if key == "patronymic" else SKIPPED
    if key == "consent":
        return "дано"
    if key == "mobile":
        return format_mobile(value)
    if key == "birth_date":
        return date_long(date.fromisoformat(value))
    named = {"education": EDUCATIONS, "same_surname": SAME_SURNAME, "sex": SEXES}
    return named[key][value] if key in named else str(value)


def _from_catalogue(key: str, value: str, catalogue: Catalogue) -> str:
    if key == "course" and (course := catalogue.course(value)):
        return course.title
    if key == "run" and (run := catalogue.run(value)):
        return with_year(run.starts, run.ends)
    if key == "tariff" and (tariff := catalogue.tariff(value)):
        return f"{tariff.title}, {format_sum(tariff.price)}"
    return value


def option_label(key: str, option: Option) -> str:
    """Return a button's words."""
    number = option.title
    special = {"same": f"Как у ученика {number}", "same_all": f"Всем как у ученика {number}", "me": "Учиться буду я"}
    if option.value in special:
        return special[option.value]
    named = {"payer_kind": PAYER_KINDS, "education": EDUCATIONS, "same_surname": SAME_SURNAME, "sex": SEXES}
    if key in named:
        return named[key][option.value]
    if key == "run":
        starts, ends = (date.fromisoformat(d) for d in option.detail.split("/"))
        return with_year(starts, ends)
    if key == "tariff":
        return f"{option.title} · {format_sum(int(option.detail))}"
    return option.title
