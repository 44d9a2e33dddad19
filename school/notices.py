"""Notices: what is to be told to whom, without words and without a channel; the faces word them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Channel = Literal["chat", "mail"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient. `dedupe` is unique for ever: a second notice of the same key is not sent.

    `recipient` is a chat id for the channel "chat" and an e-mail address for "mail". `data` is plain JSON.
    `bulk` notices give way to answers. `after` (UTC): not sent before, and may be taken back until then.
    """

    id: str
    kind: str
    channel: Channel
    recipient: str
    data: dict[str, Any]
    dedupe: str
    bulk: bool = False
    after: datetime | None = None
