"""Screens of an order's notes: the latest, asking for one, and the few that stand on the order's card."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import note as button
from bot.callbacks import status
from bot.context import Settings
from bot.replies import Button, Screen
from school.order import Order
from school.use_cases.note_order import LONGEST, Note
from wording.dates import period_with_year

ON_CARD = 2
SHORT = 160
SHOWN = 600
NOT_IN_CHAT = "Заметки в этой переписке не пишем и не показываем: так решила школа."
ON_PAGE = "Откройте заявку на странице сотрудника: /page."
ASK = (
    "Пришлите заметку одним сообщением, до {longest} знаков. "
    "Её увидят только менеджеры центра, кураторы и администраторы."
)


def listed(order: Order, notes: Sequence[Note], settings: Settings, said: str = "") -> Screen:
    """Show the latest notes and let one be written; `said` is what was just done."""
    number = escape(order.number)
    lines = [f"{said}\n"] if said else []
    lines.append(f"<b>Заметки к заявке № {number}</b>")
    lines += [f"\n{_note(one, SHOWN, settings)}" for one in notes] or ["Заметок пока нет."]
    rows = ((Button("Написать", button("ask", order.number)), back(order)),)
    return Screen("\n".join(lines), rows)


def ask(order: Order) -> Screen:
    """Ask for the words."""
    text = f"<b>Заметка к заявке № {escape(order.number)}</b>\n{ASK.format(longest=LONGEST)}"
    return Screen(text, ((Button("Не писать", button("stop", order.number)),),))


def not_in_chat(settings: Settings, order: Order | None = None) -> Screen:
    """Say where notes are, where chats carry no personal data."""
    text = f"{NOT_IN_CHAT} {ON_PAGE}" if settings.public_url else NOT_IN_CHAT
    return Screen(text, ((back(order),),) if order is not None else ())


def on_card(notes: Sequence[Note], settings: Settings) -> list[str]:
    """Return the lines of an order's card about its latest notes, for HTML."""
    if not notes or not settings.in_chat:
        return []
    return ["", "<b>Заметки</b>", *(_note(one, SHORT, settings) for one in notes[:ON_CARD])]


def back(order: Order) -> Button:
    """The way back to the order's card."""
    return Button("← К заявке", status("go", "n", order.number))


def _note(note: Note, longest: int, settings: Settings) -> str:
    day = note.at.astimezone(settings.zone).date()
    text = note.text if len(note.text) <= longest else f"{note.text[:longest].rstrip()}…"
    return f"{period_with_year(day, day)}, {escape(note.sender)}:\n{escape(text)}"
