"""Everything that ticks, put together: drafts, reminders, queues, sweeps."""

from datetime import timedelta

from bot.config import Settings
from scheduler.admission import AccessLister, AdmissionDigest
from scheduler.diplomas import DiplomaReminder
from scheduler.documents import Sweeper
from scheduler.drafts import DraftKeeper, DraftPolicy
from scheduler.queue import QueueKeeper, QueuePolicy
from scheduler.ticker import Tick
from school.ports import Clock, Vault
from storage.database import Database
from storage.uow import SqlUnitOfWork

INBOX_KEPT = timedelta(days=7)


def all_ticks(database: Database, vault: Vault, clock: Clock, settings: Settings) -> list[Tick]:
    """Return every tick with its pace in seconds."""

    def open_uow() -> SqlUnitOfWork:
        return database.uow(clock)

    async def forget() -> None:
        await database.inbox.forget(clock.now() - INBOX_KEPT)

    zone = settings.school.timezone
    drafts = DraftKeeper(open_uow, database.drafts_to_nudge, database.drafts_to_expire, clock, zone, DraftPolicy())
    return [
        Tick("drafts", 60, drafts),
        Tick(
            "diplomas",
            60,
            DiplomaReminder(open_uow, lambda now, limit: open_uow().diplomas_to_remind(now, limit), clock),
        ),
        Tick("documents", 600, Sweeper(vault, lambda: open_uow().document_ids())),
        Tick("access", 600, AccessLister(open_uow, clock, settings.school.curator_email if settings.smtp else None)),
        Tick("admission", 600, AdmissionDigest(open_uow, clock, zone)),
        Tick("queue", 60, QueueKeeper(open_uow, clock, zone, QueuePolicy())),
        Tick("inbox", 3600, forget),
    ]
