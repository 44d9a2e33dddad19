"""What goes out by mail and chat, as an administrator sees it: what waits, what fails, what was given up."""

from dataclasses import dataclass
from datetime import datetime

from school.centre import Role
from school.errors import NotFound
from school.ports import Session, UnitOfWork
from school.ports_mail import MailQueue, QueuedMessage
from school.use_cases.find import require_role, who

MOST = 200
BOUNCING = 5


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The queue: (channel, kind, how many) that wait, messages that fail, those given up, addresses that bounce."""

    waiting: tuple[tuple[str, str, int], ...]
    failing: tuple[QueuedMessage, ...]
    dead: tuple[QueuedMessage, ...]
    bouncing: tuple[str, ...]


async def outgoing(uow: UnitOfWork, session: Session, queue: MailQueue) -> Outgoing:
    """Return the queue as it stands; at most `MOST` messages of a list. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    dead = tuple(await queue.given_up(MOST))
    failing = tuple(await queue.failing(MOST))
    bouncing: list[str] = []
    for email in dict.fromkeys(one.recipient.lower() for one in (*dead, *failing) if one.channel == "mail"):
        fault = await uow.address_fault(email) if len(bouncing) < BOUNCING else None
        bouncing += [email] if fault is not None and fault.permanent else []
    return Outgoing(tuple(await queue.waiting()), failing, dead, tuple(bouncing))


async def retry(uow: UnitOfWork, session: Session, queue: MailQueue, message_id: str, now: datetime) -> None:
    """Send a message given up once more. Raises `Forbidden`, `NotFound` where it is none any more."""
    require_role(session, Role.ADMIN)
    if not await queue.retry_dead(message_id, now):
        raise NotFound
    uow.audit(f"chat:{who(session)}", "message.retried", message_id)


async def retry_all(uow: UnitOfWork, session: Session, queue: MailQueue, now: datetime) -> int:
    """Send the messages given up once more, the latest `MOST`; return how many there were. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    retried = [one.id for one in await queue.given_up(MOST) if await queue.retry_dead(one.id, now)]
    for message_id in retried:
        uow.audit(f"chat:{who(session)}", "message.retried", message_id)
    return len(retried)


async def drop(uow: UnitOfWork, session: Session, queue: MailQueue, message_id: str, now: datetime) -> None:
    """Take a message away for ever. Raises `Forbidden`, `NotFound` where it is gone or is being sent."""
    require_role(session, Role.ADMIN)
    if not await queue.drop(message_id, now):
        raise NotFound
    uow.audit(f"chat:{who(session)}", "message.dropped", message_id)
