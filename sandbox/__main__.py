"""Run the sandbox alone: `python -m sandbox --token T --port P [--no-limits] [--smtp-port P]`."""

import argparse
import asyncio
import contextlib
import signal
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sandbox.server import SandboxServer


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve until stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Bot API и почта для проб и показа")
    parser.add_argument("--token", required=True, help="токен, который принимает песочница")
    parser.add_argument("--host", default="127.0.0.1", help="адрес, где слушать")
    parser.add_argument("--port", type=int, default=8081, help="порт Bot API, 0 — любой свободный")
    parser.add_argument("--no-limits", action="store_true", help="не ограничивать число сообщений")
    parser.add_argument("--smtp-port", type=int, default=0, help="порт SMTP, 0 — любой свободный")
    told = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_serve(told))
    return 0


async def _serve(told: argparse.Namespace) -> int:
    # aiosmtpd is a tool of development: without it the Bot API still runs.
    mailbox: Any = import_module("sandbox.mailbox").Mailbox() if find_spec("aiosmtpd") else None
    routes = list(mailbox.routes()) if mailbox else []
    if find_spec("sandbox.page"):
        routes += import_module("sandbox.page").routes()
    server = SandboxServer(told.token, limits=not told.no_limits, extra_routes=routes)
    try:
        await server.start(told.host, told.port)
        smtp_port = await mailbox.start(told.host, told.smtp_port) if mailbox else 0
        sys.stdout.write(f"Bot API: {server.base_url}\n" + (f"SMTP: {told.host}:{smtp_port}\n" if mailbox else ""))
        sys.stdout.flush()
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
    except OSError as error:
        sys.stderr.write(f"Порт занят или недоступен: {error}. Укажите другой --port или --smtp-port.\n")
        return 1
    finally:
        await server.stop()
        if mailbox:
            await mailbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
