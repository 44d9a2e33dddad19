"""Orders of strangers: nothing is written to the students whom they name before somebody answers for the order."""

import re
from dataclasses import replace
from typing import Any

import pytest

from school.centre import Role
from school.errors import Conflict
from school.use_cases.confirm_order import accept_order
from school.use_cases.correct_student import correct_email
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.held_steps import CLIENT, confirm_path, confirmed, counted
from tests.scenarios.letter_steps import IN_PROCESS, answers, count_letters, letter_to
from tests.scenarios.order_steps import audited, order_of
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages
from tests.scenarios.staff_steps import at_page
from tests.scenarios.steps import WHOLE, place
from tests.scenarios.test_mail_orders import ADDRESS, form_with
from tests.scenarios.test_mail_orders import hand_in as mail_in
from tests.scenarios.test_mail_orders import letter as client_letter
from tests.scenarios.test_page_order import ORDERER, PAYER, begun, sent, student

SAME: dict[str, Any] = {"students.0.email": "uchenik.kursa+2@gmail.com"}
_LETTERS = "абвгдежзиклмнопрст"


def numbered(number: int) -> str:
    """Return another name for each number."""
    first, second = divmod(number, len(_LETTERS))
    return f"Учеников{_LETTERS[first]}{_LETTERS[second]} Анна Ивановна"


async def order_by_page(person: PageClient, students: int = 1, start: int = 0, **fields: Any) -> Shown:
    """Place an order for so many students, each with a mailbox «uchenikN@example.ru»; return what is shown then."""
    await begun(person)
    those = {
        key: value
        for place in range(students)
        for key, value in student(
            place, numbered(start + place), f"uchenik{start + place}@example.ru", mobile=f"8 933 {2000000 + place}"
        ).items()
    }
    return await sent(person, **(PAYER | ORDERER | those | fields))


async def ordered(stage: Stage, base: str, **fields: Any) -> dict[str, Any]:
    """Let a stranger order for one student; return the letter that the orderer gets."""
    async with browsing(base) as person:
        await order_by_page(person, **fields)
    return await letter_to(stage, CLIENT, "Подтвердите заявку")


async def invites(stage: Stage) -> int:
    """Return how many letters to students wait or were sent."""
    return await counted(stage, "outbox WHERE kind = 'questionnaire_invite'")


async def test_two_hundred_addresses_of_a_stranger(stage: Stage) -> None:
    """One anonymous order for 200 writes to the orderer and the centre alone; its link lets the letters go, once."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        shown = await order_by_page(person, students=200)
        assert f"Проверьте почту {CLIENT}" in shown.text
        assert "confirm" not in shown.html
        told = await letter_to(stage, CLIENT, "Подтвердите заявку")
        centre = await letter_to(stage, CENTRE.email, "0123-0001")
        assert "Письма ученикам ждут" in centre["text"]
        assert "Каждому ученику ушло" not in centre["text"]
        assert await invites(stage) == 0
        assert await counted(stage, "tokens WHERE kind = 'questionnaire'") == 0
        assert await counted(stage, "outbox WHERE channel = 'mail'") == 2
        me = await person.open(shown.links["Открыть заявку"])
        assert f"Проверьте почту {CLIENT}" in me.text
    path = confirm_path(told)
    async with browsing(base) as owner:
        asked = await owner.open(path)
        assert "200 учеников" in asked.text
        assert "Белова" not in asked.html
        assert "Учеников" not in asked.html
        assert await invites(stage) == 0  # a mail scanner has opened it
        done = await owner.press("Подтвердить заявку")
        assert "Ссылку на анкету отправляем 200 ученикам" in done.text
        assert await invites(stage) == 200
        again = await owner.open(path)
        assert "уже подтверждена" in again.text
    assert await invites(stage) == 200
    await letter_to(stage, "uchenik7@example.ru", "анкет")
    assert (f"page:{CLIENT}", "order.confirmed", "", "0123-0001") in await audited(stage)
    assert (await order_of(stage)).released_by == f"page:{CLIENT}"


async def test_a_second_press_is_harmless(stage: Stage) -> None:
    """The form of the confirmation sent twice writes to each student once; a wrong link opens nothing."""
    base = await open_pages(stage)
    told = await ordered(stage, base)
    async with browsing(base) as one, browsing(base) as other:
        await one.open(confirm_path(told))
        await other.open(confirm_path(told))
        await one.press("Подтвердить заявку")
        assert "уже подтверждена" in (await other.press("Подтвердить заявку")).text
        assert (await one.open("/confirm/0123456789abcdefghijklmn")).status == 410
    assert await invites(stage) == 1


async def test_a_mailbox_that_confirmed_is_known(stage: Stage) -> None:
    """The next order of a mailbox that confirmed before leaves at once, under any of its spellings."""
    base = await open_pages(stage)
    told = await ordered(stage, base)
    async with browsing(base) as owner:
        await owner.open(confirm_path(told))
        await owner.press("Подтвердить заявку")
    async with browsing(base) as person:
        shown = await order_by_page(person, students=2, start=5, orderer_email="belova-i+zakaz@ya.ru")
        assert "принята" in shown.text
        assert "Проверьте почту" not in shown.text
    assert await invites(stage) == 3


async def test_an_answer_confirms(stage: Stage) -> None:
    """«Подтверждаю» in answer to the letter confirms; other words do not, nor does the word from another mailbox."""
    base = await open_pages(stage, imap=IN_PROCESS)
    told = await ordered(stage, base)
    await answers(stage, told, "Спасибо, ждём", sender=CLIENT)
    await answers(stage, told, "Подтверждаю", sender="chuzhoy@example.org")
    assert await invites(stage) == 0
    await answers(stage, told, "Подтверждаю", sender=CLIENT)
    assert await invites(stage) == 1
    said = await letter_to(stage, CLIENT, "Заявка подтверждена")
    assert "Ссылку на анкету отправляем 1 ученику" in said["text"]
    await answers(stage, told, "Подтверждаю", sender=CLIENT)
    assert await invites(stage) == 1


async def test_an_order_by_mail(stage: Stage) -> None:
    """A form sent at once by a stranger waits; one that answers our letter with the form does not."""
    await stage.reconfigure(imap=IN_PROCESS)
    await mail_in(stage, client_letter(ADDRESS, "Заявка во вложении", await form_with()))
    told = await letter_to(stage, CLIENT, "Подтвердите заявку № 0123-0001")
    assert "одним словом: Подтверждаю" in told["text"]
    assert await invites(stage) == 0
    await answers(stage, told, "Подтверждаю", sender=CLIENT)
    assert await invites(stage) == 1


async def test_the_answer_to_our_form_is_known(stage: Stage) -> None:
    """Whoever got the form by mail and sends it back filled in has shown that the mailbox is theirs."""
    await stage.reconfigure(imap=IN_PROCESS)
    await mail_in(stage, client_letter(ADDRESS, "Здравствуйте! Хотим учиться."))
    sent = await letter_to(stage, CLIENT, "")
    to = sent["headers"]["Reply-To"]
    await mail_in(stage, client_letter(to, "Заполнили", await form_with(), number=2))
    await letter_to(stage, CLIENT, "принята")
    assert await invites(stage) == 1


async def test_the_centre_accepts_in_chat(stage: Stage) -> None:
    """The manager's card says why the letters wait and has a button; twice is harmless."""
    manager = await stage.manager()
    await ordered(stage, await open_pages(stage))
    card = await manager.wait_for("Новая заявка")
    assert "Письма ученикам ждут" in card.text
    await manager.press("Принять заявку", card)
    await manager.wait_for("ссылки на анкеты отправили")
    await manager.press("Принять заявку", card)
    await manager.wait_for("уже подтверждена")
    assert await invites(stage) == 1
    assert (f"chat:{manager.id}", "order.accepted", "", "0123-0001") in await audited(stage)


async def test_the_centre_accepts_by_mail(stage: Stage) -> None:
    """The centre answers its letter «Принять заявку»; the letters wait for the code as every action does."""
    base = await open_pages(stage, imap=IN_PROCESS)
    await ordered(stage, base)
    told = await letter_to(stage, CENTRE.email, "0123-0001")
    assert "Принять заявку" in told["text"]
    await answers(stage, told, "Принять заявку", sender=CENTRE.email)
    coded = await letter_to(stage, CENTRE.email, "Код")
    code = re.search(r"\b\d{6}\b", coded["text"])
    assert code is not None
    assert await invites(stage) == 0
    await answers(stage, coded, code[0], sender=CENTRE.email)
    assert "ссылки на анкеты отправили" in (await letter_to(stage, CENTRE.email, "СДЕЛАЛИ"))["text"]
    assert await invites(stage) == 1


async def test_the_centre_accepts_on_the_page(stage: Stage) -> None:
    """The order's page of staff says why the letters wait and has a button."""
    base = await open_pages(stage)
    await ordered(stage, base)
    async with at_page(stage, base, Role.MANAGER, "Пётр", "petr@centre.example") as desk:
        order = await order_of(stage)
        shown = await desk.open(f"/staff/orders/{order.id}")
        assert "Письма ученикам ждут" in shown.text
        shown = await desk.press("Принять заявку")
        assert "ссылки на анкеты отправили" in shown.text
        assert "Письма ученикам ждут" not in shown.text
    assert await invites(stage) == 1


async def test_staff_order_at_once_and_so_does_chat(stage: Stage) -> None:
    """A chat's order and one that a signed-in manager fills in on the page wait for nothing."""
    base = await open_pages(stage)
    await place(await stage.client())
    assert await invites(stage) == 1
    async with at_page(stage, base, Role.MANAGER, "Пётр", "petr@centre.example") as desk:
        shown = await order_by_page(desk, students=2)
        assert "принята" in shown.text
        assert "Проверьте почту" not in shown.text
    assert await invites(stage) == 3


async def test_one_reminder_after_a_day(stage: Stage) -> None:
    """Nobody has confirmed for a day: one letter with a fresh link, never a second; the link works."""
    base = await open_pages(stage)
    await ordered(stage, base)
    stage.clock.move(hours=23)
    await stage.app.ticker.tick_now()
    assert await nudges(stage) == 0
    stage.clock.move(hours=2)
    await stage.app.ticker.tick_now()
    told = await letter_to(stage, CLIENT, "ждёт: подтвердите её")
    stage.clock.move(days=3)
    await stage.app.ticker.tick_now()
    assert await nudges(stage) == 1
    assert await counted(stage, "outbox WHERE kind = 'reminder_student'") == 0
    async with browsing(base) as owner:
        await owner.open(confirm_path(told))
        assert "Заявка подтверждена" in (await owner.press("Подтвердить заявку")).text
    assert await invites(stage) == 1


async def nudges(stage: Stage) -> int:
    """Return how many reminders of an order to confirm were staged."""
    return await counted(stage, "outbox WHERE dedupe LIKE 'order:%confirm'")


async def test_nothing_reaches_a_student_while_it_waits(stage: Stage) -> None:
    """The buttons of a student's card refuse with what to do; a corrected address gets its first link on release."""
    base = await open_pages(stage)
    manager = await stage.manager()
    await ordered(stage, base)
    card = await manager.wait_for("Новая заявка")
    await manager.press("Ученики", card)
    listed = await manager.wait_for("Нажмите номер")
    assert "Письма ученикам ждут" in listed.text
    await manager.press("1", listed)
    one = await manager.wait_for("№ 0123-0001/1")
    for button in ("Напомнить", "Прислать ссылку"):
        await manager.press(button, one)
        await manager.wait_for("Заявку ещё не подтвердили")
    await manager.press("Исправить почту", one)
    await manager.wait_for("Новая почта ученика")
    await manager.send("sokolova.l@yandex.ru")
    await manager.wait_for("Почту исправили. Ссылку на анкету отправим на неё, когда заявку подтвердят")
    assert await counted(stage, "outbox WHERE channel = 'mail' AND recipient LIKE 'sokolova%'") == 0
    await manager.press("Принять заявку", listed)
    await letter_to(stage, "sokolova.l@yandex.ru", "анкет")
    assert await count_letters(stage, "uchenik0@example.ru") == 0


async def test_a_cancelled_order_lets_nothing_go(stage: Stage) -> None:
    """Whoever confirms an order that was cancelled meanwhile is told so, and nobody is written to."""
    base = await open_pages(stage)
    told = await ordered(stage, base)
    uow, order = stage.app.database.uow(stage.clock), await order_of(stage)
    uow.save_line(order.id, replace(order.lines[0], cancelled_at=stage.clock.now()))
    await uow.commit()
    async with browsing(base) as owner:
        assert "Заявка отменена" in (await owner.open(confirm_path(told))).text
    stage.clock.move(days=2)
    await stage.app.ticker.tick_now()
    assert await invites(stage) == await nudges(stage) == 0


async def test_caps_hold_a_chat_order_for_staff(stage: Stage) -> None:
    """Over a cap the order is kept and held, the client is told, the centre's button lets it go."""
    await stage.reconfigure(limits={"letters_in_all": 1})
    manager = await stage.manager()
    await place(await stage.client())
    assert await invites(stage) == 1
    other = {"Соколова Любовь Андреевна": "Лебедева Татьяна Ивановна", "sokolova.l@yandex.ru": "lebedeva.t@yandex.ru"}
    said = await place(await stage.client("Пётр"), [(how, other.get(what, what)) for how, what in WHOLE])
    assert "писем слишком много" in said.text
    assert await invites(stage) == 1
    card = await manager.wait_for("их сегодня слишком много")
    assert "0123-0002" in card.text
    await manager.press("Принять заявку", card)
    await manager.wait_for("ссылки на анкеты отправили")
    assert await invites(stage) == 2


async def test_a_mailbox_is_written_to_so_often(stage: Stage) -> None:
    """Tags and dots make no other mailbox: over its cap an order waits for staff, and its orderer cannot confirm it."""
    base = await open_pages(stage, limits={"letters_per_mailbox": 1})
    await ordered(stage, base, **{"students.0.email": "uchenik.kursa@gmail.com"})
    await confirmed(stage, base)
    other = "gusev.p@yandex.ru"
    async with browsing(base) as person:
        await order_by_page(person, start=1, orderer_email=other, **SAME)
    told = await letter_to(stage, other, "Подтвердите заявку")
    async with browsing(base) as owner:
        await owner.open(confirm_path(told))
        shown = await owner.press("Подтвердить заявку")
        assert "писем слишком много" in shown.text
        assert "писем слишком много" in (await owner.open(confirm_path(told))).text
    assert await invites(stage) == 1
    assert await counted(stage, "orders WHERE held_why = 'cap' AND released_at IS NULL") == 1
    centre = await letter_to(stage, CENTRE.email, "их сегодня слишком много")
    assert "0123-0002" in centre["subject"]


async def test_strangers_fill_no_mailbox_of_the_orderer(stage: Stage) -> None:
    """A mailbox that strangers name as the orderer's gets no more letters than its cap; the orders wait for staff."""
    base = await open_pages(stage, limits={"letters_per_mailbox": 2})
    for at in range(4):
        async with browsing(base) as person:
            shown = await order_by_page(person, start=at, orderer_email=f"zhertva+{at}@yandex.ru")
    assert "Проверьте почту" not in shown.text
    assert "писем слишком много" in shown.text
    assert await counted(stage, "outbox WHERE kind = 'order_accepted'") == 2
    assert await counted(stage, "orders WHERE held_why = 'cap'") == 2
    stage.clock.move(days=1)
    async with browsing(base) as person:
        shown = await order_by_page(person, start=9, orderer_email="zhertva+9@yandex.ru")
        assert "Проверьте почту" in shown.text


async def test_old_counters_are_forgotten(stage: Stage) -> None:
    """Counters of days before are deleted by the tick, mailboxes that confirmed stay known."""
    base = await open_pages(stage)
    await place(await stage.client())
    await ordered(stage, base)
    assert await counted(stage, "buckets") > 0
    stage.clock.move(days=4)
    await stage.app.ticker.tick_now()
    assert await counted(stage, "buckets") == 0


async def test_an_address_corrected_while_the_order_is_released(stage: Stage) -> None:
    """Of a release and a correction at the same moment one runs again: no letter goes to the address of before."""
    base = await open_pages(stage)
    await ordered(stage, base)
    order, now = await order_of(stage), stage.clock.now()
    manager = await stage.manager()
    releasing, correcting = stage.app.database.uow(stage.clock), stage.app.database.uow(stage.clock)
    session = await releasing.session(manager.id)
    await accept_order(releasing, session, order.id, now)
    await correct_email(correcting, session, order.lines[0].id, "sokolova.l@yandex.ru", now, now.date(), sure=True)
    await correcting.commit()
    with pytest.raises(Conflict):
        await releasing.commit()
    assert await invites(stage) == 0
