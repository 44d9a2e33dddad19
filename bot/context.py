"""What every handler gets besides the update: the unit of work, the session, the replies, the time, the words' data."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

from aiogram.types import Message

from bot.replies import Replies
from school.centre import Role
from school.jobs import Jobs
from school.letter_caps import CAPS, Caps
from school.mailroom import order_address
from school.ports import Session, UnitOfWork, Uploads
from school.ports_inbox import AsideUpdates
from school.ports_mail import Channels, MailQueue
from school.use_cases.billing_desk import Confirm
from school.use_cases.fill_questionnaire import Filled
from school.use_cases.find import holds, manages


@dataclass(frozen=True, slots=True)
class Settings:
    """What the chat face has to know of the configuration; `mailbox` is the address whose letters are read."""

    timezone: str
    bot_username: str
    support_phone: str | None = None
    curator_email: str | None = None
    default_centre: str | None = None
    in_chat: bool = True
    public_url: str | None = None
    registration: bool = False
    frdo: tuple[str, ...] = ()
    originals_address: str | None = None
    confirm: Confirm = "centre"
    links: tuple[tuple[str, str], ...] = ()
    mailbox: str | None = None
    caps: Caps = CAPS

    @property
    def zone(self) -> ZoneInfo:
        """The school's zone."""
        return ZoneInfo(self.timezone)

    def order_address(self, centre: str) -> str | None:
        """Return where a client sends an order of the centre by mail, None where no letters are read."""
        return order_address(self.mailbox, centre) if self.mailbox else None

    def support(self) -> str:
        """Say in one line of HTML where help is to be had."""
        ways = []
        if self.support_phone:
            ways.append(f"техподдержка 24/7 — {escape(self.support_phone)}")
        if self.curator_email:
            ways.append(f"куратор — {escape(self.curator_email)}")
        if not ways:
            return "Если нужна помощь, напишите в сервисный центр, который дал вам ссылку."
        return "Помощь: " + ", ".join(ways) + "."


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter that came, as a person looks at it: its own text, the names of its files, all of it as it came."""

    text: str
    files: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class MailDesk:
    """The queue of what goes out, what sends it, the updates set aside, and the way to look at letters that came in.

    `show` takes a letter's `raw_id`, and raises `school.errors.NotFound`.
    """

    queue: MailQueue
    channels: Channels
    updates: AsideUpdates
    show: Callable[[str], Awaitable[ShownLetter]]


@dataclass(frozen=True, slots=True)
class Files:
    """The way of files in: `download` fetches what a message brought, `uploads` checks and keeps it.

    `download` raises `school.uploads.UploadRefused` for too large a file and `bot.downloads.NotFetched`. `stored`
    returns a file of the vault by its id, and raises `school.errors.NotFound`; `jobs` read tables in bounded processes.
    """

    download: Callable[[Message], Awaitable[bytes]]
    uploads: Uploads
    stored: Callable[[str], Awaitable[bytes]]
    jobs: Jobs
    mail: MailDesk | None = None


@dataclass(slots=True)
class Talk:
    """One update's surroundings. `now` in UTC, `today` in the school's zone.

    `menu_changes` are the chats of people whose roles change, to be given their new command menu after the commit.
    """

    uow: UnitOfWork
    session: Session
    replies: Replies
    now: datetime
    settings: Settings
    files: Files
    user_id: int
    chat_id: int
    first_name: str
    message_id: int | None = None
    new_role: Role | None = None
    menu_changes: list[int] = field(default_factory=list)
    filled: Filled | None = None

    def has_role(self, *roles: Role) -> bool:
        """Tell whether the person holds one of these roles now."""
        return holds(self.session, *roles)

    def manages(self, centre: str) -> bool:
        """Tell whether the person is a manager of this very centre."""
        return manages(self.session, centre)

    async def download(self, message: Message) -> bytes:
        """Return the content of the message's file; raises as `Files` says."""
        return await self.files.download(message)

    @property
    def staff_name(self) -> str:
        """The person's name as the staff list has it, else as Telegram does."""
        return self.session.roles[0].name if self.session.roles else self.first_name

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(self.settings.zone).date()
