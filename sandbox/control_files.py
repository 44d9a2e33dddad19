"""A stored file as the page may have it: pictures to look at, everything else to keep."""

from urllib.parse import quote

from aiohttp import web

from sandbox.state import StoredFile


def picture_type(content: bytes) -> str:
    """Return the type of a picture that browsers show, by its first bytes, or nothing; SVG may run and is none."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def file_response(file: StoredFile) -> web.Response:
    """Return a picture inline, any other file as an attachment, and neither with a type to be guessed."""
    picture = picture_type(file.content)
    headers = {
        "Cache-Control": "private, max-age=3600",
        # A file comes from anybody: opened alone, it must not act as a page of the sandbox.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    how = "inline" if picture else "attachment"
    headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
    return web.Response(body=file.content, content_type=picture or "application/octet-stream", headers=headers)
