"""What a handler answers: screens, gathered during one update and staged as outbox rows with its effects."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from school.notices import Notice

Target = int | str
LONGEST_TEXT = 4000  # Telegram takes 4096 after parsing


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: a callback (`data`, 64 bytes at most), a link (`url`) or a page opened inside (`web_app`)."""

    label: str
    data: str | None = None
    url: str | None = None
    web_app: str | None = None


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: Telegram HTML and inline buttons; or a button that shares the own contact, and texts beside it."""

    text: str
    buttons: Rows = ()
    share_contact: str | None = None
    keyboard: tuple[str, ...] = ()
    drop_keyboard: bool = False


def message_params(screen: Screen, chat_id: int) -> dict[str, Any]:
    """Return the Bot API parameters of a screen."""
    params: dict[str, Any] = {
        "chat_id": chat_id,
        "text": _fitting(screen.text),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if screen.buttons:
        params["reply_markup"] = {"inline_keyboard": [[_button(b) for b in row] for row in screen.buttons]}
    elif screen.share_contact:
        params["reply_markup"] = {
            "keyboard": [
                [{"text": screen.share_contact, "request_contact": True}],
                *([{"text": words}] for words in screen.keyboard),
            ],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        }
    elif screen.drop_keyboard:
        params["reply_markup"] = {"remove_keyboard": True}
    return params


def _fitting(text: str) -> str:
    """Cut a text beyond Telegram's limit at the end of a line: too long a message would not be shown at all."""
    if len(text) <= LONGEST_TEXT:
        return text
    kept = text[:LONGEST_TEXT].rpartition("\n")[0] or text[:LONGEST_TEXT]
    return f"{kept}\n…"


def _button(button: Button) -> dict[str, Any]:
    if button.web_app:
        return {"text": button.label, "web_app": {"url": button.web_app}}
    if button.url:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.data or ""}


@dataclass(slots=True)
class Replies:
    """The answers to one update, in order. `toast` is shown over the pressed button, at best effort."""

    chat_id: int
    update_key: str
    notices: list[Notice] = field(default_factory=list)
    toast: str = ""

    def say(self, screen: Screen, *, once: str = "") -> str:
        """Send a new message and return the outbox id by which it can be changed later.

        Of those that are to be said `once` (a key within the chat) only the first is sent.
        """
        dedupe = f"once:{self.chat_id}:{once}" if once else ""
        return self._add("sendMessage", message_params(screen, self.chat_id), None, dedupe=dedupe)

    def change(self, target: Target, screen: Screen) -> None:
        """Change a message sent before: by its message id, or by the outbox id that sent it."""
        params = message_params(screen, self.chat_id)
        if isinstance(target, int):
            params["message_id"] = target
            self._add("editMessageText", params, None)
        else:
            self._add("editMessageText", params, target)

    def change_for(self, chat_id: int, target: str, screen: Screen) -> None:
        """Change a message in another chat, by the outbox id that sent it."""
        self._add("editMessageText", message_params(screen, chat_id), target, chat_id)

    def clear(self) -> None:
        """Forget what was to be answered."""
        self.notices.clear()
        self.toast = ""

    def _add(
        self,
        method: str,
        params: dict[str, Any],
        edit_of: str | None,
        chat_id: int | None = None,
        *,
        dedupe: str = "",
    ) -> str:
        data = {"method": method, "params": params, "edit_of": edit_of}
        dedupe = dedupe or f"update:{self.update_key}:{len(self.notices)}"
        notice = Notice(uuid4().hex, "reply", "chat", str(chat_id or self.chat_id), data, dedupe)
        self.notices.append(notice)
        return notice.id
