"""The sandbox as a server: the Bot API, the control API and whatever routes are added."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from sandbox import api, control, methods
from sandbox.call import JSON, Call
from sandbox.state import World
from sandbox.updates import Updates

# People may send files the bot cannot download (20 MB) and the bot may send up to 50 MB.
_BODY_LIMIT = 80 * 1024 * 1024
_SHUTDOWN_SECONDS = 0.5


class SandboxServer:
    """One bot's Telegram on one port."""

    def __init__(self, token: str, *, limits: bool = True, extra_routes: Sequence[web.RouteDef] = ()) -> None:
        self.updates = Updates(self._answer)
        self.world = World(token, self.updates, limits=limits)
        self._extra = list(extra_routes)
        self._runner: web.AppRunner | None = None
        self._base_url = ""

    @property
    def base_url(self) -> str:
        """The address to be given to clients, without a slash at its end."""
        return self._base_url

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 is any free one. Raise `OSError` when the port is taken."""
        app = web.Application(client_max_size=_BODY_LIMIT)
        app[api.WORLD] = self.world
        app.add_routes([*api.routes(), *control.routes(), *self._extra])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
        self._base_url = f"http://{shown}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End the polls at once and stop listening."""
        await self.updates.close()
        self.world.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, method: str, values: JSON) -> Any:
        return await methods.answer(self.world, method, Call(values))
