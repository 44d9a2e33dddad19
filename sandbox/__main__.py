"""`python -m sandbox --token T --port P [--host H] [--no-limits] [--smtp-port P]`: the sandbox as a process."""

import argparse
import asyncio
import logging
import signal

from sandbox.mailbox import Mailbox
from sandbox.page import routes as page_routes
from sandbox.server import SandboxServer

_log = logging.getLogger("sandbox")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m sandbox", description="Песочница: Telegram и почта без внешних служб")
    parser.add_argument("--token", required=True, help="токен бота, с которым он придёт")
    parser.add_argument("--host", default="127.0.0.1", help="на каком адресе слушать")
    parser.add_argument("--port", type=int, default=8081, help="порт Bot API и страницы")
    parser.add_argument("--smtp-port", type=int, default=0, help="порт почты; 0 — любой свободный")
    parser.add_argument("--no-limits", action="store_true", help="не ограничивать частоту отправки")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    mailbox = Mailbox()
    smtp_port = await mailbox.start(options.host, options.smtp_port)
    extra = [*mailbox.routes(), *page_routes()]
    server = SandboxServer(options.token, limits=not options.no_limits, extra_routes=extra)
    try:
        await server.start(options.host, options.port)
        _log.info("Песочница: %s, почта: порт %d", server.base_url, smtp_port)
        await stopping.wait()
    finally:
        await server.stop()
        await mailbox.stop()


def main() -> None:
    """Run the sandbox from the command line."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    asyncio.run(serve(_arguments()))


if __name__ == "__main__":
    main()
