"""Receiving mail, put together: the store of raw letters, the workers, the desk, and IMAP where it is configured."""

import itertools
import logging
from datetime import datetime

from bot.config import Imap, Settings
from bot.context import Settings as ChatSettings
from bot.context import ShownLetter
from bot.letters.desk import Desk
from bot.letters.intake import LetterIntake
from bot.letters.workers import LetterWorkers
from bot.mail_ways import receiver_settings
from mail.authenticity import Trust
from mail.imap import Receiver
from mail.imap_settings import RawLetter, ReceiverState
from mail.parse_job import PARSE, LetterStopped
from school.jobs import Jobs
from school.ports import Clock, Uploads, Vault
from storage.database import Database

log = logging.getLogger(__name__)

RECEIVER_STOP = 5.0  # seconds
WORKERS_STOP = 8.0
# Letters handed over in process have places of their own, which no mailbox has.
IN_PROCESS = -1
# The host of a mailbox that is no server's: letters are handed over in process (the demo, tests).
NO_SERVER = "in-process"


class Mailroom:
    """Takes letters and has them handled; `vault` keeps them raw until they are forgotten."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        settings: Settings,
        chat: ChatSettings,
        files: tuple[Uploads, Jobs],
    ) -> None:
        self.vault = vault
        base = settings.reply_base() or ""
        imap = settings.imap
        trust = Trust(imap.authserv_id, imap.own_hops) if imap else Trust(None)
        self.desk = Desk(lambda: database.uow(clock), vault, clock, chat, files, base, trust)
        self._jobs = files[1]
        self.workers = LetterWorkers(database.mail_inbox, self.desk.handle, self.desk.alert)
        self._intake = LetterIntake(database.mail_inbox, vault, clock, lambda letter: self.workers.take([letter]))
        self._inbox = database.mail_inbox
        received = settings.imap is not None and settings.imap.host != NO_SERVER
        self._receiver = self._of(settings.imap) if settings.imap and received else None
        self._numbers = itertools.count(int(clock.now().timestamp() * 1000))

    def _of(self, imap: Imap) -> Receiver:
        return Receiver(receiver_settings(imap), self._intake.take, self._inbox.seen_before, self._told)

    @property
    def state(self) -> ReceiverState | None:
        """How the mailbox stands; None where none is read."""
        return self._receiver.state if self._receiver is not None else None

    def _told(self, state: ReceiverState) -> None:
        if state.connected:
            log.info("the mailbox is open")
        else:
            log.warning("the mailbox is out of reach: %s", state.code)

    async def start(self) -> None:
        """Take up what was left, and begin to receive."""
        await self.workers.sweep()
        if self._receiver is not None:
            await self._receiver.start()

    async def hand_in(self, content: bytes) -> None:
        """Take a letter in process, by the same door as IMAP's (the demo's mailbox)."""
        await self._intake.take(RawLetter(IN_PROCESS, next(self._numbers), content, size=len(content)))

    async def show(self, raw_id: str) -> ShownLetter:
        """Return a letter that came, for a person to look at. Raises `NotFound`."""
        raw = await self.vault.get(raw_id)
        try:
            letter = await self._jobs.run(PARSE, raw, authserv_id=None, own_addresses=frozenset())
        except LetterStopped:
            return ShownLetter("Письмо устроено слишком сложно, показать его нельзя. Откройте его в почте.", (), raw)
        names = tuple(file.name for file in letter.files if not file.decoration)
        return ShownLetter(letter.text or letter.whole_text, names, raw)

    async def sweep(self) -> None:
        """Take up letters that nobody holds: their commit was not heard of, or a consent that they waited for came."""
        await self.workers.sweep()

    async def forget(self, before: datetime) -> None:
        """Erase raw letters handled before this moment."""
        for raw_id in await self._inbox.forget(before):
            await self.vault.delete(raw_id)

    async def stop(self) -> None:
        """Stop receiving, then finish the letters in hand."""
        if self._receiver is not None:
            await self._receiver.stop(RECEIVER_STOP)
        await self.workers.stop(WORKERS_STOP)
