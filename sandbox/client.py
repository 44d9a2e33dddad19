"""The sandbox for tests and the story: its people, its mailbox and its settings."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, FormData, TCPConnector

from sandbox.message import Json, Message, NoSuchButton, NotSaid, SandboxError
from sandbox.person import Person

__all__ = ["Json", "Message", "NoSuchButton", "NotSaid", "Person", "Sandbox", "SandboxError"]


class Sandbox:
    """The control API of a running sandbox; an async context manager."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Each of many people may wait in a request of his own.
        self._session = ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=90))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, path: str, **request: Any) -> Any:
        """Make a call of the control API; raise `SandboxError` when it is refused."""
        assert self._session is not None, "use `async with Sandbox(...)`"
        async with self._session.request(method, f"{self._base}/sandbox/{path}", **request) as response:
            if response.status != 200:
                raise SandboxError(f"{response.status} {await response.text()}")
            return await response.json()

    async def fetch(self, path: str) -> bytes:
        """Return what is at a path of the server, such as a file's url; raise `SandboxError` when it is refused."""
        assert self._session is not None, "use `async with Sandbox(...)`"
        async with self._session.get(self._base + path) as response:
            if response.status != 200:
                raise SandboxError(f"{response.status} {await response.text()}")
            return await response.read()

    async def person(
        self,
        first_name: str,
        *,
        last_name: str | None = None,
        phone: str | None = None,
        part: str | None = None,
        hint: str | None = None,
    ) -> Person:
        """Add a person who has not written to the bot yet; without a phone one is invented."""
        about = {"last_name": last_name, "phone": phone, "part": part, "hint": hint}
        told = await self.call("POST", "people", json={"first_name": first_name, **about})
        return Person(self, told["id"], first_name)

    async def letters(self, after: int = 0, wait: float = 0) -> Json:
        """Return `count` and the `letters` with an id above `after`, waiting for the first up to `wait` seconds."""
        found: Json = await self.call("GET", "letters", params={"after": after, "wait": str(wait)})
        return found

    async def wait_letter(self, matches: Callable[[Json], bool], timeout: float = 10) -> Json:
        """Return the first letter that matches, waiting up to `timeout` seconds; raise `NotSaid`."""
        deadline, after = time.monotonic() + timeout, 0
        seen: list[str] = []
        while True:
            left = max(deadline - time.monotonic(), 0)
            for letter in (await self.letters(after, left))["letters"]:
                if matches(letter):
                    return dict(letter)
                after = letter["id"]
                seen.append(f"{', '.join(letter['to'])}: {letter['subject']}")
            if time.monotonic() >= deadline:
                raise NotSaid(f"no such letter in {timeout} s; there are:\n" + "\n".join(seen[-20:]))

    async def smtp(self, state: str, addresses: list[str] | None = None) -> None:
        """Set the mailbox: up, down, refuse_temporary or refuse_permanent."""
        await self.call("POST", "smtp", json={"state": state, "addresses": addresses or []})

    async def settings(self, *, limits: bool) -> None:
        """Switch Telegram's limits on or off."""
        await self.call("POST", "settings", json={"limits": limits})

    async def calls(self) -> dict[str, int]:
        """Return how many times each method was called."""
        return dict((await self.call("GET", "calls"))["counts"])


def _form(files: Sequence[tuple[bytes, str]], words: dict[str, str]) -> FormData:
    form = FormData(words, quote_fields=False)  # names of files go as they are
    for content, name in files:
        form.add_field("file", content, filename=name)
    return form
