"""Files of messages: taken from a call or from a person, and told as the Bot API's objects."""

import mimetypes

from sandbox.call import JSON, Call, Refusal, Upload, bad
from sandbox.state import StoredFile, World

# Bot API, "Sending files": 50 MB a file and 10 MB a photo sent by a bot; "getFile": 20 MB.
BOT_FILE_LIMIT = 50 * 1024 * 1024
BOT_PHOTO_LIMIT = 10 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")


def taken(world: World, call: Call, kind: str, value: str) -> StoredFile:
    """Return the file of a call's field: uploaded under it, attached by name, or known by its id."""
    upload = call.files.get(kind) or call.files.get(value.removeprefix("attach://"))
    if upload is None:
        if not value or value.startswith("attach://"):
            raise bad(f"there is no {kind} in the request")
        file = world.files.get(value)
        if file is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return file
    if not upload.data:
        raise bad("file must be non-empty")
    if len(upload.data) > BOT_FILE_LIMIT:
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo":
        if len(upload.data) > BOT_PHOTO_LIMIT:
            raise bad("file is too big")
        if not upload.data.startswith(_IMAGES):
            raise bad("IMAGE_PROCESS_FAILED")
    return kept(world, kind, upload)


def kept(world: World, kind: str, upload: Upload) -> StoredFile:
    """Keep an uploaded file; a type that is not told is guessed by the name, as Telegram does."""
    mime = upload.mime
    if mime in ("", "application/octet-stream"):
        mime = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    return world.add_file(kind, upload.name or "file", "image/jpeg" if kind == "photo" else mime, upload.data)


def fields(kind: str, file: StoredFile) -> JSON:
    """Return the message's fields of a document or of a photo; a photo's measures are invented."""
    if kind == "photo":
        small = {**file.facts(), "width": 90, "height": 67}
        return {"photo": [small, {**file.facts(), "width": 1280, "height": 960}]}
    return {"document": {**file.facts(), "file_name": file.name, "mime_type": file.mime}}
