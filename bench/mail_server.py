"""A mail server that takes letters and forgets them: a process of its own, so that its work is not the sender's.

`python -m bench.mail_server PORT` serves until SIGTERM.
"""

import asyncio
import logging
import signal
import sys
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP, Envelope


class Sink:
    """Takes every letter."""

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Forget the letter."""
        return "250 OK"


async def serve(port: int) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    sink = Sink()
    server = await loop.create_server(lambda: SMTP(sink, hostname="localhost", loop=loop), "127.0.0.1", port)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    uvloop.run(serve(int(sys.argv[1])))
