"""What people type, before any check: marks that nobody sees are taken away, and length has an end."""

import re

from school.errors import BadAnswer

LONGEST = 4000
"""Characters of one answer; the longest that a rule takes is a message of 2,000."""

# The default-ignorable marks of Unicode (DerivedCoreProperties), and the isolates that come with copied numbers.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """Return the text without the marks that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def typed(text: str, longest: int = LONGEST) -> str:
    """Return what was typed without invisible marks. Problem: typed_long (data: limit, length)."""
    if len(text) > longest:
        raise BadAnswer("typed_long", limit=longest, length=len(text))
    return visible(text)
