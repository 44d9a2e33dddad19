"""The story of an order, played through the sandbox as people would and told on the terminal."""

import re
import sys

from sandbox.client import Message, Person, Sandbox

ORDER = [
    ("press", "Даю согласие"),
    ("press", "Юридическое лицо"),
    ("send", "ООО «Ромашка»"),
    ("send", "5039002840"),
    ("send", "5039002841/503901001"),
    ("send", "127018, г. Москва, ул. Полковая, дом 3"),
    ("send", "Белова Ирина Петровна, 8 916 123-45-67, belova.i@yandex.ru"),
    ("press", "Понятно, подходит"),
    ("send", "Соколова Любовь Андреевна"),
    ("send", "8 933 933-33-33"),
    ("send", "info@romashka.ru"),
    ("send", "sokolova.l@yandex.ru"),
    ("press", "1"),
    ("press", "–"),
    ("press", "₽"),
    ("press", "Добавить ученика"),
    ("send", "Лебедева Татьяна Ивановна, +7 903 111-22-33, lebedeva.t@mail.ru"),
    ("press", "Как у ученика 1"),
    ("press", "Дальше"),
    ("press", "Подтверждаю"),
    ("press", "Отправить"),
]


def is_answer(message: Message) -> bool:
    """Tell a whole answer from the fact that an answered question has become."""
    return bool(message.buttons) or not message.edited


class Teller:
    """Prints what people and the bot say, as it is said."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._told: dict[int, set[tuple[int, str]]] = {}

    def said(self, name: str, text: str) -> None:
        """Print one line of a person."""
        print(f"\n  {name}: {text}")

    def heard(self, person: Person, messages: list[Message]) -> None:
        """Print what the bot has said since the last time."""
        told = self._told.setdefault(person.id, set())
        for message in messages:
            mark = (message.message_id, message.text)
            if mark in told:
                continue
            told.add(mark)
            print("\n".join(f"    {line}" for line in message.text.splitlines()))
            for row in message.buttons:
                print("      " + "  ".join(f"[{b['text']}]" for b in row))


async def play(sandbox: Sandbox, manager_link: str) -> int:
    """Play the story; return 0 only when the order, the centre's letter and the students' letters are all there."""
    teller = Teller(sandbox)
    manager = await sandbox.person("Пётр", last_name="Лебедев")
    await _do(teller, manager, "Менеджер", "send", manager_link)
    client = await sandbox.person("Ирина", last_name="Белова", phone="+79161234567")
    await _do(teller, client, "Клиент", "send", "/start sc_0123", until="Согласие на обработку")
    for how, what in ORDER:
        await _do(teller, client, "Клиент", how, what)
    accepted = await client.wait_for("принята", after=0)
    number = re.search(r"№ (\S+)", accepted.text)
    if number is None:
        return _failed("номер заявки не назван")
    await manager.wait_for(number[1], after=0)
    teller.heard(manager, [await manager.last()])
    return await _letters(sandbox, teller, number[1])


async def _do(teller: Teller, person: Person, name: str, how: str, what: str, until: str = "") -> None:
    teller.said(name, what if how == "send" else f"[{what}]")
    await (person.send(what) if how == "send" else person.press(what))
    await person.wait_for(until or is_answer)
    teller.heard(person, [m for m in await person.messages() if m.sender == "bot"])


async def _letters(sandbox: Sandbox, teller: Teller, number: str) -> int:
    centre = await sandbox.wait_letter(lambda letter: "centre@example.ru" in letter["to"])
    if number not in centre["subject"] or not centre["attachments"]:
        return _failed("в письме центру нет номера или таблицы")
    print(f"\n  Почта центра: {centre['subject']}, вложение {centre['attachments'][0]['name']}")
    link = ""
    for address in ("sokolova.l@yandex.ru", "lebedeva.t@mail.ru"):
        letter = await sandbox.wait_letter(lambda found, to=address: to in found["to"])  # type: ignore[misc]
        found = re.search(r"start=(q_[\w-]+)", letter["text"])
        if found is None:
            return _failed(f"в письме ученику {address} нет ссылки")
        print(f"  Почта ученика {address}: {letter['subject']}")
        link = link or found[1]
    return await _student(sandbox, teller, link)


async def _student(sandbox: Sandbox, teller: Teller, link: str) -> int:
    student = await sandbox.person("Любовь", phone="+79339333333")
    await _do(teller, student, "Ученик", "send", f"/start {link}")
    await _do(teller, student, "Ученик", "send", "3333", until="заполните анкету")
    print("\nИстория сыграна: заявка, письмо центру и письма ученикам на месте.")
    return 0


def _failed(why: str) -> int:
    print(f"История не сложилась: {why}.", file=sys.stderr)
    return 1
