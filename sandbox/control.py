"""The control API: what people do and see, for the tests, the demo and the page; prefix `/sandbox`."""

import json
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.entities import to_html
from sandbox.methods_markup import CAPTION_LIMIT, TEXT_LIMIT
from sandbox.methods_send import file_field
from sandbox.state import Chat, Person, Post, World
from sandbox.updates import Json, encode

LONGEST_WAIT = 60.0
TOASTS_SHOWN = 20
_ABOUT = ("phone", "part", "hint")


class Control:
    """The people's side of one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the control API, without the mailbox's."""
        one = "/sandbox/people/{id}"
        return [
            web.post("/sandbox/people", self._add),
            web.get("/sandbox/people", self._list),
            web.post(f"{one}/send", self._send),
            web.post(f"{one}/upload", self._upload),
            web.post(f"{one}/press", self._press),
            web.post(f"{one}/block", self._block),
            web.post(f"{one}/unblock", self._block),
            web.get(f"{one}/chat", self._chat),
            web.post("/sandbox/groups", self._group),
            web.post("/sandbox/groups/{id}/migrate", self._migrate),
            web.post("/sandbox/settings", self._settings),
            web.get("/sandbox/calls", self._calls),
        ]

    async def _add(self, request: web.Request) -> web.Response:
        told = await _body(request)
        if not told.get("first_name"):
            raise web.HTTPBadRequest(text="first_name is needed")
        fields = ("first_name", "last_name", "username", *_ABOUT)
        person = self._world.add_person(**{key: str(told[key]) for key in fields if told.get(key)})
        return _json({"id": person.id})

    async def _list(self, _: web.Request) -> web.Response:
        people = []
        for person in self._world.people.values():
            facts = {key: person.facts.get(key, "") for key in ("id", "first_name", "last_name", "username")}
            people.append({**facts, **{key: getattr(person, key) for key in _ABOUT}, "blocked": person.blocked})
        return _json(people)

    async def _send(self, request: web.Request) -> web.Response:
        person, chat = self._writer(request)
        told = await _body(request)
        if "edit" in told:
            return _done(chat, self._edit(chat, int(told["edit"]), _text(told)))
        content = self._content(person, told)
        if told.get("reply_to"):
            replied = _post(chat, int(told["reply_to"]))
            kept = {key: value for key, value in replied.body.items() if key != "reply_to_message"}
            content["reply_to_message"] = kept
        post = self._world.write(person, content)
        return _done(chat, post)

    def _content(self, person: Person, told: Json) -> Json:
        if contact := told.get("contact"):
            return {"contact": _contact(person, contact)}
        if told.get("voice"):
            file = self._world.store("voice.ogg", "audio/ogg", b"OggS", "voice")
            return {"voice": {**file.facts(), "duration": 3, "mime_type": file.mime}}
        if told.get("sticker"):
            file = self._world.store("sticker.webp", "image/webp", b"RIFF", "stickers")
            shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": {**file.facts(), **shape, "emoji": "👍"}}
        content: Json = {"text": _text(told)}
        if told.get("forward"):
            content["forward_origin"] = {"type": "hidden_user", "sender_user_name": "Кто-то", "date": 1}
        return content

    def _edit(self, chat: Chat, number: int, text: str) -> Post:
        post = _post(chat, number)
        if post.by_bot or "text" not in post.body:
            raise web.HTTPBadRequest(text="only an own text can be edited")
        post.body = {**post.body, "text": text, "edit_date": post.body["date"]}
        post.edited, post.view, post.rev = True, "", chat.bump()
        self._world.updates.push("edited_message", post.body)
        return post

    async def _upload(self, request: web.Request) -> web.Response:
        person, chat = self._writer(request)
        values, name, mime, content = await _file(request)
        kind = values.get("kind", "document")
        if kind not in ("document", "photo"):
            raise web.HTTPBadRequest(text="kind is document or photo")
        if len(values.get("caption", "")) > CAPTION_LIMIT:
            raise web.HTTPBadRequest(text="the caption is too long")
        told = file_field(self._world.store(name, mime, content, f"{kind}s"), kind)
        told.update({key: values[key] for key in ("caption", "media_group_id") if values.get(key)})
        return _done(chat, self._world.write(person, told))

    async def _press(self, request: web.Request) -> web.Response:
        person, chat = self._writer(request)
        told = await _body(request)
        post = _post(chat, int(told.get("message_id", 0)))
        if not post.by_bot or not told.get("data"):
            raise web.HTTPBadRequest(text="data of a button of the bot's message is needed")
        revision = chat.revision
        query = self._world.press(person, post, str(told["data"]))
        return _json({"callback_query_id": query, "revision": revision})

    async def _block(self, request: web.Request) -> web.Response:
        person = self._person(request)
        self._world.block(person, blocked=request.path.endswith("/block"))
        return _json({"blocked": person.blocked})

    async def _chat(self, request: web.Request) -> web.Response:
        chat = self._find(request)
        try:
            after, wait = int(request.query.get("after", "-1")), float(request.query.get("wait", "0"))
        except ValueError:
            raise web.HTTPBadRequest(text="after and wait are numbers") from None
        if wait > 0:
            await self._world.watch(chat, after, min(wait, LONGEST_WAIT))
        views = ",".join(_view(post) for post in chat.posts.values())
        toasts, commands = encode(chat.toasts[-TOASTS_SHOWN:]), encode(self._world.commands_for(chat))
        body = f'{{"revision":{chat.revision},"messages":[{views}],"toasts":{toasts},"commands":{commands}}}'
        return web.Response(body=body.encode(), content_type="application/json")

    async def _group(self, request: web.Request) -> web.Response:
        told = await _body(request)
        return _json({"id": self._world.add_group(str(told.get("title") or "Группа")).id})

    async def _migrate(self, request: web.Request) -> web.Response:
        chat = self._find(request)
        if chat.facts["type"] != "group" or chat.migrated_to:
            raise web.HTTPBadRequest(text="only a group can become a supergroup, and once")
        return _json({"id": self._world.migrate(chat).id})

    async def _settings(self, request: web.Request) -> web.Response:
        told = await _body(request)
        if "limits" in told:
            self._world.limiter.enabled = bool(told["limits"])
        return _json({"limits": self._world.limiter.enabled})

    async def _calls(self, _: web.Request) -> web.Response:
        return _json({"counts": self._world.counts})

    def _find(self, request: web.Request) -> Chat:
        try:
            return self._world.chats[int(request.match_info["id"])]
        except (KeyError, ValueError):
            raise web.HTTPNotFound(text="no such chat") from None

    def _person(self, request: web.Request) -> Person:
        person = self._find(request).person
        if person is None:
            raise web.HTTPNotFound(text="no such person")
        return person

    def _writer(self, request: web.Request) -> tuple[Person, Chat]:
        person = self._person(request)
        if person.blocked:
            raise web.HTTPConflict(text="the person has blocked the bot; unblock it first")
        return person, self._world.chats[person.id]


async def _body(request: web.Request) -> Json:
    try:
        told = json.loads(await request.read() or b"{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return told


async def _file(request: web.Request) -> tuple[dict[str, str], str, str, bytes]:
    if request.content_type != "multipart/form-data":
        raise web.HTTPBadRequest(text="multipart/form-data is needed")
    values: dict[str, str] = {}
    found: tuple[str, str, bytes] | None = None
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read(decode=False))
        if part.filename is None:
            values[part.name] = content.decode("utf-8", "replace")
        else:
            mime = part.headers.get("Content-Type", "").partition(";")[0]
            found = part.filename, "" if mime == "application/octet-stream" else mime, content
    if found is None:
        raise web.HTTPBadRequest(text="file is needed")
    return values, *found


def _text(told: Json) -> str:
    text = str(told.get("text") or "").strip()
    if not 1 <= len(text) <= TEXT_LIMIT:
        raise web.HTTPBadRequest(text="text of 1 to 4096 characters is needed")
    return text


def _contact(person: Person, told: Any) -> Json:
    if not isinstance(told, dict):
        if not person.phone:
            raise web.HTTPBadRequest(text="the person has no phone to share")
        return {"phone_number": person.phone, "first_name": person.facts["first_name"], "user_id": person.id}
    if not told.get("phone_number") or not told.get("first_name"):
        raise web.HTTPBadRequest(text="phone_number and first_name are needed")
    return {key: told[key] for key in ("phone_number", "first_name", "user_id") if told.get(key)}


def _post(chat: Chat, number: int) -> Post:
    try:
        return chat.posts[number]
    except KeyError:
        raise web.HTTPNotFound(text="no such message") from None


def _done(chat: Chat, post: Post) -> web.Response:
    return _json({"message_id": post.id, "revision": chat.revision})


def _json(told: Any) -> web.Response:
    return web.Response(body=encode(told).encode(), content_type="application/json")


def _view(post: Post) -> str:
    if not post.view:
        post.view = encode(_seen(post))
    return post.view


def _seen(post: Post) -> Json:
    body = post.body
    text = body.get("text", body.get("caption", ""))
    entities = body.get("entities", body.get("caption_entities", []))
    if "contact" in body:
        text = f"{body['contact']['first_name']} {body['contact']['phone_number']}"
    buttons = [
        [
            {"text": b["text"], **{to: b[key] for key, to in (("callback_data", "data"), ("url", "url")) if key in b}}
            for b in row
        ]
        for row in body.get("reply_markup", {}).get("inline_keyboard", [])
    ]
    seen: Json = {
        "message_id": post.id,
        "from": "bot" if post.by_bot else "person",
        "text": text,
        "html": to_html(text, entities),
        "rev": post.rev,
        "edited": post.edited,
        "buttons": buttons,
        "keyboard": _keyboard(post.keyboard or {}),
        "deleted": post.deleted,
    }
    if file := _seen_file(body):
        seen["file"] = file
    return seen


def _keyboard(markup: Json) -> list[list[Any]]:
    rows = []
    for row in markup.get("keyboard", []):
        keys: list[Any] = []
        for key in row:
            if isinstance(key, str):
                keys.append(key)
            elif key.get("request_contact"):
                keys.append({"text": key["text"], "request_contact": True})
            else:
                keys.append(key["text"])
        rows.append(keys)
    return rows


def _seen_file(body: Json) -> Json | None:
    for kind in ("document", "photo", "voice", "sticker"):
        if kind in body:
            file = body[kind][-1] if kind == "photo" else body[kind]
            mime = file.get("mime_type") or {"photo": "image/jpeg", "sticker": "image/webp"}.get(kind, "")
            told = {"file_id": file["file_id"], "name": file.get("file_name", kind), "mime": mime}
            return {**told, "size": file["file_size"]}
    return None
