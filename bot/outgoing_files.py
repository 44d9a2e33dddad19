"""Files that the bot sends: pages of documents as an album, drawn or as they came, a workbook out of the message."""

import base64
from typing import Any

from aiogram.methods import SendDocument, SendMediaGroup, SendMessage, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InputMediaDocument, InputMediaPhoto

from school.errors import NotFound
from school.ports import Pictures, Vault
from school.uploads import UploadRefused, tidy_name
from wording.uploads import pages_shown

KINDS = frozenset({"documents", "pictures", "file"})
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
NOT_DRAWN = "Страницы документа показать не удалось. {original}."
SOME_NOT_DRAWN = "Не все страницы удалось показать. {original}."
ORIGINALS = {
    "card": "Откройте оригинал кнопкой под карточкой",
    "scan": "Примите файл как скан и скачайте его кнопкой «Скачать скан» под актом",
}


class OutgoingFiles:
    """Makes the Bot API calls that send files of the vault: as they were sent, or as pictures to look at."""

    def __init__(self, vault: Vault, pictures: Pictures) -> None:
        self._vault = vault
        self._pictures = pictures

    async def method(self, kind: str, data: dict[str, Any], chat_id: int) -> TelegramMethod[Any]:
        """Return the call for "documents" or "pictures" {pages, caption}, or for "file" {name, base64, caption}.

        A page of "documents" is {id, media, name}; its `title`, where there is one, becomes the file's name. One of
        "pictures" is {id, number}; `original`, one of `ORIGINALS`, says where the file is, under the card by default.
        At most ten pages: Telegram's album.
        """
        if kind == "pictures":
            return await self._drawn(data, chat_id)
        if kind == "documents":
            return await self._originals(data, chat_id)
        file = BufferedInputFile(base64.b64decode(data["base64"]), data["name"])
        return SendDocument(chat_id=chat_id, document=file, caption=data.get("caption") or None, parse_mode="HTML")

    async def _originals(self, data: dict[str, Any], chat_id: int) -> TelegramMethod[Any]:
        """Send pages as files, so that nothing is lost to compression."""
        files = []
        try:
            for number, page in enumerate(data["pages"][:ALBUM], 1):
                ending = _ENDINGS.get(page["media"], "bin")
                # Never the name that the sender's device gave, it may hold anything; an administrator typed a title.
                name = tidy_name(page.get("title", "")) or str(number)
                files.append(BufferedInputFile(await self._vault.get(page["id"]), f"{name}.{ending}"))
        except NotFound:
            return SendMessage(chat_id=chat_id, text=ERASED)
        caption = data.get("caption") or None
        if len(files) == 1:
            return SendDocument(chat_id=chat_id, document=files[0], caption=caption, parse_mode="HTML")
        media = [InputMediaDocument(media=file) for file in files]
        media[-1] = InputMediaDocument(media=files[-1], caption=caption, parse_mode="HTML")
        return SendMediaGroup(chat_id=chat_id, media=list(media))

    async def _drawn(self, data: dict[str, Any], chat_id: int) -> TelegramMethod[Any]:
        """Send pages as pictures, those that can be drawn; the caption stands under the first, where albums show it."""
        asked = data["pages"][:ALBUM]
        drawn = [found for page in asked if (found := await self._picture(page)) is not None]
        original = ORIGINALS[data.get("original", "card")]
        if not drawn:
            return SendMessage(chat_id=chat_id, text=NOT_DRAWN.format(original=original))
        left = "" if len(drawn) == len(asked) else SOME_NOT_DRAWN.format(original=original)
        told = (data.get("caption", ""), pages_shown(len(data["pages"]), ALBUM), left)
        caption = "\n".join(line for line in told if line)
        files = [BufferedInputFile(content, f"{number}.jpg") for number, content in enumerate(drawn, 1)]
        if len(files) == 1:
            return SendPhoto(chat_id=chat_id, photo=files[0], caption=caption, parse_mode="HTML")
        media = [InputMediaPhoto(media=file) for file in files]
        media[0] = InputMediaPhoto(media=files[0], caption=caption, parse_mode="HTML")
        return SendMediaGroup(chat_id=chat_id, media=list(media))

    async def _picture(self, page: dict[str, Any]) -> bytes | None:
        try:
            return await self._pictures.picture(page["id"], page["number"], "whole")
        except (NotFound, UploadRefused):
            return None
