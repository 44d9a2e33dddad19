"""A letter that our own mail server denies (`dmarc=fail`) is left to a person: nothing recorded, nothing answered."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import (
    IN_PROCESS,
    OURS,
    SOKOLOVA,
    answer_to,
    count_letters,
    hand_in,
    invited,
    letter_to,
    photo,
)
from tests.scenarios.test_mail_centres import begun, line, written
from tests.scenarios.test_mail_queue import opened

MX = "mx.example.ru"
CLIENT = "belova.i@yandex.ru"
HOP = f"Received: from out.evil.ru (out.evil.ru [93.184.216.34]) by {MX} with ESMTPS id 1\r\n"


def stated(result: str, of: str = "yandex.ru") -> str:
    """The header in which our server states its result."""
    return f"Authentication-Results: {MX}; dmarc={result} header.from={of}\r\n"


DENIED = (stated("fail") + HOP).encode()
ORDER = OURS.replace("@", f"+z{CENTRE.number}@")


async def open_mail(stage: Stage, **more: Any) -> None:
    """Start the bot with a mailbox whose server's word counts."""
    await stage.reconfigure(imap=IN_PROCESS | {"authserv_id": MX} | more)


def request(sender: str, number: int) -> bytes:
    """Write a letter that asks for the order form."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ORDER, f"Заявка {number}"
    message["Message-ID"] = f"<{uuid4().hex}@yandex.ru>"
    message.set_content(f"Пришлите форму, {number}")
    return message.as_bytes()


async def aside(stage: Stage) -> list[tuple[str, str]]:
    """Return senders and reasons of the letters left to a person."""
    letters, _ = await stage.app.database.uow(stage.clock).letters_aside(100, 0)
    return [(one.sender, one.reason) for one in letters]


async def test_twenty_five_denied_letters_get_no_answer(stage: Stage) -> None:
    """Not one of 25 denied letters to an order address is answered; each waits for a person."""
    await open_mail(stage)
    for number in range(25):
        await hand_in(stage, DENIED + request(CLIENT, number))
    assert await count_letters(stage, CLIENT) == 0
    assert await aside(stage) == [(CLIENT, "denied")] * 25


async def test_tags_share_the_daily_cap_of_answers(stage: Stage) -> None:
    """Twenty-five letters under tags of one mailbox get the twenty answers of one mailbox."""
    await open_mail(stage)
    for number in range(25):
        await hand_in(stage, request(CLIENT.replace("@", f"+{number}@"), number))
    given = await stage.app.database.uow(stage.clock).answers_to(CLIENT, stage.clock.now().date())
    assert given == 20
    await letter_to(stage, CLIENT.replace("@", "+19@"))
    assert await count_letters(stage, CLIENT.replace("@", "+20@")) == 0


async def test_a_denied_letter_of_a_student_records_nothing(stage: Stage) -> None:
    """A forged or forwarded answer gives no consent and no diploma; filed by a person it is a note to the curator."""
    await open_mail(stage)
    curator = await stage.curator()
    student = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    forged = DENIED + answer_to(letter, "Согласна\n1. Высшее", SOKOLOVA, [photo()])
    before = await count_letters(stage, SOKOLOVA)
    await hand_in(stage, forged)
    assert await aside(stage) == [(SOKOLOVA, "denied")]
    await opened(curator)
    card = await curator.wait_for("отправитель не подтверждён", timeout=40)
    await curator.press("Соколова", card)
    await curator.wait_for("Отнесли письмо к заявке", timeout=40)
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    await curator.wait_for("Отправителя не подтвердил почтовый сервер", timeout=40)
    uow = stage.app.database.uow(stage.clock)
    assert await uow.questionnaire(student) is None
    assert await count_letters(stage, SOKOLOVA) == before
    assert await aside(stage) == []


@pytest.mark.parametrize(
    ("headers", "own_hops", "answered"),
    [
        (stated("pass") + HOP, None, True),
        # What stands right below our server's line may be the first line of the sender's own.
        (HOP + stated("pass"), None, False),
        (HOP + stated("pass"), 1, True),
        (HOP + HOP + stated("pass"), 1, False),
    ],
)
async def test_a_forged_result_proves_nothing(stage: Stage, headers: str, own_hops: int | None, answered: bool) -> None:
    """A result below the hop from outside proves no sender, unless the operator says so many lines are theirs."""
    order, _ = await begun(stage)
    await open_mail(stage, **({} if own_hops is None else {"own_hops": own_hops}))
    letter = await written(stage, ("order", order.id))
    proof = headers.replace("yandex.ru", "example.ru").encode()
    await hand_in(stage, proof + answer_to(letter, "Оплачено", CENTRE.email))
    assert ((await line(stage, order)).payment == "paid") is answered
