"""The methods that change or delete a message."""

import time

from sandbox.methods_markup import caption_of, check_chat, markup_of, text_of
from sandbox.methods_params import Params
from sandbox.state import Chat, Post, World
from sandbox.updates import ApiError, Json

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
_TEXT = ("text", "entities", "reply_markup")
_CAPTION = ("caption", "caption_entities", "reply_markup")


def edit_text(world: World, p: Params) -> Json:
    """Change the text and the inline keyboard of the bot's message."""
    content = text_of(p)
    chat, post, inline = _target(world, p)
    if "text" not in post.body:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    return _change(world, chat, post, _TEXT, {**content, **inline})


def edit_caption(world: World, p: Params) -> Json:
    """Change the caption and the inline keyboard of the bot's message with a file."""
    content = caption_of(p.text("caption"), p.text("parse_mode"), p.json("caption_entities"))
    chat, post, inline = _target(world, p)
    if "document" not in post.body and "photo" not in post.body:
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    return _change(world, chat, post, _CAPTION, {**content, **inline})


def edit_markup(world: World, p: Params) -> Json:
    """Change or take off the inline keyboard of the bot's message."""
    chat, post, inline = _target(world, p)
    return _change(world, chat, post, ("reply_markup",), inline)


def delete_message(world: World, p: Params) -> bool:
    """Delete a message of the chat."""
    chat = world.reach(p.text("chat_id"))
    post = chat.posts.get(p.integer("message_id"))
    if post is None or post.deleted:
        raise ApiError(400, "Bad Request: message to delete not found")
    post.deleted, post.view, post.rev = True, "", chat.bump()
    return True


def _target(world: World, p: Params) -> tuple[Chat, Post, Json]:
    inline, other = markup_of(p)
    if other is not None:
        raise ApiError(400, "Bad Request: inline keyboard expected")
    chat = world.reach(p.text("chat_id"))
    check_chat(inline, private=chat.person is not None)
    if not p.integer("message_id"):
        raise ApiError(400, "Bad Request: message identifier is not specified")
    post = chat.posts.get(p.integer("message_id"))
    if post is None or post.deleted:
        raise ApiError(400, "Bad Request: message to edit not found")
    # "It is only possible to edit messages without reply_markup or with inline keyboards" (Bot API).
    if not post.by_bot or post.keyboard is not None:
        raise ApiError(400, "Bad Request: message can't be edited")
    return chat, post, {"reply_markup": inline} if inline else {}


def _change(world: World, chat: Chat, post: Post, fields: tuple[str, ...], content: Json) -> Json:
    world.spend(chat)
    if content == {key: post.body[key] for key in fields if key in post.body}:
        raise ApiError(400, NOT_MODIFIED)
    kept = {key: value for key, value in post.body.items() if key not in fields}
    # A new object: what was told in updates and replies before stays as it was.
    post.body = {**kept, **content, "edit_date": int(time.time())}
    post.edited, post.view, post.rev = True, "", chat.bump()
    return post.body
