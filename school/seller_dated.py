"""The seller's details by the day: a paper bears those of its own date, not of the day it is made (REGULATIONS P1, C1).

Among a centre's settings a detail stands as it was from the beginning; its later values stand under `DATED`, each with
the day from which it holds. So the VAT of 1 January is not the VAT of an act of December that is made in January.
"""

import json
import re
from collections.abc import Mapping
from datetime import date

from school.dates_typed import parse_day
from school.seller import SELLER_KEYS

DATED = "seller_dated"
_DAY = r"\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}\s+[а-яё]+\s+\d{4}"
_SINCE = re.compile(rf"(?P<value>.*?)\s+с\s+(?P<day>{_DAY})")


def settings_on(settings: Mapping[str, str], day: date) -> dict[str, str]:
    """Return the centre's settings with the seller's details as they are on this day."""
    found = {key: value for key, value in settings.items() if key != DATED}
    for since, key, value in _dated(settings):
        if since <= day:
            found.pop(key, None)
            if value:
                found[key] = value
    return found


def with_detail(settings: Mapping[str, str], key: str, value: str, since: date) -> dict[str, str]:
    """Return the settings with this detail from the day on, "" for none; what held from a later day is dropped.

    A detail that was never set holds from the beginning.
    """
    changed = dict(settings)
    dated = _dated(settings)
    kept = [one for one in dated if one[1] != key or one[0] < since]
    if key not in settings and not any(one[1] == key for one in dated):
        changed[key] = value
    else:
        kept.append((since, key, value))
    changed.pop(DATED, None)
    if kept:
        rows = [[day.isoformat(), name, text] for day, name, text in sorted(kept)]
        changed[DATED] = json.dumps(rows, ensure_ascii=False)
    return {name: text for name, text in changed.items() if text}


def split_since(text: str, today: date) -> tuple[str, date]:
    """Read «22 с 01.01.2027»: the value and the day from which it holds, today where none is named.

    Problems: those of `school.dates_typed.parse_day`.
    """
    found = _SINCE.fullmatch(text.strip())
    return (found["value"], parse_day(found["day"], today)) if found else (text.strip(), today)


def _dated(settings: Mapping[str, str]) -> list[tuple[date, str, str]]:
    rows = json.loads(settings.get(DATED, "[]"))
    return [(date.fromisoformat(day), key, value) for day, key, value in rows if key in SELLER_KEYS]
