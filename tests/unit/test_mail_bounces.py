"""Bounces are read: delivery reports, and plain texts of Russian and other servers."""

import os
from email import message_from_bytes
from pathlib import Path

import pytest

from mail.bounce_words import Reason
from mail.bounces import BouncedRecipient
from tests.unit.mail_corpus import dsn, letter, machine
from tests.unit.test_mail_parse import read


def bounced(raw: bytes) -> list[BouncedRecipient]:
    """The recipients of whom the letter reports."""
    found = read(raw).bounce
    return list(found.recipients) if found else []


def block(address: str, status: str, diagnostic: str = "", action: str = "failed") -> str:
    """A report on one recipient."""
    said = f"\r\nDiagnostic-Code: smtp; {diagnostic}" if diagnostic else ""
    return f"Final-Recipient: {address}\r\nAction: {action}\r\nStatus: {status}{said}"


def test_a_delivery_report_names_its_letter_and_recipients() -> None:
    """Several recipients, their statuses and the id of the letter sent back are told; the letter counts as a bounce."""
    found = read(dsn(block("rfc822; a@b.ru", "5.1.1"), block("rfc822;c@d.ru", "4.4.1", action="delayed")))
    assert found.bounce is not None
    assert found.bounce.original_message_id == "<row1@example.ru>"
    first, second = found.bounce.recipients
    assert (first.address, first.status, first.permanent, first.delayed) == ("a@b.ru", "5.1.1", True, False)
    assert (second.address, second.permanent, second.delayed, second.reason) == ("c@d.ru", False, True, Reason.DELAYED)
    assert found.automatic is not None
    assert found.automatic.kind == "bounce"
    assert not found.files


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("utf-8; почта@школа.рф", "почта@школа.рф"),
        (r"utf-8; \x{43F}\x{43E}@xn--80a1acny.xn--p1ai", "по@почта.рф"),
        ("rfc822;<user@EXAMPLE.ru>", "user@example.ru"),
        ("rfc822; user+2Btag+40example.ru", "user+tag@example.ru"),
        ("user@example.ru", "user@example.ru"),
    ],
)
def test_recipients_are_read_in_every_notation(field: str, address: str) -> None:
    """Addresses come as RFC 3464 and RFC 6533 write them, and as servers do."""
    assert [one.address for one in bounced(dsn(block(field, "5.1.1")))] == [address]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("    An error has occurred while attempting to deliver a message for\n"
         "    the following list of recipients:\n\n"
         "irina@mail.ru: 550 5.1.1 no such user\n\n    Below is a copy of the original message:\n\nFrom: a@b.ru\n",
         Reason.UNKNOWN_USER),
        ("   ----- The following addresses had permanent fatal errors -----\n<irina@mail.ru>\n    (reason: 550 5.1.1 "
         "User unknown)\n\n   ----- Transcript of session follows -----\n", Reason.UNKNOWN_USER),
        ("Your message wasn't delivered to irina@mail.ru because the address couldn't be found.\n", Reason.OTHER),
        ("The attached message had PERMANENT fatal delivery errors!\n\nFailed address: irina@mail.ru\n"
         "--- Session Transcript ---\n550 mailbox is full\n", Reason.MAILBOX_FULL),
        ("Письмо не было доставлено следующим получателям:\n\nirina@mail.ru: нет такого пользователя\n",
         Reason.UNKNOWN_USER),
    ],
)  # fmt: skip
def test_plain_reports_of_servers_are_read(text: str, reason: Reason) -> None:
    """OpenSMTPD, sendmail, Gmail, MDaemon and Russian servers name the address in a text alone."""
    raw = machine(text)
    (found,) = bounced(raw)
    assert (found.address, found.reason) == ("irina@mail.ru", reason)


def test_a_report_without_a_usable_recipient_falls_back() -> None:
    """Where the report names nobody, X-Failed-Recipients does, with the report's own status; else the text."""
    nobody = block("rfc822;", "5.1.1", "550 no such user")
    raw = dsn(nobody)
    (found,) = bounced(b"X-Failed-Recipients: irina@mail.ru\r\n" + raw)
    assert (found.address, found.status, found.wrong_address) == ("irina@mail.ru", "5.1.1", True)


def test_the_address_we_wrote_to_counts() -> None:
    """Where the mail was forwarded, the address that we know is told."""
    forwarded = "Original-Recipient: rfc822; ours@b.ru\r\n" + block("rfc822; other@c.ru", "5.1.1")
    assert [one.address for one in bounced(dsn(forwarded))] == ["ours@b.ru"]


@pytest.mark.parametrize(
    ("status", "diagnostic", "reason", "permanent", "wrong"),
    [
        ("5.1.1", "550 User unknown", Reason.UNKNOWN_USER, True, True),
        ("5.7.1", "550 5.7.1 No such user!", Reason.UNKNOWN_USER, True, True),
        ("5.0.0", "550 Message was not accepted -- invalid mailbox", Reason.UNKNOWN_USER, True, True),
        ("5.1.2", "host not found", Reason.NO_DOMAIN, True, True),
        ("5.4.4", "no MX", Reason.NO_DOMAIN, True, True),
        ("5.2.2", "552 5.2.2 mailbox full", Reason.MAILBOX_FULL, False, False),
        ("4.2.2", "452 over quota", Reason.MAILBOX_FULL, False, False),
        ("5.7.1", "554 5.7.1 Message rejected under suspicion of SPAM", Reason.REFUSED, True, False),
        ("5.7.1", "", Reason.REFUSED, True, False),
        ("5.0.0", "550 spam message rejected", Reason.REFUSED, True, False),
        ("5.3.4", "552 size exceeds", Reason.TOO_BIG, True, False),
        ("4.4.7", "delivery time expired", Reason.EXPIRED, False, False),
        ("5.0.0", "550 5.1.1 whatever", Reason.UNKNOWN_USER, True, True),
    ],
)
def test_what_a_server_says_is_judged(
    status: str, diagnostic: str, reason: Reason, permanent: bool, wrong: bool
) -> None:
    """A wrong address is told from a full mailbox, from a refused letter and from an expired queue."""
    (found,) = bounced(dsn(block("rfc822; a@b.ru", status, diagnostic)))
    assert (found.reason, found.permanent, found.wrong_address) == (reason, permanent, wrong)


def test_a_report_of_success_is_no_bounce() -> None:
    """Reports of delivery and read receipts are automatic, yet nobody's address is wrong."""
    found = read(dsn(block("rfc822; a@b.ru", "2.0.0", action="delivered")))
    assert found.bounce is None
    assert found.automatic is not None
    assert found.automatic.kind == "auto_reply"


MAIL_RU = """Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.

К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:

**********************
petrov@mail.ru
SMTP error from remote mail server after RCPT TO:<petrov@mail.ru>:
550 Message was not accepted -- invalid mailbox. Local mailbox petrov@mail.ru is unavailable: user not found
**********************
"""
YANDEX = """Это письмо отправлено почтовым сервером yandex.ru.

К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может
быть отправлено одному или нескольким адресатам. Технические подробности можно найти ниже.

<petrov@yandex.ru>: host mx.yandex.ru said: 550 5.7.1 No such user!
"""
EXCHANGE = """Не удалось доставить сообщение следующим получателям или группам:

petrov@romashka.ru
Почтовый ящик получателя переполнен и не принимает сообщения.

Диагностические сведения для администраторов:
Формирующий сервер: mail.romashka.ru
#< #5.2.2 smtp;554 5.2.2 mailbox full>
Исходные заголовки сообщения:
From: shkola@example.ru
"""
RAMBLER = """Сообщение, отправленное вами, не может быть доставлено одному или нескольким получателям.
Ящик адресата не найден:
  petrov@rambler.ru

Заголовки исходного сообщения:
To: someone@else.ru
"""
QMAIL = """Здравствуйте! Это программа qmail-send на сервере mx.nic.ru.
Письмо не удалось доставить по следующим адресам.

<petrov@nic.ru>:
Пользователь не найден. (#5.1.1)

--- Ниже приведена копия письма.

Return-Path: <shkola@example.ru>
"""
WAITS = """Доставка вашего сообщения задерживается.

Получатель: petrov@corp.ru
Попытки доставки будут продолжены ещё 3 дня.
"""


@pytest.mark.parametrize(
    ("body", "address", "reason"),
    [
        (MAIL_RU, "petrov@mail.ru", Reason.UNKNOWN_USER),
        (YANDEX, "petrov@yandex.ru", Reason.UNKNOWN_USER),
        (EXCHANGE, "petrov@romashka.ru", Reason.MAILBOX_FULL),
        (RAMBLER, "petrov@rambler.ru", Reason.UNKNOWN_USER),
        (QMAIL, "petrov@nic.ru", Reason.UNKNOWN_USER),
        (WAITS, "petrov@corp.ru", Reason.DELAYED),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "koi8-r"])
def test_russian_texts_are_understood(body: str, address: str, reason: Reason, charset: str) -> None:
    """Plain-text bounces of Russian servers name the address and the reason, in any charset."""
    (found,) = bounced(machine(body, charset=charset))
    assert (found.address, found.reason) == (address, reason)
    assert found.delayed is (reason is Reason.DELAYED)


def test_a_bounce_of_several_tells_each_apart() -> None:
    """Each address of a plain text is judged by what is said behind it."""
    body = (
        "Не удалось доставить сообщение следующим получателям:\n\na@b.ru\n550 5.1.1 Пользователь не найден\n\n"
        "c@d.ru\n452 4.2.2 Ящик переполнен\n"
    )
    assert [(one.address, one.reason) for one in bounced(machine(body))] == [
        ("a@b.ru", Reason.UNKNOWN_USER),
        ("c@d.ru", Reason.MAILBOX_FULL),
    ]


def test_the_letter_of_a_person_about_a_bounce_is_none() -> None:
    """Whoever forwards or describes a bounce has not bounced, and our own address in a bounce is not at fault."""
    assert read(letter(f"Мне пришло вот это:\n\n{EXCHANGE}", subject="Fwd: Не доставлено")).bounce is None
    assert read(letter("Не удалось доставить вам письмо на a@b.ru", subject="Не доставлено")).bounce is None
    assert bounced(machine("Не удалось доставить письмо от shkola@example.ru:\n\na@b.ru\n"))[0].address == "a@b.ru"


def test_a_bounce_may_name_its_letter_in_the_text() -> None:
    """The id of our letter is found in headers quoted in the text, or in In-Reply-To."""
    found = read(machine(f"{MAIL_RU}\nMessage-ID: <row7@example.ru>\n")).bounce
    assert found is not None
    assert found.original_message_id == "<row7@example.ru>"


@pytest.mark.skipif("FLUFL_BOUNCE_DATA" not in os.environ, reason="FLUFL_BOUNCE_DATA names no corpus")
def test_the_corpus_of_flufl_is_recognised() -> None:
    """Of the corpus in flufl.bounce's source distribution as much is recognised as by flufl.bounce, less one reply."""
    from flufl.bounce import all_failures

    known = ours = 0
    for path in sorted(Path(os.environ["FLUFL_BOUNCE_DATA"]).glob("*.txt")):
        raw = path.read_bytes()
        known += any(all_failures(message_from_bytes(raw)))
        ours += bool(bounced(raw))
    assert ours >= known - 1
    assert ours >= 111
