"""Screens of the catalogue for administrators: what a changed file would do, what was wrong with it, what was done."""

from collections.abc import Sequence
from datetime import date
from html import escape

from bot.callbacks import catalogue as button
from bot.replies import Button, Screen
from paper.catalogue_sheet import Fault
from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from school.use_cases.load_catalogue import Difference, Item, Preview, What
from wording.catalogue_sheet import COLUMNS
from wording.dates import period_with_year
from wording.plurals import plural
from wording.sums import format_sum

NAMED = 12
KEEP = "Прежние заявки остаются со своими ценами, названиями и датами."
SEND = (
    "Пришлите сюда изменённый каталог файлом XLSX: покажем, что изменится, и спросим, применить ли. "
    "Если передумали, нажмите «Отменить»."
)
NOT_FETCHED = "Файл не скачался. Пришлите его ещё раз."
SAME = "В файле всё так же, как в каталоге: менять нечего. Измените его и пришлите ещё раз."
_STOP = (Button("Отменить", button("close")),)
_HEADS: dict[What, str] = {"added": "Добавится", "changed": "Изменится", "closed": "Больше не предлагаем"}
_DONE: dict[What, str] = {"added": "добавлено", "changed": "изменено", "closed": "закрыто"}
_KINDS = {Discipline: "школа", Course: "курс", Tariff: "тариф", Run: "поток"}
_SHEETS = {Discipline: "disciplines", Course: "courses", Tariff: "tariffs", Run: "runs"}


def caption(found: Catalogue, today: date) -> str:
    """Say what is in the file that is given out, as HTML."""
    courses = plural(len(found.courses), "курс", "курса", "курсов")
    runs = sum(len(found.offered_runs(course.key, today)) for course in found.courses)
    return (
        f"📎 Каталог: {courses}, можно заказать {plural(runs, 'поток', 'потока', 'потоков')}.\n"
        "Измените файл и пришлите сюда: покажем разницу и спросим, применить ли."
    )


def asked() -> Screen:
    """Say that the changed file is waited for."""
    return Screen(SEND, (_STOP,))


def not_taken(words: str) -> Screen:
    """Say in a plain sentence why the file was not taken; it is waited for still."""
    return Screen(escape(words), (_STOP,))


def faults(found: Sequence[Fault]) -> Screen:
    """List what is wrong in the file, all at once; nothing of it is taken."""
    count = plural(len(found), "ошибка", "ошибки", "ошибок")
    lines = [
        f"{escape(one.sheet)}, строка {one.row}, «{escape(one.column)}»: {escape(one.problem)}" for one in found[:NAMED]
    ]
    if len(found) > NAMED:
        lines.append(f"…и ещё {len(found) - NAMED}")
    head = f"⚠️ <b>В файле {count}, каталог не изменили</b>"
    return Screen("\n".join([head, *lines, "", "Исправьте и пришлите файл ещё раз."]), (_STOP,))


def preview(found: Preview) -> Screen:
    """Show what would be added, changed and closed, and ask whether to do it."""
    if not found.differences:
        return Screen(SAME, (_STOP,))
    parts = ["<b>Проверьте изменения каталога</b>"]
    for what, head in _HEADS.items():
        some = [one for one in found.differences if one.what == what]
        if some:
            lines = [_line(one) for one in some[:NAMED]]
            if len(some) > NAMED:
                lines.append(f"…и ещё {len(some) - NAMED}")
            parts.append("\n".join([f"<b>{head}: {len(some)}</b>", *lines]))
    rows = ((Button("Применить", button("apply", found.draft_id)), *_STOP),)
    return Screen("\n\n".join([*parts, KEEP]), rows)


def applied(found: Sequence[Difference]) -> Screen:
    """Say what was done."""
    counts = [f"{words} {n}" for what, words in _DONE.items() if (n := sum(one.what == what for one in found))]
    if not counts:
        return Screen("Каталог уже такой, менять было нечего. Открыть его — /catalog.")
    return Screen(f"✅ Каталог изменён: {', '.join(counts)}. {KEEP}\nОткрыть его снова — /catalog.")


def _line(one: Difference) -> str:
    text = f"{_KINDS[type(one.item)]} {escape(_name(one.item))}"
    if one.before is None or one.after is None or one.what == "closed":
        return text
    return f"{text}: {escape('; '.join(_changes(one.before, one.after)))}"


def _name(item: Item) -> str:
    if isinstance(item, Run):
        return f"{item.course}, {period_with_year(item.starts, item.ends)}"
    if isinstance(item, Tariff):
        return f"«{item.title}» курса {item.course}, {format_sum(item.price)}"
    return f"«{item.title}»"


def _changes(before: Item, after: Item) -> list[str]:
    titles = COLUMNS[_SHEETS[type(after)]]
    told = []
    for name, title in titles.items():
        was, now_is = getattr(before, name), getattr(after, name)
        if was != now_is:
            told.append(f"{title.removesuffix(', ₽').lower()} {_value(name, was)} → {_value(name, now_is)}")
    return told or ["возвращаем в продажу"]


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if name == "price" and isinstance(value, int):
        return format_sum(value)
    text = str(value) or "пусто"
    return text if len(text) <= 60 else f"{text[:59]}…"
