"""The control API: what people do in the sandbox and what they see, as JSON under `/sandbox`."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import media
from sandbox.api import WORLD, read
from sandbox.call import JSON, Call, Refusal
from sandbox.entities import commands_of
from sandbox.state import Chat, Member, Stored, World

_LONGEST_WAIT = 60.0
Handler = Callable[[web.Request], Awaitable[web.Response]]


def routes() -> list[web.RouteDef]:
    """Return the routes of the people, their chats, the settings and the counts."""
    person = "/sandbox/people/{id}"
    return [
        web.post("/sandbox/people", _told(_add)),
        web.get("/sandbox/people", _told(_list)),
        web.post(person + "/send", _told(_send)),
        web.post(person + "/upload", _told(_upload)),
        web.post(person + "/press", _told(_press)),
        web.post(person + "/block", _told(_block)),
        web.post(person + "/unblock", _told(_unblock)),
        web.get(person + "/chat", _told(_chat)),
        web.post("/sandbox/groups", _told(_group)),
        web.post("/sandbox/groups/{id}/migrate", _told(_migrate)),
        web.post("/sandbox/settings", _told(_settings)),
        web.get("/sandbox/calls", _told(_calls)),
    ]


def _told(act: Callable[[World, web.Request], Awaitable[Any]]) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        try:
            result = await act(request.app[WORLD], request)
        except Refusal as refusal:
            return web.json_response({"error": refusal.description}, status=refusal.code)
        if not isinstance(result, bytes):
            result = json.dumps(result, ensure_ascii=False).encode()
        return web.Response(body=result, content_type="application/json")

    return handler


async def _body(request: web.Request) -> JSON:
    return dict((await read(request)).values)


def _member(world: World, request: web.Request) -> Member:
    number = request.match_info["id"]
    member = world.people.get(int(number)) if number.isdecimal() else None
    if member is None:
        raise Refusal(404, "no such person")
    return member


async def _add(world: World, request: web.Request) -> JSON:
    return {"id": world.add_person(await _body(request)).id}


async def _list(world: World, request: web.Request) -> list[JSON]:
    return [member.told() for member in world.people.values()]


async def _send(world: World, request: web.Request) -> JSON:
    member, body = _member(world, request), await _body(request)
    if "edit" in body:
        return _edited(world, member, int(body["edit"]), str(body["text"]))
    chat = world.chats.get(int(body["chat_id"])) if "chat_id" in body else member.chat
    if chat is None:
        raise Refusal(404, "no such chat")
    fields = _said(world, member, body)
    if body.get("forward"):
        origin = {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "Коллега"}
        fields["forward_origin"] = origin
    if replied := chat.messages.get(int(body.get("reply_to") or 0)):
        fields["reply_to_message"] = {k: v for k, v in replied.raw.items() if k != "reply_to_message"}
    return _write(world, member, chat, fields)


def _said(world: World, member: Member, body: JSON) -> JSON:
    if contact := body.get("contact"):
        own = {"phone_number": member.phone, "first_name": member.first_name, "user_id": member.id}
        return {"contact": own if contact is True else {k: v for k, v in contact.items() if v is not None}}
    if body.get("voice"):
        file = world.add_file("voice", "voice.ogg", "audio/ogg", b"OggS")
        return {"voice": {**file.facts(), "duration": 3, "mime_type": file.mime}}
    if body.get("sticker"):
        kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": {**world.add_file("sticker", "sticker.webp", "image/webp", b"RIFF").facts(), **kind}}
    text = str(body.get("text") or "").strip()
    if not text:
        raise Refusal(400, "nothing to send")
    commands = commands_of(text)
    return {"text": text, **({"entities": commands} if commands else {})}


def _write(world: World, member: Member, chat: Chat, fields: JSON, file: Any = None) -> JSON:
    if member.blocked:
        raise Refusal(409, "the person has blocked the bot")
    member.started = member.started or chat is member.chat
    message = world.add_message(chat, member.user(), fields, file)
    if not chat.left:
        world.updates.push("message", message.raw)
    return {"message_id": message.raw["message_id"], "revision": chat.revision}


def _edited(world: World, member: Member, number: int, text: str) -> JSON:
    message: Stored | None = member.chat.messages.get(number)
    if message is None or message.from_bot or "text" not in message.raw:
        raise Refusal(404, "no such message of the person's")
    message.raw = {**message.raw, "text": text, "edit_date": int(time.time())}
    message.edited = True
    member.chat.changed(message)
    world.updates.push("edited_message", message.raw)
    return {"message_id": number, "revision": member.chat.revision}


async def _upload(world: World, request: web.Request) -> JSON:
    member, call = _member(world, request), await read(request)
    upload, kind = call.files.get("file"), call.text("kind") or "document"
    if upload is None or kind not in ("document", "photo"):
        raise Refusal(400, "a file of kind document or photo is expected")
    file = media.kept(world, kind, upload)
    more = {name: call.text(name) for name in ("caption", "media_group_id") if call.text(name)}
    return _write(world, member, member.chat, {**media.fields(kind, file), **more}, file)


async def _press(world: World, request: web.Request) -> JSON:
    member, call = _member(world, request), await read(request)
    if member.blocked:
        raise Refusal(409, "the person has blocked the bot")
    number = world.add_query(member, member.chat, call.integer("message_id"), call.text("data"))
    return {"callback_query_id": number, "revision": member.chat.revision}


async def _block(world: World, request: web.Request) -> JSON:
    return _set_blocked(world, _member(world, request), blocked=True)


async def _unblock(world: World, request: web.Request) -> JSON:
    return _set_blocked(world, _member(world, request), blocked=False)


def _set_blocked(world: World, member: Member, *, blocked: bool) -> JSON:
    if member.blocked != blocked:
        member.blocked = blocked
        inside = {"status": "member", "user": world.bot}
        outside = {"status": "kicked", "user": world.bot, "until_date": 0}
        old, new = (inside, outside) if blocked else (outside, inside)
        about = {"chat": member.chat.facts, "from": member.user(), "date": int(time.time())}
        world.updates.push("my_chat_member", {**about, "old_chat_member": old, "new_chat_member": new})
    return {"blocked": blocked}


async def _chat(world: World, request: web.Request) -> bytes:
    """Tell the chat once it is newer than `after`; `changed=1` leaves out the messages that are not."""
    member, call = _member(world, request), Call(request.query)
    chat, after = member.chat, call.integer("after", -1)
    if chat.revision <= after:
        await chat.bell.wait(min(float(call.text("wait") or 0), _LONGEST_WAIT))
    least = after if call.flag("changed") else -1
    messages = [m.view() for m in list(chat.messages.values()) if m.rev > least]
    rest = {"revision": chat.revision, "toasts": chat.toasts, "commands": _commands(world, member)}
    head = json.dumps(rest, ensure_ascii=False).encode()
    return head[:-1] + b',"messages":[' + b",".join(messages) + b"]}"


def _commands(world: World, member: Member) -> list[JSON]:
    for kind, number in (("chat", member.id), ("all_private_chats", 0), ("default", 0)):
        for language in ("ru", ""):
            if found := world.commands.get((kind, number, language)):
                return found
    return []


async def _group(world: World, request: web.Request) -> JSON:
    body = await _body(request)
    return {"id": world.add_group(str(body.get("title") or "Группа")).id}


async def _migrate(world: World, request: web.Request) -> JSON:
    old = world.chats.get(int(request.match_info["id"]))
    if old is None or old.kind != "group":
        raise Refusal(404, "no such group")
    new = world.add_group(str(old.facts["title"]), "supergroup")
    old.migrated_to = new.id
    system = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    world.updates.push("message", world.add_message(old, system, {"migrate_to_chat_id": new.id}).raw)
    world.updates.push("message", world.add_message(new, system, {"migrate_from_chat_id": old.id}).raw)
    return {"id": new.id}


async def _settings(world: World, request: web.Request) -> JSON:
    body = await _body(request)
    if "limits" in body:
        world.limits.enabled = bool(body["limits"])
    return {"limits": world.limits.enabled}


async def _calls(world: World, request: web.Request) -> JSON:
    return {"counts": dict(world.calls)}
