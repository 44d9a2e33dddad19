"""Whether Telegram, the mailbox and the server of letters answer: told by those who speak with them."""

import time
from collections.abc import Awaitable, Callable, Mapping

from bot.watch.troubles import Trouble
from mail.imap_settings import ReceiverState
from school.notices import Channel
from wording.plurals import plural

SILENT_SECONDS = 150.0  # a long poll lasts 50 s, and a pause after a failure 30
MAILBOX_SECONDS = 120.0
_NO_ENTRY = "Телеграм не принимает токен бота: новый даёт @BotFather, впишите его в telegram.token и перезапустите бота"
_TAKEN = "сообщения бота забирает другой процесс с тем же токеном: остановите его"
_MAILBOX = {
    "login": "сервер не принял имя или пароль: проверьте imap.username и imap.password",
    "mailbox": "папки из imap.mailbox на сервере нет: исправьте её имя",
    "certificate": "сертификат сервера не подходит: проверьте imap.host",
    "tls": "соединение не защищается: проверьте imap.port и imap.security",
    "starttls": "сервер не знает STARTTLS: проверьте imap.port и imap.security",
}
_SENDING: dict[Channel, str] = {
    "chat": "сообщения в чаты не уходят: Телеграм их не принимает; проверьте сеть и telegram.api_server",
    "mail": "письма не уходят: почтовый сервер не отвечает или не принимает их; проверьте раздел [smtp]",
}


class TelegramLook:
    """Hears of every answer of Telegram; silence too long, or a refusal of the token, is a trouble.

    While `away` Telegram has not answered since the start.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._heard = monotonic()
        self._refusal: object = None
        self.away = False

    def heard(self) -> None:
        """Note an answer that is no refusal."""
        self._heard = self._monotonic()
        self._refusal = None

    def refused(self, code: object) -> None:
        """Note a refusal with this code of HTTP."""
        self._refusal = code

    async def __call__(self) -> Trouble | None:
        """Return the trouble."""
        if self._refusal in (401, 404):
            return Trouble("telegram", _NO_ENTRY)
        silent = self._monotonic() - self._heard
        if not self.away and silent < SILENT_SECONDS:
            return None
        if self._refusal == 409:
            return Trouble("telegram", _TAKEN)
        since = f"уже {plural(int(silent // 60), 'минуту', 'минуты', 'минут')}" if silent >= 60 else "с самого запуска"
        return Trouble("telegram", f"Телеграм не отвечает {since}: проверьте сеть и telegram.api_server")


class MailboxLook:
    """Looks at the receiver's state; `state` returns None where no mailbox is read."""

    def __init__(
        self, state: Callable[[], ReceiverState | None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._state = state
        self._monotonic = monotonic
        self._open_at = monotonic()

    async def __call__(self) -> Trouble | None:
        """Return the trouble: a refusal at once, anything else when it lasts."""
        state = self._state()
        if state is None or state.connected:
            self._open_at = self._monotonic()
            return None
        why = _MAILBOX.get(state.code)
        if why is None and self._monotonic() - self._open_at < MAILBOX_SECONDS:
            return None
        return Trouble("mailbox", f"входящая почта не читается: {why or 'сервер не отвечает, проверьте раздел [imap]'}")


class SendingLook:
    """Looks whether a channel's breaker is open; `down` has its state by the channel's name, once it sends.

    Where `unless` finds the cause itself, one word about it is enough.
    """

    def __init__(
        self,
        channel: Channel,
        down: Mapping[str, Callable[[], bool]],
        unless: Callable[[], Awaitable[Trouble | None]] | None = None,
    ) -> None:
        self._channel = channel
        self._down = down
        self._unless = unless

    async def __call__(self) -> Trouble | None:
        """Return the trouble."""
        if not self._down.get(self._channel, _never)() or (self._unless and await self._unless()):
            return None
        return Trouble(f"sending_{self._channel}", _SENDING[self._channel])


def _never() -> bool:
    return False
