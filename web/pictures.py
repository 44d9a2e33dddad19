"""Pages of documents as pictures of our own making, which are safe to stand in a page."""

from aiohttp import web

from school.errors import NotFound
from school.uploads import Side, UploadRefused
from web.site import Site


async def picture(site: Site, document_id: str, number: str, side: Side, turns: str = "") -> web.Response:
    """Return page `number` of a document drawn. Raises `NotFound` for what is not there or cannot be drawn."""
    try:
        drawn = await site.files.pictures.picture(document_id, whole(number), side, whole(turns))
    except UploadRefused:
        raise NotFound from None
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return web.Response(body=drawn, content_type="image/jpeg", headers=headers)


def whole(told: str) -> int:
    """Return a small number out of an address, 0 for anything else."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 4 else 0
