"""The composition root: everything is put together here, started in order and stopped in reverse."""

import asyncio
import contextlib
import gc
import logging
import signal
from datetime import UTC, datetime
from functools import partial

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiohttp import web

from bot import heartbeat
from bot.alerts import alert_stopped
from bot.config import Settings
from bot.context import Files, MailDesk, ShownLetter
from bot.context import Settings as ChatSettings
from bot.deliverers import Deliverers
from bot.dispatch import Conversation
from bot.downloads import Downloads
from bot.intake import ALLOWED, Intake, Polling
from bot.mailroom import Mailroom
from bot.metrics import Metrics
from bot.outgoing_files import OutgoingFiles
from bot.site import NotBound, page_settings, public_application, serve
from bot.starting import StartError, lock_file, open_when_there
from bot.telegram_door import TelegramDoor
from bot.ticks import all_ticks, teller
from bot.vaults import VaultRefused, Vaults, open_vaults
from bot.watch.database import DatabaseLook
from bot.watch.inside import DiskLook, QueuesLook
from bot.watch.outside import MailboxLook, SendingLook, TelegramLook
from bot.watch.tell import Teller
from bot.watch.troubles import Watch
from bot.workers import Workers
from mail.imap_settings import ReceiverState
from paper.job_pool import JobPool
from scheduler.ticker import Tick, Ticker
from school.ports import Clock
from storage.backup import database_file
from storage.checker import ProcessChecker
from storage.database import Database
from storage.pictures import DrawnPictures
from storage.service import ServiceState
from storage.uploads import UploadStore
from web import health, webhook
from web.site import SiteFiles

log = logging.getLogger(__name__)

# A stop in all: 8 for the workers, 8 for the deliverers side by side, 5 for the webhook's server; 25 end it anyhow.
WORKERS_STOP = 8.0
HARD_STOP = 25.0
REQUEST_SECONDS = 20.0  # less than an outbox lease


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


class App:
    """The whole bot. `clock` may be another than the machine's (demo, tests)."""

    database: Database
    vaults: Vaults
    mailroom: Mailroom
    _deliverers: Deliverers

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._closing = contextlib.AsyncExitStack()
        self._locks = self._closing.enter_context(contextlib.ExitStack())
        self._started = False
        file = database_file(settings.database.url)
        disk = DiskLook(*([file.parent] if file is not None else []), settings.documents.path.parent)
        self.metrics = Metrics(self.clock, self._mailbox, disk)
        self.telegram = TelegramLook()
        self.watch = Watch()

    def _mailbox(self) -> ReceiverState | None:
        return self.mailroom.state if self._started else None

    async def start(self) -> None:
        """Start everything. Raises `StartError` when the configuration or a server stands in the way."""
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise
        self._started = True

    async def _start(self) -> None:
        await self._serve_health()
        await self._open_database()
        await self._open_vaults()
        bot = self._open_bot()
        self.door = TelegramDoor(
            bot, ServiceState(self.database), self.telegram, asks=self.settings.telegram.mode == "webhook"
        )
        await self.door.open()
        jobs = JobPool(on_stop=self._job_stopped)
        self._closing.push_async_callback(jobs.close)
        checker, vault = ProcessChecker(jobs), self.vaults.documents
        chat, uploads = self._chat_settings(self.door.username), UploadStore(checker, vault)
        pictures = DrawnPictures(checker, vault)
        may_send = await heartbeat.begin(self.database, self._closing)
        self._deliverers = Deliverers(self.settings, self.database, self.clock, self.metrics, may_send)
        desk = MailDesk(self.database.mail_queue, self._deliverers, self.database.inbox, self._show_letter)
        files = Files(Downloads(bot), uploads, vault.get, jobs, desk)
        conversation = Conversation(bot, lambda: self.database.uow(self.clock), self.clock, chat, files)
        self._closing.push_async_callback(conversation.finish)
        self._deliverers.start(bot, self.door.username, OutgoingFiles(vault, pictures), self._closing)
        workers = Workers(conversation, self.database.inbox)
        self._closing.push_async_callback(workers.stop, WORKERS_STOP)
        self.mailroom = Mailroom(self.database, self.vaults.letters, self.clock, self.settings, chat, (uploads, jobs))
        self._closing.push_async_callback(self.mailroom.stop)
        self.teller = Teller(
            self.watch,
            ServiceState(self.database),
            lambda: self.database.uow(self.clock),
            self.clock,
            partial(_say, bot),
        )
        self._start_ticker()
        await workers.start()
        intake = Intake(bot.id, self.database.inbox, workers, self._heard, self.telegram.refused)
        await self._start_servers(self.door.username, SiteFiles(uploads, vault.get, pictures), intake)
        await self.mailroom.start()
        await self.door.connect(partial(self._start_intake, bot, intake, conversation))
        self._closing.push_async_callback(self.door.close)
        self.watch.started()

    async def _job_stopped(self, work: str) -> None:
        uow = self.database.uow(self.clock)
        await alert_stopped(uow, work, self.clock.now().date())
        await uow.commit()

    async def _show_letter(self, raw_id: str) -> ShownLetter:
        return await self.mailroom.show(raw_id)

    async def _open_database(self) -> None:
        url = self.settings.database.url
        if (file := database_file(url)) is not None:
            lock = await asyncio.to_thread(lock_file, file, self._locks)
            await asyncio.to_thread(lock.look_after_crash)
            self._closing.callback(lock.stopped)
        self.database = await open_when_there(self.settings, partial(self.watch.waits, "database"))
        self._closing.push_async_callback(self.database.close)
        self.metrics.database = self.database
        self.watch.add("database", DatabaseLook(self.database, file))
        self.watch.add("queue", QueuesLook(self.database, self.clock, mail=self.settings.smtp is not None))
        self.watch.add("ticks", self.metrics.ticks)
        self.watch.add("disk", self.metrics.disk)
        self.watch.add("telegram", self.telegram)
        self.watch.add("mailbox", MailboxLook(self._mailbox))
        self.watch.add("sending_chat", SendingLook("chat", self.metrics.down, self.telegram))
        self.watch.add("sending_mail", SendingLook("mail", self.metrics.down))
        if url.startswith("sqlite"):
            await self.database.outbox.release_all()

    async def _open_vaults(self) -> None:
        try:
            self.vaults = await open_vaults(self.settings, self.database, self.clock)
        except VaultRefused as error:
            raise StartError(str(error)) from error

    def _open_bot(self) -> Bot:
        server = TelegramAPIServer.from_base(self.settings.telegram.api_server)
        bot = Bot(
            self.settings.telegram.token.get_secret_value(), session=AiohttpSession(api=server, timeout=REQUEST_SECONDS)
        )
        self._closing.push_async_callback(bot.session.close)
        return bot

    def _chat_settings(self, username: str) -> ChatSettings:
        school, web_section = self.settings.school, self.settings.web
        return ChatSettings(
            timezone=school.timezone,
            bot_username=username,
            support_phone=school.support_phone,
            curator_email=school.curator_email,
            default_centre=school.default_centre,
            in_chat=self.settings.personal_data.in_chat,
            public_url=web_section.public_url if web_section else None,
            registration=school.registration,
            frdo=school.frdo,
            originals_address=school.originals_address,
            confirm=self.settings.billing.confirm,
            links=self.settings.links.sites,
            mailbox=self.settings.reply_base(),
            caps=self.settings.limits.caps(),
        )

    def _start_ticker(self) -> None:
        ticks = all_ticks(self.database, self.vaults, self.mailroom, self.clock, self.settings)
        ticks.append(Tick("troubles", 30, self.teller))
        self.metrics.ticks.expect(ticks)
        self.ticker = Ticker(ticks, teller(self.metrics.ticks))
        self.ticker.start()
        self._closing.push_async_callback(self.ticker.stop)

    def _heard(self) -> None:
        self.metrics.heard()
        self.telegram.heard()

    async def _start_intake(self, bot: Bot, intake: Intake, conversation: Conversation) -> None:
        telegram = self.settings.telegram
        if telegram.mode == "polling":
            await bot.delete_webhook()
            url = bot.session.api.api_url(telegram.token.get_secret_value(), "getUpdates")
            polling = Polling(url, intake)
            polling.start()
            self._closing.push_async_callback(polling.stop)
        else:
            assert self.settings.web is not None
            await bot.set_webhook(
                f"{self.settings.web.public_url}{webhook.PATH}",
                secret_token=telegram.webhook_secret(),
                allowed_updates=list(ALLOWED),
            )
        self._commands = asyncio.create_task(_set_commands(conversation))
        self._closing.push_async_callback(_settled, self._commands)

    async def _start_servers(self, username: str, files: SiteFiles, intake: Intake) -> None:
        """Serve the pages and the webhook, where either is on."""
        settings = self.settings
        pages = page_settings(settings, username)
        app = public_application(settings, pages, self.database, self.clock, files, intake.take)
        if settings.web is not None and app is not None:
            await self._serve(app, settings.web.host, settings.web.port, "web")

    async def _serve_health(self) -> None:
        """Serve health on a port of its own, before anything that a start may have to wait for."""
        if (section := self.settings.web) is not None:
            told = health.application(self.watch.faults, self.metrics.text)
            await self._serve(told, section.health_host, section.health_port, "web.health")

    async def _serve(self, app: web.Application, host: str, port: int, key: str) -> None:
        try:
            trusted = self.settings.web.trusted_proxies if self.settings.web is not None else ()
            await serve(self._closing, app, host, port, key, trusted)
        except NotBound as error:
            raise StartError(str(error)) from error

    def wake(self) -> None:
        """Send what has become due, without waiting for the next sweep."""
        self._deliverers.wake()

    async def stop(self) -> None:
        """Stop in reverse order: intake, workers, deliverers, servers, database."""
        if self._started:
            self._started = False
            await self._closing.aclose()


async def _say(bot: Bot, chat_id: int, text: str) -> None:
    await bot.send_message(chat_id, text)


async def _set_commands(conversation: Conversation) -> None:
    try:
        await conversation.set_commands()
    except (TelegramAPIError, ClientDecodeError) as error:
        log.warning("the command menu was not set: %s", type(error).__name__)


async def _settled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _started_before(app: App, stop: asyncio.Event) -> bool:
    """Start the bot unless it is told to stop meanwhile: a server that does not answer must not hold the stop up."""
    starting, stopped = asyncio.create_task(app.start()), asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        stopped.cancel()
        starting.result()
        return True
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    return False


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; a bot whose name has changed is put together anew. Raises `StartError`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    while not stop.is_set():
        app = App(settings)
        if not await _started_before(app, stop):
            return
        # Everything that lives as long as the process is taken out of the collector's way.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        log.info("the bot is running")
        await _first(stop, app.door.renamed)
        try:
            async with asyncio.timeout(HARD_STOP):
                await app.stop()
        except TimeoutError:
            log.error("the stop took too long; what was not finished is taken up at the next start")


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for one in waits:
        one.cancel()


def main(settings: Settings) -> int:
    """Run the bot; return the exit code. Raises `StartError`."""
    import uvloop

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("aiogram.event", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

    uvloop.run(run(settings))
    return 0
