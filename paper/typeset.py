"""Typst as a function: a template of the package and data in, bytes of a PDF or of pictures out.

Typed text reaches typst as JSON strings, never as markup, so nothing in it can run or format.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TEMPLATES = Path(__file__).parent / "templates"


@cache
def template(name: str) -> bytes:
    """Return the source of a template of the package."""
    return (_TEMPLATES / name).read_bytes()


def pdf(name: str, data: Mapping[str, Any], day: date) -> bytes:
    """Typeset the template as a PDF dated `day`: the same bytes for the same data."""
    made = _compile(name, data, day, "pdf")
    return made if isinstance(made, bytes) else b"".join(made)


def pictures(name: str, data: Mapping[str, Any], day: date, dots_per_inch: int = 150) -> list[bytes]:
    """Typeset the template as one PNG a page."""
    made = _compile(name, data, day, "png", dots_per_inch)
    return [made] if isinstance(made, bytes) else list(made)


def printable(text: str) -> str:
    """Drop the characters that neither XML nor a page can carry; line breaks and tabs stay."""
    return _UNPRINTABLE.sub("", text)


def _compile(
    name: str, data: Mapping[str, Any], day: date, kind: Literal["pdf", "png"], dots_per_inch: int = 150
) -> bytes | list[bytes]:
    import typst

    made = typst.compile(
        template(name),
        format=kind,
        ppi=dots_per_inch,
        sys_inputs={"data": json.dumps(dict(data), ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=datetime.combine(day, time(), UTC),
    )
    assert made is not None
    return made
