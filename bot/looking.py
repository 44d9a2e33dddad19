"""Documents to look at in chat: their pages as an album of pictures; the originals as files when they are asked for."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from bot.context import Talk
from bot.outgoing_files import ALBUM
from school.notices import Notice
from school.questionnaire import Page
from wording.uploads import pages_shown


def show_pages(talk: Talk, files: Sequence[Page], caption: str) -> None:
    """Send the first ten pages of a document as pictures, upright and without metadata; `caption` is HTML."""
    pages = [{"id": file.id, "number": number} for file in files for number in range(1, file.pages + 1)]
    told = "\n".join(line for line in (caption, pages_shown(len(pages), ALBUM)) if line)
    _send(talk, "pictures", {"pages": pages[:ALBUM], "caption": told})


def send_originals(talk: Talk, files: Sequence[Page], caption: str) -> None:
    """Send the files of a document as they came; `caption` is HTML."""
    pages = [{"id": file.id, "media": file.media, "name": file.name} for file in files]
    _send(talk, "documents", {"pages": pages, "caption": caption})


def _send(talk: Talk, kind: str, data: dict[str, Any]) -> None:
    key = uuid4().hex
    talk.uow.add_notice(Notice(key, kind, "chat", str(talk.chat_id), data, f"{kind}:{key}"))
