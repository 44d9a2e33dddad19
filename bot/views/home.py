"""Screens outside the form: home, help, orders, courses, a student's card."""

from collections.abc import Mapping, Sequence
from html import escape

from bot import menus
from bot.callbacks import admission, mail, menu, report, review, status, student, students, thread
from bot.context import Settings
from bot.replies import Button, Rows, Screen
from bot.views.orders import conditions, course_facts, order_card
from bot.views.students import ON_PAGE
from school.admission import ADMISSION_DAYS, blocking
from school.billing import Invoice
from school.catalogue import Catalogue
from school.centre import Role, StaffMember
from school.course_card import access_url
from school.order import Enrolment, Order, OrderLine
from school.use_cases.whats_waiting import Waiting
from wording import fields
from wording.dates import date_long, period_with_year
from wording.plurals import plural
from wording.staff import role_name
from wording.waiting import waiting_lines

ORDERS_PAGE = 3
WITH_CURATOR = ("submitted", "returned", "approved", "declined")
INTRODUCTIONS = {
    Role.MANAGER: "Новые заявки центра приходят сюда. Чтобы открыть заявку, пришлите её номер, например 0123-0042.",
    Role.CURATOR: "Анкеты учеников раздаю по одной: сначала те, у которых подходит срок.",
    Role.ADMIN: "Сюда приходят сообщения о неполадках. Сотрудники и приглашения — /staff.",
}
CLIENT_HELP = "Я помогаю оформить заявку на обучение и слежу за ней."
NO_ORDERS_OF_STAFF = (
    "Заявки здесь оформляют клиенты и менеджеры центров, а вы работаете с уже принятыми. "
    "Что можно сделать — в списке /help."
)
LED_BY_CENTRE = "Эти заявки теперь ведёт сервисный центр. Вопросы — /support."


def staff_home(roles: Sequence[StaffMember], waiting: Waiting) -> Screen:
    """Greet a member of staff by their roles and say what waits, what needs them first, with buttons there."""
    lines = [f"Здравствуйте! Вы {escape(', '.join(role_name(member) for member in roles))}."]
    lines += waiting_lines(waiting)
    if any(member.role is Role.MANAGER for member in roles):
        lines.append("Новые заявки придут сюда. Чтобы открыть заявку, пришлите её номер.")
    return Screen("\n".join([*lines, "Все команды — /help."]), _ways(waiting))


def _ways(waiting: Waiting) -> Rows:
    """Return the buttons to what waits: at most four."""
    buttons = []
    if waiting.centres is not None and (waiting.centres.unpaid or waiting.centres.acts):
        buttons.append(Button("Счета и акты", report("weekly", waiting.centres.first_owing)))
    if waiting.centres is not None and waiting.centres.first_unbilled:
        number = waiting.centres.first_unbilled
        buttons.append(Button(f"Заявка {number}", status("open", "n", number)))
    if waiting.queue is not None and waiting.queue.waiting:
        buttons.append(Button("Проверить анкеты", review("next")))
    if waiting.to_admit:
        buttons.append(Button("Зачислить", admission("open")))
    if waiting.trouble is not None and (waiting.trouble.dead or waiting.trouble.letters):
        buttons.append(Button("Разобрать почту", mail("home")))
    return tuple((button,) for button in buttons)


def help_(roles: Sequence[StaffMember], support: str) -> Screen:
    """Say what the bot does for this person, command by command."""
    held = [role for role in Role if any(member.role is role for member in roles)]
    introduction = "\n".join(INTRODUCTIONS[role] for role in held) if held else CLIENT_HELP
    listed = "\n".join(f"/{name} — {words}" for name, words in menus.commands_of(held).items() if name != "help")
    return Screen(f"{introduction}\n\n{listed}\n\n{support}")


def orders(
    found: Sequence[Order],
    total: int,
    page: int,
    settings: Settings,
    invoices: Mapping[str, Sequence[Invoice]] | None = None,
) -> Screen:
    """Return a page of the account's own orders, with the way to the students of each."""
    pages = (total + ORDERS_PAGE - 1) // ORDERS_PAGE
    rows: list[tuple[Button, ...]] = [
        (Button(f"Ученики {order.number}", students("list", order.id)), *_page_button(order, settings))
        for order in found
    ]
    row = []
    if page > 0:
        row.append(Button("‹ Новее", menu("page", str(page - 1))))
    if page + 1 < pages:
        row.append(Button("Раньше ›", menu("page", str(page + 1))))
    if row:
        rows.append(tuple(row))
    head = f"Ваши заявки, страница {page + 1} из {pages}\n\n" if pages > 1 else ""
    cards = [order_card(order, settings, (invoices or {}).get(order.id, ())) for order in found] or [LED_BY_CENTRE]
    return Screen(head + "\n\n".join(cards), tuple(rows))


def _page_button(order: Order, settings: Settings) -> tuple[Button, ...]:
    if settings.public_url is None or order.filled_in_by_staff:
        return ()
    return (Button(ON_PAGE, students("page", order.id)),)


def student_card(about: Enrolment, settings: Settings, catalogue: Catalogue) -> Screen:
    """Return what a student sees right after the proof: the course, its dates and each condition of admission (A2)."""
    line = about.line
    days = plural(ADMISSION_DAYS, "рабочего дня", "рабочих дней", "рабочих дней")
    term = "" if line.admit_by or line.admitted_at else f" Зачислим в течение {days} после оплаты и анкеты."
    return Screen(
        f"{_course(about, settings, catalogue)}\n\n"
        f"Обучение начинается {date_long(line.starts)}.{term}\n"
        f"{escape(fields.REQUIREMENTS)}\n\n{settings.support()}",
        drop_keyboard=True,
    )


def courses(found: Sequence[Enrolment], settings: Settings, catalogue: Catalogue) -> Screen:
    """Return all courses of a student (A2): states, the way to learn once admitted, what the student may do now."""
    rows: list[tuple[Button, ...]] = []
    cards = []
    for number, about in enumerate(found, 1):
        several = f" · {number}" if len(found) > 1 else ""
        head = f"{number}. " if several else ""
        cards.append(head + _course(about, settings, catalogue))
        if button := _next_step(about.line, settings, several):
            rows.append((button,))
        if settings.in_chat and about.line.questionnaire in WITH_CURATOR:
            rows.append((Button(f"Написать куратору{several}", thread("write", about.line.id)),))
        rows.append((_channel(about.line, several),))
    return Screen("\n\n".join(cards), tuple(rows))


def _course(about: Enrolment, settings: Settings, catalogue: Catalogue) -> str:
    order, line = about.order, about.line
    name = f"{escape(line.name)} · " if settings.in_chat else ""
    lines = [
        f"<b>{escape(line.course_title)}</b>",
        f"{name}заявка № {order.number}",
        period_with_year(line.starts, line.ends),
        course_facts(line, catalogue),
        *conditions(line, settings, "student", pays=about.pays),
    ]
    if line.admitted_at is not None:
        lines += _access(line, settings, catalogue)
    return "\n".join(words for words in lines if words)


def _access(line: OrderLine, settings: Settings, catalogue: Catalogue) -> list[str]:
    url = access_url(catalogue, line)
    if url is None:
        return ["Ссылку на обучение пришлёт куратор."]
    lines = [f"Обучение здесь: {escape(url)}"]
    if settings.in_chat:
        lines.append(f"Входите с почтой {escape(line.email)}")
    return lines


def _channel(line: OrderLine, several: str) -> Button:
    """Offer the other channel: letters of the course come where the student wants them."""
    if line.prefers == "mail":
        return Button(f"Писать мне сюда{several}", student("chat", line.id))
    return Button(f"Писать мне на почту{several}", student("mail", line.id))


def _next_step(line: OrderLine, settings: Settings, several: str) -> Button | None:
    if line.admitted_at is not None:
        return None
    if line.questionnaire in ("not_started", "filling"):
        return Button(f"Заполнить анкету{several}", student("fill", line.id))
    if line.questionnaire == "returned":
        return Button(f"Исправить анкету{several}", student("fill", line.id))
    first = blocking(line, registration=settings.registration)
    if first is not None and first.name == "registration":
        return Button(f"Я зарегистрировался{several}", student("registered", line.id))
    return None
