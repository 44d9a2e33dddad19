"""Pages from templates: Jinja2, everything typed by people escaped, Russian typography, names of versioned files."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from school.people import format_mobile
from web.site import PageSettings
from wording.dates import date_long, date_short, no_later_than, period, period_with_year
from wording.plurals import plural
from wording.sums import format_sum

HERE = Path(__file__).parent
STATIC = HERE / "static"
_SHORT = re.compile(
    r"(?<![\w-])(в|во|на|с|со|к|ко|и|о|об|у|не|ни|по|до|за|из|от|а|но|для|без|или|при|№)[ \n]+(?=\S)", re.IGNORECASE
)
_DASH = re.compile(r"[ \n]+(?=[—–]\s)")


def typeset(text: object) -> Markup:
    """Return the words with no-break spaces after short words and before dashes; markup stays, all else is escaped."""
    found = str(escape(text))
    return Markup(_DASH.sub("\u00a0", _SHORT.sub("\\1\u00a0", found)))  # noqa: S704 - escaped above


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def environment() -> Environment:
    """Return the templates, compiled once."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "t": typeset,
        "date_long": date_long,
        "date_short": date_short,
        "no_later_than": no_later_than,
        "mobile": format_mobile,
        "money": format_sum,
    }
    found.globals |= {"plural": plural, "period": period, "period_with_year": period_with_year}
    return found


def render(settings: PageSettings, template: str, status: int, values: Mapping[str, Any]) -> web.Response:
    """Return the page; `url` words a path of the site, `static` a file of `web/static` with its version."""
    base = settings.base_path

    def static(name: str) -> str:
        return f"{base}/static/{name}?v={_version(name)}"

    def url(path: str) -> str:
        return f"{base}{path}"

    body = environment().get_template(template).render(settings=settings, url=url, static=static, **values)
    return web.Response(text=body, content_type="text/html", status=status)
