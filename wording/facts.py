"""Answers of a form as people read them."""

from datetime import date
from typing import Any

from school.catalogue import Catalogue
from school.forms.field import Option
from school.people import format_mobile
from wording.dates import period_with_year as with_year
from wording.fields import PAYER_KINDS
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
    if key == "payer_kind":
        return PAYER_KINDS[option.value]
    if key == "run":
        starts, ends = (date.fromisoformat(d) for d in option.detail.split("/"))
        return with_year(starts, ends)
    if key == "tariff":
        return f"{option.title} · {format_sum(int(option.detail))}"
    return option.title
