"""Files that the bot sends: a document's pages as an album out of the vault, a workbook out of the message itself."""

import base64
from typing import Any

from aiogram.methods import SendDocument, SendMediaGroup, SendMessage, TelegramMethod
from aiogram.types import BufferedInputFile, InputMediaDocument

from school.errors import NotFound
from school.ports import Vault
from school.uploads import tidy_name

KINDS = frozenset({"documents", "file"})
ALBUM = 10
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "application/pdf": "pdf",
}
ERASED = "Этих документов уже нет: анкету изменили или удалили. Откройте её заново: /queue."


async def method(kind: str, data: dict[str, Any], chat_id: int, vault: Vault) -> TelegramMethod[Any]:
    """Return the call that sends "documents" {pages: [{id, media, name}], caption} or "file" {name, base64, caption}.

    A page's `title`, where there is one, becomes the file's name. At most ten pages: Telegram's album. Images go as
    files too, so that nothing is lost to compression.
    """
    caption = data.get("caption") or None
    if kind == "file":
        file = BufferedInputFile(base64.b64decode(data["base64"]), data["name"])
        return SendDocument(chat_id=chat_id, document=file, caption=caption, parse_mode="HTML")
    files = []
    try:
        for number, page in enumerate(data["pages"][:ALBUM], 1):
            ending = _ENDINGS.get(page["media"], "bin")
            # Never the name that the sender's device gave, it may hold anything; a title was typed by an administrator.
            name = tidy_name(page.get("title", "")) or str(number)
            files.append(BufferedInputFile(await vault.get(page["id"]), f"{name}.{ending}"))
    except NotFound:
        return SendMessage(chat_id=chat_id, text=ERASED)
    if len(files) == 1:
        return SendDocument(chat_id=chat_id, document=files[0], caption=caption, parse_mode="HTML")
    media = [InputMediaDocument(media=file) for file in files]
    media[-1] = InputMediaDocument(media=files[-1], caption=caption, parse_mode="HTML")
    return SendMediaGroup(chat_id=chat_id, media=list(media))
