"""Screens of `/mail` for updates set aside: when, whose, of which kind, and what failed."""

from html import escape

from bot.callbacks import mail
from bot.context import Settings
from bot.raw_updates import Gist, gist
from bot.replies import Button, Screen
from school.ports_inbox import AsideUpdate
from school.use_cases.aside_updates import Place
from wording.dates import date_short

LONGEST_SAID = 300
LONGEST_ERROR = 300
LONGEST_NAME = 64
RETRIED = "✅ Обработаем ещё раз в течение нескольких секунд"
DROPPED = "✅ Убрали"
_NONE = "✅ Отложенных сообщений нет."
_KINDS = {
    "command": "команда",
    "text": "сообщение",
    "file": "файл",
    "button": "нажатие кнопки",
    "edited": "исправленное сообщение",
    "member": "бота добавили, убрали или остановили",
    "other": "другое",
}
_WAY_ON = (
    "«Повторить» — обработаем ещё раз. Если снова не получится, вернём сюда: тогда перешлите ошибку разработчику "
    "и напишите клиенту сами. «Убрать» — удалим без ответа."
)


def card(place: Place, settings: Settings) -> Screen:
    """Return one update set aside with the ways on; without the words and the name where chats hold none."""
    if place.update is None:
        return Screen(_NONE, ((Button("К почте", mail("home")),),))
    one, found = place.update, gist(place.update.payload)
    lines = [
        f"<b>Отложено {place.at + 1} из {place.total}</b>",
        f"{_when(one, settings)} · {_KINDS[found.kind]}",
        f"От кого: {_whose(one, found, settings)}",
    ]
    if settings.in_chat and found.said:
        said = found.said[:LONGEST_SAID] + ("…" if len(found.said) > LONGEST_SAID else "")
        lines.append(f"Текст: {escape(said)}")
    lines += [f"Ошибка: <code>{escape(one.error[:LONGEST_ERROR])}</code>", "", _WAY_ON]
    key, at = str(one.id), str(place.at)
    ways = (Button("Повторить", mail("aside_retry", key, at)), Button("Убрать", mail("aside_drop", key, at)))
    return Screen("\n".join(lines), (ways, *_turn(place), (Button("К почте", mail("home")),)))


def _when(one: AsideUpdate, settings: Settings) -> str:
    at = one.received_at.astimezone(settings.zone)
    return f"{date_short(at.date())}, {at:%H:%M}"


def _whose(one: AsideUpdate, found: Gist, settings: Settings) -> str:
    if one.chat_key > 0:
        name = f"{escape(found.name[:LONGEST_NAME])}, " if settings.in_chat and found.name else ""
        return f"{name}номер в Telegram {one.chat_key}"
    return f"из группы, её номер {one.chat_key}" if one.chat_key else "не удалось прочитать"


def _turn(place: Place) -> tuple[tuple[Button, ...], ...]:
    turn = [Button("‹ Назад", mail("aside", str(place.at - 1)))] if place.at else []
    if place.at + 1 < place.total:
        turn.append(Button("Дальше ›", mail("aside", str(place.at + 1))))
    return (tuple(turn),) if turn else ()
