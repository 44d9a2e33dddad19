"""Which commands a person has in the menu, by role: only what they may use (DESIGN: the outside contract)."""

from collections.abc import Iterable

from aiogram.types import BotCommand

from school.centre import Role

WORDS = {
    "order": "Новая заявка",
    "orders": "Мои заявки",
    "courses": "Мои курсы",
    "paid": "Отметить оплату",
    "queue": "Анкеты на проверку",
    "admit": "Зачислить учеников",
    "results": "Итоги обучения",
    "student": "Найти ученика",
    "staff": "Сотрудники",
    "support": "Помощь человека",
    "cancel": "Отменить заявку",
    "help": "Что я умею",
}
CLIENT = frozenset({"order", "orders", "courses", "support", "cancel", "help"})
OF_ROLE: dict[Role, frozenset[str]] = {
    Role.MANAGER: frozenset({"order", "orders", "paid", "support", "cancel", "help"}),
    Role.CURATOR: frozenset({"queue", "admit", "results", "student", "support", "help"}),
    Role.ADMIN: frozenset({"queue", "admit", "results", "student", "staff", "paid", "support", "help"}),
}


def commands_of(roles: Iterable[Role]) -> dict[str, str]:
    """Return the commands of these roles together, a client's where there are none, with their words."""
    held = set(roles)
    names = frozenset().union(*(OF_ROLE[role] for role in held)) if held else CLIENT
    words = WORDS | ({"order": "Заявка за клиента"} if held else {})
    return {name: words[name] for name in WORDS if name in names}


def bot_commands(roles: Iterable[Role]) -> list[BotCommand]:
    """Return the same as Telegram takes it."""
    return [BotCommand(command=name, description=words) for name, words in commands_of(roles).items()]
