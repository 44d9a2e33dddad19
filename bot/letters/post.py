"""What every handler of a letter gets: the unit of work, the letter, what it answers, and the way to answer it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.context import Settings
from mail.mailbox import same_mailbox
from mail.parse import Letter
from school.jobs import Jobs
from school.mailroom import StoredLetter, Topic, TopicKind
from school.notices import Notice
from school.ports import UnitOfWork, Uploads
from school.use_cases.answerable import add_answerable

# Answers that a machine gives to one address in a day: more would be two machines talking.
MOST_ANSWERS = 20


def _nothing_staged() -> None:
    """Forget nothing: there is nothing."""


@dataclass(slots=True)
class Post:
    """One letter's surroundings. `topic` is what it answers, None where that is not known; `now` in UTC.

    `proved` tells an aligned DMARC pass, as stated by the operator's own server. `quiet`: a machine may have written,
    so it is acted upon and not answered. `forget` forgets everything staged, after an action that was refused.
    """

    uow: UnitOfWork
    stored: StoredLetter
    letter: Letter
    topic: Topic | None
    now: datetime
    settings: Settings
    uploads: Uploads
    jobs: Jobs
    base: str
    forget: Callable[[], None] = _nothing_staged
    quiet: bool = False
    state: str = "handled"
    reason: str = ""
    subject: str = ""
    answers: list[Notice] = field(default_factory=list)

    @property
    def sender(self) -> str:
        """The writer's address in small letters, empty where it cannot be told."""
        return self.letter.sender.address.lower() if self.letter.sender else ""

    @property
    def proved(self) -> bool:
        """Whether the operator's own server vouches for the sender's domain."""
        return self.letter.dmarc == "pass"

    @property
    def denied(self) -> bool:
        """Whether the operator's own server denies that the sender wrote it: forged, or forwarded on the way."""
        return self.letter.dmarc == "fail"

    @property
    def words(self) -> str:
        """The writer's own words; empty where only a quote could be found: a quote never acts."""
        return "" if "only_quote" in self.letter.faults else self.letter.text

    @property
    def fits_topic(self) -> bool:
        """Whether the letter comes from the mailbox that was written to, under whichever spelling."""
        return self.topic is not None and same_mailbox(self.sender, self.topic.address)

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(ZoneInfo(self.settings.timezone)).date()

    async def answer(
        self, kind: str, data: Mapping[str, Any], about: tuple[TopicKind, str] | None = None, to: str | None = None
    ) -> Notice | None:
        """Stage an answer that stands in the letter's thread; None where the mailbox, under
        whichever spelling, has had its fill today.

        `about` is what a further answer is about, by default what this letter was; `to` another address than the
        sender's (the registered mailbox).
        """
        address = (to or self.sender).lower()
        day = self.now.date()
        silent = self.quiet or self.denied or not address
        if silent or await self.uow.answers_to(address, day) + len(self.answers) >= MOST_ANSWERS:
            return None
        threaded = {**data, "in_reply_to": self.letter.message_id, "answers": self.letter.subject}
        key = f"letter:{self.stored.id}:{kind}:{len(self.answers)}"
        notice = Notice(uuid4().hex, kind, "mail", address, threaded, key)
        topic = about or ((self.topic.kind, self.topic.subject) if self.topic else None)
        if topic is not None:
            notice = add_answerable(self.uow, notice, topic, self.now)
        else:
            self.uow.add_notice(notice)
        self.uow.count_answer(address, day)
        self.answers.append(notice)
        return notice

    def go_on(self) -> None:
        """Commit what is staged and handle the letter again: one action sees what the one before it has done."""
        self.state = "again"

    def leave(self, state: str, reason: str, subject: str = "") -> None:
        """Leave the letter waiting or to a person instead of marking it handled."""
        self.state, self.reason, self.subject = state, reason, subject
