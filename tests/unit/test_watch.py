"""What stands in the way is named in words, and only what lasts."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.watch import inside
from bot.watch.inside import DiskLook
from bot.watch.outside import MAILBOX_SECONDS, SILENT_SECONDS, MailboxLook, SendingLook, TelegramLook
from bot.watch.troubles import Trouble, Watch
from mail.imap_settings import ReceiverState


class Time:
    """A monotonic time that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


async def _words(look: Callable[[], Awaitable[Trouble | None]]) -> str:
    found = await look()
    return "" if found is None else f"{found.code}: {found.words}"


@pytest.mark.parametrize(
    ("refusal", "silent", "words"),
    [
        (None, 0.0, ""),
        (None, SILENT_SECONDS - 1, ""),
        (None, 181.0, "telegram: Телеграм не отвечает уже 3 минуты"),
        (401, 0.0, "telegram: Телеграм не принимает токен бота: новый даёт @BotFather"),
        (404, 0.0, "telegram: Телеграм не принимает токен бота"),
        (409, 0.0, ""),
        (409, 200.0, "telegram: сообщения бота забирает другой процесс"),
        (502, 0.0, ""),
        (502, 300.0, "telegram: Телеграм не отвечает уже 5 минут"),
    ],
)
async def test_telegram(refusal: int | None, silent: float, words: str) -> None:
    """A refused token is told at once, silence when it lasts, and an answer ends either."""
    time = Time()
    look = TelegramLook(time)
    if refusal is not None:
        look.refused(refusal)
    time.now += silent
    found = await _words(look)
    assert found.startswith(words) if words else not found
    look.heard()
    assert await _words(look) == ""


async def test_telegram_that_never_answered() -> None:
    """Until the first answer since the start the trouble is there, however short."""
    look = TelegramLook(Time())
    look.away = True
    assert "не отвечает с самого запуска" in await _words(look)


@pytest.mark.parametrize(
    ("code", "seconds", "words"),
    [
        ("login", 0.0, "mailbox: входящая почта не читается: сервер не принял имя или пароль"),
        ("mailbox", 0.0, "mailbox: входящая почта не читается: папки из imap.mailbox на сервере нет"),
        ("certificate", 0.0, "mailbox: входящая почта не читается: сертификат сервера не подходит"),
        ("tls", 0.0, "mailbox: входящая почта не читается: соединение не защищается"),
        ("unreachable", 0.0, ""),
        ("unreachable", MAILBOX_SECONDS + 1, "mailbox: входящая почта не читается: сервер не отвечает"),
        ("closed", MAILBOX_SECONDS + 1, "mailbox: входящая почта не читается: сервер не отвечает"),
    ],
)
async def test_mailbox(code: str, seconds: float, words: str) -> None:
    """What the operator has to mend is told at once, a lost connection when it lasts."""
    time = Time()
    state = ReceiverState(connected=False, code=code)
    look = MailboxLook(lambda: state, time)
    time.now += seconds
    found = await _words(look)
    assert found.startswith(words) if words else not found
    state = ReceiverState(connected=True)
    assert await _words(look) == ""


async def test_no_mailbox_is_no_trouble() -> None:
    """Where no letters are read nothing is missed."""
    assert await MailboxLook(lambda: None, Time())() is None


async def test_a_look_that_fails_is_a_trouble() -> None:
    """A defect of one look hides no other, and quotes nothing."""

    async def broken() -> Trouble | None:
        raise ValueError("Иванов")

    async def disk() -> Trouble | None:
        return Trouble("disk", "на диске мало места")

    watch = Watch()
    assert await watch.faults() == ["start: бот запускается"]
    watch.add("queue", broken)
    watch.add("disk", disk)
    watch.started()
    assert await watch.faults() == [
        "queue: проверка не удалась (ValueError); посмотрите журнал",
        "disk: на диске мало места",
    ]


async def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little room is told with the folder and what is left; a folder that is not there yet is passed over."""
    look = DiskLook(tmp_path, tmp_path / "absent")
    assert list(look.free()) == [str(tmp_path)]
    assert await look() is None
    monkeypatch.setattr(inside, "LEAST_FREE", look.free()[str(tmp_path)] * 2)
    assert f"disk: на диске с папкой {tmp_path} осталось " in await _words(look)


async def test_a_channel_that_does_not_send() -> None:
    """An open breaker is a trouble of its channel; chats keep quiet where Telegram is the trouble already."""
    state = {"chat": True, "mail": True}
    down = {"chat": lambda: state["chat"], "mail": lambda: state["mail"]}
    telegram = TelegramLook(Time())
    chat, mail = SendingLook("chat", down, telegram), SendingLook("mail", down)
    assert (await _words(chat)).startswith("sending_chat: сообщения в чаты не уходят")
    assert (await _words(mail)).startswith("sending_mail: письма не уходят")
    telegram.refused(401)
    assert await _words(chat) == ""
    state.update(chat=False, mail=False)
    assert [await _words(chat), await _words(mail)] == ["", ""]
    assert await _words(SendingLook("mail", {})) == ""
