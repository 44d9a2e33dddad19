"""What sends the outbox, put together: one deliverer for chat, one for mail where it is on."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from aiogram import Bot

from bot.alerts import alert_admins
from bot.chat_channel import ChatChannel
from bot.config import Settings, Smtp
from bot.delivery import Deliverer
from bot.instead_of_chat import InsteadOfChat, WordsByMail
from bot.limits import Limits
from bot.metrics import Metrics
from bot.notices import WORDED
from bot.notices.closed import closed
from bot.outgoing_files import OutgoingFiles
from bot.replies import Screen
from scheduler.reminders import StillDue
from school.ports import Clock
from school.use_cases.remind import REMINDER_KINDS
from storage.database import Database
from storage.outbox import OutboxRow
from wording.letters import LETTER_NAMES

log = logging.getLogger(__name__)

STOP = 8.0  # seconds, side by side
CHATS_AT_ONCE = 64
LETTERS_AT_ONCE = 4


class Deliverers:
    """Both channels; new rows are sent right after the commit that staged them."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._may_send = may_send
        self._all: list[Deliverer] = []

    def start(self, bot: Bot, username: str, files: OutgoingFiles, closing: AsyncExitStack) -> None:
        """Begin to send; `closing` stops it."""
        self._all = [self._chat(bot, files)]
        if self._settings.smtp is not None:
            self._all.append(self._mail(self._settings.smtp, username, closing))
        else:
            log.warning("Почта выключена: нет раздела [smtp]. Письма ждут в очереди.")
        by_channel = {d.channel: d for d in self._all}

        def hand_on(rows: Sequence[OutboxRow]) -> None:
            for row in rows:
                if row.channel in by_channel:
                    by_channel[row.channel].take([row])

        self._database.on_commit = hand_on
        for deliverer in self._all:
            deliverer.on_outcome = self._metrics.count
            deliverer.on_defect = self._tell_admins
            deliverer.may_send = self._may_send
            self._metrics.down[deliverer.channel] = partial(_is_down, deliverer)
            deliverer.start()
        closing.push_async_callback(self._stop)

    def wake(self) -> None:
        """Send what has become due, without waiting for the next sweep."""
        for deliverer in self._all:
            deliverer.wake()

    async def send_now(self) -> None:
        """Have whatever waits for another try sent now, and ask servers that are away at once.

        Raises what the store raises.
        """
        for deliverer in self._all:
            await deliverer.send_now()

    def away(self) -> dict[str, datetime]:
        """Return since when (UTC) the servers that are away are so, by channel."""
        return {d.channel: since for d in self._all if (since := d.down_since) is not None}

    async def _tell_admins(self, row: OutboxRow) -> None:
        """Tell once a day of each kind of message that cannot be shown or is refused whoever it is for."""
        uow, today = self._database.uow(self._clock), self._clock.now().date().isoformat()
        name = LETTER_NAMES.get(row.kind, "сообщение в чат")
        text = f"Не ушло из-за неполадки: {name}. Посмотреть и повторить: /mail."
        await alert_admins(uow, text, f"defect:{row.channel}:{row.kind}:{today}")
        await uow.commit()

    async def _stop(self) -> None:
        await asyncio.gather(*(d.stop(STOP) for d in self._all))

    def _chat(self, bot: Bot, files: OutgoingFiles) -> Deliverer:
        limits = Limits(asyncio.get_running_loop().time, enabled=self._settings.telegram.limits)
        instead = InsteadOfChat(lambda: self._database.uow(self._clock), self._clock)
        channel = ChatChannel(bot, self._database.outbox, self._clock, limits, self._worded(), files, instead)
        send = channel.send if self._settings.personal_data.in_chat else WordsByMail(instead, channel.send).send
        return Deliverer(
            "chat",
            self._database.outbox,
            send,
            self._clock,
            at_once=CHATS_AT_ONCE,
            still_due=self._still_due,
        )

    def _worded(self) -> dict[str, Callable[[dict[str, Any]], Screen]]:
        settings = self._settings
        public_url = settings.web.public_url if settings.web else None
        return WORDED if settings.personal_data.in_chat else closed(WORDED, public_url, settings.school.curator_email)

    def _mail(self, smtp: Smtp, username: str, closing: AsyncExitStack) -> Deliverer:
        from bot.mail_outcomes import DomainTurns, MailSender
        from bot.mail_refusals import Refusals
        from bot.mail_ways import sender_settings
        from mail.channel import MailChannel
        from mail.letters import Links

        settings = self._settings
        links = Links(username, settings.web.public_url if settings.web else None)
        channel = MailChannel(
            sender_settings(smtp), smtp.sender_address(), self._clock, settings.for_letters(), lambda: links
        )
        closing.push_async_callback(channel.close)
        refusals = Refusals(lambda: self._database.uow(self._clock), self._clock, settings.school.timezone)
        sender = MailSender(channel, self._clock, refusals.note)
        return Deliverer(
            "mail",
            self._database.outbox,
            sender.send,
            self._clock,
            at_once=LETTERS_AT_ONCE,
            still_due=self._still_due,
            turn=DomainTurns().turn,
        )

    async def _still_due(self, row: OutboxRow) -> OutboxRow | None:
        """Ask of a reminder what of it still stands: the fact may have come between planning and sending."""
        if row.kind not in REMINDER_KINDS:
            return row
        asked = StillDue(lambda: self._database.uow(self._clock), self._clock, self._settings.school.timezone)
        data = await asked(row.data)
        return replace(row, data=data) if data is not None else None


def _is_down(deliverer: Deliverer) -> bool:
    return deliverer.is_down
