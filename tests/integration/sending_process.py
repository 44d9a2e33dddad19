"""A process that puts messages into the outbox and sends the first of them; the others never end, until it is killed.

Run as: python -m tests.integration.sending_process URL
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from uuid import uuid4

from bot import heartbeat
from bot.delivery import Deliverer
from school.notices import Notice
from storage.database import Database
from storage.outbox import OutboxRow, Outcome, Sent
from tests.integration.storage_samples import FixedClock

MESSAGES = 12
SENT = 4


async def send(row: OutboxRow) -> Outcome:
    """Send one of the first; begin to send any other and never end."""
    if int(row.data["number"]) >= SENT:
        await asyncio.Event().wait()
    return Sent(row.id, row.fence, {})


async def main(url: str) -> None:
    """Put the messages and send, until the process is killed."""
    database, clock = await Database.open(url), FixedClock()
    async with AsyncExitStack() as closing:
        may_send = await heartbeat.begin(database, closing)
        sender = Deliverer("chat", database.outbox, send, clock, at_once=64)
        sender.may_send = may_send
        database.on_commit = sender.take
        sender.start()
        uow = database.uow(clock)
        for number in range(MESSAGES):
            uow.add_notice(Notice(uuid4().hex, "reply", "chat", str(number // 2), {"number": number}, f"n{number}"))
        await uow.commit()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
