"""Screens of the administrator about staff: who is here, an invitation, the end of a role."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import mailbox, staff
from bot.context import Settings
from bot.replies import Button, Screen
from school.centre import Centre, Role, StaffMember
from school.tokens import digest
from school.use_cases.invite_staff import LIFETIME
from school.use_cases.own_mailbox import SHORT_KEY
from school.use_cases.withdraw_staff import Withdrawn
from wording.dates import date_long
from wording.plurals import plural
from wording.staff import role_name

STAFF_PAGE = 10
BUTTONS_OF_ROW = 5
GIVES = {Role.MANAGER: "менеджером центра", Role.CURATOR: "куратором школы", Role.ADMIN: "администратором"}


def listed(found: Sequence[StaffMember], page: int, settings: Settings) -> Screen:
    """Return a page of all roles, with a number to press for each, and the invitations."""
    pages = max(1, -(-len(found) // STAFF_PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * STAFF_PAGE
    shown = list(enumerate(found, 1))[start : start + STAFF_PAGE]
    lines = [
        f"{n}. {escape(member.name)} — {escape(role_name(member))}, {_since(member, settings)}" for n, member in shown
    ]
    buttons = [Button(str(n), staff("one", member.id)) for n, member in shown]
    rows: list[tuple[Button, ...]] = [
        tuple(buttons[i : i + BUTTONS_OF_ROW]) for i in range(0, len(buttons), BUTTONS_OF_ROW)
    ]
    turns = []
    if page > 0:
        turns.append(Button("‹ Назад по списку", staff("page", str(page - 1))))
    if page + 1 < pages:
        turns.append(Button("Ещё ›", staff("page", str(page + 1))))
    if turns:
        rows.append(tuple(turns))
    rows += [
        (Button("Пригласить менеджера", staff("manager")), Button("Пригласить куратора", staff("curator"))),
        (Button("Новый администратор", staff("admin")),),
    ]
    head = f"<b>Сотрудники</b> · {plural(len(found), 'роль', 'роли', 'ролей')}\nЧтобы отозвать роль, нажмите номер."
    return Screen("\n".join([head, "", *lines]), tuple(rows))


def _since(member: StaffMember, settings: Settings) -> str:
    return f"с {date_long(member.since.astimezone(settings.zone).date())}"


def one(member: StaffMember, settings: Settings) -> Screen:
    """Ask before a role is withdrawn."""
    return Screen(
        f"<b>{escape(member.name)}</b>\n{escape(role_name(member))}, {_since(member, settings)}\n\n"
        "Отозвать роль? Доступ закроется сразу, человеку об этом сообщим.",
        ((Button("Отозвать", staff("withdraw", member.id)), Button("← К списку", staff("page", "0"))),),
    )


def withdrawn(done: Withdrawn) -> Screen:
    """Say that the role is over, and who leads the orders now."""
    member = done.member
    lines = [f"✅ Роль отозвали: {escape(member.name)}, {escape(role_name(member))}. Доступ закрыт, человеку сообщили."]
    if done.passed:
        lines.append(f"Передали замещающим: {plural(done.passed, 'заявку', 'заявки', 'заявок')}.")
    if done.freed:
        lines.append(
            f"Никто не ведёт: {plural(done.freed, 'заявку', 'заявки', 'заявок')}. Их может взять любой менеджер."
        )
    return Screen(
        "\n".join(lines),
        ((Button("← К списку", staff("page", "0")),),),
    )


def ask_centre(known: Sequence[Centre]) -> Screen:
    """Ask at which centre the manager works: those that have managers are a tap away."""
    buttons = [Button(f"Центр {centre.number}", staff("centre", centre.number)) for centre in known[:8]]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return Screen(
        "<b>В какой сервисный центр?</b>\nПришлите команду с номером центра, например: <code>/staff 0123</code>",
        (*rows, (Button("← К списку", staff("page", "0")),)),
    )


def invitation(role: Role, centre: Centre | None, secret: str, settings: Settings) -> Screen:
    """Return an invitation ready to be forwarded."""
    place = f" {centre.number} {escape(centre.name)}" if centre else ""
    link = f"https://t.me/{settings.bot_username}?start=staff_{secret}"
    days = plural(LIFETIME.days, "день", "дня", "дней")
    return Screen(
        f"Приглашение стать {GIVES[role]}{place}:\n{link}\n\n"
        f"Ссылка сработает один раз и действует {days}. "
        "Перешлите это сообщение тому, кого приглашаете, и никому больше.",
        ((Button("Указать его почту", mailbox("invited", digest(secret)[:SHORT_KEY])),),)
        if settings.public_url and settings.in_chat
        else (),
    )
