"""A DOCX with {{ fields }} that a centre edits in Word: checked when it comes, filled when a paper is due.

Fields are replaced as text, wherever Word has split them; nothing in a template or a value runs. A table row with
fields of a student is repeated for each student. Everything else in the file stays as it was.
"""

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from io import BytesIO
from typing import Any

from paper.typeset import printable

MAX_BYTES = 5 * 1024 * 1024
_MAX_UNPACKED = 50 * 1024 * 1024
_MAX_PARTS = 500
_MAX_RATIO = 200
_RATIO_FROM = 1024 * 1024  # bytes

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STORIES = frozenset({f"{_W}{name}" for name in ("document", "hdr", "ftr", "footnotes", "endnotes")})
_FIELD = re.compile(r"\{\{(.*?)\}\}")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
_EPOCH = (2020, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, LookupError, ValueError, SyntaxError, RuntimeError)

Fields = Mapping[str, str]


class TemplateRefused(Exception):
    """The template was not taken: `reason` is a key of `wording.papers.TEMPLATE_SENTENCES`, `data` for its sentence."""

    def __init__(self, reason: str, **data: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.data: Mapping[str, object] = data


def check_template(content: bytes, fields: Collection[str], row_fields: Collection[str]) -> None:
    """Let a good template pass. Takes up to a second: call it off the loop.

    Raises `TemplateRefused`: template_broken, template_too_big (data: megabytes), and template_field,
    template_unclosed, template_row_field (data: field).
    """
    fill_template(content, dict.fromkeys(fields, ""), [dict.fromkeys(row_fields, "")])


def fill_template(content: bytes, fields: Fields, rows: Sequence[Fields]) -> bytes:
    """Return the template with its fields filled in: the same bytes for the same values. Raises as `check_template`."""
    values = {_key(name): printable(value) for name, value in fields.items()}
    row_values = [{_key(name): printable(value) for name, value in row.items()} for row in rows]
    made, found = BytesIO(), False
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, part in _parts(content):
            story = _story(name, part)
            if story is not None:
                found = found or story.tag == f"{_W}document"
                _fill(story, values, row_values)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, part if story is None else _serialised(story))
    if not found:
        raise TemplateRefused("template_broken")
    return made.getvalue()


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    if len(content) > MAX_BYTES:
        raise TemplateRefused("template_too_big", megabytes=MAX_BYTES // 1024 // 1024)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            for entry in entries:
                yield entry.filename, archive.read(entry)
    except _BROKEN as error:
        raise TemplateRefused("template_broken") from error


def _check_sizes(entries: Sequence[zipfile.ZipInfo]) -> None:
    size = sum(entry.file_size for entry in entries)
    bomb = any(e.file_size > _RATIO_FROM and e.file_size > _MAX_RATIO * max(e.compress_size, 1) for e in entries)
    if size > _MAX_UNPACKED or len(entries) > _MAX_PARTS or bomb:
        raise TemplateRefused("template_too_big", megabytes=MAX_BYTES // 1024 // 1024)
    names = {entry.filename for entry in entries}
    # A macro has no place in a paper that goes to a client.
    if "[Content_Types].xml" not in names or any("vbaproject" in name.lower() for name in names):
        raise TemplateRefused("template_broken")


def _story(name: str, part: bytes) -> Any:
    """Return the tree of a part that holds paragraphs, None for every other part."""
    from docx.oxml import parse_xml

    if not (name.startswith("word/") and name.endswith(".xml")):
        return None
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise TemplateRefused("template_broken")
    try:
        tree: Any = parse_xml(part)
    except _BROKEN as error:
        raise TemplateRefused("template_broken") from error
    return tree if tree.tag in _STORIES else None


def _serialised(story: Any) -> bytes:
    from docx.opc.oxml import serialize_part_xml

    return bytes(serialize_part_xml(story))


def _fill(story: Any, values: Fields, rows: Sequence[Fields]) -> None:
    row_keys = frozenset(rows[0]) if rows else frozenset()
    # A row that holds another table is no student's row; the inner one may be.
    repeated = [row for row in story.iter(f"{_W}tr") if row.find(f".//{_W}tbl") is None and _keys_in(row) & row_keys]
    # Every paragraph is filled once: a value that looks like a field stays a value.
    inside = {paragraph for row in repeated for paragraph in row.iter(f"{_W}p")}
    for paragraph in [p for p in story.iter(f"{_W}p") if p not in inside]:
        _fill_paragraph(paragraph, values, row_keys)
    for row in repeated:
        for each in rows:
            copy = deepcopy(row)
            row.addprevious(copy)
            for paragraph in list(copy.iter(f"{_W}p")):
                _fill_paragraph(paragraph, {**values, **each}, frozenset())
        row.getparent().remove(row)


def _keys_in(element: Any) -> frozenset[str]:
    return frozenset(
        _key(found)
        for paragraph in element.iter(f"{_W}p")
        for found in _FIELD.findall("".join(_text_of(t) for t in _texts(paragraph)))
    )


def _texts(paragraph: Any) -> list[Any]:
    """Return the paragraph's own text elements, without those of a text box inside it."""
    return [t for t in paragraph.iter(f"{_W}t") if next(t.iterancestors(f"{_W}p")) is paragraph]


def _fill_paragraph(paragraph: Any, values: Fields, row_keys: Collection[str]) -> None:
    texts = _texts(paragraph)
    whole = "".join(_text_of(t) for t in texts)
    if "{{" not in whole and "{%" not in whole and "}}" not in whole:
        return
    fields = list(_FIELD.finditer(whole))
    if stray := _BRACES.search(_FIELD.sub("", whole)):
        raise TemplateRefused("template_unclosed", field=whole[max(0, whole.find(stray[0])) :][:60])
    # From the end, so that the places found before stay true.
    for found in reversed(fields):
        _replace(texts, found, _value(found[1], values, row_keys))
    for text in texts:
        _break_lines(text)


def _value(name: str, values: Fields, row_keys: Collection[str]) -> str:
    key = _key(name)
    if key in values:
        return values[key]
    if key in row_keys:
        raise TemplateRefused("template_row_field", field=" ".join(name.split()))
    raise TemplateRefused("template_field", field=" ".join(name.split()))


def _replace(texts: Sequence[Any], found: re.Match[str], value: str) -> None:
    """Put the value where the field begins and drop the rest of the field from the elements it runs over."""
    at = 0
    for text in texts:
        old = _text_of(text)
        start, end = found.start() - at, found.end() - at
        at += len(old)
        if end <= 0 or start >= len(old):
            continue
        text.text = old[: max(start, 0)] + (value if start >= 0 else "") + old[max(end, 0) :]
        text.set(_XML_SPACE, "preserve")


def _break_lines(text: Any) -> None:
    """Turn the line breaks of a filled value into those of Word."""
    first, *others = _text_of(text).split("\n")
    if not others:
        return
    text.text = first
    after = text
    for line in others:
        for element in (text.makeelement(f"{_W}br"), text.makeelement(f"{_W}t", {_XML_SPACE: "preserve"})):
            after.addnext(element)
            after = element
        after.text = line


def _text_of(text: Any) -> str:
    return text.text or ""


def _key(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold().replace("ё", "е")
