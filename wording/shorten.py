"""Texts in a given length: cut between words, never inside one, and never a date, a number or a deed."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_CODE = re.compile(r" \([^()]{1,20}\)$")
_LEAST = 16  # characters of a name that still tells which one it is


def shortened(words: str, longest: int) -> str:
    """Return the words in at most `longest` characters: whole words and «…» where they are longer."""
    if len(words) <= longest:
        return words
    cut = words[: longest - 1]
    if words[longest - 1].isalnum() and " " in cut[longest // 2 :]:
        cut = cut.rpartition(" ")[0]
    opened = cut.rfind("«")
    if cut.count("«") > cut.count("»") and opened > longest // 3:
        cut = cut[:opened]
    return cut.rstrip(" .,;:—–-(«") + "…"


def short_course(title: str, longest: int) -> str:
    """Return a course's title in at most `longest` characters; a code at its end tells two of them apart and stays."""
    code = _CODE.search(title)
    if len(title) <= longest or code is None or longest - len(code[0]) < _LEAST:
        return shortened(title, longest)
    return shortened(title[: code.start()], longest - len(code[0])) + code[0]


def fitted(words_of: Callable[[Mapping[str, Any]], str], line: Mapping[str, Any], longest: int) -> str:
    """Return a line's words in `longest` characters where that can be: its course gives way first, then its payer.

    What else the line says (dates, numbers, sums, what is to be done) stays whole, even where it gets longer.
    """
    words = words_of(line)
    for key, shorter in (("course_title", short_course), ("payer", shortened)):
        value = str(line.get(key) or "")
        width = len(value)
        while len(words) > longest and width > _LEAST:
            width = max(width - (len(words) - longest), _LEAST)
            line = {**line, key: shorter(value, width)}
            words = words_of(line)
    return words
