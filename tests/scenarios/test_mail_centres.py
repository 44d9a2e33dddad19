"""Centres by mail: reply lines act, each is echoed with a way back, and nothing is done without proof or a code."""

import itertools
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from paper.payments_sheet import payments_workbook
from school.billing import Invoice
from school.order import Order
from school.reminders import STOPPED
from school.use_cases.answerable import add_letter
from tests.pictures import document_picture
from tests.samples import CENTRE, NOW
from tests.scenarios.admission_steps import put_order, student
from tests.scenarios.billing_steps import document, invoices_of, statement, with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import IN_PROCESS, File, answer_to, count_letters, hand_in, letter_to
from tests.scenarios.order_steps import audited
from tests.scenarios.test_acts import ended, finished, only

MX = "mx.example.ru"
PASS = f"Authentication-Results: {MX}; dmarc=pass header.from=example.ru\r\n".encode()
Letter = dict[str, Any]
_keys = itertools.count(1)


async def open_mail(stage: Stage) -> None:
    """Start the bot with a mailbox whose server's word on DMARC counts."""
    await stage.reconfigure(imap=IN_PROCESS | {"authserv_id": MX})


async def written(stage: Stage, about: tuple[Any, str], address: str = CENTRE.email) -> Letter:
    """Let the bot write a letter that can be answered."""
    heading = f"Письмо номер {next(_keys)}."
    data = {"centre_name": CENTRE.name, "heading": heading, "done": [], "refused": [], "notes": [], "undo": False}
    uow = stage.app.database.uow(stage.clock)
    add_letter(uow, "centre_answer", address, data, dedupe=heading, about=about, now=stage.clock.now())
    await uow.commit()
    return await letter_to(stage, address, heading)


async def begun(stage: Stage, students: int = 1) -> tuple[Order, Letter]:
    """Put an order and write to its centre about it."""
    await open_mail(stage)
    fresh: dict[str, Any] = {"questionnaire": "not_started", "submitted_at": None}
    order = await put_order(stage, *(student(stage, number, **fresh) for number in range(students)))
    return order, await written(stage, ("order", order.id))


async def says(
    stage: Stage,
    letter: Letter,
    text: str,
    files: Sequence[File] = (),
    *,
    proof: bytes = PASS,
    sender: str = CENTRE.email,
) -> None:
    """Let the centre answer a letter; `proof` is what its mail server puts on top."""
    await hand_in(stage, proof + answer_to(letter, text, sender, files))


async def echoed(stage: Stage, after: Letter, words: str) -> Letter:
    """Wait for the bot's answer with these words."""
    return await letter_to(stage, CENTRE.email, words, after["id"])


async def issued(stage: Stage, order: Order, letter: Letter) -> Invoice:
    """Issue the usual invoice by mail."""
    await says(stage, letter, "Счёт: 57 от 5 марта, 24 500")
    await echoed(stage, letter, "Записали счёт № 57")
    return (await invoices_of(stage, order))[0]


async def line(stage: Stage, order: Order) -> Any:
    """Read the order's first student anew."""
    found = await stage.app.database.uow(stage.clock).order(order.id)
    assert found is not None
    return found.lines[0]


async def test_invoice_and_payment_are_recorded_by_two_lines(stage: Stage) -> None:
    """An invoice and its payment in one letter are recorded one after the other, echoed at once, audited by address."""
    order, letter = await begun(stage)
    await says(stage, letter, "Добрый день!\nСчёт: 57 от 5 марта, 24 500\nОплачено: 57 10.03\nСпасибо")
    echo = await echoed(stage, letter, "Записали оплату")
    assert "Записали счёт № 57 от 5 марта 2027" in echo["text"]
    assert "ответьте на это письмо в течение суток: Отменить" in echo["text"]
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.number, invoice.state, invoice.total) == ("57", "paid", 2_450_000)
    assert (await line(stage, order)).payment == "paid"
    actors = {actor for actor, action, *_ in await audited(stage) if action.startswith(("invoice.", "payment."))}
    assert actors == {f"mail:{CENTRE.email}"}


async def test_undo_takes_everything_of_the_letter_back(stage: Stage) -> None:
    """«Отменить» in answer to the echo takes the payment back, then the invoice; a day later it is too late."""
    order, letter = await begun(stage)
    await says(stage, letter, "Счёт: 57 от 5 марта, 24 500\nОплачено: 57")
    echo = await echoed(stage, letter, "Записали оплату")
    await says(stage, echo, "Отменить")
    await echoed(stage, echo, "Отменили.")
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.state, invoice.paid) == ("cancelled", 0)
    assert (await line(stage, order)).payment == "unpaid"
    await says(stage, letter, "Оплачено")
    late = await echoed(stage, echo, "Отметили оплату")
    stage.clock.move(hours=25)
    await says(stage, late, "Отменить")
    await echoed(stage, late, "Отменять нечего")
    assert (await line(stage, order)).payment == "paid"


async def test_paid_without_an_invoice_is_the_orders(stage: Stage) -> None:
    """«Оплачено» alone is about the letter's order; again, it says that nothing was left to mark."""
    order, letter = await begun(stage, 2)
    await says(stage, letter, "1. Оплачено")
    echo = await echoed(stage, letter, f"Отметили оплату по заявке № {order.number}")
    await says(stage, echo, "Отменить")
    await echoed(stage, echo, "Отменили.")
    assert (await line(stage, order)).payment == "unpaid"


async def test_an_act_is_moved_by_words(stage: Stage) -> None:
    """Диадок promised, the scan uploaded, the original posted and Диадок signed are moves of the order's act."""
    await open_mail(stage)
    order = await finished(stage)
    await ended(stage, order)
    letter = await written(stage, ("order", order.id))
    await says(stage, letter, "Диадок: подпишут\nСкан: загружен\nОригинал: 10283512004231 от 11.03")
    echo = await echoed(stage, letter, "оригинал отправлен 11 марта")
    assert "подпишут в Диадоке" in echo["text"]
    act = await only(stage, order)
    assert (act.diadoc, act.scan, act.tracking, act.posted_on) == (
        "promised",
        "uploaded",
        "10283512004231",
        date(2027, 3, 11),
    )
    await says(stage, echo, "Диадок: подписан 11.03")
    signed = await echoed(stage, echo, "подписан в Диадоке")
    assert (await only(stage, order)).diadoc == "signed"
    await says(stage, signed, "Скан: загружен")
    await echoed(stage, signed, "с ним больше ничего делать не нужно")


async def test_an_act_that_is_not_there_yet_is_made_and_moved(stage: Stage) -> None:
    """Words about an act come before the tick that makes it: it is made, then moved."""
    await open_mail(stage)
    order = await finished(stage)
    letter = await written(stage, ("order", order.id))
    await says(stage, letter, "Диадок: подпишут")
    await echoed(stage, letter, "подпишут в Диадоке")
    assert (await only(stage, order)).diadoc == "promised"


async def test_a_scan_by_mail_is_the_acts(stage: Stage) -> None:
    """Pictures of a letter become the scan of the order's act, with a confirmation of what they were taken for."""
    await open_mail(stage)
    order = await finished(stage)
    await ended(stage, order)
    letter = await written(stage, ("order", order.id))
    files = [("1.jpg", document_picture("АКТ 1")), ("2.jpg", document_picture("АКТ 2"))]
    await says(stage, letter, "Скан акта во вложении", files)
    echo = await echoed(stage, letter, "Приняли файл как скан акта № 0123-0001")
    act = await only(stage, order)
    assert (act.scan, len(act.scan_pages)) == ("at_centre", 2)
    await says(stage, echo, "Отменить")
    await echoed(stage, echo, "Отменили.")
    assert (await only(stage, order)).scan == "none"


async def test_a_bad_file_is_refused_with_the_reason(stage: Stage) -> None:
    """A file that is no scan, no statement and no table is named with what is taken instead."""
    _, letter = await begun(stage)
    await says(stage, letter, "", [("dogovor.pdf", b"%PDF-1.4 broken")])
    await echoed(stage, letter, "dogovor.pdf")


async def test_a_statement_by_mail_is_recorded_once(stage: Stage) -> None:
    """A statement settles what is certain and may be taken back; the same one again records nothing."""
    order, letter = await begun(stage)
    await with_seller(stage)
    await issued(stage, order, letter)
    content = statement("24500.00", document("24500.00", "Оплата по счету № 57 от 05.03.2027"))
    await says(stage, letter, "Выписка", [("kl_to_1c.txt", content)])
    echo = await echoed(stage, letter, "Приняли как выписку банка")
    assert "1 платёж на 24" in echo["text"]
    assert (await invoices_of(stage, order))[0].state == "paid"
    await says(stage, echo, "", [("kl_to_1c.txt", content)])
    await echoed(stage, echo, "Уже были записаны: 1 платёж")


async def test_a_strange_account_is_owned_up_to_by_words(stage: Stage) -> None:
    """A statement of an unknown account records nothing until «Это наш счёт» comes with it."""
    order, letter = await begun(stage)
    await issued(stage, order, letter)
    content = statement("24500.00", document("24500.00", "Оплата по счету № 57 от 05.03.2027"))
    await says(stage, letter, "", [("kl_to_1c.txt", content)])
    asked = await echoed(stage, letter, "Это наш счёт")
    assert (await invoices_of(stage, order))[0].state == "open"
    await says(stage, asked, "Это наш счёт", [("kl_to_1c.txt", content)])
    await echoed(stage, asked, "Запомнили счёт центра")
    assert (await invoices_of(stage, order))[0].state == "paid"


async def test_a_sheet_of_payments_without_rows_says_so(stage: Stage) -> None:
    """The table of payments comes back empty: nothing is recorded, and the answer says what it was taken for."""
    order, letter = await begun(stage)
    invoice = await issued(stage, order, letter)
    await says(stage, letter, "", [("oplaty.xlsx", payments_workbook([invoice]))])
    await echoed(stage, letter, "Приняли как таблицу оплат, но записывать нечего")


async def test_a_students_address_is_corrected(stage: Stage) -> None:
    """«Почта ученика» sends a new link to the new address; a wrong address is explained as in chat."""
    order, letter = await begun(stage)
    surname = order.lines[0].name.split()[0]
    await says(stage, letter, f"Почта ученика: {surname} — novaya.pochta@yandex.ru\nПочта: не адрес@")
    echo = await echoed(stage, letter, "novaya.pochta@yandex.ru")
    assert "Непонятно, что сделать" in echo["text"]
    assert (await line(stage, order)).email == "novaya.pochta@yandex.ru"
    await letter_to(stage, "novaya.pochta@yandex.ru", "анкет")


async def test_status_by_inn_names_every_student(stage: Stage) -> None:
    """«Статус» with an ИНН lists the payer's orders of this centre; of another payer it says there is none."""
    order, letter = await begun(stage, 2)
    inn = order.payer.inn
    await says(stage, letter, f"Статус {inn}\nСтатус 7707083893")
    echo = await echoed(stage, letter, "Заявка № 0123-0001")
    assert all(one.name in echo["text"] for one in order.lines)
    assert "анкета не заполнена" in echo["text"]
    assert "с ИНН 7707083893 в вашем центре нет" in echo["text"]


async def test_reminders_are_put_off_and_students_nudged(stage: Stage) -> None:
    """«Отложить» silences what the order waits for; «Напомнить» writes to the students, once a day."""
    order, letter = await begun(stage)
    await says(stage, letter, "Отложить на неделю\nНапомнить")
    echo = await echoed(stage, letter, "не напоминаем до 17 марта")
    assert "Напомнили об анкете" in echo["text"]
    (facts,) = await stage.app.database.uow(stage.clock).facts([order.id])
    assert {one.until for one in facts.snoozes} == {NOW.date() + timedelta(days=7)}
    assert facts.paused_until != STOPPED
    await says(stage, echo, "Напомнить")
    await echoed(stage, echo, "Сегодня этому ученику уже напоминали")


async def test_digest_lines_are_named_by_number(stage: Stage) -> None:
    """A digest's numbers stay what they were: «1: оплачено» pays that line's invoice, an absent number is told."""
    order, letter = await begun(stage)
    await issued(stage, order, letter)
    stage.clock.move(days=7)
    await stage.app.ticker.tick_now()
    digest_letter = await letter_to(stage, CENTRE.email, "Сделайте сегодня", letter["id"])
    found = re.search(r"(\d)\. заявка № 0123-0001, .*: счёт № 57", digest_letter["text"])
    assert found is not None, digest_letter["text"]
    await says(stage, digest_letter, f"{found[1]}: оплачено\n90: отложить до 20 мая\nОплачено")
    echo = await echoed(stage, digest_letter, "Записали оплату: счёт № 57")
    assert "Строки 90 в сводке нет" in echo["text"]
    assert "о какой заявке речь" in echo["text"]
    assert (await invoices_of(stage, order))[0].state == "paid"


async def test_words_that_look_like_an_action_are_answered_and_others_kept(stage: Stage) -> None:
    """What begins as an action and is not understood gets an example; other words are kept as a note and confirmed."""
    _, letter = await begun(stage)
    await says(stage, letter, "Счёт будет завтра\nКлиент просит закрывающие документы до июня")
    echo = await echoed(stage, letter, "Например: Счёт: 57 от 5 мая, 49 000")
    assert "ЗАПИСАЛИ КАК ЕСТЬ" in echo["text"]
    assert "просит закрывающие документы" in echo["text"]


async def test_thanks_get_no_answer_and_a_quote_never_acts(stage: Stage) -> None:
    """Thanks are not answered; a letter of nothing but a quote does nothing and says so."""
    order, letter = await begun(stage)
    before = await count_letters(stage, CENTRE.email)
    await says(stage, letter, "Спасибо!")
    assert await count_letters(stage, CENTRE.email) == before
    await hand_in(stage, PASS + answer_to(letter, "", CENTRE.email).replace(b"> ", "> Оплачено ".encode(), 1))
    await echoed(stage, letter, "только цитату")
    assert (await line(stage, order)).payment == "unpaid"


@pytest.mark.parametrize(
    "proof",
    [
        b"",
        b"Authentication-Results: mx.evil.ru; dmarc=pass header.from=example.ru\r\n",
        f"From-Copy: 1\r\nAuthentication-Results: {MX}; dmarc=pass header.from=example.ru\r\n".encode(),
    ],
)
async def test_without_proof_a_code_performs_the_request(stage: Stage, proof: bytes) -> None:
    """Without an aligned pass of our own server nothing is done until the registered mailbox answers with the code."""
    order, letter = await begun(stage)
    await says(stage, letter, "Оплачено", proof=proof)
    asked = await echoed(stage, letter, "Ответьте на это письмо: Код")
    assert "— Оплачено" in asked["text"]
    assert (await line(stage, order)).payment == "unpaid"
    code = re.search(r"Код (\d{6})", asked["text"])
    assert code is not None
    await says(stage, asked, f"Код {code[1]}", proof=b"")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    await echoed(stage, asked, "Отметили оплату")
    assert (await line(stage, order)).payment == "paid"
    await says(stage, asked, f"Код {code[1]}", proof=b"")
    await echoed(stage, asked, "Код больше не действует")


async def test_no_action_at_all_is_done_without_proof(stage: Stage) -> None:
    """Not one of the reply lines and files changes anything while the letter waits for its code."""
    await open_mail(stage)
    order = await finished(stage)
    act = await ended(stage, order)
    letter = await written(stage, ("order", order.id))
    before, audit = await line(stage, order), await audited(stage)
    lines = [
        "Счёт: 57 от 5 марта, 24 500", "Оплачено", "Диадок: подписан 11.03", "Скан: загружен",
        "Оригинал: 10283512004231", "Почта: drugaya.pochta@yandex.ru", "Отложить на неделю", "Напомнить", "Статус",
        "Заметка", "Это наш счёт", "Отменить",
    ]  # fmt: skip
    files = [("akt.jpg", document_picture("АКТ")), ("kl_to_1c.txt", statement("0.00"))]
    await says(stage, letter, "\n".join(lines), files, proof=b"")
    asked = await echoed(stage, letter, "Ответьте на это письмо: Код")
    assert all(f"— {one}" in asked["text"] for one in lines)
    assert "разберём файл: akt.jpg" in asked["text"]
    assert (await line(stage, order), await only(stage, order)) == (before, act)
    assert (await invoices_of(stage, order), await audited(stage)) == ([], audit)


async def test_five_wrong_codes_end_the_request(stage: Stage) -> None:
    """Each wrong code says how many tries are left, whichever letter it answers; after five none is taken."""
    order, letter = await begun(stage)
    await says(stage, letter, "Оплачено", proof=b"")
    asked = await echoed(stage, letter, "Ответьте на это письмо: Код")
    right = re.search(r"Код (\d{6})", asked["text"])
    assert right is not None
    wrong = f"{(int(right[1]) + 1) % 1_000_000:06d}"
    last = asked
    for left in (4, 3, 2, 1):
        await says(stage, last, f"Код {wrong}", proof=b"")
        last = await echoed(stage, last, f"Осталось попыток: {left}")
    await says(stage, asked, wrong, proof=b"")
    last = await echoed(stage, last, "Код больше не действует")
    await says(stage, asked, f"Код {right[1]}", proof=b"")
    await echoed(stage, last, "Код больше не действует")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    assert (await line(stage, order)).payment == "unpaid"


async def test_a_stranger_with_the_token_is_not_answered(stage: Stage) -> None:
    """An answer from another address does nothing, gets no letter, and waits for a person."""
    order, letter = await begun(stage)
    await says(stage, letter, "Оплачено", sender="chuzhoy@example.ru")
    aside, count = await stage.app.database.uow(stage.clock).letters_aside(5, 0)
    assert (count, aside[0].reason) == (1, "wrong_sender")
    assert await count_letters(stage, "chuzhoy@example.ru") == 0
    assert (await line(stage, order)).payment == "unpaid"


async def test_the_client_sees_states_and_passes_words_on(stage: Stage) -> None:
    """A client's «Статус» is answered with states; «Оплачено» does nothing and reaches the manager as a task."""
    order, _ = await begun(stage)
    manager = await stage.manager()
    address = order.orderer.email
    letter = await written(stage, ("order", order.id), address)
    await says(stage, letter, "Статус", sender=address, proof=b"")
    told = await letter_to(stage, address, "анкета не заполнена", letter["id"])
    await says(stage, told, "Оплачено\nДобавьте ученика", sender=address, proof=b"")
    await letter_to(stage, address, "Передали ваше письмо менеджеру", told["id"])
    task = await manager.wait_for("Заказчик ответил на письмо", timeout=40)
    assert "Добавьте ученика" in task.text
    assert (await line(stage, order)).payment == "unpaid"


async def test_a_clients_scan_reaches_the_centre(stage: Stage) -> None:
    """The act that a client returns by mail goes on to the centre's mailbox, and the client is told so."""
    order, _ = await begun(stage)
    address = order.orderer.email
    letter = await written(stage, ("order", order.id), address)
    files = [("akt.jpg", document_picture("АКТ"))]
    await says(stage, letter, "Подписали", files, sender=address, proof=b"")
    await letter_to(stage, address, "Передали ваше письмо менеджеру", letter["id"])
    passed = await letter_to(stage, CENTRE.email, "Заказчик ответил на письмо по заявке № 0123-0001")
    assert [one["name"] for one in passed["attachments"]] == ["akt.jpg"]
    assert "Подписали" in passed["text"]


async def test_another_centres_invoice_is_not_found(stage: Stage) -> None:
    """An order and an invoice of another centre look as if there were none."""
    _, letter = await begun(stage)
    await says(stage, letter, "0999-0001: оплачено\nОплачено: 999")
    echo = await echoed(stage, letter, "у вашего центра нет")
    assert "Открытого счёта № 999" in echo["text"]


async def test_undo_twice_says_that_it_is_undone(stage: Stage) -> None:
    """The second «Отменить» to one echo changes nothing and says why; what was undone is named."""
    order, letter = await begun(stage)
    await says(stage, letter, "Оплачено")
    echo = await echoed(stage, letter, "Отметили оплату")
    await says(stage, echo, "Отменить")
    first = await echoed(stage, echo, "Сняли отметку об оплате")
    await says(stage, echo, "Отменить")
    await letter_to(stage, CENTRE.email, "Не сделали", first["id"])
    assert (await line(stage, order)).payment == "unpaid"


async def test_a_snooze_and_an_address_are_undone(stage: Stage) -> None:
    """«Отменить» lets reminders go on and gives the student the former address back, once."""
    order, letter = await begun(stage)
    before = order.lines[0].email
    surname = order.lines[0].name.split()[0]
    await says(stage, letter, f"Почта ученика: {surname} — novaya.pochta@yandex.ru\nОтложить на неделю")
    echo = await echoed(stage, letter, "не напоминаем до")
    assert "Отменить" in echo["text"]
    await says(stage, echo, "Отменить")
    undone = await echoed(stage, echo, "Вернули прежнюю почту ученика")
    assert "Напоминаем, как раньше" in undone["text"]
    assert (await line(stage, order)).email == before
    (facts,) = await stage.app.database.uow(stage.clock).facts([order.id])
    assert {one.until for one in facts.snoozes} == {NOW.date()}
    await says(stage, echo, "Отменить")
    again = await echoed(stage, undone, "Отменить уже нельзя")
    assert "СДЕЛАЛИ" not in again["text"]


async def test_a_signature_is_no_action(stage: Stage) -> None:
    """Bank details, the writer's address and a postal code below the words are never done, nor taken for a code."""
    order, letter = await begun(stage)
    before = order.lines[0].email
    words = (
        f"Оплачено\nСчёт: 40702810900000012345, БИК 044525225\nПочта: {CENTRE.email}\nПочта: ivanova@example.ru\n101000"
    )
    await says(stage, letter, words)
    echo = await echoed(stage, letter, "Отметили оплату")
    assert "Почта ученика: Соколова" in echo["text"]
    assert echo["text"].index("ЗАПИСАЛИ КАК ЕСТЬ") < echo["text"].index("40702810900000012345")
    found = await line(stage, order)
    assert (found.email, found.payment) == (before, "paid")
    assert await invoices_of(stage, order) == []


async def test_a_code_of_another_letter_and_of_another_address(stage: Stage) -> None:
    """A code performs only the request that it was sent for, and only from the registered mailbox."""
    order, letter = await begun(stage)
    await says(stage, letter, "Оплачено", proof=b"")
    one = await echoed(stage, letter, "Ответьте на это письмо: Код")
    await says(stage, letter, "Отложить на неделю", proof=b"")
    two = await echoed(stage, one, "Ответьте на это письмо: Код")
    codes = [re.search(r"Код (\d{6})", asked["text"]) for asked in (one, two)]
    assert codes[0] is not None
    assert codes[1] is not None
    await says(stage, two, f"Код {codes[0][1]}", proof=b"")
    await echoed(stage, two, "Код не подошёл")
    await says(stage, one, f"Код {codes[0][1]}", sender="chuzhoy@example.ru")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    assert (await line(stage, order)).payment == "unpaid"
    await says(stage, one, f"Код {codes[0][1]}\nНапомнить", proof=b"")
    await echoed(stage, two, "Остальное из этого письма не сделали")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    assert (await line(stage, order)).payment == "paid"
    (facts,) = await stage.app.database.uow(stage.clock).facts([order.id])
    assert facts.snoozes == ()


async def test_what_is_not_shown_beside_the_code_is_not_done(stage: Stage) -> None:
    """An action behind a hundred lines of an unproved letter is neither shown nor done by the code."""
    order, letter = await begun(stage)
    await says(stage, letter, "\n".join([*(f"Строка без дела {n}" for n in range(100)), "Оплачено"]), proof=b"")
    asked = await echoed(stage, letter, "Дальше ещё 1 строка")
    code = re.search(r"Код (\d{6})", asked["text"])
    assert code is not None
    await says(stage, asked, f"Код {code[1]}", proof=b"")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    await echoed(stage, asked, "ЗАПИСАЛИ КАК ЕСТЬ")
    assert (await line(stage, order)).payment == "unpaid"


async def test_a_code_that_ran_out_leaves_the_letter_to_a_person(stage: Stage) -> None:
    """A day later the tick sets the waiting letter aside with the reason, and the code does nothing."""
    order, letter = await begun(stage)
    await says(stage, letter, "Оплачено", proof=b"")
    asked = await echoed(stage, letter, "Ответьте на это письмо: Код")
    await stage.app.ticker.tick_now()
    assert (await stage.app.database.uow(stage.clock).letters_aside(5, 0))[1] == 0
    stage.clock.move(hours=25)
    await stage.app.ticker.tick_now()
    aside, count = await stage.app.database.uow(stage.clock).letters_aside(5, 0)
    assert (count, aside[0].reason) == (1, "code_over")
    code = re.search(r"Код (\d{6})", asked["text"])
    assert code is not None
    await says(stage, asked, f"Код {code[1]}", proof=b"")
    await echoed(stage, asked, "Код больше не действует")
    assert (await line(stage, order)).payment == "unpaid"


async def test_an_invoice_file_is_no_scan(stage: Stage) -> None:
    """A PDF that is named an invoice is not taken for the act's scan; words without their file ask for it."""
    await open_mail(stage)
    order = await finished(stage)
    await ended(stage, order)
    letter = await written(stage, ("order", order.id))
    await says(stage, letter, "Это наш счёт\nАкт 0123-0001", [("Счет 57.jpg", document_picture("СЧЁТ"))])
    echo = await echoed(stage, letter, "По названию это не акт")
    assert "Выписки в этом письме нет" in echo["text"]
    assert (await only(stage, order)).scan == "none"
    await says(stage, letter, "Это наш счёт\nАкт 0123-0001")
    again = await echoed(stage, echo, "Скана в этом письме нет")
    assert "Выписки в этом письме нет" in again["text"]


async def test_a_digests_number_before_the_word(stage: Stage) -> None:
    """«1 оплачено» in answer to a digest is its line, unless the centre has another invoice № 1."""
    order, letter = await begun(stage)
    await issued(stage, order, letter)
    stage.clock.move(days=7)
    await stage.app.ticker.tick_now()
    digest_letter = await letter_to(stage, CENTRE.email, "Сделайте сегодня", letter["id"])
    found = re.search(r"(\d)\. заявка № 0123-0001, .*: счёт № 57", digest_letter["text"])
    assert found is not None, digest_letter["text"]
    await says(stage, digest_letter, f"{found[1]} оплачено")
    await echoed(stage, digest_letter, "Записали оплату: счёт № 57")


async def test_an_automatic_letter_of_the_centre_does_nothing(stage: Stage) -> None:
    """An out-of-office of the centre's own mailbox neither acts nor is answered."""
    order, letter = await begun(stage)
    before = await count_letters(stage, CENTRE.email)
    head = PASS + b"Auto-Submitted: auto-replied\r\n"
    await says(stage, letter, "Оплачено", proof=head)
    assert await count_letters(stage, CENTRE.email) == before
    assert (await line(stage, order)).payment == "unpaid"


async def test_what_is_paid_already_is_told_so(stage: Stage) -> None:
    """«Оплачено: 57» said twice records one payment and the second time says that it is there."""
    order, letter = await begun(stage)
    await says(stage, letter, "Счёт: 57 от 5 марта, 24 500\nОплачено: 57\nОплачено: 57\nОплачено: 58")
    echo = await echoed(stage, letter, "Записали оплату")
    assert "Счёт № 57 уже оплачен" in echo["text"]
    assert "Открытого счёта № 58" in echo["text"]
    (invoice,) = await invoices_of(stage, order)
    assert invoice.paid == 2_450_000
