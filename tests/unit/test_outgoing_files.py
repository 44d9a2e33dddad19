"""Pictures of documents as the bot sends them: what is not shown is said, with the way to the file."""

from typing import Any, cast

import pytest

from bot.outgoing_files import OutgoingFiles
from school.errors import NotFound
from school.ports import Pictures, Vault

CARD, SCAN = "Откройте оригинал кнопкой под карточкой.", "скачайте его кнопкой «Скачать скан» под актом."


class Drawn:
    """Pictures of all pages but those named "gone"."""

    async def picture(self, document_id: str, number: int, size: str) -> bytes:
        """Return a picture. Raises `NotFound`."""
        if document_id == "gone":
            raise NotFound
        return b"a picture"


def _pages(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one, "number": 1} for one in ids]


@pytest.mark.parametrize(
    ("data", "method", "words"),
    [
        ({"pages": _pages("a"), "caption": "Акт"}, "sendPhoto", "Акт"),
        ({"pages": _pages("gone")}, "sendMessage", f"Страницы документа показать не удалось. {CARD}"),
        (
            {"pages": _pages("a", "gone"), "caption": "Акт"},
            "sendPhoto",
            f"Акт\nНе все страницы удалось показать. {CARD}",
        ),
        ({"pages": _pages("gone"), "original": "scan"}, "sendMessage", SCAN),
        (
            {"pages": _pages(*"abcdefghijkl"), "caption": "Акт", "original": "scan"},
            "sendMediaGroup",
            "Акт\nЗдесь первые 10, всего 12 страниц: остальные в оригинале.",
        ),
    ],
)
async def test_what_is_not_shown_is_said(data: dict[str, Any], method: str, words: str) -> None:
    """Pages that cannot be drawn, and those beyond an album, are told; where the file is depends on what it is of."""
    files = OutgoingFiles(cast("Vault", None), cast("Pictures", Drawn()))
    made: Any = await files.method("pictures", data, 77)
    assert made.__api_method__ == method
    told = made.text if method == "sendMessage" else made.caption if method == "sendPhoto" else made.media[0].caption
    assert told.endswith(words)
