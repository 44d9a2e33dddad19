"""The sandbox's control API at its barest: the driver shares two cores with what it measures."""

from types import TracebackType
from typing import Any, Self

import aiohttp

NO_LETTERS = 1_000_000_000  # a place after all letters: only their count is asked for


class Control:
    """The control API of a running sandbox; an async context manager."""

    def __init__(self, address: str) -> None:
        self._base = f"{address}/sandbox"
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Every client holds a long poll open, so the connections are not limited.
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), raise_for_status=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Tell it something. Raises `aiohttp.ClientResponseError` when it refuses."""
        assert self._http is not None
        async with self._http.post(self._base + path, json=body) as response:
            return await response.json()

    async def get(self, path: str, **query: str) -> Any:
        """Ask it something. Raises `aiohttp.ClientResponseError` when it refuses."""
        assert self._http is not None
        async with self._http.get(self._base + path, params=query) as response:
            return await response.json()

    async def person(self) -> int:
        """Bring a new person in and return the id."""
        return int((await self.post("/people", {"first_name": "Ирина", "last_name": "Белова"}))["id"])

    async def letters(self) -> int:
        """Return how many letters have come."""
        return int((await self.get("/letters", after=str(NO_LETTERS), wait="0"))["count"])

    async def calls(self) -> dict[str, int]:
        """Return how often each method of the Bot API was called."""
        counts: dict[str, int] = (await self.get("/calls"))["counts"]
        return counts
