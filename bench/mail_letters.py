"""Students in a database and their replies to the bot's letters: with plain words, with answers, with a small file."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from mail.reply_token import reply_address
from school import tokens
from school.centre import Centre, Role, StaffMember
from school.mailroom import Topic
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.ports import Clock
from school.tokens import new_reply_token
from storage.database import Database

BASE = "shkola@primer.example"
CENTRE = "0001"
SEEDED_AT_ONCE = 500
_WORDS = (
    "Здравствуйте!\nСкажите, пожалуйста, когда начнутся занятия?",
    "Согласна\nОбразование: высшее\nФамилия в дипломе: Соколова",
)
_WITH_FILE = "Согласна\nДиплом во вложении."
_QUOTED = (
    "\n\n10 марта 2027 г., 12:00, Школа <shkola@primer.example>:\n" + "> Заполните анкету до начала обучения.\n" * 30
)


def student(number: int) -> str:
    """Return a student's address."""
    return f"sokolova{number}@pochta{number % 20}.ru"


async def seed(database: Database, clock: Clock, students: int) -> list[str]:
    """Add a centre, a curator and an order for every student, invited already; return the tokens of their replies."""
    await database.save_centre(Centre(CENTRE, "СЦ «Пример»", "centre@primer.example"))
    uow = database.uow(clock)
    uow.add_staff(StaffMember("c" * 32, 7, 7, Role.CURATOR, None, "Орлова Анна Петровна", clock.now()))
    await uow.commit()
    secrets = [new_reply_token() for _ in range(students)]
    for start in range(0, students, SEEDED_AT_ONCE):
        uow = database.uow(clock)
        for number in range(start, min(start + SEEDED_AT_ONCE, students)):
            order = _order(number, clock)
            uow.add_order(order)
            sha256, until = tokens.digest(secrets[number]), clock.now() + timedelta(days=90)
            uow.save_topic(Topic(sha256, "line", order.lines[0].id, student(number), until))
        await uow.commit()
    return secrets


def _order(number: int, clock: Clock) -> Order:
    line = OrderLine(
        f"{number:032x}", "Соколова Любовь Андреевна", "+79339333333", student(number), "osno", "osno-6", "base",
        "Бухгалтерский учёт при ОСНО", "Базовый", 2_450_000, date(2027, 6, 21), date(2027, 7, 20),
    )  # fmt: skip
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@romashka.ru")
    identity = f"{number:032x}"
    return Order(identity, f"{CENTRE}-{number + 1:05}", CENTRE, identity[-12:], payer, orderer, (line,), clock.now(), 1)


def replies(secrets: list[str], *, pictures: bool = False) -> Iterator[bytes]:
    """Write a reply of every student: a question or answers in turn, or a consent with a picture of 20 KB."""
    picture = _picture() if pictures else b""
    for number, secret in enumerate(secrets):
        if pictures:
            yield reply(number, secret, _WITH_FILE, [picture])
        else:
            yield reply(number, secret, _WORDS[number % len(_WORDS)], [])


def reply(number: int, secret: str, words: str, files: list[bytes]) -> bytes:
    """Write one reply as a mail program does, the bot's letter quoted below."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Любовь Соколова <{student(number)}>"
    message["To"] = reply_address(BASE, secret)
    message["Subject"] = "Re: Заполните анкету: курс «Бухгалтерский учёт при ОСНО»"
    message["Date"] = "Wed, 17 Mar 2027 10:00:00 +0300"
    message["Message-ID"] = f"<reply-{number}-{secret}@pochta.ru>"
    message.set_content(words + _QUOTED)
    for place, content in enumerate(files):
        message.add_attachment(content, maintype="image", subtype="jpeg", filename=f"Диплом {place + 1}.jpg")
    return message.as_bytes()


def _picture() -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("L", (700, 500), "white")
    draw = ImageDraw.Draw(image)
    for row in range(20, 480, 22):
        draw.text((30, row), f"ДИПЛОМ О ПРОФЕССИОНАЛЬНОЙ ПЕРЕПОДГОТОВКЕ {row}", fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=40)
    return out.getvalue()
