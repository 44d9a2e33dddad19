"""How long a process takes until it asks Telegram for updates, beside `import aiogram` alone."""

import asyncio
import time
from pathlib import Path
from statistics import median

from aiohttp import web

from bench.processes import START_SECONDS, DiedError, finish, free_port, running


class Answerer:
    """A Bot API that knows just enough for a start, and notes when it is first asked for updates."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.port = free_port()

    async def __aenter__(self) -> "Answerer":
        application = web.Application()
        application.router.add_post("/{bot}/{method}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        match request.match_info["method"]:
            case "getUpdates":
                self._asked.set()
                await asyncio.sleep(1)
                return web.json_response({"ok": True, "result": []})
            case "getMe":
                me = {"id": 4200042, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
                return web.json_response({"ok": True, "result": me})
        return web.json_response({"ok": True, "result": True})

    async def asked(self) -> None:
        """Wait for the next first request for updates."""
        self._asked.clear()
        await self._asked.wait()


async def seconds_to_first_poll(answerer: Answerer, folder: Path, *arguments: str) -> float:
    """Start `python …arguments` and return the seconds until its first getUpdates."""
    waiting = asyncio.create_task(answerer.asked())
    await asyncio.sleep(0)
    begun = time.perf_counter()
    async with running("startup", folder, *arguments) as process:
        try:
            async with asyncio.timeout(START_SECONDS):
                await waiting
        except TimeoutError:
            raise DiedError(f"no getUpdates within {START_SECONDS:.0f} s:\n{process.tail()}") from None
        return time.perf_counter() - begun


async def seconds_of_import() -> float:
    """Return the seconds that `python -c "import aiogram"` takes."""
    begun = time.perf_counter()
    await finish("-c", "import aiogram")
    return time.perf_counter() - begun


async def measure(answerer: Answerer, folder: Path, runs: int, *arguments: str) -> tuple[float, float]:
    """Return the medians, in seconds, of the start and of the import, measured in turns."""
    starts, imports = [], []
    for _ in range(runs):
        imports.append(await seconds_of_import())
        starts.append(await seconds_to_first_poll(answerer, folder, *arguments))
    return median(starts), median(imports)
