"""Templates of letters, compiled once: `templates/<letter>/{subject,body.txt,body.html}` over one base layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mail.errors import ComposeError

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: a one-line subject, the plain text and the HTML of the same."""

    subject: str
    text: str
    html: str


def render(kind: str, context: Mapping[str, Any]) -> Rendered:
    """Render the three templates of a letter. Raises `ComposeError` where a value is missing or the letter unknown."""
    from jinja2 import TemplateError

    env = _environment()
    try:
        subject, text, html = (
            env.get_template(f"{kind}/{part}").render(context) for part in ("subject", "body.txt", "body.html")
        )
    except TemplateError as error:
        raise ComposeError(f"the templates of {kind} failed: {type(error).__name__}") from error
    return Rendered(" ".join(subject.split(" ")).strip(), text.strip() + "\n", html)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    from school.people import format_mobile
    from wording.dates import date_long, period
    from wording.plurals import plural
    from wording.sums import format_sum

    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        finalize=_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {"date_long": date_long, "sum_words": format_sum, "mobile": format_mobile, "tel": _digits}
    env.globals |= {"plural": plural, "period": period}
    return env


def _digits(phone: str) -> str:
    return "".join(mark for mark in phone if mark.isdigit() or mark == "+")


def _one_line(value: Any) -> Any:
    """Keep a typed line break from passing for a line of the letter, and «None» from being told to anybody."""
    from markupsafe import Markup

    if value is None:
        raise ComposeError("a value of the letter is absent")
    # Markup is what the base layout and its blocks render to; its line breaks are our own.
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join(" " if mark in "\r\n\t\v\f\x85\u2028\u2029" or ord(mark) < 32 else mark for mark in value)
