"""The words of the one who writes: texts of a letter gathered, older letters and signatures cut off."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.parse_charsets import decode_text
from mail.parse_html import html_to_text
from mail.parse_parts import Part
from mail.parse_quotes import QUOTED, attribution, history_begins, is_device_line, signature_begins
from school import typed

MAX_TEXT = 200_000  # characters that are looked at; nobody writes more by hand
_MAX_LINES = 5_000
_MAX_RAW = 1 << 20  # bytes of a text part
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SIGNED, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ARMOUR_HEAD = re.compile(r"(?:[A-Za-z-]+: [^\n]*\n)*\n?")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """`text` is one's own words; `found` is False where there were none and `text` is what stood there instead."""

    text: str
    found: bool


def own_words(whole: str) -> OwnWords:
    """Cut quotes and signatures; answers between quoted lines stay. Never empties a letter that says something."""
    lines = whole[:MAX_TEXT].split("\n")[:_MAX_LINES]
    kept, above = _without_quotes(lines)
    own = _tidy(_without_signatures(kept))
    if own:
        return OwnWords(own, found=True)
    return OwnWords(_tidy(above) or _tidy(lines), found=False)


def part_text(part: Part) -> tuple[str, list[str]]:
    """The text of a text part as plain lines, and codes of what was wrong with it."""
    faults: list[str] = []
    raw = part.content(_MAX_RAW)
    text, right = decode_text(raw, part.headers.parameter("content-type", "charset") or None)
    if not right:
        faults.append("charset")
    if part.end - part.start > _MAX_RAW or len(text) > MAX_TEXT:
        faults.append("text_cut")
    return readable(text[:MAX_TEXT], part), faults


def readable(text: str, part: Part) -> str:
    """Plain lines of what a text part says: HTML turned to text, flowed lines joined, armour of PGP taken off."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.media == "text/html":
        return clean(html_to_text(text))
    if part.headers.parameter("content-type", "format").lower() == "flowed":
        text = _unflow(text, delete_space=part.headers.parameter("content-type", "delsp").lower() == "yes")
    return clean(text)


def clean(text: str) -> str:
    """Lines without invisible characters, hard spaces and spaces at the ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\u2028", "\n")
    text = typed.readable(_CONTROL.sub("", text))
    if "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        text = _without_armour(text)
    lines = (line if line == "-- " else line.rstrip() for line in text.split("\n"))
    return "\n".join(lines).strip("\n")


def _without_armour(text: str) -> str:
    """Take off every armour that has a signature; each place is looked at once, however often an armour begins."""
    out: list[str] = []
    at = 0
    while (begin := text.find(_SIGNED, at)) >= 0:
        head = _ARMOUR_HEAD.match(text, begin + len(_SIGNED))
        words = head.end() if head else begin + len(_SIGNED)
        end = text.find(_SIGNATURE, words)
        if end < 0:
            break
        out += (text[at:begin], re.sub(r"(?m)^- ", "", text[words:end]))
        after = text.find(_SIGNATURE_END, end)
        at = after + len(_SIGNATURE_END) if after >= 0 else len(text)
    return "".join([*out, text[at:]])


def _unflow(text: str, *, delete_space: bool) -> str:
    """Join the soft line breaks of RFC 3676; a signature's delimiter and a change of depth end a paragraph."""
    out: list[str] = []
    soft, depth = False, 0
    for line in text.split("\n"):
        bare = line.lstrip(">")
        marks = len(line) - len(bare)
        bare = bare[1:] if bare.startswith(" ") and bare != "-- " else bare
        if soft and marks == depth and bare != "-- " and out:
            out[-1] += bare
        else:
            out.append(f"{'>' * marks} {bare}" if marks else bare)
        depth, soft = marks, bare.endswith(" ") and bare != "-- "
        if soft and delete_space:
            out[-1] = out[-1][:-1]
    return "\n".join(out)


def _without_quotes(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines that are nobody else's, and those above the first quote."""
    kept: list[str] = []
    first: int | None = None
    place = 0
    while place < len(lines):
        quoted = bool(QUOTED.match(lines[place]))
        size = 0 if quoted else attribution(lines, place)
        if not quoted and (history_begins(lines, place) or (size and not _quoted_below(lines, place + size))):
            return kept, list(lines[: place if first is None else first])
        if not quoted and not size:
            kept.append(lines[place])
            place += 1
            continue
        if first is None:
            first = place
        if kept and kept[-1]:
            kept.append("")  # answers to two quotes stay apart
        place += max(size, 1)
    return kept, list(lines[: len(lines) if first is None else first])


def _quoted_below(lines: Sequence[str], place: int) -> bool:
    following = next((lines[at] for at in range(place, len(lines)) if lines[at].strip()), "")
    return bool(QUOTED.match(following))


def _without_signatures(lines: Sequence[str]) -> list[str]:
    for place in range(len(lines)):
        if signature_begins(lines, place):
            lines = lines[:place]
            break
    return [line for line in lines if not is_device_line(line)]


def _tidy(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
