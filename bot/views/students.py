"""Screens of an order's students for who looks after them: the list, one student, what is typed about them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bot.callbacks import invoice, students
from bot.context import Settings
from bot.page_links import PageLinks, page_button
from bot.replies import Button, Rows, Screen
from bot.views.closed import OPEN_PAGE
from bot.views.orders import conditions, shown_name, urgency
from school.billing import Invoice
from school.forms.field import NeedsConfirmation
from school.order import Enrolment, Order, OrderLine
from school.people import format_mobile, parse_full_name
from school.use_cases import follow_order
from school.use_cases.replace_student import Newcomer
from school.use_cases.type_correction import Subject, Typed
from wording import fields
from wording.billing import invoice_line
from wording.dates import date_short, period_with_year
from wording.held import ACCEPT, to_client, to_staff
from wording.plurals import plural
from wording.students import NEW_ADDRESS, NEW_MOBILE, REPLACES, doubt_words

STUDENTS_PAGE = 10
BUTTONS_OF_ROW = 5
ON_PAGE = "Открыть на странице"


def listed(
    order: Order, page: int, settings: Settings, invoices: Sequence[Invoice] = (), *, bills: bool = False
) -> Screen:
    """Return a page of the order's students with a number to press for each; `bills`: who reads it issues invoices."""
    pages = max(1, -(-len(order.lines) // STUDENTS_PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * STUDENTS_PAGE
    shown = list(enumerate(order.lines, 1))[start : start + STUDENTS_PAGE]
    waiting = sum(urgency(line, settings) == 0 for line in order.lines)
    head = f"<b>Заявка № {order.number}</b> · {plural(len(order.lines), 'ученик', 'ученика', 'учеников')}"
    if waiting:
        head += f"\nБез движения: {waiting}. Нажмите номер ученика, чтобы напомнить или прислать ссылку."
    else:
        head += "\nНажмите номер ученика, чтобы посмотреть подробности."
    if order.held:
        head += f"\n⏳ {to_staff(order.held_why) if bills else to_client(order.held_why, order.orderer.email)}"
    head += "".join(f"\n{escape(invoice_line(one))}" for one in invoices if one.state != "cancelled")
    lines = [
        f"{n}. {shown_name(line.name, settings)} — {_first_state(line, settings, staff=bills)}" for n, line in shown
    ]
    buttons = [Button(str(n), students("one", line.id)) for n, line in shown]
    rows: list[tuple[Button, ...]] = [
        tuple(buttons[i : i + BUTTONS_OF_ROW]) for i in range(0, len(buttons), BUTTONS_OF_ROW)
    ]
    turns = []
    if page > 0:
        turns.append(Button("‹ Назад по списку", students("list", order.id, str(page - 1))))
    if page + 1 < pages:
        turns.append(Button("Ещё ›", students("list", order.id, str(page + 1))))
    if turns:
        rows.append(tuple(turns))
    if bills and order.held:
        rows.append((Button(ACCEPT, students("accept", order.number)),))
    if bills:
        rows.append((Button("Счёт", invoice("open", order.number)),))
    return Screen("\n".join([head, "", *lines]), tuple(rows))


def page_of(order: Order, address: str | None, settings: Settings) -> Screen:
    """Lead to the order's page; an old button may be pressed where there are no pages any more."""
    if address is None:
        return Screen(f"Страниц сейчас нет, заявка видна здесь: /orders.\n\n{settings.support()}")
    return Screen(
        f"<b>Заявка № {order.number}</b>\nНа странице видны счёт, ученики и документы. Ссылка только для вас.",
        ((page_button(ON_PAGE, address),),),
    )


def _first_state(line: OrderLine, settings: Settings, *, staff: bool) -> str:
    return conditions(line, settings, "staff" if staff else "client", pays=not staff)[0]


def one(about: Enrolment, settings: Settings, *, leads: bool, note: str = "") -> Screen:
    """Return one student: contacts where chats may hold them, every condition, what may be done now.

    `leads`: for a manager of the centre or an administrator, who may correct the mobile and replace.
    """
    line = about.line
    lines = [f"{note}\n"] if note else []
    lines.append(f"<b>{shown_name(line.name, settings)}</b> · заявка № {about.reference}")
    lines.append(f"{escape(line.course_title)}, {period_with_year(line.starts, line.ends)}")
    if settings.in_chat:
        lines.append(f"{format_mobile(line.mobile)}, {escape(line.email)}")
    lines += ["", *conditions(line, settings, "staff" if leads else "client", pays=not leads)]
    lines += _sent(line, settings)
    return Screen("\n".join(lines), _buttons(about, settings, leads=leads))


def _sent(line: OrderLine, settings: Settings) -> list[str]:
    if line.admitted_at is not None:
        return []
    told = [("напоминание", line.nudged_at), ("ссылка на анкету", line.link_sent_at)]
    return [f"Отправлено {_moment(moment, settings)}: {what}" for what, moment in told if moment is not None]


def _moment(moment: datetime, settings: Settings) -> str:
    local = moment.astimezone(settings.zone)
    return f"{date_short(local.date())} в {local:%H:%M}"


def _buttons(about: Enrolment, settings: Settings, *, leads: bool) -> Rows:
    line = about.line
    buttons = []
    if follow_order.may_nudge(line):
        buttons.append(Button("Напомнить", students("nudge", line.id)))
    if follow_order.may_get_link(line):
        buttons.append(Button("Прислать ссылку", students("link", line.id)))
    if settings.in_chat and follow_order.may_correct_email(line):
        buttons.append(Button("Исправить почту", students("email", line.id)))
    if settings.in_chat and leads and follow_order.may_correct_mobile(line):
        buttons.append(Button("Исправить телефон", students("mobile", line.id)))
    if follow_order.may_replace(line):
        if not leads:
            buttons.append(Button("Попросить замену", students("want", line.id)))
        elif settings.in_chat:
            buttons.append(Button("Заменить ученика", students("swap", line.id)))
    there = None if settings.in_chat or not leads else PageLinks(settings.public_url).learner(line.id)
    if there is not None:
        # A browser's: the link that signs staff in comes by mail, and opens there.
        buttons.append(Button(OPEN_PAGE, url=there))
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    if len(about.order.lines) > 1:
        rows.append((Button("← Все ученики", students("list", about.order.id, "0")),))
    return tuple(rows)


def ask(about: Enrolment, subject: Subject) -> Screen:
    """Ask for the address, the mobile or the person to put in."""
    name = escape(parse_full_name(about.line.name).initials)
    if subject == "email":
        text = (
            f"<b>Новая почта ученика: {name}</b>\n{NEW_ADDRESS}\n"
            f"Например: <code>{fields.field_words('email').example}</code>"
        )
    elif subject == "mobile":
        text = (
            f"<b>Новый телефон ученика: {name}</b>\n{NEW_MOBILE}\n"
            f"Например: <code>{fields.field_words('mobile').example}</code>"
        )
    else:
        text = (
            f"<b>Кого записать вместо: {name}?</b>\nПришлите одним сообщением ФИО, мобильный телефон и почту. "
            "Можно по одному, начните с ФИО.\n"
            "Например: <code>Лебедева Татьяна Ивановна, 8 905 222-33-44, lebedeva.t@yandex.ru</code>"
        )
    return Screen(text, _stop(about))


def more(about: Enrolment, newcomer: Newcomer) -> Screen:
    """Ask for what is still missing of the person to put in."""
    key = "email" if newcomer.mobile else "mobile"
    words = fields.field_words(key)
    return Screen(
        f"<b>{escape(words.question)}</b>\nДля: {escape(newcomer.name)}.\nНапример: <code>{words.example}</code>",
        _stop(about),
    )


def doubt(about: Enrolment, found: NeedsConfirmation) -> Screen:
    """Ask about an address that people often get wrong."""
    line = about.line.id
    if found.suggestion:
        return Screen(
            escape(doubt_words(found)),
            ((Button("Да, исправить", students("fix", line)), Button("Оставить как есть", students("keep", line))),),
        )
    return Screen(
        escape(doubt_words(found)),
        ((Button("Да, личная", students("keep", line)), Button("Отменить", students("stop", line))),),
    )


def replace_sure(about: Enrolment, newcomer: Newcomer) -> Screen:
    """Ask before the former student's questionnaire is erased."""
    former = escape(parse_full_name(about.line.name).initials)
    return Screen(
        f"Заменить: {former} → <b>{escape(newcomer.name)}</b>?\n"
        f"{format_mobile(newcomer.mobile)}, {escape(newcomer.email)}\n\n" + REPLACES,
        ((Button("Заменить", students("swap!", about.line.id)), Button("Отменить", students("stop", about.line.id))),),
    )


def typed(found: Typed) -> Screen | None:
    """Return what to ask after a typed line; None where nothing is left to ask."""
    if found.doubt is not None:
        return doubt(found.about, found.doubt)
    if found.newcomer is None:
        return None
    return replace_sure(found.about, found.newcomer) if found.done else more(found.about, found.newcomer)


def _stop(about: Enrolment) -> Rows:
    return ((Button("Отменить", students("stop", about.line.id)),),)
