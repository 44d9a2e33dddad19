"""The audit on the screen: what to look at, a page of it, and whose actions."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from bot.callbacks import audit as button
from bot.context import Settings
from bot.replies import Button, Rows, Screen
from school.ports_audit import AuditLine
from school.use_cases.read_audit import MOST, Asked, Person, Read
from wording import audit as words
from wording.dates import date_long

PEOPLE_PAGE = 8
LONGEST_KEY = 40  # bytes: what a button has room for

ADDRESS = re.compile(r"[^\s@«»,:;()]+@")
# What these change is a person's name, the student's who is no more and the one's who is.
OF_PEOPLE = frozenset({"student.replaced"})

NO_FILE = "Файлы с личными данными в эту переписку мы не отправляем: так решила школа. Смотрите журнал на экране."
NOBODY = "Такого сотрудника нет. Пришлите номер заявки, дату или имя, например: /audit 0123-0042."


def menu(today: date) -> Screen:
    """Say how to ask for the audit."""
    yesterday = today - timedelta(days=1)
    return Screen(
        "<b>Журнал действий</b>\nПришлите команду с номером заявки, датой или именем сотрудника:\n"
        "<code>/audit 0123-0042</code>\n<code>/audit 5 марта</code>\n<code>/audit Орлова</code>",
        (
            (
                Button("Сегодня", button("day", today.isoformat())),
                Button("Вчера", button("day", yesterday.isoformat())),
            ),
            (Button("Сотрудники", button("people")),),
        ),
    )


def people(found: Sequence[Person], page: int) -> Screen:
    """Let the reader choose whose actions to look at."""
    page = min(max(page, 0), max(len(found) - 1, 0) // PEOPLE_PAGE)
    shown = found[page * PEOPLE_PAGE : (page + 1) * PEOPLE_PAGE]
    rows: list[tuple[Button, ...]] = [
        (Button(f"{one.name[:28]}{' · бывший' if one.former else ''}", button("person", str(one.user_id))),)
        for one in shown
    ]
    rows += _turns("people", "", page, more=(page + 1) * PEOPLE_PAGE < len(found), labels=("‹ Назад", "Ещё ›"))
    return Screen("<b>Чьи действия показать?</b>", (*rows, (Button("К журналу", button("menu")),)))


def page_of(read: Read, settings: Settings) -> Screen:
    """Return a page of the audit, the newest first."""
    head = f"<b>{escape(_open_to(settings, title(read)))}</b>"
    if read.page:
        head += f" · страница {read.page + 1}"
    blocks = [_line(line, read, settings) for line in read.lines] or ["Записей нет."]
    fits = len(read.asked.key.encode()) <= LONGEST_KEY and ":" not in read.asked.key
    rows: list[tuple[Button, ...]] = []
    if fits:
        rows += _turns(read.asked.of, read.asked.key, read.page, more=read.more, labels=("‹ Новее", "Раньше ›"))
        if read.lines and settings.in_chat:
            rows.append((Button("Скачать таблицей", button("xlsx", f"{read.asked.of}={read.asked.key}")),))
    return Screen("\n\n".join([head, *blocks]), (*rows, (Button("К журналу", button("menu")),)))


def title(read: Read) -> str:
    """Return what the page is of; plain text."""
    asked: Asked = read.asked
    if asked.of == "order":
        return f"Журнал: заявка № {asked.key}"
    if asked.of == "day":
        return f"Журнал за {date_long(date.fromisoformat(asked.key))}"
    known = read.staff.get(int(asked.key)) if asked.key.isdecimal() else None
    return f"Журнал: {known or asked.key}"


def caption(read: Read) -> str:
    """Return what stands under the file; HTML."""
    cut = f"\nПоказаны последние {MOST}: более старые — по заявке или за день." if read.more else ""
    return f"📎 {escape(title(read))}, записей: {len(read.lines)}.{cut}"


def _line(line: AuditLine, read: Read, settings: Settings) -> str:
    actor = words.actor_words(line.actor if settings.in_chat else _without_address(line.actor), read.staff)
    about = _open_to(settings, words.subject_words(line, read.labels, read.staff))
    what = words.action_words(line.action)
    named = not settings.in_chat and line.action in OF_PEOPLE
    change = "" if named else _open_to(settings, words.change_words(line))
    first = f"{words.moment_words(line.at, settings.zone)} · {escape(actor)}"
    second = what[:1].upper() + what[1:] + (f" — {about}" if about else "")
    return "\n".join([first, escape(second), *([escape(change)] if change else [])])


def _open_to(settings: Settings, text: str) -> str:
    """Return the text with addresses masked where chats carry no personal data."""
    return text if settings.in_chat else ADDRESS.sub("…@", text)


def _without_address(actor: str) -> str:
    channel, _, name = actor.partition(":")
    return f"{channel}:" if channel in ("mail", "page") and not name.isdecimal() else actor


def _turns(act: str, key: str, page: int, *, more: bool, labels: tuple[str, str]) -> Rows:
    row = []
    if page > 0:
        row.append(Button(labels[0], button(act, key, page - 1)))
    if more:
        row.append(Button(labels[1], button(act, key, page + 1)))
    return (tuple(row),) if row else ()
