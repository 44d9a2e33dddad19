"""What is said about group chats in private, and the few lines said in them: numbers and counts, nothing personal."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import group as button
from bot.replies import Button, Screen
from school.ports_audit import Group
from school.use_cases.bind_group import Bound

CENTRES_SHOWN = 8

FAREWELL = (
    "Я работаю только в группах сервисных центров. Добавить меня может менеджер центра или администратор школы. Выхожу."
)
ONLY_STAFF = "Подключить группу может менеджер центра или администратор школы."
WHICH_CENTRE = "Отправьте команду с номером центра, например: /bind 0123."
NO_CENTRE = "Такого открытого центра нет. Проверьте номер и отправьте ещё раз, например: /bind 0123."
TAKEN = "Группа подключена к другому центру. Отключить её может менеджер того центра."


def in_private(username: str) -> Screen:
    """Send people out of the group to the private chat."""
    return Screen(f"Пишите мне лично: @{escape(username)}. В группе я только сообщаю о новых заявках.")


def brought(chat_id: int, title: str, centres: Sequence[str]) -> Screen:
    """Ask who brought the bot which centre's notices go to the group."""
    how = (
        "Выберите центр, уведомления которого присылать туда."
        if centres
        else "Отправьте в группе команду /bind и номер центра, например: /bind 0123."
    )
    rows = [(Button(f"Центр {number}", button("bind", chat_id, number)),) for number in centres[:CENTRES_SHOWN]]
    return Screen(
        f"<b>Меня добавили в группу «{escape(title)}»</b>\n{how}\n"
        "В группе будут только номера заявок и количество, без имён и других личных данных.",
        (*rows, (Button("Выйти из группы", button("leave", chat_id)),)),
    )


def bound(found: Bound) -> Screen:
    """Say in private that the group is bound."""
    return Screen(
        f"✅ Группа «{escape(found.group.title)}» подключена к центру {found.centre.number}. "
        "Туда придут новые заявки и утренняя сводка.",
        ((Button("Отключить", button("leave", found.group.chat_id)),),),
    )


def welcome(found: Bound) -> Screen:
    """Say the same in the group."""
    return Screen(f"✅ Сюда будут приходить уведомления центра {found.centre.number}: номера заявок и количество.")


def left(group: Group) -> Screen:
    """Say in private that the bot has left the group on request."""
    return Screen(f"Вышли из группы «{escape(group.title)}». Чтобы вернуть уведомления, добавьте меня туда снова.")


def removed(group: Group) -> Screen:
    """Say in private that somebody took the bot out of the group."""
    return Screen(
        f"⚠️ Меня убрали из группы «{escape(group.title)}». Уведомления центра {group.centre} туда больше не придут. "
        "Чтобы вернуть их, добавьте меня снова."
    )
