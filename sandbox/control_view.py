"""A message as the control API tells it: the words, the buttons, the keyboard and the file."""

from collections.abc import Mapping
from typing import Any

from sandbox.control_files import picture_type
from sandbox.entities import to_html
from sandbox.state import Post, StoredFile
from sandbox.updates import Json


def view(post: Post, files: Mapping[str, StoredFile]) -> Json:
    """Return what a person sees of a message; what has no words is named in Russian."""
    body, keyboard = post.body, post.keyboard or {}
    text = _words(body)
    entities = body.get("entities") or body.get("caption_entities") or []
    told: Json = {
        "message_id": post.id,
        "from": "bot" if post.by_bot else "person",
        "date": body["date"],
        "text": text,
        "html": to_html(text, entities),
        "rev": post.rev,
        "edited": post.edited,
        "deleted": post.deleted,
        "buttons": [[_button(b) for b in row] for row in body.get("reply_markup", {}).get("inline_keyboard", [])],
        "keyboard": [[_key(key) for key in row] for row in keyboard.get("keyboard", [])],
        "keyboard_removed": bool(keyboard.get("remove_keyboard")),
    }
    file = files.get(_file_id(body))
    if file is not None:
        told["file"] = _file(file, "document" if "document" in body else "photo")
    if album := body.get("media_group_id"):
        told["album"] = album
    if replied := body.get("reply_to_message"):
        told["reply_to"] = {"message_id": replied["message_id"], "text": _words(replied)}
    return told


def _file(file: StoredFile, kind: str) -> Json:
    return {
        "file_id": file.file_id,
        "name": file.name,
        "mime": file.mime,
        "size": len(file.content),
        "kind": kind,
        "image": bool(picture_type(file.content)),
        "url": f"/sandbox/files/{file.file_id}",
    }


def _words(body: Json) -> str:
    return str(body.get("text") or body.get("caption") or _wordless(body))


def _wordless(body: Json) -> str:
    if "contact" in body:
        return f"Контакт: {body['contact']['first_name']}, {body['contact']['phone_number']}"
    return "Голосовое сообщение" if "voice" in body else "Стикер" if "sticker" in body else ""


def _file_id(body: Json) -> str:
    field = body.get("document") or (body.get("photo") or [{}])[-1]
    return str(field.get("file_id", ""))


def _button(button: Json) -> Json:
    names = {"text": "text", "callback_data": "data", "url": "url"}
    told = {short: button[name] for name, short in names.items() if name in button}
    return told | ({"web_app": button["web_app"]["url"]} if "web_app" in button else {})


def _key(key: Any) -> Any:
    if isinstance(key, dict):
        return {"text": key["text"], "request_contact": True} if key.get("request_contact") else key["text"]
    return key
