"""What administrators are told at once."""

from uuid import uuid4

from school.centre import Role
from school.notices import Notice
from school.ports import UnitOfWork


async def alert_admins(uow: UnitOfWork, text: str, key: str) -> None:
    """Stage a message to each administrator; of those with one `key` each is told once."""
    for member in await uow.staff_of_role(Role.ADMIN):
        dedupe = f"alert:{key}:{member.id}"
        uow.add_notice(Notice(uuid4().hex, "alert", "chat", str(member.chat_id), {"text": text}, dedupe))
