"""Money is integer kopecks everywhere; this is where what people type becomes kopecks."""

import re
from typing import TypeAlias

from school.errors import BadAnswer

Kopecks: TypeAlias = int

MAX_SUM: Kopecks = 100_000_000_00

_SUM = re.compile(r"(\d+|\d{1,3}(?: \d{3})+)(?:[.,](\d{1,2}))?")
_ROUBLES = re.compile(r"(?:₽|\b(?:рублей|рубля|рубль|руб|р|rub)\b\.?)", re.IGNORECASE)
_KOPECKS = re.compile(r"(.*\d)\s*(?:₽|\b(?:рублей|рубля|рубль|руб|р)\b\.?)\s*,?\s*(\d{1,2})\s*коп\w*\.?", re.IGNORECASE)


def parse_sum(text: str) -> Kopecks:
    """Return kopecks of «24 500,50», «49000», «49 000 ₽» or «24 500 руб. 50 коп.».

    Problems: sum_form, sum_zero, sum_large (data: limit, in kopecks).
    """
    clean = " ".join(text.split())
    if found := _KOPECKS.fullmatch(clean):
        clean = f"{found[1]},{int(found[2]):02d}"
    else:
        clean = re.sub(r"(?<=\d)\s*$", "", _ROUBLES.sub(" ", re.sub(r"(?<=\d)(?=[^\W\d_])", " ", clean)).strip())
    read = _SUM.fullmatch(clean)
    if read is None:
        raise BadAnswer("sum_form", text)
    kopecks = int(read[1].replace(" ", "")) * 100 + int((read[2] or "").ljust(2, "0"))
    if kopecks == 0:
        raise BadAnswer("sum_zero", text)
    if kopecks > MAX_SUM:
        raise BadAnswer("sum_large", text, limit=MAX_SUM)
    return kopecks


def split_sum(kopecks: Kopecks) -> tuple[int, int]:
    """Split a sum that is not negative into roubles and kopecks."""
    return divmod(kopecks, 100)
