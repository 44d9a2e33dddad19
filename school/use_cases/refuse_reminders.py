"""«Не напоминайте»: an address that asked for it gets no reminders by mail; what must be told is told still."""

from datetime import datetime, timedelta

from school import tokens
from school.ports import Token, UnitOfWork

KIND = "no_reminders"
LIFETIME = timedelta(days=3650)


async def has_refused(uow: UnitOfWork, address: str, now: datetime) -> bool:
    """Tell whether this address gets no reminders."""
    return bool(await uow.living_tokens(KIND, address.lower(), now))


async def refuse_reminders(uow: UnitOfWork, address: str, now: datetime) -> None:
    """Stage that no reminders go to this address from now on; asking twice changes nothing."""
    if not await has_refused(uow, address, now):
        name = address.lower()
        uow.save_token(Token(tokens.digest(f"{KIND}:{name}"), KIND, name, now + LIFETIME, {}))
        uow.audit(f"mail:{name}", "reminders.refused", name)
