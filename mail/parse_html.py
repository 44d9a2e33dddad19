"""HTML of a letter to plain text: paragraphs, list points, links, tables by cells; quotes become «> » lines."""

import re
from html import unescape
from html.parser import HTMLParser

_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "object"}
_BLOCKS = {
    "p", "div", "br", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "section", "article",
    "header", "footer", "address", "dl", "dt", "dd", "form", "center", "blockquote", "li",
}  # fmt: skip
_SPACED = {"p", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HIDDEN = re.compile(r"display\s*:\s*none|font-size\s*:\s*0(?![.\d])|visibility\s*:\s*hidden", re.IGNORECASE)
# What makes the standard parser take minutes for purpose-made input is taken away before, each time in one pass.
_UNSAID = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|xmp|iframe|plaintext)\b.*?(?:</\1\s*>|\Z)|<[!?][^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TEXT_AREA = re.compile(r"<(/?)(?:textarea|listing)\b", re.IGNORECASE)
_KEPT_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_NO_TAG = re.compile(r"<(?=/?[^a-zA-Z/]|/?\Z|//)|<(?=[^<>]*(?:<|\Z))")
_TAGS = re.compile(r"<[^<>]*>")
_MAX_QUOTES = 9
_MAX_OPEN = 200
_MAX_TAGS = 60_000
_VOID = {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "embed", "source", "track", "param"}


def html_to_text(html: str) -> str:
    """Return the text. Never raises; script, style and hidden elements say nothing."""
    reader = _Reader()
    try:
        reader.feed(_tamed(html))
        reader.close()
    except (AssertionError, ValueError, _TooMuch):  # the standard library asserts on some broken declarations
        return unescape(_TAG.sub(" ", html)).strip()
    return reader.text()


def _tamed(html: str) -> str:
    html = _TEXT_AREA.sub(r"<\1pre", html)  # the parser takes minutes for areas that never close
    plain = _NO_TAG.sub("&lt;", _UNSAID.sub(" ", html))
    return _TAGS.sub(lambda tag: _without_odd_quotes(tag[0]), plain)


def _without_odd_quotes(tag: str) -> str:
    """An attribute whose quote never closes would swallow the text after the tag."""
    for quote in "\"'":
        if tag.count(quote) % 2:
            tag = tag.replace(quote, " ")
    return tag


def _one_line(data: str) -> str:
    return re.sub(r"[ \t\r\n\xa0]+", " ", data)


class _TooMuch(Exception):
    pass


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._silent: list[str] = []  # open elements since one that says nothing
        self._written: list[str] = []  # open elements since one whose line breaks stand as they are written
        self._links: list[tuple[str, int]] = []
        self._gap = False
        self._tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._count()
        values = dict(attrs)
        if self._silent or tag in _SILENT or _HIDDEN.search(values.get("style") or ""):
            # A body inside an unclosed head still speaks.
            if tag == "body":
                self._silent.clear()
            elif tag not in _VOID and len(self._silent) < 200:
                self._silent.append(tag)
            return
        self._break(tag)
        if (self._written or tag == "pre" or _KEPT_LINES.search(values.get("style") or "")) and tag not in _VOID:
            self._written = [*self._written[-_MAX_OPEN:], tag]
        if tag == "blockquote":
            self._quotes = min(self._quotes + 1, _MAX_QUOTES)
        elif tag == "li":
            self._line.append("• ")
        elif tag in ("td", "th") and any(piece.strip() for piece in self._line):
            self._line.append("  ")
        elif tag == "a":
            self._links.append((values.get("href") or "", len(self._line)))
        elif tag == "img" and (alt := (values.get("alt") or "").strip()):
            self._line.append(f" {alt[:100]} ")

    def handle_endtag(self, tag: str) -> None:
        self._count()
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
            return
        if tag in self._written:
            while self._written.pop() != tag:
                pass
        if tag == "a" and self._links:
            self._close_link()
        if tag != "br":
            self._break(tag)
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        first, *others = data.split("\n") if self._written else [data]
        self._line.append(_one_line(first))
        for line in others:
            self._gap = self._gap or not any(piece.strip() for piece in self._line)
            self._flush()
            self._line.append(_one_line(line))

    def text(self) -> str:
        """The lines so far, without needless empty ones."""
        self._flush()
        return "\n".join(self._lines).strip("\n")

    def _close_link(self) -> None:
        href, start = self._links.pop()
        said = "".join(self._line[start:]).strip()
        if href.startswith(("http://", "https://")) and href.rstrip("/") != said.rstrip("/") and len(href) <= 500:
            self._line.append(f" ({href})")

    def _break(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        if tag == "br" and not any(piece.strip() for piece in self._line):
            self._gap = True
        self._flush()
        self._gap = self._gap or tag in _SPACED

    def _flush(self) -> None:
        line = re.sub(r" {3,}", "  ", "".join(self._line)).strip()
        self._line.clear()
        self._links = [(href, 0) for href, _ in self._links][-20:]
        if not line:
            return
        mark = "> " * self._quotes
        if self._gap and self._lines:
            # The gap between two depths of quotation belongs to the shallower one.
            last = len(self._lines[-1]) - len(self._lines[-1].lstrip("> "))
            self._lines.append(mark.rstrip() if len(mark) <= last else "")
        self._gap = False
        self._lines.append(mark + line)

    def _count(self) -> None:
        self._tags += 1
        if self._tags > _MAX_TAGS:
            raise _TooMuch
