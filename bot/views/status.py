"""Screens of `/status`: all columns of REGULATIONS M2 by order, totals and what stands in the way first."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from bot.callbacks import cancel, invoice, note, pay, result, students
from bot.callbacks import status as button
from bot.context import Settings
from bot.replies import Button, Rows, Screen
from bot.status_code import pack
from bot.views import order_for
from bot.views.notes import on_card
from school.catalogue import Catalogue, Run
from school.order import Order
from school.status import Row, totals
from school.use_cases.find_status import MOST, Found
from school.use_cases.note_order import Note
from school.use_cases.own_order import owner_of, substitute_of
from wording import status as words
from wording.plurals import plural

PAGE = 5
LONGEST_PAGE = 3000
"""Letters of a page's students; the rest of a message is for the totals and the notes."""
BESIDES, BESIDES_ORDER = 300, 120
"""Letters of a student and of an order besides what people and the catalogue name at any length."""
LIST_PAGE = 8
HOW = (
    "<b>Что у клиента?</b>\nПришлите ИНН или номер заявки — покажем учеников, оплату, анкеты и обучение.\n\n"
    "По названию или фамилии: <code>/status Ромашка</code>, <code>/status Соколова</code>\n"
    "ИНН с КПП: <code>/status 5039002841 503901001</code>\n"
    "Заявка: <code>/status 0123-0042</code>"
)
NOTHING = (
    "Ничего не нашли. Проверьте ИНН, номер или фамилию и пришлите ещё раз: можно часть названия или начало фамилии."
)
HOW_CLOSED = (
    "<b>Что у клиента?</b>\nПришлите ИНН организации или номер заявки — покажем учеников, оплату, анкеты "
    "и обучение.\n\n"
    "По названию организации: <code>/status Ромашка</code>\n"
    "ИНН с КПП: <code>/status 5039002841 503901001</code>\n"
    "Заявка: <code>/status 0123-0042</code>"
)
NOTHING_CLOSED = "Ничего не нашли. Проверьте ИНН, номер или название и пришлите ещё раз."
BY_SURNAME = "По фамилии ищите на странице сотрудника: /page."
NO_COURSES = "В каталоге сейчас нет курсов. Найдите заявку иначе: /status и ИНН, название или номер."
NO_RUNS = "У этого курса пока нет дат. Выберите другой курс."
ALL_OWN = "Все мои центры"
BY_COURSE = Button("По курсу и датам", button("courses"))


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks: `leads` whether the order's actions are theirs, `manages` whether they may take it; its `notes`."""

    user_id: int
    leads: bool
    manages: bool
    notes: tuple[Note, ...] = ()


def how(settings: Settings) -> Screen:
    """Say what may be asked; where chats carry no personal data, surnames only on the page."""
    text = HOW if settings.in_chat else "\n\n".join([HOW_CLOSED, *_by_surname(settings)])
    return Screen(text, ((BY_COURSE,),))


def _by_surname(settings: Settings) -> list[str]:
    return [BY_SURNAME] if settings.public_url else []


def nothing(settings: Settings) -> str:
    """Say that nothing was found, and what to try."""
    return NOTHING if settings.in_chat else " ".join([NOTHING_CLOSED, *_by_surname(settings)])


def answer(found: Found, page: int, settings: Settings, who: Looking, *, more: bool = False) -> Screen:
    """Return a page of what was found; a page beyond the last shows the last. `more`: the rest of the buttons."""
    if not found.rows:
        return Screen(nothing(settings), (*_centres(found), (BY_COURSE,)))
    leaves = _leaves(found.rows)
    pages = len(leaves)
    at = min(max(page, 0), pages - 1)
    shown = leaves[at]
    lines = _head(found, settings)
    if pages > 1:
        lines.append(f"Страница {at + 1} из {pages}")
    for _, of_order in groupby(shown, key=lambda row: row.order.id):
        lines += _order(list(of_order), settings)
    lines += on_card(who.notes, settings)
    single = found.orders[0] if len(found.orders) == 1 else None
    rows = list(_turns(found, at, pages))
    rows += _actions(found, single, at, who, more=more) if single else _opening(shown)
    if single is None or not who.leads:
        rows.append((Button("XLSX", _go("xlsx", found)), BY_COURSE))
    return Screen("\n".join(lines), (*rows, *_centres(found)))


def _leaves(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Divide the rows into pages: at most five students, fewer where long names would not fit into one message."""
    starts, length, before = [0], 0, ""
    for at, row in enumerate(rows):
        of_row = BESIDES + len(escape(row.line.name)) + len(escape(row.line.course_title))
        of_order = BESIDES_ORDER + len(escape(row.order.payer.name))
        here = of_row + (of_order if row.order.id != before else 0)
        if at > starts[-1] and (at - starts[-1] == PAGE or length + here > LONGEST_PAGE):
            starts.append(at)
            length, here = 0, of_row + of_order
        length, before = length + here, row.order.id
    return [rows[start:end] for start, end in pairwise((*starts, len(rows)))]


def _go(what: str, found: Found, page: int = 0, centre: str | None = None) -> str:
    kind, value = pack(found.query)
    return button(what, kind, value, found.centre if centre is None else centre, page)


def _head(found: Found, settings: Settings) -> list[str]:
    several = f"{plural(len(found.orders), 'заявка', 'заявки', 'заявок')} · " if len(found.orders) > 1 else ""
    lines = [f"<b>{several}{words.totals(totals(found.rows))}</b>"]
    if found.similar:
        # The words are of the database, surnames too.
        words_found = f": {escape(', '.join(found.similar))}" if settings.in_chat else ""
        lines.append(f"Точно такого нет, показываем похожее{words_found}.")
    if found.more:
        lines.append(f"Подходит больше, чем показано: здесь не больше {MOST} заявок. Уточните запрос.")
    first = found.rows[0]
    if len(found.rows) > 1 and first.by is not None:
        name = escape(words.facts(first, in_chat=settings.in_chat).user)
        lines.append(f"{_mark(first)} срочнее всех: {name} — {words.blocking(first)}, {words.deadline(first)}")
    return lines


def _mark(row: Row) -> str:
    if row.line.cancelled or row.line.expelled:
        return "⚠️"
    if row.line.admitted_at is not None:
        return "✅"
    return "⏳" if row.by is None or row.by.waits_for == "school" else "⚠️"


def _order(rows: Sequence[Row], settings: Settings) -> list[str]:
    order = rows[0].order
    payer, inn, kpp = words.requisites(order, in_chat=settings.in_chat)
    lines = ["", f"<b>№ {escape(order.number)}</b> · {escape(payer)}", f"ИНН {escape(inn)} · КПП {escape(kpp)}"]
    if led := _led(order):
        lines.append(led)
    for row in rows:
        lines += ["", *_student(row, settings)]
    return lines


def _led(order: Order) -> str:
    owner, substitute = owner_of(order), substitute_of(order)
    parts = [f"ведёт {escape(owner.name)}"] if owner else []
    parts += [f"замещает {escape(substitute.name)}"] if substitute else []
    return " · ".join(parts)


def _student(row: Row, settings: Settings) -> list[str]:
    said = words.facts(row, in_chat=settings.in_chat, zone=settings.zone)
    blocking = " · ".join(part for part in (said.blocking, said.deadline) if part)
    return [
        f"<b>{escape(said.user)}</b>",
        f"{_mark(row)} {blocking}",
        f"{escape(said.course)}, {said.dates}",
        f"Оплата: {said.payment} · анкета: {said.questionnaire}",
        f"Итоговый тест: {said.test} · обучение: {said.training}",
        f"Почтовое отправление: {escape(said.tracking)}",
    ]


def _turns(found: Found, at: int, pages: int) -> Rows:
    turn = [Button("‹ Назад", _go("go", found, at - 1))] if at else []
    if at + 1 < pages:
        turn.append(Button("Дальше ›", _go("go", found, at + 1)))
    return (tuple(turn),) if turn else ()


def _opening(shown: Sequence[Row]) -> list[tuple[Button, ...]]:
    numbers = list(dict.fromkeys(row.order.number for row in shown))
    opening = [Button(number, button("open", "n", number)) for number in numbers]
    return _in_pairs(opening)


def _in_pairs(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Return rows of two: more do not fit a phone's width."""
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def _actions(found: Found, order: Order, at: int, who: Looking, *, more: bool) -> list[tuple[Button, ...]]:
    """Return what may be done with the only order: the likeliest four, the rest behind «Ещё»."""
    number = order.number
    papers, aside = Button("Акт", button("act", "n", number)), Button("Заметка", note("open", number))
    ending = () if order.cancelled else (Button("Отменить", cancel("choose", number)),)
    if not who.leads:
        return [(Button("Итоги", result("order", number)), papers), (aside, *ending)]
    if more:
        again = (order_for.again_button(order),) if who.manages else ()
        ways = (Button("XLSX", _go("xlsx", found)), Button("← Назад", _go("go", found, at)))
        return _in_pairs((papers, aside, *_owning(order, who), *ending, *again, *ways))
    return [
        (Button("Ученики", students("number", number)), Button("Счёт", invoice("open", number))),
        (Button("Оплата", pay("open", number)), Button("Ещё", _go("more", found, at))),
    ]


def _owning(order: Order, who: Looking) -> tuple[Button, ...]:
    if not who.manages:
        return ()
    owner, substitute = owner_of(order), substitute_of(order)
    if who.user_id in [person.user_id for person in (owner, substitute) if person is not None]:
        return (Button("Больше не веду", button("leave", "n", order.number)),)
    take = Button("Взять", button("take", "n", order.number))
    return (take,) if owner is None else (take, Button("Замещать", button("stand", "n", order.number)))


def _centres(found: Found) -> Rows:
    """Return the ways to a manager's other centres; an order's number is of one centre alone."""
    if len(found.own) < 2 or found.query.kind == "number":
        return ()
    ways = [Button(f"Центр {one}", _go("go", found, 0, one)) for one in found.own if one != found.centre]
    if found.centre:
        ways.append(Button(ALL_OWN, _go("go", found, 0, "")))
    return tuple(_in_pairs(ways))


def courses(catalogue: Catalogue, page: int) -> Screen:
    """Return a page of the courses, numbered, for one to be chosen."""
    found = catalogue.courses
    if not found:
        return Screen(NO_COURSES)
    at, pages = _place(page, len(found))
    shown = list(enumerate(found, 1))[at * LIST_PAGE : (at + 1) * LIST_PAGE]
    lines = ["<b>Выберите курс</b>", *(f"{n}. {escape(course.title)}" for n, course in shown)]
    buttons = [Button(str(n), button("runs", "r", course.key)) for n, course in shown]
    rows = [tuple(buttons[n : n + 4]) for n in range(0, len(buttons), 4)]
    return Screen("\n".join(lines), (*rows, *_list_turns("courses", "", at, pages)))


def runs(catalogue: Catalogue, course_key: str, page: int) -> Screen:
    """Return a page of the course's runs, the latest first, past ones too."""
    course = catalogue.course(course_key)
    found = sorted((run for run in catalogue.runs if run.course == course_key), key=_latest, reverse=True)
    back = (Button("← Все курсы", button("courses")),)
    if course is None or not found:
        return Screen(NO_RUNS, (back,))
    at, pages = _place(page, len(found))
    shown = found[at * LIST_PAGE : (at + 1) * LIST_PAGE]
    rows = [(Button(_days(run), button("go", "r", run.key)),) for run in shown]
    text = f"<b>{escape(course.title)}</b>\nВыберите даты обучения."
    return Screen(text, (*rows, *_list_turns("runs", course_key, at, pages), back))


def _days(run: Run) -> str:
    """Return the run's days as a button holds them: «25.04 – 25.05.2027», «20.12.26 – 20.01.27»."""
    if run.starts.year == run.ends.year:
        return f"{run.starts:%d.%m} – {run.ends:%d.%m.%Y}"
    return f"{run.starts:%d.%m.%y} – {run.ends:%d.%m.%y}"


def _latest(run: Run) -> tuple[str, str]:
    return run.starts.isoformat(), run.key


def _place(page: int, count: int) -> tuple[int, int]:
    pages = -(-count // LIST_PAGE)
    return min(max(page, 0), pages - 1), pages


def _list_turns(what: str, value: str, at: int, pages: int) -> Rows:
    kind = "r" if value else ""
    turn = [Button("‹ Назад", button(what, kind, value, page=at - 1))] if at else []
    if at + 1 < pages:
        turn.append(Button("Дальше ›", button(what, kind, value, page=at + 1)))
    return (tuple(turn),) if turn else ()


def caption(found: Found) -> str:
    """Say what the table holds, as HTML."""
    return f"📎 Статус: {words.totals(totals(found.rows))}"
