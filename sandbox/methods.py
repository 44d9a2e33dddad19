"""The table of methods by their lower-case names, and those about updates."""

import re
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sandbox import methods_chat, methods_edit, methods_send
from sandbox.methods_params import Params
from sandbox.state import World
from sandbox.updates import ApiError, Json

_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}\Z")

Method = Callable[[World, Params], Any | Awaitable[Any]]


class Raw(str):
    """A result that is JSON already."""

    __slots__ = ()


async def get_updates(world: World, p: Params) -> Raw:
    """Return the unconfirmed updates; wait for one up to `timeout` seconds."""
    limit = min(max(p.integer("limit", 100), 1), 100)
    timeout = min(max(p.integer("timeout"), 0), 50)
    found = await world.updates.poll(p.integer("offset"), limit, timeout, p.names("allowed_updates"))
    return Raw(f"[{','.join(found)}]")


async def set_webhook(world: World, p: Params) -> bool:
    """Bring the updates to an address; plain HTTP is taken for this machine only."""
    url, secret = p.text("url"), p.text("secret_token")
    if url and not _is_webhook(url):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not _SECRET.match(secret):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    drop = p.flag("drop_pending_updates")
    await world.updates.set_webhook(url, secret, p.names("allowed_updates"), drop=drop)
    return True


async def delete_webhook(world: World, p: Params) -> bool:
    """Stop bringing updates; polling is possible again."""
    await world.updates.set_webhook("", "", None, drop=p.flag("drop_pending_updates"))
    return True


def get_webhook_info(world: World, _: Params) -> Json:
    """Tell where updates are brought and what went wrong last."""
    return world.updates.info()


def _is_webhook(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for name, method in (
        ("getMe", methods_chat.get_me),
        ("getUpdates", get_updates),
        ("setWebhook", set_webhook),
        ("deleteWebhook", delete_webhook),
        ("getWebhookInfo", get_webhook_info),
        ("sendMessage", methods_send.send_message),
        ("sendDocument", methods_send.send_document),
        ("sendPhoto", methods_send.send_photo),
        ("sendMediaGroup", methods_send.send_media_group),
        ("copyMessage", methods_send.copy_message),
        ("editMessageText", methods_edit.edit_text),
        ("editMessageCaption", methods_edit.edit_caption),
        ("editMessageReplyMarkup", methods_edit.edit_markup),
        ("deleteMessage", methods_edit.delete_message),
        ("getFile", methods_chat.get_file),
        ("answerCallbackQuery", methods_chat.answer_callback_query),
        ("sendChatAction", methods_chat.send_chat_action),
        ("getChat", methods_chat.get_chat),
        ("leaveChat", methods_chat.leave_chat),
        ("setMyCommands", methods_chat.set_my_commands),
        ("getMyCommands", methods_chat.get_my_commands),
        ("deleteMyCommands", methods_chat.delete_my_commands),
    )
}
