"""The story of an order up to its closed documents, played through the sandbox and told on the terminal."""

import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from sandbox.browser import Shown, browsing
from sandbox.client import Message, NotSaid, Person, Sandbox

PATIENCE = 20.0  # seconds
SETTLE = 5.0
RUN_AND_A_DAY = 120  # every run of the example catalogue that is on offer has ended by then
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

    def __init__(self) -> None:
        self._told: dict[int, set[tuple[int, str]]] = {}

    def title(self, words: str) -> None:
        """Print the head of a scene."""
        print(f"\n— {words} —")

    def said(self, name: str, text: str) -> None:
        """Print one line of a person."""
        print(f"\n  {name}: {text}")

    def shown(self, name: str, page: Shown, pressed: str) -> None:
        """Print the head of a page that a person sees, and what they press there."""
        print(f"    ▢ {page.title}")
        if pressed:
            self.said(name, f"[{pressed}]")

    async def heard(self, person: Person) -> None:
        """Print what the bot has said to the person since the last time."""
        told = self._told.setdefault(person.id, set())
        for message in await person.messages():
            mark = (message.message_id, message.text)
            if message.sender != "bot" or mark in told:
                continue
            told.add(mark)
            print("\n".join(f"    {line}" for line in message.text.splitlines()))
            for row in message.buttons:
                print("      " + "  ".join(f"[{b['text']}]" for b in row))


@dataclass(frozen=True, slots=True)
class Links:
    """How the staff come in: «/start staff_…» of each."""

    manager: str
    curator: str


class Actor:
    """A person of the story: does one thing, waits for what comes of it, and both are told."""

    def __init__(self, person: Person, name: str, teller: Teller) -> None:
        self.person = person
        self._name = name
        self._teller = teller

    async def send(self, text: str, until: str = "") -> Message:
        """Write a text."""
        self._teller.said(self._name, text)
        await self.person.send(text)
        return await self._heard(until)

    async def press(self, label: str, until: str = "") -> Message:
        """Press a button."""
        self._teller.said(self._name, f"[{label}]")
        await self.person.press(label, settle=SETTLE)
        return await self._heard(until)

    async def photo(self, content: bytes, name: str, until: str) -> Message:
        """Send a photo."""
        self._teller.said(self._name, f"📎 {name}")
        await self.person.upload(content, name, "photo")
        return await self._heard(until)

    async def hears(self, words: str) -> Message:
        """Wait for what comes by itself."""
        found = await self.person.wait_for(words, after=0, timeout=PATIENCE)
        await self._teller.heard(self.person)
        return found

    async def _heard(self, until: str) -> Message:
        found = await self.person.wait_for(until or is_answer, timeout=PATIENCE)
        await self._teller.heard(self.person)
        return found


Move = Callable[[timedelta], Awaitable[None]]


async def play(sandbox: Sandbox, links: Links, move: Move) -> int:
    """Play the story; return 0 only when everything that must come of it has come. `move` moves the bot's clock."""
    teller = Teller()
    try:
        await _play(sandbox, links, move, teller)
    except (NotSaid, LookupError) as error:
        print(f"История не сложилась: {error}.", file=sys.stderr)
        return 1
    print("\nИстория сыграна: от заявки до закрытых документов.")
    return 0


async def _play(sandbox: Sandbox, links: Links, move: Move, teller: Teller) -> None:
    manager = Actor(await sandbox.person("Пётр", last_name="Лебедев"), "Менеджер", teller)
    curator = Actor(await sandbox.person("Анна", last_name="Орлова"), "Куратор", teller)
    teller.title("Сотрудники входят по ссылкам")
    await manager.send(links.manager)
    await curator.send(links.curator)
    teller.title("Клиент оформляет заявку")
    number = await _order(sandbox, teller)
    await manager.hears(number)
    link, page = await _letters(sandbox, number)
    student = await _student(sandbox, teller, link)
    teller.title("Куратор проверяет анкету")
    await _review(curator, student, move)
    teller.title("Счёт, оплата и зачисление")
    await _pay(manager, number)
    await curator.send("/admit", "Соколова")
    await curator.press("1", "Доступ открыт")
    await student.hears("Доступ к обучению открыт")
    await student.send("/courses", "зачислен")
    await _on_page(teller, page)
    await curator.send("/queue", "Лебедева")
    await curator.press("Подтвердить", "Подтверждена")
    await move(timedelta(minutes=3))
    await curator.send("/admit", "Лебедева")
    await curator.press("1", "Доступ открыт")
    teller.title("Курс закончился: акт и оригинал")
    await move(timedelta(days=RUN_AND_A_DAY))
    await _close(manager, curator, number)


async def _order(sandbox: Sandbox, teller: Teller) -> str:
    client = Actor(await sandbox.person("Ирина", last_name="Белова", phone="+79161234567"), "Клиент", teller)
    await client.send("/start sc_0123", "Согласие на обработку")
    for how, what in ORDER:
        await (client.send(what) if how == "send" else client.press(what))
    accepted = await client.person.wait_for("принята", after=0)
    number = re.search(r"№ (\S+)", accepted.text)
    if number is None:
        raise LookupError("номер заявки не назван")
    return number[1]


async def _letters(sandbox: Sandbox, number: str) -> tuple[str, str]:
    """Return the first student's way into the chat and the second's page."""
    centre = await sandbox.wait_letter(lambda letter: "centre@example.ru" in letter["to"])
    if number not in centre["subject"] or not centre["attachments"]:
        raise LookupError("в письме центру нет номера или таблицы")
    print(f"\n  Почта центра: {centre['subject']}, вложение {centre['attachments'][0]['name']}")
    found = []
    for address in ("sokolova.l@yandex.ru", "lebedeva.t@mail.ru"):
        letter = await sandbox.wait_letter(lambda told, to=address: to in told["to"])  # type: ignore[misc]
        link = re.search(r"start=(q_[\w-]+)", letter["text"])
        page = re.search(r"https?://\S+/q/[\w-]+", letter["text"])
        if link is None or page is None:
            raise LookupError(f"в письме ученику {address} нет ссылки")
        print(f"  Почта ученика {address}: {letter['subject']}")
        found.append((link[1], page[0]))
    return found[0][0], found[1][1]


async def _student(sandbox: Sandbox, teller: Teller, link: str) -> Actor:
    teller.title("Ученик заполняет анкету")
    student = Actor(await sandbox.person("Любовь", phone="+79339333333"), "Ученик", teller)
    await student.send(f"/start {link}", "последние четыре цифры")
    await student.send("3333", "Согласие на обработку")
    await student.press("Даю согласие", "образование")
    await student.press("Высшее", "Фамилия в дипломе")
    await student.press("Другая", "Какая фамилия")
    await student.send("Иванова", "Пришлите диплом")
    await student.photo(picture(1), "диплом.jpg", "Диплом: 1 страница")
    await student.press("Готово", "о смене фамилии")
    await student.photo(picture(2), "свидетельство.jpg", "Документ о смене фамилии: 1 страница")
    await student.press("Готово", "Проверьте анкету")
    await student.press("Отправить", "Анкета отправлена")
    return student


async def _on_page(teller: Teller, url: str) -> None:
    """Let the second student fill in the questionnaire on the page behind the letter's link, without Telegram."""
    teller.title("Второй ученик заполняет анкету на странице")
    files = [("диплом.jpg", picture(5))]
    async with browsing(url.partition("/q/")[0]) as browser:
        shown = await browser.open(url)
        teller.shown("Ученик 2", shown, "Продолжить")
        shown = await browser.press("Продолжить", digits="2233")
        teller.shown("Ученик 2", shown, "Даю согласие")
        shown = await browser.press("Даю согласие")
        teller.shown("Ученик 2", shown, "Дальше")
        shown = await browser.press("Дальше", education="higher", same_surname="yes")
        teller.shown("Ученик 2", shown, "📎 диплом.jpg")
        await browser.press("Загрузить", files={"file": files})
        shown = await browser.open(f"{url}/check")
        teller.shown("Ученик 2", shown, "Отправить анкету")
        shown = await browser.press("Отправить анкету")
        teller.shown("Ученик 2", shown, "")
        if "Анкета отправлена" not in shown.text:
            raise LookupError("анкета на странице не отправлена")


async def _review(curator: Actor, student: Actor, move: Move) -> None:
    await curator.send("/queue", "Анкета")
    await curator.press("Вернуть", "Что вернуть")
    await curator.press("Диплом", "Диплом")
    await curator.press("Не читается", "Диплом")
    await curator.press("Вернуть ученику", "Возвращена")
    await move(timedelta(minutes=3))
    await student.hears("Анкету нужно исправить")
    await student.press("Исправить", "Пришлите диплом")
    await student.photo(picture(3), "диплом.jpg", "Диплом: 1 страница")
    await student.press("Готово", "Проверьте анкету")
    await student.press("Отправить", "Анкета отправлена")
    await curator.send("/queue", "Анкета")
    await curator.press("Подтвердить", "Подтверждена")
    await move(timedelta(minutes=3))
    await student.hears("Ваша анкета подтверждена")


async def _pay(manager: Actor, number: str) -> None:
    await manager.send(f"/invoice {number}", "Счёта ещё нет")
    await manager.press("Ввести счёт", "Номер, дата и сумма")
    await manager.send("57 от сегодня, 39 800", "Счёт № 57")
    await manager.send("57 оплачен", "Запишем")
    await manager.press("Записать", "аписали")


async def _close(manager: Actor, curator: Actor, number: str) -> None:
    await manager.hears("Курс закончился")
    await manager.send(f"/act {number}", "Акт №")
    await manager.press("Скан у меня", "Пришлите скан")
    await manager.photo(picture(4), "акт.jpg", "1 страница")
    await _through(manager, number, "Загружен", "Срок по скану больше не идёт")
    await _through(manager, number, "Подписан", "Когда подписан акт?")
    await manager.press("Сегодня", "Записали дату подписания")
    await _through(manager, number, "Оригинал отправлен", "номер почтового отправления")
    await manager.send("10283512004231", "Когда отправлен оригинал?")
    await manager.press("Сегодня", "Оригинал в пути")
    await _through(curator, number, "Оригинал получен", "Когда получен оригинал?")
    await curator.press("Сегодня", "Всё закрыто")


async def _through(actor: Actor, number: str, label: str, until: str) -> None:
    """Open the act and press a button, which may stand on the card or behind «Ещё»."""
    card = await actor.send(f"/act {number}", "Акт №")
    if not card.has_button(label):
        await actor.press("Ещё", label)
    await actor.press(label, until)


def picture(number: int) -> bytes:
    """Draw a page that reads as a document to the checker."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (1000, 1400), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=28)
    for row in range(20, 1360, 44):
        draw.text((30, row), f"{number}: {row} " * 9, fill="black", font=font)
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
