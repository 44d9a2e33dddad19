"""Attach pages to a document of the questionnaire one by one, in the order they were sent, then take the document."""

from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

from school.draft import Answers
from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import Step
from school.forms.field import Kind
from school.forms.questionnaire import MOST_PAGES
from school.ports import UnitOfWork
from school.questionnaire import Page
from school.use_cases.fill_form import Asked, NoDraft


def expects_file(asked: Asked) -> bool:
    """Tell whether the step asked now takes files."""
    return isinstance(asked.at, Step) and asked.at.field.kind is Kind.FILE


def begun_pages(answers: Answers, document: str) -> tuple[Page, ...]:
    """Return the pages sent so far for a document that is not taken yet, in the order they were sent."""
    items = (answers.get("pages") or {}).get(document, [])
    return tuple(
        Page(**{**item["page"], "flags": tuple(item["page"]["flags"])})
        for item in sorted(items, key=lambda i: i["message"])
    )


def attach(uow: UnitOfWork, asked: Asked, line_id: str, page: Page, message_id: int) -> Asked:
    """Add a page to the document asked for now; its place is told by the number of the message that brought it.

    What is wrong comes back as `problem`: pages_too_many, page_repeated.
    """
    if not isinstance(asked.at, Step) or asked.at.field.kind is not Kind.FILE:
        raise NoDraft
    document = asked.at.field.key
    begun = begun_pages(asked.draft.answers, document)
    if any(known.sha256 == page.sha256 for known in begun):
        return replace(asked, problem=BadAnswer("page_repeated", page.name))
    if len(begun) >= MOST_PAGES:
        return replace(asked, problem=BadAnswer("pages_too_many", str(MOST_PAGES)))
    changed: dict[str, Any] = deepcopy(asked.draft.answers)
    items = changed.setdefault("pages", {}).setdefault(document, [])
    items.append({"page": {**asdict(page), "flags": list(page.flags)}, "message": message_id})
    uow.save_document(line_id, document, page)
    return replace(asked, draft=replace(asked.draft, answers=changed))


def album_of(answers: Answers, album: str | None) -> str | None:
    """Return the document that already has pages of this album, None for another album or a single file."""
    kept = answers.get("album") or {}
    return str(kept["document"]) if album is not None and kept.get("id") == album else None


def of_album(asked: Asked, album: str | None) -> Asked:
    """Remember that pages of this album go to the document asked for now."""
    if album is None or not isinstance(asked.at, Step):
        return asked
    kept = {**asked.draft.answers, "album": {"id": album, "document": asked.at.field.key}}
    return replace(asked, draft=replace(asked.draft, answers=kept))


def attach_late(uow: UnitOfWork, asked: Asked, line_id: str, document: str, page: Page) -> Asked:
    """Add a part of an album that came after its document had been taken, as the last page.

    What is wrong comes back as `problem`: pages_too_many, page_repeated.
    """
    taken = asked.draft.answers.get(document) or []
    if any(known["sha256"] == page.sha256 for known in taken):
        return replace(asked, problem=BadAnswer("page_repeated", page.name))
    if len(taken) >= MOST_PAGES:
        return replace(asked, problem=BadAnswer("pages_too_many", str(MOST_PAGES)))
    uow.save_document(line_id, document, page)
    pages = [*taken, {**asdict(page), "flags": list(page.flags)}]
    return replace(asked, draft=replace(asked.draft, answers={**asked.draft.answers, document: pages}))


def drop_last(uow: UnitOfWork, asked: Asked) -> Asked:
    """Take the latest page back; nothing happens where there is none."""
    if not isinstance(asked.at, Step):
        return replace(asked, stale=True)
    begun = begun_pages(asked.draft.answers, asked.at.field.key)
    if not begun:
        return replace(asked, stale=True)
    uow.drop_document(begun[-1].id)
    changed: dict[str, Any] = deepcopy(asked.draft.answers)
    items = changed["pages"][asked.at.field.key]
    changed["pages"][asked.at.field.key] = [i for i in items if i["page"]["id"] != begun[-1].id]
    return replace(asked, draft=replace(asked.draft, answers=changed))


def take_document(uow: UnitOfWork, asked: Asked, step: Step) -> Answers:
    """Make the pages sent the document's answer; pages it had before are erased. Raises `BadAnswer` file_needed."""
    document = step.field.key
    begun = begun_pages(asked.draft.answers, document)
    if not begun:
        raise BadAnswer("file_needed")
    fresh = {page.id for page in begun}
    for page in asked.draft.answers.get(document) or []:
        if page["id"] not in fresh:
            uow.drop_document(page["id"])
    rest = {key: items for key, items in asked.draft.answers["pages"].items() if key != document}
    answers = {**asked.draft.answers, "pages": rest}
    return engine.put(answers, step, {document: [{**asdict(page), "flags": list(page.flags)} for page in begun]})
