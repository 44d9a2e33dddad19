"""What administrators are told at once."""

from datetime import date
from uuid import uuid4

from school.centre import Role
from school.notices import Notice
from school.ports import UnitOfWork


async def alert_admins(uow: UnitOfWork, text: str, key: str) -> None:
    """Stage a message to each administrator; of those with one `key` each is told once."""
    for member in await uow.staff_of_role(Role.ADMIN):
        dedupe = f"alert:{key}:{member.id}"
        uow.add_notice(Notice(uuid4().hex, "alert", "chat", str(member.chat_id), {"text": text}, dedupe))


_STOPPED = {
    "read_order_form": "бланк заявки",
    "read_catalogue": "таблицу каталога",
    "read_payments": "таблицу оплат",
    "read_results": "таблицу результатов",
    "read_statement": "банковскую выписку",
}


async def alert_stopped(uow: UnitOfWork, work: str, today: date) -> None:
    """Stage what administrators are told of a file whose reading was stopped, once a day for each kind of file.

    Letters have an alert of their own; pictures are refused to whoever sends them.
    """
    if what := _STOPPED.get(work):
        text = f"Не удалось прочитать {what}: файл устроен слишком сложно. Отправителю мы ответили, ничего не записали."
        await alert_admins(uow, text, f"stopped:{work}:{today}")
