"""Documents of the questionnaire: whole files of a plain form, or one in pieces sent by the page's script.

Nothing of a file is read before the link is proved, the seal checked and the document found to be asked for. A file is
read with a cap, one at a time, checked as in chat, and only then does a unit of work attach it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from hashlib import sha256

from aiohttp import web

from school.errors import NotFound, SchoolError
from school.forms.questionnaire import MOST_PAGES
from school.numbers import whole
from school.questionnaire import Page as DocumentPage
from school.uploads import UploadRefused, tidy_name
from school.use_cases.fill_by_mail import Filling, finish
from school.use_cases.fill_on_page import TooManyPages, asked_documents, attach_pages, document_pages
from school.use_cases.fill_questionnaire import BeingDecided, NothingToFill
from school.use_cases.visit_page import Door, actor_of
from web import errors, security
from web.page import Page, answer, page
from web.pages.door import ask, find_door
from web.pages.questionnaire import opened, path, show_documents, show_stands, student
from web.parts import next_file, pass_over, read_file, sealed_parts, turn
from web.pictures import picture
from web.pieces import PIECE, Coming, Crowded, Pieces, WrongOffset
from web.site import SITE
from wording.uploads import explain_upload, shown_file

AT_ONCE = 4  # files that are checked
READ_AT_ONCE = 8  # whole files that come: a slow line holds its turn long, and must not hold up the checks
LARGEST_FORM = 200 * 1024 * 1024  # bytes of all files together
_READ = 64 * 1024
_LONGEST_JSON = 4096
TOO_MANY_PAGES = (
    f"В документе может быть до {MOST_PAGES} файлов, больше не вмещается. Уберите лишние или соберите всё в один PDF."
)
# The chat's sentence speaks of what a bot can fetch.
TOO_BIG = (
    "{file} больше 20 МБ. Сфотографируйте документ заново с меньшим качеством или сохраните его как PDF и загрузите."
)

PIECES = web.AppKey("pieces", Pieces)
TURNS = web.AppKey("turns", asyncio.Semaphore)
READERS = web.AppKey("readers", asyncio.Semaphore)


def refusal_words(refused: UploadRefused, name: str) -> str:
    """Say why the file is not taken and what to do on the page."""
    if refused.reason == "too_big":
        return TOO_BIG.format(file=shown_file(name))
    said = explain_upload(refused, name)
    return said.replace("Пришлите ", "Загрузите ").replace("пришлите ", "загрузите ")


async def _fillable(here: Page) -> tuple[Door, Filling]:
    """Return the door and the questionnaire for whom a file may be taken.

    Raises `NotFound` before the proof and for a document that is not asked for, else as opening does.
    """
    door = await find_door(here)
    if not door.open_for(here.visit):
        raise NotFound
    found = await opened(here, door)
    document = here.request.match_info.get("document")
    if not found.consented or (document is not None and document not in asked_documents(found)):
        raise NotFound
    return door, found


async def _refusal(request: web.Request) -> web.StreamResponse | None:
    """Tell why no file is taken now, None where one is."""

    async def look(here: Page) -> web.StreamResponse:
        door = await find_door(here)
        if not door.open_for(here.visit):
            return ask(here, door)
        try:
            await _fillable(here)
        except (NothingToFill, BeingDecided):
            return await show_stands(here, student(door))
        return web.Response(status=204)

    found = await answer(request, look)
    return None if found.status == 204 else found


async def take_form(request: web.Request) -> web.StreamResponse:
    """Take the files of a plain form: first its seal, then one file after another."""
    security.check_origin(request)
    length = request.content_length
    if length is None or length > LARGEST_FORM:  # what is passed over costs time too
        raise web.HTTPRequestEntityTooLarge(LARGEST_FORM, length or 0)
    parts = await sealed_parts(request)
    refused = await _refusal(request)
    if refused is not None:
        return refused
    kept, refusals = await _keep_all(request, parts.next)
    return await answer(request, _attaching(kept, refusals))


async def _keep_all(
    request: web.Request, following: Callable[[], Awaitable[object]]
) -> tuple[list[DocumentPage], list[str]]:
    kept: list[DocumentPage] = []
    refusals: list[str] = []
    while (part := await next_file(following)) is not None:
        name = tidy_name(part.filename or "")
        if not name:  # the input was left empty
            await pass_over(part)
            continue
        try:
            async with turn(request.app[READERS]):
                content = await read_file(part)
                async with turn(request.app[TURNS]):
                    kept.append(await _keep(request, content, name))
        except UploadRefused as refused:
            refusals.append(refusal_words(refused, name))
            await pass_over(part)
        except Crowded:
            refusals.append(f"Сейчас загружают много файлов. Загрузите «{name}» ещё раз через минуту.")
            await pass_over(part)
    return kept, refusals


async def _keep(request: web.Request, content: bytes, name: str, document: str = "") -> DocumentPage:
    """Check a file and put it into the vault; the same content for the same document has the same id in one visit."""
    site, info = request.app[SITE], request.match_info
    digest = await asyncio.to_thread(lambda: sha256(content).hexdigest())
    secret = security.cookie_secret(request)
    key = f"page:{info['token']}:{secret}:{document or info['document']}:{digest}"
    return await site.files.uploads.keep(content, name, key)


def _attaching(kept: list[DocumentPage], refusals: list[str]) -> Callable[[Page], Awaitable[web.StreamResponse]]:
    async def attach(here: Page) -> web.StreamResponse:
        door, found = await _fillable(here)
        document = str(here.request.match_info["document"])
        told = list(refusals)
        for one in kept:
            try:
                found = attach_pages(here.uow, found, document, (one,))
            except TooManyPages:
                told.append(TOO_MANY_PAGES)
                break
        finish(here.uow, found, actor_of(door), here.now, here.settings.zone, whole=False)
        if told:
            return show_documents(here, found, 400, tuple(told))
        return here.go(path(here, "/documents"))

    return attach


async def begin_pieces(request: web.Request) -> web.StreamResponse:
    """Begin a file in pieces: JSON {name, size} in, {id, offset, piece} out."""
    told = await _json(request)
    # JSON may hold halves of characters, which no database takes.
    name = str(told.get("name", "")).encode("utf-8", "replace").decode()[:200]
    size = told.get("size")

    async def begin(here: Page) -> web.StreamResponse:
        _, found = await _fillable(here)
        document = str(here.request.match_info["document"])
        try:
            coming = here.request.app[PIECES].begin(
                here.visit.sha256, found.about.line.id, document, name, size if isinstance(size, int) else 0
            )
        except UploadRefused as refused:
            return _told(refusal_words(refused, name), 400)
        return web.json_response({"id": coming.id, "offset": len(coming.content), "piece": PIECE})

    return await _answer_json(request, begin)


async def take_piece(request: web.Request) -> web.StreamResponse:
    """Take a piece at `?offset=`; answer {offset}, and with the last one {done: true} or what was wrong."""
    security.check_origin(request)
    security.check_seal(request, request.headers.get(security.SEAL_HEADER, ""))
    asked = request.query.get("offset", "")
    offset = whole(asked)
    known: list[Coming] = []

    async def find(here: Page) -> web.StreamResponse:
        _, found = await _fillable(here)
        upload = str(here.request.match_info["upload"])
        known.append(here.request.app[PIECES].find(upload, here.visit.sha256, found.about.line.id))
        return web.Response(status=204)

    looked = await _answer_json(request, find)
    if looked.status != 204:
        return looked
    coming = known[-1]
    pieces = request.app[PIECES]
    try:
        pieces.add(coming, offset, await _piece(request))
    except WrongOffset as wrong:
        return web.json_response({"offset": wrong.data["offset"]}, status=409)
    if not coming.whole:
        return web.json_response({"offset": len(coming.content)})
    try:
        async with turn(request.app[TURNS]):
            kept = await _keep(request, bytes(coming.content), coming.name, coming.document)
    except UploadRefused as refused:
        pieces.drop(coming)
        return _told(refusal_words(refused, coming.name), 400)
    except Crowded as crowded:
        title, _, status = errors.WORDS[crowded.code]
        return _told(f"{title}.", status)

    done = await _answer_json(request, _attaching_whole(coming, kept))
    pieces.drop(coming)
    return done


def _attaching_whole(coming: Coming, kept: DocumentPage) -> Callable[[Page], Awaitable[web.StreamResponse]]:
    async def attach(here: Page) -> web.StreamResponse:
        door, found = await _fillable(here)
        try:
            after = attach_pages(here.uow, found, coming.document, (kept,))
        except TooManyPages:
            return _told(TOO_MANY_PAGES, 400)
        finish(here.uow, after, actor_of(door), here.now, here.settings.zone, whole=False)
        return web.json_response({"done": True, "offset": coming.size})

    return attach


async def _piece(request: web.Request) -> bytes:
    content = bytearray()
    async for chunk in request.content.iter_chunked(_READ):
        content += chunk
        if len(content) > PIECE:
            raise web.HTTPRequestEntityTooLarge(PIECE, len(content))
    return bytes(content)


async def _json(request: web.Request) -> dict[str, object]:
    security.check_origin(request)
    security.check_seal(request, request.headers.get(security.SEAL_HEADER, ""))
    length = request.content_length
    if length is None or length > _LONGEST_JSON:
        raise web.HTTPRequestEntityTooLarge(_LONGEST_JSON, length or 0)
    try:
        told = json.loads(await request.read())
    except (ValueError, RecursionError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None
    if not isinstance(told, dict):
        raise web.HTTPBadRequest
    return told


def _told(sentence: str, status: int) -> web.Response:
    return web.json_response({"problem": sentence}, status=status)


async def _answer_json(
    request: web.Request, handler: Callable[[Page], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer a script: refusals in a sentence too."""

    async def handle(here: Page) -> web.StreamResponse:
        try:
            return await handler(here)
        except SchoolError as error:
            if error.code == "conflict":
                raise
            here.uow.rollback()
            title, what, status = errors.WORDS.get(error.code, errors.OTHER)
            return _told(f"{title}." if isinstance(error, Crowded) else f"{title}. {what}", status)

    return await answer(request, handle)


async def _thumbnail(here: Page) -> web.StreamResponse:
    """Give a small picture of the first page of a file, to see what was taken."""
    _, found = await _fillable(here)
    asked = here.request.match_info["page"]
    taken = {one.id for key in asked_documents(found) for one in document_pages(found, key)}
    if asked not in taken:
        raise NotFound
    return await picture(here.site, asked, "1", "thumbnail")


ROUTES = [
    web.get("/q/{token}/picture/{page}", page(_thumbnail)),
    web.post("/q/{token}/documents/{document}", take_form),
    web.post("/q/{token}/pieces/{document}", begin_pieces),
    web.put("/q/{token}/piece/{upload}", take_piece),
]
