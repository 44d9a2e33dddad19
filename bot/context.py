"""What every handler gets besides the update: the unit of work, the session, the replies, the time, the words' data."""

from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

from bot.replies import Replies
from school.centre import Role
from school.ports import Session, UnitOfWork


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

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(ZoneInfo(self.settings.timezone)).date()
