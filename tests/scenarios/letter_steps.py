"""What people do by mail in the scenarios: letters handed to the bot in process, and its answers read."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from school.order import Enrolment, Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.use_cases.request_link import send_link
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address

OURS = "shkola@example.ru"
SOKOLOVA = "sokolova.l@yandex.ru"
NAME = "Соколова Любовь Андреевна"
IN_PROCESS = {"host": "in-process", "username": OURS, "password": "x"}
File = tuple[str, bytes]
_numbers = itertools.count(1)


async def open_mail(stage: Stage) -> None:
    """Start the bot with a mailbox in this process: its letters can be answered."""
    await stage.reconfigure(imap=IN_PROCESS)


async def invited(stage: Stage, email: str = SOKOLOVA, name: str = NAME) -> str:
    """Place an order of one student, who is sent the invitation; return the line's id."""
    uow, now = stage.app.database.uow(stage.clock), stage.clock.now()
    day = now.date() + timedelta(days=20)
    line = OrderLine(
        uuid4().hex, name, "+79339333333", email, "osno-a", "osno-a-0", "osno-a-base",
        "Бухгалтерский учёт при ОСНО", "Базовый", 2_450_000, day, day + timedelta(days=30),
    )  # fmt: skip
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва, Полковая, 3")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru")
    centre = await uow.centre(CENTRE.number)
    assert centre is not None
    number = f"{centre.number}-{centre.next_order:04}"
    order = Order(uuid4().hex, number, centre.number, uuid4().hex[:12], payer, orderer, (line,), now, 1)
    uow.add_order(order)
    await uow.commit()
    uow = stage.app.database.uow(stage.clock)
    await send_link(uow, Enrolment(order, line), now)
    await uow.commit()
    return line.id


async def letter_to(stage: Stage, email: str, words: str = "", after: int = 0) -> dict[str, Any]:
    """Wait for a letter of the bot to the address with these words in its text or subject."""
    return await stage.sandbox.wait_letter(
        lambda found: to_address(email)(found) and found["id"] > after and words in found["subject"] + found["text"],
        timeout=30,
    )


def answer_to(letter: dict[str, Any], text: str, sender: str, files: Sequence[File] = (), **headers: str) -> bytes:
    """Write an answer to a letter of the bot, with the quote that every client puts below."""
    quoted = "\n".join(f"> {line}" for line in letter["text"].splitlines())
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = letter["headers"]["Reply-To"]
    message["Subject"] = f"Re: {letter['subject']}"
    message["Message-ID"] = f"<{next(_numbers)}.{uuid4().hex}@yandex.ru>"
    message["In-Reply-To"] = letter["message_id"]
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"{text}\n\n24.11.2026, 12:00, Школа <{OURS}>:\n{quoted}\n")
    for name, content in files:
        maintype, subtype = ("application", "pdf") if name.endswith(".pdf") else ("image", "jpeg")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()


def photo(name: str = "IMG_2041.jpg", words: str = "ДИПЛОМ") -> File:
    """Return a photo of a paper; other words make another file."""
    return name, document_picture(words)


async def hand_in(stage: Stage, raw: bytes) -> None:
    """Let a letter arrive and be handled."""
    await stage.app.mailroom.hand_in(raw)
    await stage.app.mailroom.workers.idle()


async def answers(
    stage: Stage, letter: dict[str, Any], text: str, files: Sequence[File] = (), sender: str = SOKOLOVA, **headers: str
) -> None:
    """Let a person answer a letter of the bot."""
    await hand_in(stage, answer_to(letter, text, sender, files, **headers))


async def count_letters(stage: Stage, email: str) -> int:
    """Return how many letters wait to be sent or were sent to the address."""
    found = (await stage.sandbox.letters())["letters"]
    return sum(to_address(email)(one) for one in found)


def bounce_of(
    letter: dict[str, Any], email: str, *, status: str = "5.1.1", action: str = "failed", said: str = "User unknown"
) -> bytes:
    """Write the report of a mail server that a letter of the bot did not arrive (RFC 3464)."""
    lines = [
        "From: MAILER-DAEMON@mx.yandex.ru",
        f"To: {OURS}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <{uuid4().hex}@mx.yandex.ru>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "I'm sorry to have to inform you that your message could not be delivered.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.yandex.ru",
        "",
        f"Final-Recipient: rfc822; {email}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {said}",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {letter['message_id']}",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()
