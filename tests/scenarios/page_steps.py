"""What scenarios of the pages begin with: the bot with its pages on, a link, the proof behind it."""

import random
import socket
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.starting import StartError
from sandbox import browser
from sandbox.browser import PageClient, Shown
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import place
from tests.scenarios.student_steps import SOKOLOVA, link_of
from tests.tls_front import trust

__all__ = ["PageClient", "Shown", "browsing"]


def browsing(base: str) -> AbstractAsyncContextManager[PageClient]:
    """Open a browser with cookies of its own; by https it believes the tests' proxy alone."""
    return browser.browsing(base, trust() if base.startswith("https:") else None)


def free_port() -> int:
    """Return a port that nobody listens on now, below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


async def open_pages(stage: Stage, **more: Any) -> str:
    """Start the bot anew with its pages on; return their address, the stage's proxy's where it has one.

    A port taken meanwhile is another the next time.
    """
    given = more.pop("web", {})
    for tries in range(5):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        if stage.front is not None:
            stage.front.target, url = port, stage.front.url
            given = {"trusted_proxies": ["127.0.0.1"], **given}
        web = {"host": "127.0.0.1", "port": port, "public_url": url, "health_port": free_port(), **given}
        try:
            await stage.reconfigure(web=web, **more)
        except StartError:
            if tries == 4:
                raise
        else:
            return url
    raise AssertionError("unreachable")


async def placed_secret(stage: Stage) -> str:
    """Place the usual order of one student in chat; return the secret of the student's link."""
    await place(await stage.client())
    return (await link_of(stage, SOKOLOVA)).removeprefix("q_")


async def proved(person: PageClient, secret: str, digits: str = "3333", page: str = "q") -> Shown:
    """Open the link and prove with the four digits; return what is shown then."""
    await person.open(f"/{page}/{secret}")
    return await person.press("Продолжить", digits=digits)
