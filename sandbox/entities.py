"""Telegram's HTML: text to entities (offsets in UTF-16 units) with Telegram's refusals, and entities back to HTML."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_BACK = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_COMMAND = re.compile(r"(?<![\w/])/\w{1,64}(?:@\w+)?")
_ATTRIBUTE = re.compile(r"\s*([^\s=>]*)")
_ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:[/?#]\S*)?$")
_SPACE = " \t\r\n\v\f"


class BrokenHTMLError(Exception):
    """The HTML cannot be parsed; the message is what Telegram says after `can't parse entities: `."""


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


@dataclass
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]


@dataclass
class _Parser:
    source: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    opened: list[_Open] = field(default_factory=list)
    found: list[Entity] = field(default_factory=list)
    place: int = 0

    def run(self) -> tuple[str, list[Entity]]:
        while self.place < len(self.source):
            at = self.source.find("<", self.place)
            end = len(self.source) if at < 0 else at
            self._text(self.source[self.place : end])
            self.place = end
            if at >= 0:
                self._end() if self.source.startswith("</", at) else self._start()
        if self.opened:
            raise BrokenHTMLError(f'Can\'t find end tag corresponding to start tag "{self.opened[-1].tag}"')
        self.found.sort(key=lambda e: (e["offset"], -e["length"]))
        return "".join(self.parts), self.found

    def _text(self, raw: str) -> None:
        plain = unescape(raw) if "&" in raw else raw
        if plain:
            self.parts.append(plain)
            self.length += units(plain)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _name(self, at: int) -> str:
        while self.place < len(self.source) and self.source[self.place] not in _SPACE + ">":
            self.place += 1
        return self.source[at : self.place].lower()

    def _start(self) -> None:
        begin = self.place
        self.place += 1
        tag = self._name(begin + 1)
        if self.place >= len(self.source):
            raise BrokenHTMLError(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if tag not in TAGS:
            raise BrokenHTMLError(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise BrokenHTMLError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.opened.append(_Open(tag, self.length, attributes))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._skip_space(tag, begin)
            if self.source[self.place] == ">":
                self.place += 1
                return found
            name = _ATTRIBUTE.match(self.source, self.place)
            assert name is not None
            self.place = name.end()
            if not name[1]:
                raise BrokenHTMLError(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
            self._skip_space(tag, begin)
            if self.source[self.place] != "=":
                found[name[1].lower()] = ""
                continue
            self.place += 1
            self._skip_space(tag, begin)
            found[name[1].lower()] = self._value(tag, begin)

    def _skip_space(self, tag: str, begin: int) -> None:
        while self.place < len(self.source) and self.source[self.place] in _SPACE:
            self.place += 1
        if self.place >= len(self.source):
            raise BrokenHTMLError(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')

    def _value(self, tag: str, begin: int) -> str:
        quote = self.source[self.place]
        if quote in "\"'":
            end = self.source.find(quote, self.place + 1)
            if end < 0:
                raise BrokenHTMLError(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')
            value, self.place = self.source[self.place + 1 : end], end + 1
            return unescape(value)
        at = self.place
        return self._name(at)

    def _end(self) -> None:
        begin = self.place
        if not self.opened:
            raise BrokenHTMLError(f"Unexpected end tag at byte offset {self._byte(begin)}")
        self.place += 2
        name = self._name(begin + 2)
        while self.place < len(self.source) and self.source[self.place] in _SPACE:
            self.place += 1
        if not self.source.startswith(">", self.place):
            raise BrokenHTMLError(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.place += 1
        entry = self.opened.pop()
        if name not in ("", entry.tag):
            raise BrokenHTMLError(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{entry.tag}>", found "</{name}>"'
            )
        self._close(entry)

    def _close(self, entry: _Open) -> None:
        length = self.length - entry.offset
        if not length:
            return
        entity: Entity = {"type": TAGS[entry.tag], "offset": entry.offset, "length": length}
        if entry.tag == "a":
            url = entry.attributes.get("href", "")
            if not is_url(url):
                return
            entity["url"] = url
        elif entry.tag == "blockquote" and "expandable" in entry.attributes:
            entity["type"] = "expandable_blockquote"
        elif entry.tag == "code" and self.opened and self.opened[-1].tag == "pre":
            language = entry.attributes.get("class", "")
            if language.startswith("language-"):
                self.opened[-1].attributes["language"] = language.removeprefix("language-")
            return
        elif entry.tag == "pre" and "language" in entry.attributes:
            entity["language"] = entry.attributes["language"]
        self.found.append(entity)


def unescape(raw: str) -> str:
    """Replace the character references that Telegram knows; leave the others as they are."""

    def one(found: re.Match[str]) -> str:
        if found[3]:
            return _NAMED[found[3]]
        code = int(found[1]) if found[1] else int(found[2], 16)
        return chr(code) if 0 < code < 0x10FFFF else found[0]

    return _REFERENCE.sub(one, raw)


def is_url(url: str) -> bool:
    """Tell whether Telegram takes a text as a link's or a button's address."""
    if url.startswith(("tg://", "mailto:", "tel:")):
        return True
    return bool(_ADDRESS.match(url)) and ("." in url or "://" in url)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the plain text and the entities of Telegram's HTML, both trimmed; raise `BrokenHTMLError`."""
    if "<" not in source:
        return trim(unescape(source) if "&" in source else source, [])
    return trim(*_Parser(source).run())


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Strip the white space around a text and shift its entities, as Telegram does."""
    left = len(text) - len(text.lstrip())
    bare = text.strip()
    if bare == text:
        return text, entities
    shift, whole, kept = units(text[:left]), units(bare), []
    for entity in entities:
        start = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] + entity["length"] - shift, whole)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return bare, kept


def commands_of(text: str) -> list[Entity]:
    """Return the `bot_command` entities of what a person wrote."""
    if "/" not in text:
        return []
    return [
        {"type": "bot_command", "offset": units(text[: m.start()]), "length": units(m[0])}
        for m in _COMMAND.finditer(text)
    ]


def to_html(text: str, entities: list[Entity]) -> str:
    """Return the text as HTML with its entities; kinds without a tag are left plain."""
    if not entities:
        return html.escape(text, quote=False)
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        pair = _BACK.get(entity["type"])
        if entity["type"] == "text_link":
            pair = (f'<a href="{html.escape(entity["url"])}">', "</a>")
        if pair:
            opens.setdefault(entity["offset"], []).append(pair[0])
            closes.setdefault(entity["offset"] + entity["length"], []).insert(0, pair[1])
    parts, place = [], 0
    for char in text:
        parts += closes.get(place, [])
        parts += opens.get(place, [])
        parts.append(html.escape(char, quote=False))
        place += 2 if ord(char) > 0xFFFF else 1
    return "".join(parts + closes.get(place, []))
