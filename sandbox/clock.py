"""A clock of the sandbox: the machine's time and whatever it was moved on by; moving it is told to a listener."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web

MOST = timedelta(days=400)


class SandboxClock:
    """Time that goes on as usual and may be moved forward, by code or by the page."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self.moved: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        """Return the moment it shows, in UTC."""
        return datetime.now(UTC) + self._ahead

    async def move(self, by: timedelta) -> None:
        """Move on and wait until what has become due is done. ValueError for a move back or beyond `MOST`."""
        if not timedelta() <= by <= MOST:
            raise ValueError("the clock goes forward only, a year at most")
        self._ahead += by
        if self.moved is not None:
            await self.moved()

    def routes(self) -> list[web.RouteDef]:
        """Return GET and POST /sandbox/clock: `now`, and `minutes` to move on by."""
        return [web.get("/sandbox/clock", self._get), web.post("/sandbox/clock", self._post)]

    async def _get(self, _: web.Request) -> web.Response:
        return web.json_response({"now": self.now().isoformat()})

    async def _post(self, request: web.Request) -> web.Response:
        try:
            minutes = float((await request.json())["minutes"])
            await self.move(timedelta(minutes=minutes))
        except (ValueError, KeyError, TypeError, OverflowError):
            return web.Response(status=400, text="Часы идут только вперёд, самое большее на год.")
        return await self._get(request)
