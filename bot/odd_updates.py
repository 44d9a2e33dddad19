"""Updates that are no answers of people, or that could be read in part only: who is answered, who hears of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from aiogram.enums import ContentType
from aiogram.types import Message, Update

from bot import texts
from bot.alerts import alert_admins
from bot.context import Settings
from bot.raw_updates import writer
from bot.replies import Screen, message_params
from school.notices import Notice
from school.ports import UnitOfWork

ASIDE = "Сообщение клиента не удалось обработать, оно отложено. Разобрать: /mail."
# What people write; a kind that is not known yet may be one more of these. All else Telegram writes of a chat itself.
_OF_PEOPLE = frozenset(
    {
        *(ContentType.UNKNOWN, ContentType.TEXT, ContentType.RICH_MESSAGE, ContentType.ANIMATION, ContentType.AUDIO),
        *(ContentType.DOCUMENT, ContentType.LIVE_PHOTO, ContentType.PAID_MEDIA, ContentType.PHOTO, ContentType.STICKER),
        *(ContentType.STORY, ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.VOICE, ContentType.CHECKLIST),
        *(ContentType.CONTACT, ContentType.DICE, ContentType.GAME, ContentType.POLL, ContentType.VENUE),
        *(ContentType.LOCATION, ContentType.WEB_APP_DATA),
    }
)


def is_service(update: Update) -> bool:
    """Tell whether Telegram itself has written this of a chat: a pinned message, a timer, leave to write."""
    message = update.message or update.edited_message
    return message is not None and message.content_type not in _OF_PEOPLE


def says_nothing(update: Update, *, odd: bool) -> bool:
    """Tell whether nothing of a message's content is left once its odd fields are out."""
    message = update.message
    return (
        odd and isinstance(message, Message) and (message.content_type == ContentType.UNKNOWN or not message.from_user)
    )


def ask_anew(uow: UnitOfWork, payload: str, row_id: int, settings: Settings) -> None:
    """Stage an answer to the human whose private message could not be read; nobody else is answered."""
    found = writer(payload)
    if found is not None:
        screen = Screen(f"{texts.UNREADABLE}\n\n{settings.support()}")
        data = {"method": "sendMessage", "params": message_params(screen, found[0]), "edit_of": None}
        uow.add_notice(Notice(uuid4().hex, "reply", "chat", str(found[0]), data, f"update:{row_id}:unread"))


async def tell(uow: UnitOfWork, odd: Sequence[str], payload: str, now: datetime, *, in_chat: bool) -> None:
    """Stage word to the administrators of fields that could not be read: once a day of the same ones."""
    found = writer(payload)
    whose = "не из личной переписки"
    if found is not None:
        name = f"{found[1]}, " if in_chat and found[1] else ""
        whose = f"от кого: {name}номер в Telegram {found[0]}"
    fields = ", ".join(odd)
    text = (
        f"Telegram прислал сообщение в новом виде ({whose}): не прочитали «{fields}», остальное приняли. "
        "Обновите бота; если обновления нет, перешлите это разработчику."
    )
    await alert_admins(uow, text, f"odd:{fields}:{now.date().isoformat()}")
