"""What people type, before any check: marks that nobody sees are taken away, and length has an end."""

import re

from school.errors import BadAnswer

LONGEST = 4000
"""Characters of one answer; the longest that a rule takes is a message of 2,000."""

MESSAGE = 4096
"""Characters of one message of a chat: Telegram's clients send no more."""

LIST = 100_000
"""Characters of a list pasted at once: 200 students with long addresses are half of it."""

# The default-ignorable marks of Unicode (DerivedCoreProperties), and the isolates that come with copied numbers.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


# Signs that are joined out of several: their joiners, styles and tags are a part of what people see.
_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_SIGNS_OR_INVISIBLE = re.compile(
    rf"(?P<signs>{_SIGN}(?:[\ufe0e\ufe0f]|\u200d(?={_SIGN})|[\U000e0020-\U000e007f]|{_SIGN})*+)|{_INVISIBLE.pattern}"
)


def visible(text: str) -> str:
    """Return the text without the marks that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def readable(text: str) -> str:
    """Return words for people without the marks that nobody sees; signs joined out of several stay whole."""
    return text if text.isascii() else _SIGNS_OR_INVISIBLE.sub(lambda found: found["signs"] or "", text)


def clipped(text: str, longest: int = LONGEST) -> str:
    """Return at most one character more than `longest`: enough for `typed` to refuse it, and no more to keep."""
    return text[: longest + 1]


def typed(text: str, longest: int = LONGEST) -> str:
    """Return what was typed without invisible marks. Problem: typed_long (data: limit)."""
    if len(text) > longest:
        raise BadAnswer("typed_long", limit=longest)
    return visible(text)
