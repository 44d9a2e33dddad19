"""The methods that put a new message into a chat."""

from typing import Any

from sandbox.methods_markup import caption_of, check_chat, markup_of, text_of
from sandbox.methods_params import Params, Upload
from sandbox.state import Chat, Post, StoredFile, World
from sandbox.updates import ApiError, Json

PHOTO_LIMIT = 10 * 1024 * 1024
ALBUM_LIMIT = 10
ALBUM_LEAST = 2
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def send_message(world: World, p: Params) -> Json:
    """Send a text."""
    return _send(world, p, text_of(p)).body


def send_document(world: World, p: Params) -> Json:
    """Send a file as it is."""
    content = caption_of(p.text("caption"), p.text("parse_mode"), p.json("caption_entities"))
    return _send(world, p, {**media(world, p, "document", p.text("document")), **content}).body


def send_photo(world: World, p: Params) -> Json:
    """Send a picture."""
    content = caption_of(p.text("caption"), p.text("parse_mode"), p.json("caption_entities"))
    return _send(world, p, {**media(world, p, "photo", p.text("photo")), **content}).body


def send_media_group(world: World, p: Params) -> list[Json]:
    """Send 2 to 10 files as an album."""
    items = p.json("media")
    if not isinstance(items, list) or not items:
        raise ApiError(400, "Bad Request: there are no messages to send")
    if len(items) > ALBUM_LIMIT:
        raise ApiError(400, "Bad Request: too many messages to send as an album")
    if len(items) < ALBUM_LEAST:
        # The servers take one as well; the Bot API's text promises it for 2 to 10 only.
        raise ApiError(400, "Bad Request: too few messages to send as an album")
    kinds = {str(item.get("type")) for item in items}
    if "document" in kinds and len(kinds) > 1:
        raise ApiError(400, "Bad Request: document can't be mixed with other media types")
    contents: list[Json] = []
    for item in items:
        caption = caption_of(
            str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities")
        )
        contents.append({**media(world, p, str(item.get("type")), str(item.get("media"))), **caption})
    chat = world.reach(p.text("chat_id"))
    reply = _reply(chat, p)
    world.spend(chat, len(contents))
    album = str(world.number())
    return [world.place(chat, {**reply, "media_group_id": album, **content}, by_bot=True).body for content in contents]


def copy_message(world: World, p: Params) -> Json:
    """Send the content of another message anew; return its id."""
    source = world.find(p.text("from_chat_id")).posts.get(p.integer("message_id"))
    if source is None or source.deleted:
        raise ApiError(400, "Bad Request: message to copy not found")
    kept = ("text", "entities", "document", "photo", "caption", "caption_entities", "contact", "voice", "sticker")
    content = {key: source.body[key] for key in kept if key in source.body}
    if not content:
        raise ApiError(400, "Bad Request: message can't be copied")
    if "caption" in p.values and "text" not in content:
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content.update(caption_of(p.text("caption"), p.text("parse_mode"), p.json("caption_entities")))
    return {"message_id": _send(world, p, content).id}


def media(world: World, p: Params, kind: str, told: str) -> Json:
    """Return the field of a message for a file given as an upload, `attach://` or a file id; raise `ApiError`."""
    if kind not in ("document", "photo"):
        raise ApiError(400, "Bad Request: wrong type of the media")
    upload = p.files.get(told.removeprefix("attach://")) if told else p.files.get(kind)
    if upload is None and not told:
        raise ApiError(400, f"Bad Request: there is no {kind} in the request")
    if upload is not None:
        file = _take(world, kind, upload)
    elif told.startswith(("http://", "https://")):
        raise ApiError(400, "Bad Request: failed to get HTTP URL content")
    elif told in world.files:
        file = world.files[told]
    else:
        raise ApiError(400, "Bad Request: wrong remote file identifier specified: can't unserialize it")
    return file_field(file, kind)


def file_field(file: StoredFile, kind: str) -> Json:
    """Return `document` or `photo` of a message for a stored file."""
    if kind == "document":
        return {"document": {**file.facts(), "file_name": file.name, "mime_type": file.mime}}
    sizes: list[Json] = [{**file.facts(), "width": side, "height": side * 3 // 4} for side in (320, 1280)]
    return {"photo": sizes}


def _take(world: World, kind: str, upload: Upload) -> StoredFile:
    if not upload.content:
        raise ApiError(400, "Bad Request: file must be non-empty")
    if kind == "photo":
        if len(upload.content) > PHOTO_LIMIT:
            raise ApiError(400, "Bad Request: file is too big")
        if not upload.content.startswith(_IMAGES):
            raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return world.store(upload.name, upload.mime, upload.content, f"{kind}s")


def _send(world: World, p: Params, content: Json) -> Post:
    inline, keyboard = markup_of(p)
    chat = world.reach(p.text("chat_id"))
    check_chat(inline or keyboard, private=chat.person is not None)
    content = {**_reply(chat, p), **content}
    if inline:
        content["reply_markup"] = inline
    world.spend(chat)
    return world.place(chat, content, by_bot=True, keyboard=keyboard)


def _reply(chat: Chat, p: Params) -> Json:
    told: Any = p.json("reply_parameters") or {}
    number = int(told.get("message_id") or p.integer("reply_to_message_id"))
    if not number:
        return {}
    post = chat.posts.get(number)
    if post is None or post.deleted:
        if told.get("allow_sending_without_reply") or p.flag("allow_sending_without_reply"):
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")
    return {"reply_to_message": {key: value for key, value in post.body.items() if key != "reply_to_message"}}
