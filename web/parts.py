"""The parts of a form with files: first its seal, then one file after another, each with a cap and in its turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import BodyPartReader, MultipartReader, web

from school.uploads import MAX_UPLOAD, UploadRefused
from web import security
from web.pieces import Crowded

PATIENCE = 30.0  # seconds that a file waits for its turn
READING = 900.0  # seconds that one file may take to come
_READ = 64 * 1024
_LONGEST_SEAL = 200


@asynccontextmanager
async def turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """Let few files be taken at once: each is up to 20 MB in memory and a process to check it. Raises `Crowded`."""
    try:
        async with asyncio.timeout(PATIENCE):
            await turns.acquire()
    except TimeoutError:
        raise Crowded from None
    try:
        yield
    finally:
        turns.release()


async def sealed_parts(request: web.Request) -> MultipartReader:
    """Return what follows the seal, which is checked. Raises `Forged`, `HTTPBadRequest` for what is no such form."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPBadRequest
    try:
        parts = await request.multipart()
        first = await parts.next()
        if not isinstance(first, BodyPartReader) or first.name != security.SEAL:
            raise security.Forged
        seal = await first.read_chunk(_LONGEST_SEAL)
    except ValueError:
        raise web.HTTPBadRequest from None
    security.check_seal(request, seal.decode("utf-8", "replace"))
    return parts


async def pass_over(part: BodyPartReader) -> None:
    """Read what is left of a file that is not kept. Raises `HTTPBadRequest` for a form that broke off."""
    try:
        await part.release()
    except ValueError:
        raise web.HTTPBadRequest from None


async def next_file(following: Callable[[], Awaitable[object]]) -> BodyPartReader | None:
    """Return the next file, None at the end. Raises `HTTPBadRequest` for a form that broke off."""
    try:
        part = await following()
    except ValueError:
        raise web.HTTPBadRequest from None
    return part if isinstance(part, BodyPartReader) else None


async def read_file(part: BodyPartReader) -> bytes:
    """Read one file up to the cap.

    Raises `UploadRefused`, `Crowded` for a line that holds the turn too long, `HTTPBadRequest` for a form that breaks
    off.
    """
    content = bytearray()
    try:
        async with asyncio.timeout(READING):
            while chunk := await part.read_chunk(_READ):
                content += chunk
                if len(content) > MAX_UPLOAD:
                    raise UploadRefused("too_big")
    except TimeoutError:
        raise Crowded from None
    except ValueError:
        raise web.HTTPBadRequest from None
    return bytes(content)
