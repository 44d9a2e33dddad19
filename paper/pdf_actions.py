"""Is there something in a PDF that runs, leaves by itself, or brings another file? What only looks like it is taken.

Taken: a first view, links between pages, links to sites and mailboxes that a person presses, empty trees of names,
words in metadata. Refused: programs, scripts, forms that send, films and sounds; files inside; streams in other files;
links to other files, since opening one may send the reader's password to a foreign computer; and whatever is done by
itself, on opening or turning a page, other than showing a place in this very document (ISO 32000-1, 12.6).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from school.uploads import UploadRefused

if TYPE_CHECKING:
    from pikepdf import Object

_DEEPEST = 24
_NEVER = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
    "/RichMediaExecute",
}  # fmt: skip
_BY_ITSELF = {"/GoTo", "/Named"}
_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
_NAME_TREES = {"/JavaScript", "/EmbeddedFiles"}
_FULL = {"/JS", "/EF", "/XFA", "/RichMediaContent"}
_LINKS = ("http://", "https://", "mailto:", "tel:", "www.")


def is_active(found: "Object", depth: int = 0) -> bool:
    """Tell it of one object; what it only refers to is an object of its own. Raises `UploadRefused` for a deep nest."""
    import pikepdf

    if depth > _DEEPEST:
        raise UploadRefused("pdf_active")
    if isinstance(found, pikepdf.Array):
        return any(is_active(part, depth + 1) for part in found if _nested(part))
    if not isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    if isinstance(found, pikepdf.Stream) and "/F" in found:
        return True
    return _acts(found) or any(is_active(part, depth + 1) for _, part in found.items() if _nested(part))


def _nested(part: object) -> bool:
    import pikepdf

    return isinstance(part, (pikepdf.Array, pikepdf.Dictionary)) and not part.is_indirect


def _acts(found: "Object") -> bool:
    if str(found.get("/S", "")) in _NEVER or str(found.get("/Subtype", "")) in _ANNOTATIONS:
        return True
    if any(_full(found.get(key)) for key in _FULL) or any(_has_names(found.get(key), 0) for key in _NAME_TREES):
        return True
    if str(found.get("/S", "")) == "/URI" and not str(found.get("/URI", "")).strip().lower().startswith(_LINKS):
        return True
    return any(str(action.get("/S", "")) not in _BY_ITSELF for action in _done_by_itself(found))


def _full(value: "Object | None") -> bool:
    """Tell whether a value holds anything: an empty string, array or dictionary is harmless."""
    import pikepdf

    if value is None:
        return False
    if isinstance(value, (pikepdf.Array, pikepdf.Dictionary)):
        return len(value) > 0
    return not isinstance(value, pikepdf.String) or bool(bytes(value))


def _has_names(tree: "Object | None", depth: int) -> bool:
    """Tell whether a tree of names (ISO 32000-1, 7.9.6) has a name in it; a value that is no tree counts as one."""
    import pikepdf

    if tree is None:
        return False
    if depth > _DEEPEST or not isinstance(tree, pikepdf.Dictionary):
        return True
    if set(tree.keys()) - {"/Names", "/Kids", "/Limits", "/Type"} or _full(tree.get("/Names")):
        return True
    kids = tree.get("/Kids")
    return isinstance(kids, pikepdf.Array) and any(_has_names(kid, depth + 1) for kid in kids)


def _done_by_itself(found: "Object") -> Iterator["Object"]:
    """Yield the actions of opening and of events; an array as `/OpenAction` is a place in the document."""
    import pikepdf

    opening, events = found.get("/OpenAction"), found.get("/AA")
    if isinstance(opening, pikepdf.Dictionary):
        yield from _chain(opening, 0)
    if isinstance(events, pikepdf.Dictionary):
        for action in events.values():
            yield from _chain(action, 0)


def _chain(action: "Object", depth: int) -> Iterator["Object"]:
    import pikepdf

    if depth > _DEEPEST:
        raise UploadRefused("pdf_active")
    if isinstance(action, pikepdf.Array):
        for one in action:
            yield from _chain(one, depth + 1)
    elif isinstance(action, pikepdf.Dictionary):
        yield action
        if "/Next" in action:
            yield from _chain(action.Next, depth + 1)
