"""Everything that ticks, put together: drafts, reminders, queues, sweeps."""

import logging
from datetime import timedelta

from bot.config import Settings
from bot.faults import where
from bot.mailroom import Mailroom
from bot.vaults import Vaults
from bot.watch.inside import TicksLook
from scheduler.acts import ActMaker
from scheduler.admission import AccessLister, AdmissionDigest
from scheduler.diplomas import DiplomaReminder
from scheduler.documents import Sweeper
from scheduler.drafts import DraftKeeper
from scheduler.groups import GroupDigest
from scheduler.held import HeldKeeper
from scheduler.letters_aside import AsideTeller
from scheduler.queue import QueueKeeper, QueuePolicy
from scheduler.reminders import ReminderKeeper
from scheduler.report import WeeklyReporter
from scheduler.ticker import Tick, Told
from school.ports import Clock
from storage.database import Database
from storage.uow import SqlUnitOfWork

log = logging.getLogger(__name__)

INBOX_KEPT = timedelta(days=7)
LETTERS_KEPT = timedelta(days=30)
# Tokens that say nothing once they are over: a browser's visits and sign-ins, drafts on their way, used init data;
# what students and curators wrote to each other is kept no longer than its term; links that confirm orders.
FLEETING = ("visit", "staff_visit", "sign_in", "draft", "init_data", "said", "confirm")
FLEETING_KEPT = timedelta(days=1)
# Letters are counted by days; a counter of the day before is looked at by nobody.
COUNTED = timedelta(days=2)


def teller(look: TicksLook) -> Told:
    """Return what hears of every tick: the look counts it, and the log names one that failed, without its words."""

    def told(name: str, error: Exception | None) -> None:
        look.ran(name, error)
        if error is not None:
            log.error("tick %s failed: %s", name, where(error))

    return told


def all_ticks(database: Database, vaults: Vaults, mailroom: Mailroom, clock: Clock, settings: Settings) -> list[Tick]:
    """Return every tick with its pace in seconds."""

    def open_uow() -> SqlUnitOfWork:
        return database.uow(clock)

    async def forget() -> None:
        await database.inbox.forget(clock.now() - INBOX_KEPT)
        await database.forget_tokens(FLEETING, clock.now() - FLEETING_KEPT)
        await database.forget_buckets(clock.now() - COUNTED)
        await mailroom.forget(clock.now() - LETTERS_KEPT)

    zone, reminders = settings.school.timezone, settings.reminders
    hours = reminders.hours()
    drafts = DraftKeeper(open_uow, database.drafts_to_nudge, database.drafts_to_expire, clock, zone, reminders.drafts())
    return [
        Tick("drafts", 60, drafts),
        Tick("journal", 60, database.fold),
        Tick("held", 60, HeldKeeper(open_uow, database.orders_to_confirm, clock)),
        Tick(
            "diplomas",
            60,
            DiplomaReminder(open_uow, lambda now, limit: open_uow().diplomas_to_remind(now, limit), clock),
        ),
        Tick("documents", 600, Sweeper(vaults.documents, lambda: open_uow().document_ids(), open_uow, clock)),
        Tick("raw_letters", 600, Sweeper(vaults.letters, database.mail_inbox.raw_ids, open_uow, clock)),
        Tick("access", 600, AccessLister(open_uow, clock, settings.school.curator_email if settings.smtp else None)),
        Tick("admission", 600, AdmissionDigest(open_uow, clock, zone)),
        Tick("queue", 60, QueueKeeper(open_uow, clock, zone, QueuePolicy(hours.opens, hours.closes))),
        Tick("acts", 600, ActMaker(open_uow, clock, zone, hours)),
        Tick("groups", 600, GroupDigest(open_uow, database.centres, clock, zone)),
        Tick("report", 600, WeeklyReporter(open_uow, database.centres, clock, zone)),
        Tick("reminders", 60, ReminderKeeper(open_uow, database.outbox, clock, zone, reminders.policy())),
        Tick("letters", 5, mailroom.sweep),
        Tick("letters_aside", 600, AsideTeller(open_uow, clock, zone)),
        Tick("inbox", 3600, forget),
    ]
