"""A browser without scripts, for stories and scenarios: it keeps cookies, follows redirects and submits forms."""

import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import aiohttp

VOID = frozenset({"input", "br", "hr", "img", "meta", "link", "progress"})


class NotOnPage(LookupError):
    """The page has no such button; the message holds what the page says."""


@dataclass
class Form:
    """A form of a page: where it goes, what its fields hold, its buttons as (name, value, words)."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects what a page shows and its forms."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self._at = -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag not in VOID:
            self._open.append((tag, found))
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower()))
        if not self.forms:
            return
        form = self.forms[-1]
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "input" and found.get("type") == "file":
            form.files.append(name)
        elif tag == "input" and found.get("type") in ("radio", "checkbox"):
            if "checked" in found:
                form.fields.setdefault(name, []).append(value or "on")
        elif tag == "input" and name:
            form.fields.setdefault(name, []).append(value)
        elif tag == "textarea":
            form.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in form.fields):
            form.fields[self._select] = [value]
        elif tag == "button":
            form.buttons.append((name, value, ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "script" in tags or "style" in tags:
            return
        self.words.append(data)
        if self.forms and "button" in tags and self.forms[-1].buttons:
            name, value, words = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = (name, value, f"{words}{data}".strip())
        if self.forms and "textarea" in tags:
            name = self._open[-1][1].get("name", "")
            self.forms[-1].fields[name] = [self.forms[-1].fields[name][0] + data]
        link = next((found for tag, found in reversed(self._open) if tag == "a"), None)
        if link is not None and data.strip():
            self.links[data.strip()] = link.get("href", "")


@dataclass
class Shown:
    """A page as it was answered: status, headers, what a person reads, its forms and links."""

    status: int
    headers: Mapping[str, str]
    html: str
    url: str
    body: bytes

    def __post_init__(self) -> None:
        self._reader = _Reader()
        if "html" in self.headers.get("Content-Type", ""):
            self._reader.feed(self.html)

    @property
    def text(self) -> str:
        """What a person reads, in one line with plain spaces."""
        return " ".join("".join(self._reader.words).replace("\u00a0", " ").split())

    @property
    def title(self) -> str:
        """The page's first heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split()) if found else ""

    @property
    def forms(self) -> list[Form]:
        """The page's forms in their order."""
        return self._reader.forms

    @property
    def links(self) -> dict[str, str]:
        """Where the page's links lead, by their words."""
        return self._reader.links

    def form(self, button: str) -> Form:
        """Return the form that has a button of these words."""
        for one in self.forms:
            if any(words == button for _, __, words in one.buttons):
                return one
        raise NotOnPage(f"no button «{button}» on the page: {self.text[:600]}")


class PageClient:
    """A person at a browser without scripts."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.session = session
        self.page: Shown | None = None

    async def open(self, path: str, **more: Any) -> Shown:
        """Open a path of the site, or a whole address."""
        url = path if path.startswith("http") else f"{self.base}{path}"
        return await self._take(await self.session.get(url, **more))

    async def press(
        self, button: str, files: Mapping[str, Sequence[tuple[str, bytes]]] | None = None, **fields: Any
    ) -> Shown:
        """Fill in the form that has this button and press it; None leaves a field out, a list is sent whole.

        `files` are names and contents by the input's name.
        """
        assert self.page is not None
        form = self.page.form(button)
        values = {key: list(value) for key, value in form.fields.items()}
        for key, value in fields.items():
            values[key] = [] if value is None else [value] if isinstance(value, str) else list(value)
        name, value = next((n, v) for n, v, words in form.buttons if words == button)
        if name:
            values[name] = [value]
        data = aiohttp.FormData([(key, one) for key, many in values.items() for one in many], quote_fields=False)
        for key, many_files in (files or {}).items():
            for file_name, content in many_files:
                data.add_field(key, BytesIO(content), filename=file_name, content_type="application/octet-stream")
        action = form.action if form.action.startswith("http") else f"{self.base}{form.action}"
        if form.method == "get":
            pairs = [(key, one) for key, many in values.items() for one in many]
            return await self._take(await self.session.get(action, params=pairs))
        return await self._take(await self.session.post(action, data=data, headers={"Origin": "null"}))

    async def _take(self, response: aiohttp.ClientResponse) -> Shown:
        body = await response.read()
        html = body.decode("utf-8", "replace")
        self.page = Shown(response.status, response.headers, html, str(response.url), body)
        return self.page


@asynccontextmanager
async def browsing(base: str, trust: ssl.SSLContext | None = None) -> AsyncIterator[PageClient]:
    """Open a browser of its own, with its own cookies; `trust` are the certificates it believes, None the system's."""
    connector = aiohttp.TCPConnector(ssl=trust or True)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield PageClient(base, session)
