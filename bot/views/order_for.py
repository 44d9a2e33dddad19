"""Screens of orders made for a client: whom to take from an earlier order, what a list file changes."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import order_for as button
from bot.context import Settings
from bot.page_links import PageLinks
from bot.replies import Button, Screen
from bot.views.orders import shown_name
from paper.order_form_marks import Mark
from school.centre import Centre
from school.draft import Draft
from school.order import Order
from school.people import parse_full_name
from wording.plurals import plural

STUDENTS_PAGE = 6
FAULTS_SHOWN = 5
CHANGES_SHOWN = 12

NO_CENTRE = "Сначала откройте ссылку сервисного центра: форма заявки у каждого центра своя."
MARKED_CAPTION = "📎 Исправьте отмеченные ячейки и пришлите файл ещё раз."
NO_FORM_OPEN = "Чтобы загрузить список, начните заявку — /order — и пришлите файл ещё раз. Пустая форма — /form."
KEPT = "Список из файла не взяли."


def form_caption(settings: Settings, centre: Centre) -> str:
    """Say where the filled form is to be sent: only to what reads it."""
    by_mail, page = settings.order_address(centre.number), PageLinks(settings.public_url).order(centre.number)
    if settings.in_chat:
        where = f"пришлите сюда или на {escape(by_mail)}" if by_mail else "пришлите сюда"
        return f"📎 Форма заявки. Заполните и {where}. Начать заявку здесь — /order."
    if by_mail:
        return f"📎 Форма заявки. Заполните и отправьте на {escape(by_mail)}. Сюда её присылать не нужно."
    if page:
        return f"📎 Форма заявки — чтобы собрать данные. Саму заявку оформите на странице: {escape(page)}"
    return f"📎 Форма заявки. Заполните и передайте менеджеру центра: {escape(centre.email)}. Он оформит заявку."


def again_button(order: Order) -> Button:
    """The way from an order's card to a new order of the same payer; for managers of its centre."""
    return Button("Повторить заявку", button("again", order.number))


def which_centre(centres: Sequence[Centre]) -> Screen:
    """Ask a manager of several centres whose client the new order is for."""
    lines = [f"{centre.number} — {escape(centre.name)}" for centre in centres]
    buttons = [Button(f"Центр {centre.number}", button("at", centre.number)) for centre in centres]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Screen("\n".join(["<b>Заявка в какой центр?</b>", *lines]), rows)


def choose(order: Order, mask: int, page: int, settings: Settings, *, begun: bool) -> Screen:
    """Let the manager choose the students who go on; `begun`: an order being filled in would be given up."""
    page = min(max(page, 0), (len(order.lines) - 1) // STUDENTS_PAGE)
    first = page * STUDENTS_PAGE
    rows: list[tuple[Button, ...]] = []
    for place in range(first, min(first + STUDENTS_PAGE, len(order.lines))):
        taken = "✅ " if mask >> place & 1 else ""
        label = f"{taken}{place + 1}. {parse_full_name(order.lines[place].name).initials}"[:40]
        rows.append((Button(label, button("again", order.number, f"{mask ^ 1 << place:x}.{page}")),))
    turns = []
    if page:
        turns.append(Button("‹ Назад", button("again", order.number, f"{mask:x}.{page - 1}")))
    if first + STUDENTS_PAGE < len(order.lines):
        turns.append(Button("Ещё ›", button("again", order.number, f"{mask:x}.{page + 1}")))
    if turns:
        rows.append(tuple(turns))
    rows.append(
        (
            Button("Начать заявку", button("begin", order.number, f"{mask:x}")),
            Button("Отменить", button("stop", order.number)),
        )
    )
    payer = order.payer.name
    payer = shown_name(payer, settings) if order.payer.kind.value != "organisation" else escape(payer)
    chosen = plural(mask.bit_count(), "ученик", "ученика", "учеников") if mask else "никого, впишете новых"
    lines = [
        f"<b>Повторить заявку № {order.number}</b>",
        f"Плательщик и заказчик те же: {payer}",
        f"Кого записать снова: {chosen}. Курс выберете дальше.",
    ]
    if begun:
        lines.append("⚠️ Начатую заявку удалим.")
    return Screen("\n".join(lines), tuple(rows))


def begun(order: Order) -> Screen:
    """Say what the choice has become."""
    return Screen(f"Плательщика и заказчика взяли из заявки № {order.number}.")


def stopped(number: str) -> Screen:
    """Say that nothing was begun, and where the earlier order is."""
    return Screen(f"Новую заявку не начали. Прежняя на месте: /status {escape(number)}.")


def preview(draft: Draft, changes: Sequence[str], students: int, seal: str, *, outdated: bool) -> Screen:
    """Say what the file changes, and ask."""
    shown = [escape(line) for line in changes[:CHANGES_SHOWN]]
    if rest := len(changes) - len(shown):
        shown.append(f"…и ещё {plural(rest, 'изменение', 'изменения', 'изменений')}")
    head = f"<b>В файле {plural(students, 'ученик', 'ученика', 'учеников')}</b>"
    old = ["Файл сделан по прежней форме. Проверьте курсы и даты."] if outdated else []
    rows = (
        (Button("Заменить список", button("take", draft.id, seal)), Button("Отмена", button("drop", draft.id, seal))),
    )
    return Screen("\n".join([head, *old, *shown]), rows)


def faults(marks: Sequence[Mark]) -> Screen:
    """Say what is wrong in the file; the marked file follows."""
    shown = [f"{escape(f'{mark.sheet}, {mark.cell}')}: {escape(mark.text)}" for mark in marks[:FAULTS_SHOWN]]
    if rest := len(marks) - len(shown):
        shown.append(f"…и ещё {plural(rest, 'ячейка', 'ячейки', 'ячеек')}")
    count = plural(len(marks), "ячейку", "ячейки", "ячеек")
    return Screen("\n".join([f"⚠️ <b>Исправьте {count}</b>", *shown]))
