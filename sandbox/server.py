"""The sandbox as a server: the Bot API, the control API and whatever routes are added."""

from collections.abc import Sequence

from aiohttp import web

from sandbox.api import Api
from sandbox.control import Control
from sandbox.methods_params import BODY_LIMIT
from sandbox.state import World

_SHUTDOWN_SECONDS = 0.5


class SandboxServer:
    """One bot's Telegram on one port."""

    def __init__(self, token: str, *, limits: bool = True, extra_routes: Sequence[web.RouteDef] = ()) -> None:
        self.world = World(token, limits=limits)
        self._routes = [*Control(self.world).routes(), *Api(self.world).routes(), *extra_routes]
        self._runner: web.AppRunner | None = None
        self._base_url = ""

    @property
    def base_url(self) -> str:
        """The address to be given to clients, without a slash at its end."""
        return self._base_url

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 is any free one. Raise `OSError` when the port is taken."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.add_routes(self._routes)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
        self._base_url = f"http://{shown}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End the polls at once and stop listening."""
        await self.world.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
