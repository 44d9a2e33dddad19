"""The documents on a curator's card: every page as a picture that turns and opens large, the file as it came beside."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from school.questionnaire import DOCUMENTS, Page, Questionnaire, pages
from school.uploads import Side
from school.use_cases import review_questionnaire
from web.pictures import picture, whole
from web.staff import StaffPage, staff_page
from wording.plurals import plural
from wording.reasons import field_name

FILE_NAMES = {"diploma": "diplom", "name_change": "smena-familii"}


@dataclass(frozen=True, slots=True)
class PictureView:
    """A page to look at: its place on the card, what it is in words, and the addresses of picture and turned card."""

    place: int
    words: str
    shown: str
    large: str
    turned: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file: its words, the address of the original, its pages."""

    words: str
    original: str
    pictures: tuple[PictureView, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its files."""

    name: str
    files: tuple[FileView, ...]


def documents_of(here: StaffPage, found: Questionnaire) -> list[DocumentView]:
    """Return the documents as they are to be looked at: turned as the address says (`t3=1`: the third by a quarter)."""
    places = iter(range(1, 1000))
    return [
        DocumentView(
            field_name(document),
            tuple(_file(here, found.line_id, document, at, file, places) for at, file in enumerate(there, 1)),
        )
        for document in DOCUMENTS
        if (there := pages(found, document))
    ]


def _file(here: StaffPage, line: str, document: str, at: int, file: Page, places: Iterator[int]) -> FileView:
    card = f"/staff/queue/{line}"
    drawn = []
    for number in range(1, file.pages + 1):
        place = next(places)
        turns = whole(here.request.query.get(f"t{place}", "")) % 4
        address = f"{card}/picture/{file.id}/{number}"
        where = f", страница {number}" if file.pages > 1 else ""
        drawn.append(
            PictureView(
                place,
                f"{field_name(document)}, файл {at}{where}",
                f"{address}?turns={turns}",
                f"{address}?turns={turns}&large=1",
                f"{card}?{_turned(here, place, (turns + 1) % 4)}#p{place}",
            )
        )
    return FileView(_file_words(at, file), f"{card}/file/{file.id}", tuple(drawn))


def _turned(here: StaffPage, place: int, turns: int) -> str:
    """Return the query of the same card with one picture turned, the others as they are."""
    others = {
        key: str(whole(value) % 4)
        for key, value in here.request.query.items()
        if key[:1] == "t" and whole(key[1:]) and whole(value) % 4
    }
    return urlencode({**others, f"t{place}": str(turns)})


def _file_words(at: int, page: Page) -> str:
    kind = "PDF" if page.media == "application/pdf" else "снимок"
    count = f", {plural(page.pages, 'страница', 'страницы', 'страниц')}" if page.pages > 1 else ""
    size = (
        f"{page.size / 1024 / 1024:.1f}".replace(".", ",") + " МБ"
        if page.size >= 1024 * 1024
        else f"{page.size // 1024 + 1} КБ"
    )
    return f"Оригинал файла {at}: {kind}{count}, {size}"


async def _original(here: StaffPage) -> web.StreamResponse:
    """Give one file of a document as it came, to be saved; that it was taken is in the audit."""
    line_id, page_id = here.part("line"), here.part("page")
    document, at, page = await review_questionnaire.take_original(here.uow, here.acting, line_id, page_id)
    content = await here.site.files.stored(page.id)
    extension = mimetypes.guess_extension(page.media) or ""
    return here.attach(f"{FILE_NAMES[document]}-{at}{extension}", page.media, content)


async def _picture(here: StaffPage) -> web.StreamResponse:
    """Give one page as a picture; that the documents were read is in the audit since the card was opened."""
    _, _, page = await review_questionnaire.document_file(here.uow, here.acting, here.part("line"), here.part("page"))
    query = here.request.query
    side: Side = "whole" if query.get("large") == "1" else "page"
    return await picture(here.site, page.id, here.part("number"), side, query.get("turns", ""))


ROUTES = [
    web.get("/staff/queue/{line}/file/{page}", staff_page(_original)),
    web.get("/staff/queue/{line}/picture/{page}/{number}", staff_page(_picture)),
]
