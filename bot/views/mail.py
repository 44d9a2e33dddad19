"""Screens of `/mail`: what goes out, what was given up, and letters that nobody took."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.callbacks import mail
from bot.context import Settings, ShownLetter
from bot.replies import Button, Screen
from school.mailroom import StoredLetter
from school.order import Enrolment
from school.ports_mail import QueuedMessage
from school.reminder_kinds import initials
from school.use_cases.file_letter import PAGE, Aside
from school.use_cases.mail_desk import Outgoing
from wording.dates import date_short
from wording.letters import LETTER_NAMES
from wording.mail_reasons import reason_words
from wording.names import bare
from wording.plurals import plural, plural_word

LONGEST_TEXT = 1500
LONGEST_SUBJECT = 120
LONGEST_ERROR = 200
MESSAGES = ("сообщение", "сообщения", "сообщений")
LETTERS = ("письмо", "письма", "писем")
_SERVERS = {"chat": "Телеграм", "mail": "Почтовый сервер"}
SENT_NOW = "✅ Отправляем сейчас всё, что ждёт"
DROPPED = "✅ Письмо убрали. Ответа на него не будет."
GONE = "Этого письма здесь уже нет: его разобрали. Остальные — /mail."
TOO_BIG = "Письмо слишком большое, чтобы прислать его сюда. Откройте его в почтовом ящике."
NOT_IN_CHAT = "Текст в переписке не показываем: так решила школа. Откройте письмо в почтовом ящике."
NOT_READ = "Само письмо уже удалено, остались отправитель и тема."


@dataclass(frozen=True, slots=True)
class Standing:
    """What an administrator sees besides the queue: updates set aside, since when (UTC) a channel's server is away."""

    updates: int
    away: Mapping[str, datetime]
    now: datetime


def overview(found: Outgoing | None, aside: int, settings: Settings, standing: Standing) -> Screen:
    """Say how the mail stands; a curator sees only the letters left to a person.

    `aside` letters are left to people.
    """
    lines = ["<b>Почта</b>"]
    lines.append(f"⚠️ Непонятые письма: {aside}" if aside else "✅ Непонятых писем нет")
    buttons = [Button(f"Разобрать ({aside})", mail("list", "0"))] if aside else []
    if standing.updates:
        lines.append(f"⚠️ Отложенные сообщения: {standing.updates}")
        buttons.append(Button(f"Отложенные сообщения ({standing.updates})", mail("aside", "0")))
    if found is not None:
        lines += [_away(*one, found, standing, settings) for one in standing.away.items()]
        lines += _outgoing(found, settings)
        if standing.away or found.failing:
            buttons.append(Button("Отправить сейчас", mail("now")))
        if found.dead:
            buttons.append(Button(f"Не доставлены ({len(found.dead)})", mail("dead", "0")))
    return Screen("\n".join(lines), (*((button,) for button in buttons), (Button("Обновить", mail("home")),)))


def _away(channel: str, since: datetime, found: Outgoing, standing: Standing, settings: Settings) -> str:
    at, today = since.astimezone(settings.zone), standing.now.astimezone(settings.zone).date()
    when = f"{at:%H:%M}" if at.date() == today else f"{date_short(at.date())}, {at:%H:%M}"
    count = sum(waiting for of, _, waiting in found.waiting if of == channel)
    words = plural(count, *(MESSAGES if channel == "chat" else LETTERS))
    waits = f", {plural_word(count, 'ждёт', 'ждут', 'ждут')} {words}" if count else ""
    return f"⚠️ {_SERVERS[channel]} не отвечает с {when}{waits}"


def _outgoing(found: Outgoing, settings: Settings) -> list[str]:
    lines = []
    waiting = Counter({(channel, kind): count for channel, kind, count in found.waiting})
    if waiting:
        lines.append(f"⏳ Ждут отправки: {_kinds(waiting)}")
    if found.failing:
        lines.append(f"⚠️ Не уходят, пробуем ещё: {_kinds(Counter((m.channel, m.kind) for m in found.failing))}")
    if found.dead:
        lines.append(f"⚠️ Не доставлены: {_kinds(Counter((m.channel, m.kind) for m in found.dead))}")
    if found.bouncing:
        lines.append(f"Не принимают писем: {', '.join(_address(one, settings) for one in found.bouncing)}")
    return lines or ["✅ Всё отправлено"]


def _kinds(counts: Counter[tuple[str, str]]) -> str:
    """Return counts by kind in words; what has no name of a letter goes to chats."""
    named: Counter[str] = Counter()
    for (_, kind), count in counts.items():
        named[LETTER_NAMES.get(kind, "сообщения в чат")] += count
    return ", ".join(f"{escape(name)} — {count}" for name, count in named.items())


def dead(messages: Sequence[QueuedMessage], place: int, settings: Settings) -> Screen:
    """Return one message that was given up, with the ways on."""
    if not messages:
        return Screen("✅ Недоставленных сообщений нет.", ((Button("К почте", mail("home")),),))
    place = min(max(place, 0), len(messages) - 1)
    one = messages[place]
    name = LETTER_NAMES.get(one.kind, "сообщение в чат")
    lines = [f"<b>Не доставлено {place + 1} из {len(messages)}</b>", f"{escape(name)} · {_when(one, settings)}"]
    if one.channel == "mail":
        lines.append(f"Кому: {_address(one.recipient, settings)}")
    if one.error and settings.in_chat:
        lines.append(f"Ответ сервера: <code>{escape(one.error[:LONGEST_ERROR])}</code>")
    rows = [
        (Button("Повторить", mail("retry", one.id)), Button("Убрать", mail("drop", one.id))),
        *_turn("dead", place, len(messages)),
        (Button("Повторить все", mail("all")),),
    ]
    return Screen("\n".join(lines), tuple(rows))


def retried(count: int, outdated: int = 0) -> str:
    """Say how many messages are sent once more, and how many are not, their links being past."""
    words = f"✅ Отправляем ещё раз: {plural(count, *MESSAGES)}." if count else "Повторять нечего."
    if outdated:
        words += f" Не повторили {plural(outdated, *MESSAGES)}: ссылки или коды в них устарели. Их можно убрать."
    return words


def listed(letters: Sequence[StoredLetter], page: int, total: int, settings: Settings) -> Screen:
    """Return a page of the letters that nobody took."""
    if not letters:
        return Screen("✅ Непонятых писем нет.", ((Button("К почте", mail("home")),),))
    lines = [f"<b>Непонятые письма: {total}</b>"]
    buttons = []
    for at, letter in enumerate(letters, page * PAGE + 1):
        lines += ["", f"{at}. {_head(letter, settings)}"]
        buttons.append(Button(f"Открыть {at}", mail("open", str(letter.id))))
    pairs = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return Screen("\n".join(lines), (*pairs, *_turn("list", page, -(-total // PAGE))))


def letter_card(found: Aside, shown: ShownLetter | None, settings: Settings) -> Screen:
    """Return a letter with its text, and one tap to say whose it is."""
    lines = [_head(found.letter, settings)]
    if shown is None:
        lines += ["", NOT_READ]
    elif settings.in_chat:
        text = shown.text[:LONGEST_TEXT] + ("…" if len(shown.text) > LONGEST_TEXT else "")
        lines += ["", escape(text) or "Текста в письме нет."]
        lines += [f"📎 {escape(name)}" for name in shown.files]
    else:
        lines += ["", NOT_IN_CHAT]
    rows = [
        (Button(_student(one, settings), mail("to", str(found.letter.id), str(at))),)
        for at, one in enumerate(found.students)
    ]
    rows.append((Button("К заявке по номеру", mail("number", str(found.letter.id))),))
    if shown is not None and settings.in_chat:
        rows.append((Button("Письмо файлом", mail("raw", str(found.letter.id))),))
    rows.append((Button("Спам, убрать", mail("spam", str(found.letter.id))),))
    return Screen("\n".join(lines), tuple(rows))


def ask_number(letter_id: int) -> str:
    """Say how to file a letter by an order's number."""
    return (
        f"<b>О какой заявке письмо?</b>\nПришлите команду с её номером: <code>/mail {letter_id} 0123-0042</code>\n"
        f"Если письмо от ученика — с его местом в заявке: <code>/mail {letter_id} 0123-0042/2</code>"
    )


def filed(reference: str) -> str:
    """Say where a letter was filed to, and what comes of it."""
    return f"✅ Отнесли письмо к заявке № {escape(reference)}. Обработаем его в течение минуты. Остальные — /mail."


def _student(about: Enrolment, settings: Settings) -> str:
    name = initials(about.line.name) if settings.in_chat else bare(about.line.name)
    return f"{name}, {about.reference}"[:40]


def _head(letter: StoredLetter, settings: Settings) -> str:
    day = date_short(letter.received_at.astimezone(settings.zone).date())
    said = f"{_address(letter.sender, settings)}, {day}"
    if settings.in_chat:
        said += f"\n{escape(letter.subject_line[:LONGEST_SUBJECT]) or 'без темы'}"
    return f"{said}\n⚠️ {reason_words(letter.reason)}"


def _address(address: str, settings: Settings) -> str:
    """Return an address; where chats hold no personal data its host alone."""
    if not address:
        return "отправитель не указан"
    return escape(address if settings.in_chat else f"…@{address.rpartition('@')[2]}")


def _when(message: QueuedMessage, settings: Settings) -> str:
    return date_short(message.created_at.astimezone(settings.zone).date())


def _turn(act: str, page: int, pages: int) -> Iterable[tuple[Button, ...]]:
    turn = [Button("‹ Назад", mail(act, str(page - 1)))] if page else []
    if page + 1 < pages:
        turn.append(Button("Дальше ›", mail(act, str(page + 1))))
    return [tuple(turn)] if turn else []
