"""What people do in the scenarios, in their own order."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.client import Message, Person

Act = tuple[str, str]

ORGANISATION: tuple[Act, ...] = (
    ("press", "Даю согласие"),
    ("press", "Юридическое лицо"),
    ("send", "ООО «Ромашка»"),
    ("send", "5039002841"),
    ("send", "503901001"),
    ("send", "127018, г. Москва, Сущёвский Вал, дом 18, 11 этаж"),
    ("send", "Белова Ирина Петровна"),
    ("send", "8 (916) 123-45-67"),
    ("send", "belova.i@yandex.ru"),
    ("press", "Понятно"),
)
STUDENT: tuple[Act, ...] = (
    ("send", "Соколова Любовь Андреевна"),
    ("send", "8 933 933-33-33"),
    ("send", "sokolova.l@yandex.ru"),
    ("press", "1"),
    ("press", "–"),
    ("press", "Базовый"),
)
FINISH: tuple[Act, ...] = (("press", "Дальше"), ("press", "Подтверждаю"))
WHOLE: tuple[Act, ...] = (*ORGANISATION, *STUDENT, *FINISH)


def is_answer(message: Message) -> bool:
    """Tell a whole answer from the fact that an answered question has become."""
    return bool(message.buttons) or not message.edited


async def act(person: Person, how: str, what: str) -> Message:
    """Do one thing and wait for the bot's answer to it."""
    await (person.send(what) if how == "send" else person.press(what))
    return await person.wait_for(is_answer, timeout=40)


async def play(person: Person, acts: Sequence[Act]) -> Message:
    """Do one thing after another; return the bot's last message."""
    message = await person.last()
    for how, what in acts:
        message = await act(person, how, what)
    return message


async def place(person: Person, acts: Sequence[Act] = WHOLE) -> Message:
    """Walk the whole form and send it; return the acceptance."""
    await play(person, acts)
    await person.press("Отправить")
    return await person.wait_for("принята", timeout=40)


def to_address(address: str) -> Callable[[dict[str, Any]], bool]:
    """Match letters to this address."""
    return lambda letter: address in letter["to"]
