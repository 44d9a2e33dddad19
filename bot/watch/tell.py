"""Administrators are told of a trouble once, and once that it is over; what was told is kept in the database."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from bot.faults import where
from bot.watch.troubles import Trouble, Watch
from school.centre import Role, StaffMember
from school.notices import Channel, Notice
from school.ports import Clock, CommittingUnitOfWork
from storage.service import ServiceState

log = logging.getLogger(__name__)

LASTS = 90.0  # seconds: what mends itself sooner is nobody's trouble
_PREFIX = "trouble:"
# What keeps the outbox from being used; and what keeps chats from being reached, so that a letter goes instead.
_NO_OUTBOX = frozenset({"database", "schema", "disk"})
_NO_CHAT = frozenset({"telegram", "sending_chat"})
_OVER = {
    "database": "База данных снова отвечает.",
    "disk": "Места на диске снова хватает.",
    "mailbox": "Входящая почта снова читается.",
    "queue": "Сообщения и письма снова идут вовремя.",
    "sending_chat": "Сообщения в чаты снова уходят.",
    "sending_mail": "Письма снова уходят.",
    "telegram": "Телеграм снова отвечает.",
    "ticks": "Задания по расписанию снова выполняются.",
}


class Teller:
    """Looks at its pace, and tells of what has lasted.

    `say` sends a message past the outbox: a database that takes no writes keeps no message either. What was told so
    is kept in memory until the database takes it.
    """

    def __init__(
        self,
        watch: Watch,
        state: ServiceState,
        open_uow: Callable[[], CommittingUnitOfWork],
        clock: Clock,
        say: Callable[[int, str], Awaitable[None]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watch = watch
        self._state = state
        self._open_uow = open_uow
        self._clock = clock
        self._say = say
        self._monotonic = monotonic
        self._since: dict[str, float] = {}
        self._gone_since: dict[str, float] = {}
        self._said: set[str] = set()
        self._admins: Sequence[StaffMember] = ()

    async def __call__(self) -> None:
        """Look once and tell what is to be told."""
        found = await self._watch.look()
        lasting = self._lasting(found)
        if any(trouble.code in _NO_OUTBOX for trouble in found):
            await self._past_the_outbox([trouble for trouble in lasting if trouble.code in _NO_OUTBOX])
            return
        self._admins = await self._open_uow().staff_of_role(Role.ADMIN)
        for trouble in lasting:
            await self._begin(trouble)
        present = {trouble.code for trouble in found}
        for code in list(self._said):
            await self._state.put_new(_PREFIX + code, {"since": self._clock.now().isoformat(), "told": True})
            self._said.discard(code)
        await self._end(present)

    def _lasting(self, found: Sequence[Trouble]) -> list[Trouble]:
        now = self._monotonic()
        self._since = {trouble.code: self._since.get(trouble.code, now) for trouble in found}
        return [trouble for trouble in found if now - self._since[trouble.code] >= LASTS]

    async def _begin(self, trouble: Trouble) -> None:
        key = _PREFIX + trouble.code
        await self._state.put_new(key, {"since": self._clock.now().isoformat(), "told": False})
        kept = await self._state.get(key)
        if kept is None or kept["told"]:
            return
        # A stop between the two writes tells it again under the same key, which is told once.
        await self._stage(trouble.code, f"{key}:{kept['since']}", _sentence(trouble))
        await self._state.put(key, {**kept, "told": True})

    async def _end(self, present: set[str]) -> None:
        now, kept = self._monotonic(), await self._state.under(_PREFIX)
        over = set(kept) - present
        self._gone_since = {code: self._gone_since.get(code, now) for code in over}
        for code in sorted(over):
            if now - self._gone_since[code] < LASTS:
                continue
            if kept[code]["told"]:
                await self._stage(
                    code,
                    f"{_PREFIX}over:{code}:{kept[code]['since']}",
                    _OVER.get(code, "Бот снова в порядке."),
                    over=True,
                )
            await self._state.drop(_PREFIX + code)

    async def _stage(self, code: str, dedupe: str, words: str, *, over: bool = False) -> None:
        uow = self._open_uow()
        for channel, recipient in self._reached(code):
            data = {"words": words, "over": over}
            uow.add_notice(Notice(uuid4().hex, "trouble", channel, recipient, data, f"{dedupe}:{recipient}"))
        await uow.commit()

    def _reached(self, code: str) -> list[tuple[Channel, str]]:
        """Return channel and recipient for each administrator: chat, or mail where chats are the trouble."""
        mailboxes = sorted({one.email for one in self._admins if one.email})
        if code in _NO_CHAT and mailboxes:
            return [("mail", address) for address in mailboxes]
        return [("chat", str(chat_id)) for chat_id in sorted({one.chat_id for one in self._admins})]

    async def _past_the_outbox(self, troubles: Sequence[Trouble]) -> None:
        for trouble in troubles:
            if trouble.code in self._said:
                continue
            self._said.add(trouble.code)
            for chat_id in sorted({one.chat_id for one in self._admins}):
                try:
                    await self._say(chat_id, f"⚠️ {_sentence(trouble)}")
                except Exception as error:  # noqa: BLE001 - the others are told all the same
                    log.error("an administrator was not told: %s", where(error))


def _sentence(trouble: Trouble) -> str:
    return f"{trouble.words[0].upper()}{trouble.words[1:]}."
