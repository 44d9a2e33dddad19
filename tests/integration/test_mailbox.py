"""The sandbox's mailbox: what it keeps, how it is asked, how it refuses; and the page that shows it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import aiosmtplib
import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.mailbox import Mailbox, read_letter
from sandbox.page import FILES
from sandbox.page import routes as page_routes
from sandbox.writing import AUTHSERV_ID

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mailbox that listens on a free port."""
    box = Mailbox()
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
async def client(mailbox: Mailbox) -> AsyncIterator[Client]:
    """A client of the control API and of the page."""
    app = web.Application()
    app.add_routes([*mailbox.routes(), *page_routes()])
    async with TestClient(TestServer(app)) as opened:
        yield opened


def sample(subject: str = "Заявка № 0123-0042") -> EmailMessage:
    """Return a letter with both bodies and two files."""
    message = EmailMessage()
    message["From"] = "Школа <bot@shkola.example>"
    message["To"] = "centre@pochta.example"
    message["Subject"] = subject
    message["Message-ID"] = "<row1@shkola.example>"
    message.set_content("Добрый день, заявка принята.\n")
    message.add_alternative("<p>Заявка <b>принята</b>.</p>", subtype="html")
    message.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="Заявка 0123-0042.zip")
    message.add_attachment("а;б\n", subtype="csv", filename="список.csv")
    return message


async def deliver(
    mailbox: Mailbox, *to: str, message: EmailMessage | None = None
) -> dict[str, aiosmtplib.response.SMTPResponse]:
    """Send one letter; return the refused recipients."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, start_tls=False, timeout=5) as smtp:
        recipients = list(to) or ["centre@pochta.example"]
        refused, _ = await smtp.sendmail("bot@shkola.example", recipients, (message or sample()).as_bytes())
    return refused


async def letters(client: Client, **query: str) -> dict[str, Any]:
    """Ask the control API for letters."""
    answer = await client.get("/sandbox/letters", params=query)
    assert answer.status == 200
    found: dict[str, Any] = await answer.json()
    return found


async def test_letter_is_kept_whole(mailbox: Mailbox, client: Client) -> None:
    """A letter is told with both bodies decoded, the envelope, the headers and its files' Russian names."""
    await deliver(mailbox, "a@pochta.example", "b@pochta.example")
    answer = await letters(client)
    assert answer["count"] == 1
    (letter,) = answer["letters"]
    assert (letter["id"], letter["from"]) == (1, "bot@shkola.example")
    assert letter["to"] == ["a@pochta.example", "b@pochta.example"]
    assert letter["subject"] == "Заявка № 0123-0042"
    assert letter["text"] == "Добрый день, заявка принята.\n"
    assert letter["html"].strip() == "<p>Заявка <b>принята</b>.</p>"
    assert letter["message_id"] == "<row1@shkola.example>"
    assert letter["headers"]["To"] == "centre@pochta.example"
    assert letter["attachments"] == [
        {"name": "Заявка 0123-0042.zip", "mime": "application/zip", "size": 4},
        {"name": "список.csv", "mime": "text/csv", "size": 7},
    ]


async def test_attachment_is_given_as_sent(mailbox: Mailbox, client: Client) -> None:
    """A file comes back byte for byte as a download; one that is not there is 404."""
    await deliver(mailbox)
    answer = await client.get("/sandbox/letters/1/attachments/0")
    assert await answer.read() == b"PK\x03\x04"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert await (await client.get("/sandbox/letters/1/attachments/1")).read() == "а;б\r\n".encode()
    for wrong in ("1/attachments/2", "2/attachments/0", "0/attachments/0", "1/attachments/-1", "x/attachments/0"):
        assert (await client.get(f"/sandbox/letters/{wrong}")).status == 404


async def test_asking_waits_for_the_next_letter(mailbox: Mailbox, client: Client) -> None:
    """A question with `wait` is answered as soon as a letter above `after` arrives, with that letter only."""
    await deliver(mailbox, message=sample("Первое"))
    asked = asyncio.create_task(letters(client, after="1", wait="20"))
    await deliver(mailbox, message=sample("Второе"))
    answer = await asyncio.wait_for(asked, 10)
    assert [letter["subject"] for letter in answer["letters"]] == ["Второе"]
    assert answer["count"] == 2


async def test_waiting_ends_without_letters(client: Client) -> None:
    """A question that nothing answers ends with an empty list when its time is over."""
    answer = await letters(client, wait="0.01")
    assert (answer["count"], answer["letters"]) == (0, [])


@pytest.mark.parametrize("query", [{"after": "x"}, {"wait": "-1"}, {"wait": "nan"}, {"after": "inf"}])
async def test_bad_numbers_are_refused(client: Client, query: dict[str, str]) -> None:
    """A number that is none is 400."""
    assert (await client.get("/sandbox/letters", params=query)).status == 400


@pytest.mark.parametrize(("state", "code"), [("refuse_temporary", 451), ("refuse_permanent", 550)])
async def test_refuses_everybody(mailbox: Mailbox, client: Client, state: str, code: int) -> None:
    """A refusing mailbox answers every recipient with the state's code and keeps nothing."""
    assert (await client.post("/sandbox/smtp", json={"state": state})).status == 200
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as caught:
        await deliver(mailbox)
    assert [refusal.code for refusal in caught.value.recipients] == [code]
    assert mailbox.letters == []


async def test_refuses_listed_addresses_only(mailbox: Mailbox, client: Client) -> None:
    """With addresses listed the others get the letter, whatever the case of the letters in the address."""
    await client.post("/sandbox/smtp", json={"state": "refuse_permanent", "addresses": ["Gone@pochta.example"]})
    refused = await deliver(mailbox, "gone@pochta.example", "here@pochta.example")
    assert list(refused) == ["gone@pochta.example"]
    assert mailbox.letters[0].to == ("here@pochta.example",)


async def test_down_and_up_on_the_same_port(mailbox: Mailbox, client: Client) -> None:
    """A mailbox that is down does not listen and cuts open sessions; up again it has its port and letters."""
    await deliver(mailbox)
    port = mailbox.port
    open_session = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=5)
    await open_session.connect()
    await client.post("/sandbox/smtp", json={"state": "down"})
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await open_session.noop()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await deliver(mailbox)
    await client.post("/sandbox/smtp", json={"state": "up"})
    assert mailbox.port == port
    await deliver(mailbox)
    assert [letter.id for letter in mailbox.letters] == [1, 2]


async def test_unknown_state_is_refused(mailbox: Mailbox, client: Client) -> None:
    """A state that does not exist is 400 and changes nothing."""
    assert (await client.post("/sandbox/smtp", json={"state": "sleepy"})).status == 400
    assert mailbox.state == "up"


async def test_cyrillic_address(mailbox: Mailbox) -> None:
    """A Cyrillic local part is taken by SMTPUTF8."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "bot@shkola.example", "почта@пример.рф", "Проверка"
    message.set_content("Проверка")
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, start_tls=False, timeout=5) as smtp:
        await smtp.send_message(message)
    assert mailbox.letters[0].to[0].startswith("почта@")


async def test_port_taken_is_told() -> None:
    """Starting on a port that somebody holds raises OSError."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(OSError, match="address already in use"):
            await Mailbox().start(port=holder.getsockname()[1])


def test_letter_in_an_unknown_charset() -> None:
    """A body in a charset nobody knows is shown as far as it can be read."""
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=x-none\r\n\r\nHello\r\n"
    assert read_letter(1, "", (), raw).text == "Hello\n"


def test_letter_inside_a_letter() -> None:
    """A forwarded letter is a file that begins with its own headers."""
    message = EmailMessage()
    message.set_content("см. вложение")
    message.add_attachment(sample("Вложенное"))
    (file,) = read_letter(1, "", (), message.as_bytes()).attachments
    assert (file.name, file.mime) == ("letter.eml", "message/rfc822")
    assert file.content.startswith(b"From:")


class Reader:
    """Whoever reads the letters that people write."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    async def take(self, raw: bytes) -> None:
        """Take a letter."""
        self.raw.append(raw)

    def message(self) -> EmailMessage:
        """Return the latest letter, parsed."""
        return message_from_bytes(self.raw[-1], policy=default)


def form(*files: tuple[bytes, str], **words: str) -> FormData:
    """Return a form as the page posts it; `sender` stands for its field «from»."""
    made = FormData({"from" if name == "sender" else name: text for name, text in words.items()}, quote_fields=False)
    for content, name in files:
        made.add_field("file", content, filename=name)
    return made


async def test_letter_is_answered(mailbox: Mailbox, client: Client) -> None:
    """An answer goes to Reply-To, stands in the thread, quotes the letter below and carries its files."""
    reader = Reader()
    mailbox.on_letter = reader.take
    original = sample()
    original["Reply-To"] = "bot+r.abc@shkola.example"
    await deliver(mailbox, "a@pochta.example", "b@pochta.example", message=original)
    answer = form((b"%PDF", "Диплом.pdf"), (b"\x00", "снимок"), text="Вот диплом.")
    assert (await client.post("/sandbox/letters/1/reply", data=answer)).status == 200
    message = reader.message()
    assert (message["From"], message["To"]) == ("a@pochta.example", "bot+r.abc@shkola.example")
    assert message["Subject"] == "Re: Заявка № 0123-0042"
    assert message["In-Reply-To"] == message["References"] == "<row1@shkola.example>"
    assert message["Authentication-Results"].startswith(f"{AUTHSERV_ID};")
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text.startswith("Вот диплом.\n\n")
    assert text.endswith("Школа <bot@shkola.example>:\n> Добрый день, заявка принята.\n")
    files = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in message.iter_attachments()]
    assert files == [("Диплом.pdf", "application/pdf", b"%PDF"), ("снимок", "application/octet-stream", b"\x00")]


async def test_another_recipient_answers(mailbox: Mailbox, client: Client) -> None:
    """Whoever is named answers; the subject gets one «Re:» only, and without Reply-To the sender is written to."""
    reader = Reader()
    mailbox.on_letter = reader.take
    await deliver(mailbox, message=sample("RE: Заявка"))
    await client.post("/sandbox/letters/1/reply", data=form(text="Я", sender="иван@почта.example"))
    message = reader.message()
    assert (message["From"], message["To"], message["Subject"]) == (
        "иван@почта.example",
        "bot@shkola.example",
        "RE: Заявка",
    )


async def test_new_letter_is_written(mailbox: Mailbox, client: Client) -> None:
    """A new letter is handed over as typed, in no thread."""
    reader = Reader()
    mailbox.on_letter = reader.take
    words = form(
        sender="ivan@pochta.example", to="bot+z0123@shkola.example", subject="Заявка\r\nBcc: x@y.z", text="Ждём"
    )
    assert (await client.post("/sandbox/letters", data=words)).status == 200
    message = reader.message()
    assert (message["To"], message["Subject"]) == ("bot+z0123@shkola.example", "Заявка Bcc: x@y.z")
    assert message["Bcc"] is message["In-Reply-To"] is None


@pytest.mark.parametrize(
    ("sender", "to"), [("", "a@b.example"), ("a@b.example", "nobody"), ("a@b.ru, c@d.ru", "a@b.ru")]
)
async def test_bad_addresses_are_refused(mailbox: Mailbox, client: Client, sender: str, to: str) -> None:
    """A letter from or to what is not one address is 400 and reaches nobody."""
    reader = Reader()
    mailbox.on_letter = reader.take
    assert (await client.post("/sandbox/letters", data=form(sender=sender, to=to, text="x"))).status == 400
    assert reader.raw == []


async def test_nobody_reads(mailbox: Mailbox, client: Client) -> None:
    """Without a reader letters are 409, and the page is told so; an answer to no letter is 404."""
    await deliver(mailbox)
    assert (await letters(client))["readable"] is False
    assert (await client.post("/sandbox/letters/1/reply", data=form(text="x"))).status == 409
    assert (await client.post("/sandbox/letters/2/reply", data=form(text="x"))).status == 404


async def test_page_is_served(client: Client) -> None:
    """The page and every file of it are given, and nothing of the page comes from elsewhere."""
    index = await client.get("/")
    assert index.content_type == "text/html"
    assert "default-src 'none'" in index.headers["Content-Security-Policy"]
    text = await index.text()
    assert 'src="http' not in text
    assert 'href="http' not in text
    for name in FILES:
        answer = await client.get(f"/{name}")
        assert answer.status == 200
        assert "https://cdn" not in await answer.text()
