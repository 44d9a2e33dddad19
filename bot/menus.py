"""Which commands a person has in the menu, by role: only what they may use (DESIGN: the outside contract)."""

from collections.abc import Iterable

from aiogram.types import BotCommand

from school.centre import Role

WORDS = {
    "order": "Новая заявка",
    "orders": "Мои заявки",
    "form": "Форма заявки файлом",
    "courses": "Мои курсы",
    "paid": "Отметить оплату",
    "invoice": "Счёт по заявке",
    "bank": "Платежи из банка",
    "act": "Акт по заявке",
    "status": "Статус по ИНН или фамилии",
    "report": "Отчёт: деньги и акты",
    "queue": "Анкеты на проверку",
    "admit": "Зачислить учеников",
    "results": "Итоги обучения",
    "student": "Найти ученика",
    "stats": "Статистика",
    "link": "Ссылки для клиентов",
    "page": "Страница сотрудника",
    "staff": "Сотрудники",
    "mail": "Почта: очередь и письма",
    "audit": "Журнал действий",
    "centres": "Сервисные центры",
    "catalog": "Каталог курсов",
    "documents": "Документы школы",
    "support": "Связаться с человеком",
    "cancel": "Отменить заявку",
    "help": "Что я умею",
}
CLIENT = frozenset({"order", "form", "orders", "courses", "support", "cancel", "help", "documents"})
OF_ROLE: dict[Role, frozenset[str]] = {
    Role.MANAGER: frozenset(
        {
            "order",
            "form",
            "orders",
            "paid",
            "invoice",
            "bank",
            "page",
            "act",
            "status",
            "report",
            "support",
            "cancel",
            "help",
            "link",
            "stats",
            "documents",
        }
    ),
    Role.CURATOR: frozenset(
        {
            "queue",
            "admit",
            "results",
            "student",
            "page",
            "act",
            "status",
            "report",
            "mail",
            "support",
            "help",
            "stats",
            "documents",
        }
    ),
    Role.ADMIN: frozenset(
        {
            "queue",
            "admit",
            "results",
            "student",
            "audit",
            "page",
            "staff",
            "paid",
            "invoice",
            "act",
            "status",
            "report",
            "mail",
            "support",
            "help",
            "link",
            "stats",
            "centres",
            "catalog",
            "documents",
        }
    ),
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
