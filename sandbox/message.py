"""A message of the sandbox as its reader sees it, and what waiting for one may raise."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TAIL = 6


class NoSuchButton(LookupError):
    """There is no such button in the chat; the message lists the bot's last messages and their buttons."""


class NotSaid(TimeoutError):
    """What was waited for was not said in time; the message shows the chat's tail."""


class SandboxError(Exception):
    """The control API has refused; the message is its status and words."""


@dataclass(frozen=True)
class Message:
    """A message as its reader sees it; `rev` is the chat's revision of its last change.

    `file` has file_id, name, mime, size in bytes, kind, image and url; `album` is its media_group_id; `reply_to` the
    id of the replied message.
    """

    message_id: int
    sender: str
    text: str
    html: str
    buttons: list[list[Json]]
    keyboard: list[list[Any]]
    rev: int
    edited: bool
    deleted: bool
    file: Json | None
    album: str | None = None
    reply_to: int | None = None

    @classmethod
    def read(cls, told: Json) -> "Message":
        """Make a message of the control API's JSON."""
        return cls(
            told["message_id"],
            told["from"],
            told["text"],
            told["html"],
            told["buttons"],
            told["keyboard"],
            told["rev"],
            told["edited"],
            told["deleted"],
            told.get("file"),
            told.get("album"),
            (told.get("reply_to") or {}).get("message_id"),
        )

    def labels(self) -> list[str]:
        """Return the texts of the inline buttons, row by row."""
        return [button["text"] for row in self.buttons for button in row]

    def has_button(self, label: str) -> bool:
        """Tell whether a button's text contains the label."""
        return any(label in text for text in self.labels())

    def data(self, label: str) -> str | None:
        """Return the data of the button with the label: that text exactly, or else the first that contains it."""
        pressed = [b for row in self.buttons for b in row if label in b["text"] and "data" in b]
        exact = [b for b in pressed if b["text"] == label]
        return str((exact or pressed)[0]["data"]) if pressed else None


def said(chat: Json) -> list[Message]:
    """Return the messages of the bot in a told chat, without the deleted ones."""
    return [Message.read(m) for m in chat["messages"] if m["from"] == "bot" and not m["deleted"]]


def with_button(said: list[Message], label: str) -> Message | None:
    """Return the newest message with such an inline button, or None."""
    return next((m for m in reversed(said) if m.data(label) is not None), None)


def tail(chat: Json) -> str:
    """Return the last lines of a told chat, for an error's words."""
    messages = [Message.read(m) for m in chat["messages"] if not m["deleted"]]
    return "\n".join(line(m) for m in messages[-TAIL:]) or "  (the chat is empty)"


def line(message: Message) -> str:
    """Return a message in one line with its buttons."""
    buttons = "".join(f" [{label}]" for label in message.labels())
    return f"  {message.sender} #{message.message_id} rev {message.rev}: {message.text}{buttons}"
