"""What every handler gets besides the update: the unit of work, the session, the replies, the time, the words' data."""

from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

from bot.replies import Replies
from school.centre import Role
from school.ports import Session, UnitOfWork
from school.use_cases.find import holds, manages


@dataclass(frozen=True, slots=True)
class Settings:
    """What the chat face has to know of the configuration."""

    timezone: str
    bot_username: str
    support_phone: str | None = None
    curator_email: str | None = None
    default_centre: str | None = None
    in_chat: bool = True
    public_url: str | None = None
    registration: bool = False
    frdo: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The school's zone."""
        return ZoneInfo(self.timezone)

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


@dataclass(slots=True)
class Talk:
    """One update's surroundings. `now` in UTC, `today` in the school's zone."""

    uow: UnitOfWork
    session: Session
    replies: Replies
    now: datetime
    settings: Settings
    user_id: int
    chat_id: int
    first_name: str
    message_id: int | None = None
    new_role: Role | None = None

    def has_role(self, *roles: Role) -> bool:
        """Tell whether the person holds one of these roles now."""
        return holds(self.session, *roles)

    def manages(self, centre: str) -> bool:
        """Tell whether the person is a manager of this very centre."""
        return manages(self.session, centre)

    @property
    def staff_name(self) -> str:
        """The person's name as the staff list has it, else as Telegram does."""
        return self.session.roles[0].name if self.session.roles else self.first_name

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(self.settings.zone).date()
