"""Screens outside the form: home, orders, courses, a student's card."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import menu
from bot.replies import Button, Screen
from bot.views.summary import conditions, order_card
from school.centre import Role, StaffMember
from school.order import Order, OrderLine
from wording import fields
from wording.dates import date_long

ORDERS_PAGE = 3
ROLE_NAMES = {Role.MANAGER: "менеджер центра", Role.CURATOR: "куратор", Role.ADMIN: "администратор"}


def staff_home(roles: Sequence[StaffMember]) -> Screen:
    """Greet a member of staff by their roles."""
    names = ", ".join(f"{ROLE_NAMES[r.role]}{f' {r.centre}' if r.centre else ''}" for r in roles)
    return Screen(f"Здравствуйте! Вы здесь: {escape(names)}.\nНовые заявки придут сюда. Ваши заявки — /orders.")


def orders(found: Sequence[Order], total: int, page: int) -> Screen:
    """Return a page of the account's own orders."""
    pages = (total + ORDERS_PAGE - 1) // ORDERS_PAGE
    row = []
    if page > 0:
        row.append(Button("‹ Новее", menu("page", str(page - 1))))
    if page + 1 < pages:
        row.append(Button("Раньше ›", menu("page", str(page + 1))))
    head = f"Ваши заявки, страница {page + 1} из {pages}\n\n" if pages > 1 else ""
    return Screen(head + "\n\n".join(order_card(o) for o in found), (tuple(row),) if row else ())


def student_card(order: Order, line: OrderLine, support: str) -> Screen:
    """Return what a student sees of the course: dates and each condition of admission (A2)."""
    return Screen(
        f"<b>{escape(line.course_title)}</b>\n{escape(line.name)} · заявка № {order.number}\n"
        f"{conditions(line)}\n\n"
        f"Обучение начинается {date_long(line.starts)}. Зачислим в течение 3 рабочих дней после оплаты и анкеты.\n"
        f"{escape(fields.REQUIREMENTS)}\n\n{support}",
        drop_keyboard=True,
    )


def courses(found: Sequence[tuple[Order, OrderLine]]) -> Screen:
    """Return all courses of a student."""
    cards = [
        f"<b>{escape(line.course_title)}</b>\n{escape(line.name)} · заявка № {order.number}\n{conditions(line)}"
        for order, line in found
    ]
    return Screen("\n\n".join(cards))
