"""The way to Telegram: asked at the start, asked on while it is away; who the bot is is remembered meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramNotFound, TelegramUnauthorizedError

from bot.faults import named
from bot.starting import FIRST_PAUSE, StartError
from bot.watch.outside import TelegramLook
from storage.service import ServiceState

log = logging.getLogger(__name__)

FIRST_ANSWER = 10.0  # seconds: a start waits no longer for Telegram
LONGEST_PAUSE = 30.0
ASKED_EVERY = 60.0  # seconds, where nothing but updates would tell that Telegram is there
AWAY = (TelegramAPIError, ClientDecodeError, OSError, TimeoutError)


class TelegramDoor:
    """Knows the bot's name, connects when Telegram answers, and tells `look` how it stands.

    `connect` begins to receive and may raise `AWAY`; `renamed` is set when the name turns out to be another than the
    one that everything was put together with. `asks` says that nothing else hears of Telegram (the webhook).
    """

    def __init__(self, bot: Bot, state: ServiceState, look: TelegramLook, *, asks: bool) -> None:
        self._bot = bot
        self._state = state
        self._look = look
        self._asks = asks
        self._task: asyncio.Task[None] | None = None
        self.username = ""
        self.renamed = asyncio.Event()

    async def open(self) -> None:
        """Learn the bot's name of Telegram, or of the database while Telegram is away.

        Raises `StartError` where Telegram refuses the token.
        """
        self.username = str(await self._state.get(self._key()) or "")
        try:
            async with asyncio.timeout(FIRST_ANSWER):
                self.username = await self._name()
        except TelegramUnauthorizedError as error:
            raise StartError("Telegram не принял токен: проверьте telegram.token, новый даёт @BotFather") from error
        except TelegramNotFound as error:
            line = "сервер не знает такого бота: проверьте telegram.token и telegram.api_server"
            raise StartError(line) from error
        except AWAY as error:
            self._away(error)

    async def connect(self, connect: Callable[[], Awaitable[None]]) -> None:
        """Connect now, or go on trying beside everything else."""
        if not self._look.away:
            try:
                await connect()
            except AWAY as error:
                self._away(error)
        if self._look.away or self._asks:
            self._task = asyncio.create_task(self._stay(connect), name="telegram door")

    async def close(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _stay(self, connect: Callable[[], Awaitable[None]]) -> None:
        pause = FIRST_PAUSE
        while self._look.away:
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
            await self._heard(self._come_back(connect))
        while self._asks:
            await asyncio.sleep(ASKED_EVERY)
            await self._heard(self._name())

    async def _come_back(self, connect: Callable[[], Awaitable[None]]) -> None:
        name = await self._name()
        if name != self.username:
            log.warning("the bot's name is @%s: everything is put together anew", name)
            self.renamed.set()
            return
        await connect()
        self._look.away = False
        log.info("Telegram answers again")

    async def _heard(self, question: Awaitable[object]) -> None:
        try:
            await question
        except TelegramUnauthorizedError:
            self._look.refused(401)
            log.warning("Telegram не принимает токен: новый даёт @BotFather, впишите его в telegram.token")
        except AWAY as error:
            log.warning("Telegram does not answer: %s", named(error))

    async def _name(self) -> str:
        name = (await self._bot.get_me()).username or ""
        self._look.heard()
        if name != await self._state.get(self._key()):
            await self._state.put(self._key(), name)
        return name

    def _key(self) -> str:
        return f"bot:{self._bot.id}"

    def _away(self, error: BaseException) -> None:
        self._look.away = True
        log.warning(
            "Telegram не отвечает (%s): страницы и почта работают, бот спрашивает дальше; "
            "проверьте сеть и telegram.api_server",
            named(error),
        )
