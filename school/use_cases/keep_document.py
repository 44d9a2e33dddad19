"""Documents for clients: found by name by everybody, added, replaced and hidden by administrators (S2).

Versions are kept: a replaced one stays in the vault and is listed for administrators.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from school.centre import Role
from school.draft import Draft
from school.errors import BadAnswer, NotFound, SchoolError
from school.names import fold
from school.ports import Session, UnitOfWork
from school.ports_school import DOCUMENT_KINDS, DocumentKind, SchoolDocument
from school.questionnaire import Page
from school.use_cases.find import holds, require_role, who
from school.use_cases.side_form import end, wait_for

FORM = "document"
MAX_TITLE = 100


class NoCentreYet(SchoolError):
    """There is no service centre yet: what is asked of an administrator is kept with one."""

    code = "no_centre_yet"


class NotAsked(SchoolError):
    """Nothing is waited for any more: the question was answered, closed, or is another one's."""

    code = "not_asked"


@dataclass(frozen=True, slots=True)
class Versions:
    """A document as an administrator sees it: the version looked at, and all of them, the newest first."""

    document: SchoolDocument
    all: tuple[SchoolDocument, ...]


def is_admin(session: Session) -> bool:
    """Tell whether the person may change documents."""
    return holds(session, Role.ADMIN)


def require_admin(session: Session) -> None:
    """Raise `Forbidden` unless the person may change documents."""
    require_role(session, Role.ADMIN)


def with_present(found: Versions, present: SchoolDocument) -> Versions:
    """Return the versions with the present one as it will be once what is staged takes effect."""
    return Versions(present, (present, *found.all[1:]))


async def anchor(uow: UnitOfWork, session: Session) -> str:
    """Return the centre that a question to an administrator is kept with: any will do. Raises `NoCentreYet`."""
    if session.centre is not None:
        return session.centre.number
    found, _ = await uow.centres_page(1, 0)
    if not found:
        raise NoCentreYet
    return found[0].number


def search(documents: Sequence[SchoolDocument], words: str) -> tuple[SchoolDocument, ...]:
    """Return the documents whose name holds every word typed, in any order; case and ё make no difference."""
    sought = fold(words).split()
    return tuple(one for one in documents if all(word in one.folded for word in sought))


async def documents(uow: UnitOfWork, session: Session, words: str = "") -> tuple[SchoolDocument, ...]:
    """Return the documents shown to this person by kind and name; hidden ones to administrators only."""
    found = search(await uow.school_documents(), words)
    shown = [one for one in found if one.hidden_at is None or is_admin(session)]
    return tuple(sorted(shown, key=lambda one: (DOCUMENT_KINDS.index(one.kind), one.folded, one.id)))


async def document(uow: UnitOfWork, session: Session, document_id: str) -> SchoolDocument:
    """Return a version to be sent. Raises `NotFound` for one that is not there, or old or hidden for this person.

    Whoever presses the button of a version that was replaced meanwhile gets the present one.
    """
    found = await uow.school_document(document_id)
    if found is not None and found.replaced_at is not None and not is_admin(session):
        found = next(iter(await uow.school_document_versions(found.series)), None)
    if found is None or (found.hidden_at is not None and not is_admin(session)):
        raise NotFound
    return found


async def versions(uow: UnitOfWork, session: Session, document_id: str) -> Versions:
    """Return a document with its versions. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.ADMIN)
    found = await uow.school_document(document_id)
    if found is None:
        raise NotFound
    return Versions(found, tuple(await uow.school_document_versions(found.series)))


async def ask_title(uow: UnitOfWork, session: Session, kind: str, now: datetime) -> None:
    """Wait for the name of a new document of this kind. Raises `Forbidden`, `NotFound`, `NoCentreYet`."""
    require_role(session, Role.ADMIN)
    if kind not in DOCUMENT_KINDS:
        raise NotFound
    await wait_for(uow, session, FORM, await anchor(uow, session), {"kind": kind}, now)


async def take_title(uow: UnitOfWork, session: Session, draft: Draft, text: str, now: datetime) -> str:
    """Take the name of a new document, wait for its file and return the name.

    Raises `Forbidden`; `BadAnswer`: document_title_length (data: limit), document_title_taken.
    """
    require_role(session, Role.ADMIN)
    title = " ".join(text.split())
    if not 3 <= len(title) <= MAX_TITLE:
        raise BadAnswer("document_title_length", text, limit=MAX_TITLE)
    await _require_new(uow, title)
    uow.save_draft(replace(draft, answers={**draft.answers, "title": title}, touched_at=now))
    return title


async def _require_new(uow: UnitOfWork, title: str) -> None:
    if any(one.folded == fold(title) for one in await uow.school_documents()):
        raise BadAnswer("document_title_taken", title)


async def ask_file(uow: UnitOfWork, session: Session, document_id: str, now: datetime) -> SchoolDocument:
    """Wait for a new file of a document and return its present version. Raises `Forbidden`, `NotFound`."""
    present = (await versions(uow, session, document_id)).all[0]
    await wait_for(uow, session, FORM, await anchor(uow, session), {"series": present.series}, now)
    return present


async def take_file(uow: UnitOfWork, session: Session, draft: Draft, page: Page, now: datetime) -> SchoolDocument:
    """Stage the document whose file has come, checked and kept: a new one, or a new version. Raises `Forbidden`.

    `NotAsked` where the file is not waited for; `BadAnswer`: document_same_file where it is the present one,
    document_title_taken where the name was given to another meanwhile.
    """
    require_role(session, Role.ADMIN)
    answers = draft.answers
    if "series" in answers:
        made = await _next_version(uow, session, str(answers["series"]), page, now)
    elif "title" in answers:
        # Another administrator may have taken the name meanwhile.
        await _require_new(uow, str(answers["title"]))
        made = _first_version(session, answers["kind"], str(answers["title"]), page, now)
    else:
        raise NotAsked
    uow.add_school_document(made)
    action = "document.added" if made.version == 1 else "document.replaced"
    before = f"v{made.version - 1}" if made.version > 1 else ""
    uow.audit(f"chat:{who(session)}", action, made.series, before=before, after=f"{made.title} v{made.version}")
    uow.save_draft(replace(draft, state="placed", answers={}, touched_at=now))
    return made


def _first_version(session: Session, kind: DocumentKind, title: str, page: Page, now: datetime) -> SchoolDocument:
    made = uuid4().hex
    return SchoolDocument(
        made, title, fold(title), kind, 1, page.media, page.size, page.sha256, page.id, who(session), now, None, made
    )  # fmt: skip


async def _next_version(uow: UnitOfWork, session: Session, series: str, page: Page, now: datetime) -> SchoolDocument:
    present = next(iter(await uow.school_document_versions(series)), None)
    if present is None:
        raise NotFound
    if present.sha256 == page.sha256:
        raise BadAnswer("document_same_file", present.title)
    uow.end_school_document(present.id, now)
    return replace(
        present, id=uuid4().hex, version=present.version + 1, media=page.media, size=page.size, sha256=page.sha256,
        page_id=page.id, added_by=who(session), added_at=now,
    )  # fmt: skip


async def hide(uow: UnitOfWork, session: Session, document_id: str, at: datetime | None) -> SchoolDocument:
    """Hide a document since `at`, or show it again (None); the same again changes nothing.

    Return its present version as it is then. Raises `Forbidden`, `NotFound`.
    """
    present = (await versions(uow, session, document_id)).all[0]
    if (present.hidden_at is None) == (at is None):
        return present
    uow.hide_school_document(present.id, at)
    action = "document.shown" if at is None else "document.hidden"
    uow.audit(f"chat:{who(session)}", action, present.series, before=present.title, after=present.title)
    return replace(present, hidden_at=at)


async def close(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Wait no longer for a name or a file."""
    await end(uow, session, FORM, now)
