"""Orders by mail: the form goes out, comes back filled in, with faults, again, and from a closed centre."""

import asyncio
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from paper.order_form import order_form
from school.forms.field import Context
from tests.samples import CENTRE, catalogue
from tests.scenarios.conftest import Stage
from tests.scenarios.held_steps import known
from tests.scenarios.steps import to_address

CLIENT = "belova.i@yandex.ru"
XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SURNAMES = [f"Анна{letter}" for letter in "абвгдежзиклмнопрстуф"]
ANSWERS: dict[str, Any] = {
    "consent": "да",
    "payer_kind": "Юридическое лицо",
    "payer_name": "ООО «Ромашка»",
    "payer_inn": "5039002841",
    "payer_kpp": "503901001",
    "payer_address": "127018, г. Москва, ул. Полковая, дом 3",
    "orderer_name": "Белова Ирина Петровна",
    "orderer_mobile": "8 916 123-45-67",
    "orderer_email": CLIENT,
    "education": "да",
    "rights": "да",
    "students": [
        {
            "name": "Соколова Любовь Андреевна",
            "mobile": "8 933 933-33-33",
            "email": "sokolova.l@yandex.ru",
            "course": "osno-a",
            "run": "osno-a-0",
            "tariff": "osno-a-base",
        }
    ],
}


@pytest.fixture
async def post(stage: Stage) -> Stage:
    """A stage that reads letters, handed over in process; the client has confirmed an order before."""
    await stage.reconfigure(
        imap={"host": "in-process", "security": "none", "username": "shkola@example.ru", "password": "secret"}
    )
    await known(stage, CLIENT)
    return stage


def letter(to: str, text: str, file: bytes | None = None, number: int = 1, sender: str = CLIENT) -> bytes:
    """Write a letter as a client's program does."""
    message = EmailMessage()
    message["From"] = f"Ирина Белова <{sender}>"
    message["To"] = to
    message["Subject"] = "Заявка"
    message["Date"] = "Wed, 10 Mar 2027 12:00:00 +0300"
    message["Message-ID"] = f"<client-{number}@yandex.ru>"
    message.set_content(text)
    if file is not None:
        message.add_attachment(file, maintype="application", subtype=XLSX, filename="Заявка.xlsx")
    return message.as_bytes()


ADDRESS = "shkola+z0123@example.ru"


async def hand_in(stage: Stage, raw: bytes) -> None:
    """Hand a letter over and wait until it is handled."""
    await stage.app.mailroom.hand_in(raw)
    async with asyncio.timeout(30):
        await stage.app.mailroom.workers.idle()


async def answer(stage: Stage, subject: str, address: str = CLIENT) -> dict[str, Any]:
    """Return the first letter to the address whose subject holds these words."""
    return await stage.sandbox.wait_letter(
        lambda found: to_address(address)(found) and subject in found["subject"], timeout=30
    )


async def form_with(**changes: Any) -> bytes:
    """Fill the form in as a client does."""
    context = Context(catalogue(), catalogue().runs[0].starts.replace(day=1), CENTRE.email, None)
    answers = {**ANSWERS, **changes}
    return await asyncio.to_thread(order_form, context, CENTRE.name, answers, centre_number=CENTRE.number)


async def test_a_letter_to_the_order_address_gets_the_form(post: Stage) -> None:
    """Whoever writes to a centre's order address gets the form as a workbook, and may answer that letter."""
    await hand_in(post, letter("shkola+z0123@example.ru", "Здравствуйте! Хотим учиться."))
    sent = await answer(post, "Форма заявки")
    assert [file["name"] for file in sent["attachments"]] == ["Заявка на обучение.xlsx"]
    assert "[#" not in sent["subject"]


async def test_the_order_address_is_named_where_people_look(post: Stage) -> None:
    """The manager's links, the form in chat and the first letter to a centre name the address that takes orders."""
    manager = await post.manager()
    await manager.send("/link")
    assert ADDRESS in (await manager.wait_for("Ссылки для клиентов", timeout=40)).text
    client = await post.client()
    await client.send("/form")
    caption = (await client.wait_for("Форма заявки", timeout=60)).text
    assert ADDRESS in caption
    assert CENTRE.email not in caption
    await hand_in(post, letter(ADDRESS, "Заявка во вложении", await form_with()))
    assert ADDRESS in (await answer(post, "0123-0001", CENTRE.email))["text"]
    other = {**ANSWERS["students"][0], "name": "Лебедева Татьяна Ивановна", "email": "lebedeva.t@yandex.ru"}
    await hand_in(post, letter(ADDRESS, "Ещё одна", await form_with(students=[other]), number=2))
    assert ADDRESS not in (await answer(post, "0123-0002", CENTRE.email))["text"]


async def test_the_filled_form_becomes_an_order(post: Stage) -> None:
    """A filled form is accepted by its number; the centre and the student get their letters as from chat."""
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка во вложении", await form_with()))
    accepted = await answer(post, "принята")
    assert "№ 0123-0001" in accepted["subject"]
    await answer(post, "0123-0001", CENTRE.email)
    await answer(post, "анкету", "sokolova.l@yandex.ru")
    order = await post.app.database.uow(post.clock).order_by_number("0123-0001")
    assert order is not None
    assert order.payer.inn == "5039002841"


async def test_the_same_letter_twice_is_one_order(post: Stage) -> None:
    """A letter delivered twice is handled once."""
    raw = letter("shkola+z0123@example.ru", "Заявка", await form_with())
    await hand_in(post, raw)
    await hand_in(post, b"Received: from mx by here; again\r\n" + raw)
    await answer(post, "принята")
    assert await post.app.database.uow(post.clock).order_by_number("0123-0002") is None


async def test_faults_come_back_marked_all_at_once(post: Stage) -> None:
    """A form with faults is returned with every bad cell marked, and nothing is half-accepted."""
    student = {**ANSWERS["students"][0], "email": "buh@romashka.ru"}
    file = await form_with(payer_inn="5039002840", students=[student])
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", file))
    back = await answer(post, "исправьте")
    assert "контрольная цифра" in back["text"]
    assert "buh@romashka.ru" in back["text"]
    assert await post.app.database.uow(post.clock).order_by_number("0123-0001") is None


async def test_a_repeated_order_is_asked_about(post: Stage) -> None:
    """A second order of the same payer, student and run is made only after «Повторить»."""
    file = await form_with()
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", file))
    await answer(post, "принята")
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", file, number=2))
    await answer(post, "Похожая заявка")
    await hand_in(post, letter("shkola+z0123@example.ru", "Повторить", file, number=3))
    await answer(post, "№ 0123-0002")


async def test_a_broken_file_and_a_closed_centre_are_said_plainly(post: Stage) -> None:
    """What is no workbook is said so with a fresh form; a closed centre takes nothing."""
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", b"not a workbook"))
    back = await answer(post, "не прочитан")
    assert back["attachments"]
    await post.app.database.save_centre(replace(CENTRE, closed=True))
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", await form_with(), number=2))
    await answer(post, "больше не принимает")


async def test_machines_are_not_answered(post: Stage) -> None:
    """An autoresponder, a list and a flood of one address get no answers beyond the cap."""
    automatic = b"Auto-Submitted: auto-replied\r\n" + letter("shkola+z0123@example.ru", "Я в отпуске")
    await hand_in(post, automatic)
    for number in range(2, 30):
        await hand_in(post, letter("shkola+z0123@example.ru", f"Письмо {number}", number=number, sender="bot@other.ru"))
    post.app.wake()
    letters = (await post.sandbox.letters())["letters"]
    assert not [one for one in letters if CLIENT in one["to"]]
    counted = await post.app.database.uow(post.clock).answers_to("bot@other.ru", post.clock.now().date())
    assert counted == 20


async def test_a_form_sent_again_is_no_second_order(post: Stage) -> None:
    """«Высылаю повторно» only sends a form again: the second order is asked about, not made."""
    file = await form_with()
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", file))
    await answer(post, "принята")
    await hand_in(post, letter("shkola+z0123@example.ru", "Высылаю повторно, ответа не было", file, number=2))
    await answer(post, "Похожая заявка")
    assert await post.app.database.uow(post.clock).order_by_number("0123-0002") is None


async def test_two_forms_in_one_letter_are_asked_for_one_by_one(post: Stage) -> None:
    """Two different forms in one letter: neither is taken in silence, the answer asks for a letter each."""
    raw = letter("shkola+z0123@example.ru", "Две заявки", await form_with())
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    second = await form_with(payer_name="ООО «Лютик»")
    message.add_attachment(second, maintype="application", subtype=XLSX, filename="Вторая.xlsx")
    await hand_in(post, message.as_bytes())
    told = await answer(post, "пришлите формы отдельными письмами")
    assert "Пока ничего не записано" in told["text"]
    assert await post.app.database.uow(post.clock).order_by_number("0123-0001") is None


async def test_two_hundred_students_in_a_form(post: Stage) -> None:
    """The largest form is one order, and the loop goes on while it is read."""
    students = [
        {
            **ANSWERS["students"][0],
            "name": f"Иванова {SURNAMES[n // 20]} {SURNAMES[n % 20]}ровна",
            "email": f"s{n}@mail.ru",
        }
        for n in range(200)
    ]
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", await form_with(students=students)))
    sent = await post.sandbox.wait_letter(
        lambda found: to_address(CLIENT)(found) and "0123-0001" in found["subject"] + found["text"], timeout=30
    )
    assert "200 учеников" in sent["subject"]


async def test_an_order_address_of_no_centre_goes_to_a_person(post: Stage) -> None:
    """A letter to the order address of a centre that is not there is answered by nobody and left to a person."""
    await hand_in(post, letter("shkola+z9999@example.ru", "Заявка", await form_with()))
    unit = post.app.database.uow(post.clock)
    assert (await unit.letters_aside(10, 0))[1] == 1
    assert await unit.answers_to(CLIENT, post.clock.now().date()) == 0


async def test_a_company_that_writes_in_latin_letters_is_no_autoresponder(post: Stage) -> None:
    """The subject «OOO Romashka» is a company, not «out of office»."""
    raw = letter("shkola+z0123@example.ru", "Хотим учиться").replace(b"Subject: ", b"X-Old: ", 1)
    await hand_in(post, b"Subject: OOO Romashka, zayavka\r\n" + raw)
    await answer(post, "Форма заявки")


async def test_reminders_are_refused_by_one_answer(post: Stage) -> None:
    """«Не напоминайте» to a letter of ours is taken from whoever was written to, once, and said back."""
    await hand_in(post, letter("shkola+z0123@example.ru", "Заявка", await form_with()))
    accepted = await answer(post, "принята")
    token = accepted["headers"]["Reply-To"].partition("+r.")[2].partition("@")[0]
    message = letter("shkola@example.ru", "Отписаться", number=7).replace(
        b"Subject:", f"X-Old-Subject: x\nSubject: Re: [#{token}]".encode() + b"\nX-Rest:", 1
    )
    await hand_in(post, message)
    await answer(post, "Больше не напоминаем")
    now = post.clock.now()
    assert await post.app.database.uow(post.clock).living_tokens("no_reminders", CLIENT, now)
