"""What goes out by mail and chat, as an administrator sees it: what waits, what fails, what was given up."""

from dataclasses import dataclass
from datetime import datetime

from school.centre import Role
from school.errors import NotFound
from school.ports import Session, UnitOfWork
from school.ports_mail import Channels, MailQueue, QueuedMessage
from school.use_cases.find import require_role, who
from school.use_cases.send_again import MessageOutdated, send_again

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


async def send_now(uow: UnitOfWork, session: Session, channels: Channels) -> None:
    """Have whatever waits for another try sent now. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    await channels.send_now()
    uow.audit(f"chat:{who(session)}", "queue.hastened", "outbox")


async def retry(uow: UnitOfWork, session: Session, message_id: str, now: datetime) -> None:
    """Stage one more try of a message given up. Raises `Forbidden`, `NotFound`, `MessageOutdated`."""
    require_role(session, Role.ADMIN)
    await send_again(uow, message_id, now)
    uow.audit(f"chat:{who(session)}", "message.retried", message_id)


async def retry_all(uow: UnitOfWork, session: Session, queue: MailQueue, now: datetime) -> tuple[int, int]:
    """Stage one more try of the messages given up, the latest `MOST`. Raises `Forbidden`.

    Return how many are sent, and how many are not, since what they lead to has passed.
    """
    require_role(session, Role.ADMIN)
    tried, outdated = 0, 0
    for one in await queue.given_up(MOST):
        try:
            await retry(uow, session, one.id, now)
            tried += 1
        except MessageOutdated:
            outdated += 1
        except NotFound:
            continue  # somebody else has retried or dropped it
    return tried, outdated


async def drop(uow: UnitOfWork, session: Session, queue: MailQueue, message_id: str, now: datetime) -> None:
    """Take a message away for ever. Raises `Forbidden`, `NotFound` where it is gone or is being sent."""
    require_role(session, Role.ADMIN)
    if not await queue.drop(message_id, now):
        raise NotFound
    uow.audit(f"chat:{who(session)}", "message.dropped", message_id)
