"""The control API: what people do in the sandbox and what they see, as JSON under `/sandbox`."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.control_files import file_response
from sandbox.control_view import view
from sandbox.methods_params import Params, read_params
from sandbox.methods_send import ALBUM_LIMIT, file_field
from sandbox.state import Chat, Person, Post, World
from sandbox.updates import ApiError, Json, encode

LONGEST_WAIT = 60.0
_ABOUT = ("first_name", "last_name", "username", "phone", "part", "hint")

Act = Callable[[web.Request, Params], Awaitable[Any]]


class Raw(str):
    """A result that is JSON already."""

    __slots__ = ()


class Control:
    """Lets tests, the story and the page play the people of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the people, their chats, the groups, the settings and the counts."""
        person = "/sandbox/people/{id:-?\\d+}"
        return [
            web.post("/sandbox/people", _told(self._add)),
            web.get("/sandbox/people", _told(self._list)),
            web.post(f"{person}/send", _told(self._send)),
            web.post(f"{person}/upload", _told(self._upload)),
            web.post(f"{person}/press", _told(self._press)),
            web.post(f"{person}/block", _told(self._block)),
            web.post(f"{person}/unblock", _told(self._unblock)),
            web.get(f"{person}/chat", _told(self._chat)),
            web.post("/sandbox/groups", _told(self._group)),
            web.post("/sandbox/groups/{id:-\\d+}/migrate", _told(self._migrate)),
            web.post("/sandbox/settings", _told(self._settings)),
            web.get("/sandbox/calls", _told(self._calls)),
            web.get("/sandbox/files/{file_id}", self._file),
        ]

    async def _add(self, _: web.Request, p: Params) -> Json:
        about = {name: p.text(name) for name in _ABOUT}
        person = self._world.add_person(**about)
        person.phone = person.phone or f"+7900{person.id % 10_000_000:07d}"
        return {"id": person.id}

    async def _list(self, _: web.Request, p: Params) -> list[Json]:
        told = []
        for person in self._world.people.values():
            names = {name: person.facts.get(name, "") for name in _ABOUT[:3]}
            rest = {"phone": person.phone, "part": person.part, "hint": person.hint, "blocked": person.blocked}
            told.append({"id": person.id, **names, **rest})
        return told

    async def _send(self, request: web.Request, p: Params) -> Json:
        person = self._actor(request)
        if "edit" in p.values:
            return self._edit(person, p.integer("edit"), p.text("text").strip())
        content = self._said(person, p)
        if p.flag("forward"):
            origin = {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "Коллега"}
            content["forward_origin"] = origin
        return self._written(person, {**self._reply(person, p), **content})

    def _reply(self, person: Person, p: Params) -> Json:
        """Return the replied message as Telegram tells it: whole, with its buttons, but not what it replied to."""
        replied = self._world.chats[person.id].posts.get(p.integer("reply_to"))
        if replied is None or replied.deleted:
            return {}
        return {"reply_to_message": {k: v for k, v in replied.body.items() if k != "reply_to_message"}}

    def _said(self, person: Person, p: Params) -> Json:
        if contact := p.values.get("contact"):
            own = {"phone_number": person.phone, "first_name": person.facts["first_name"], "user_id": person.id}
            return {"contact": own if contact is True else {k: v for k, v in contact.items() if v is not None}}
        if p.flag("voice"):
            file = self._world.store("voice.ogg", "audio/ogg", b"OggS", "voice")
            return {"voice": {**file.facts(), "duration": 3, "mime_type": file.mime}}
        if p.flag("sticker"):
            file = self._world.store("sticker.webp", "image/webp", b"RIFF", "stickers")
            kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": {**file.facts(), **kind}}
        if text := p.text("text").strip():
            return {"text": text}
        raise ApiError(400, "nothing to send")

    def _edit(self, person: Person, number: int, text: str) -> Json:
        chat = self._world.chats[person.id]
        post = chat.posts.get(number)
        if post is None or post.by_bot or "text" not in post.body or not text:
            raise ApiError(404, "no such text of the person's")
        post.body = {**post.body, "text": text, "edit_date": int(time.time())}
        post.edited, post.view, post.rev = True, "", chat.bump()
        self._world.updates.push("edited_message", post.body)
        return {"message_id": number, "revision": chat.revision}

    async def _upload(self, request: web.Request, p: Params) -> Json:
        person, upload, kind = self._actor(request), p.files.get("file"), p.text("kind") or "document"
        if upload is None or kind not in ("document", "photo"):
            raise ApiError(400, "a file of kind document or photo is expected")
        self._check_album(person, p.text("media_group_id"))
        file = self._world.store(upload.name, upload.mime, upload.content, f"{kind}s")
        more = {name: p.text(name) for name in ("caption", "media_group_id") if p.text(name)}
        return self._written(person, {**self._reply(person, p), **file_field(file, kind), **more})

    def _check_album(self, person: Person, group: str) -> None:
        posts = self._world.chats[person.id].posts.values()
        if group and sum(post.body.get("media_group_id") == group for post in posts) >= ALBUM_LIMIT:
            raise ApiError(400, "an album has at most 10 files")

    def _written(self, person: Person, content: Json) -> Json:
        post = self._world.write(person, content)
        return {"message_id": post.id, "revision": self._world.chats[person.id].revision}

    async def _press(self, request: web.Request, p: Params) -> Json:
        person = self._actor(request)
        chat = self._world.chats[person.id]
        post = chat.posts.get(p.integer("message_id"))
        if post is None or not post.by_bot:
            raise ApiError(404, "no such message of the bot")
        # A button of an older look of the message may be pressed too: people's screens lag behind.
        query = self._world.press(person, post, p.text("data"))
        return {"callback_query_id": query, "revision": chat.revision}

    async def _block(self, request: web.Request, p: Params) -> Json:
        self._world.block(self._person(request), blocked=True)
        return {"blocked": True}

    async def _unblock(self, request: web.Request, p: Params) -> Json:
        self._world.block(self._person(request), blocked=False)
        return {"blocked": False}

    async def _chat(self, request: web.Request, p: Params) -> Raw:
        """Tell the chat once it is newer than `after`; with `changed` only the messages that are newer."""
        chat = self._world.chats[self._person(request).id]
        after = p.integer("after", -1)
        try:
            wait = min(float(p.text("wait") or 0), LONGEST_WAIT)
        except ValueError:
            raise ApiError(400, "wait is a number of seconds") from None
        if wait > 0:
            await self._world.watch(chat, after, wait)
        return Raw(self._whole(chat, after if p.flag("changed") else -1))

    def _whole(self, chat: Chat, least: int) -> str:
        messages = ",".join(self._view(post) for post in chat.posts.values() if post.rev > least)
        rest = encode({"toasts": chat.toasts, "commands": self._world.commands_for(chat)})
        return f'{{"revision":{chat.revision},"messages":[{messages}],{rest[1:]}'

    def _view(self, post: Post) -> str:
        # A long chat is told again and again: each message is put into words once a change.
        if not post.view:
            post.view = encode(view(post, self._world.files))
        return post.view

    async def _group(self, _: web.Request, p: Params) -> Json:
        return {"id": self._world.add_group(p.text("title") or "Группа").id}

    async def _migrate(self, request: web.Request, p: Params) -> Json:
        group = self._world.chats.get(int(request.match_info["id"]))
        if group is None or group.person is not None or group.migrated_to:
            raise ApiError(404, "no such group")
        return {"id": self._world.migrate(group).id}

    async def _settings(self, _: web.Request, p: Params) -> Json:
        if "limits" in p.values:
            self._world.limiter.enabled = p.flag("limits")
        return {"limits": self._world.limiter.enabled}

    async def _calls(self, _: web.Request, p: Params) -> Json:
        return {"counts": self._world.counts}

    async def _file(self, request: web.Request) -> web.Response:
        # Known by its id alone: the page has no token, and ids are told only in the chats it shows.
        file = self._world.files.get(request.match_info["file_id"])
        return file_response(file) if file else web.json_response({"error": "no such file"}, status=404)

    def _person(self, request: web.Request) -> Person:
        person = self._world.people.get(int(request.match_info["id"]))
        if person is None:
            raise ApiError(404, "no such person")
        return person

    def _actor(self, request: web.Request) -> Person:
        person = self._person(request)
        if person.blocked:
            raise ApiError(409, "the person has blocked the bot")
        return person


def _told(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            result = await act(request, await read_params(request))
        except ApiError as error:
            return web.json_response({"error": error.description}, status=error.code)
        body = result if isinstance(result, Raw) else encode(result)
        return web.Response(body=body.encode(), content_type="application/json")

    return handler
