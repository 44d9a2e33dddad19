"""An order placed by chat, from the first tap to the centre's mailbox."""

import re

import pytest

from sandbox.client import Person
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import FINISH, ORGANISATION, STUDENT, WHOLE, act, place, play, to_address

SECOND = (
    ("press", "Добавить ученика"),
    ("send", "Лебедева Татьяна Ивановна"),
    ("send", "+7 903 111-22-33"),
    ("send", "lebedeva.t@mail.ru"),
    ("press", "3"),
    ("press", "–"),
    ("press", "поддержкой"),
)
THIRD = (
    ("press", "Добавить ученика"),
    ("send", "Орлов Пётр Ильич, 8 905 222-33-44, orlov.p@bk.ru"),
    ("press", "Этому как у ученика 1"),
)


async def test_organisation_with_three_students_on_two_courses(stage: Stage) -> None:
    """An organisation orders for three students on two courses: the centre and every student get their letters."""
    client = await stage.client()
    accepted = await place(client, (*ORGANISATION, *STUDENT, *SECOND, *_same(THIRD), *FINISH))
    number = re.search(r"№ (\S+)", accepted.text)
    assert number is not None
    assert number[1] == "0123-0001"
    centre = await stage.sandbox.wait_letter(lambda letter: "centre@example.ru" in letter["to"])
    assert "0123-0001" in centre["subject"]
    assert "3 ученика" in centre["subject"]
    assert "5039002841" in centre["text"]
    assert centre["attachments"][0]["name"].endswith(".xlsx")
    assert centre["headers"]["Auto-Submitted"] == "auto-generated"
    for address in ("sokolova.l@yandex.ru", "lebedeva.t@mail.ru", "orlov.p@bk.ru"):
        letter = await stage.sandbox.wait_letter(to_address(address))
        assert "Белова Ирина Петровна" in letter["text"]
        assert "оплатите счёт" not in letter["text"].lower()
        assert re.search(r"start=q_[\w-]{22,}", letter["text"])
    count = (await stage.sandbox.letters())["count"]
    assert count == 4


def _same(acts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((how, "Как у ученика 1" if what.startswith("Этому") else what) for how, what in acts)


async def test_sole_trader(stage: Stage) -> None:
    """A sole trader has an ИНН of 12 digits, no КПП, and may study himself in one tap."""
    client = await stage.client()
    acts = (
        ("press", "Даю согласие"),
        ("press", "ИП"),
        ("send", "Белова Ирина Петровна"),
        ("send", "500100732259"),
        ("send", "Россия, 129110, г.Москва, Олимпийский проспект, 22"),
        ("press", "Это я"),
        ("send", "89161234567"),
        ("send", "belova.i@yandex.ru"),
        ("press", "Понятно"),
        ("press", "Учиться буду я"),
        ("press", "1"),
        ("press", "–"),
        ("press", "Базовый"),
        ("press", "Дальше"),
    )
    accepted = await place(client, acts)
    assert "0123-0001" in accepted.text


async def test_individual_skips_the_inn(stage: Stage) -> None:
    """An individual may skip the ИНН, orders for himself, and is asked to pay in the student's letter."""
    client = await stage.client()
    acts = (
        ("press", "Даю согласие"),
        ("press", "Физическое лицо"),
        ("send", "Белова Ирина Петровна"),
        ("press", "Пропустить"),
        ("send", "127018, г. Москва, ул. Полковая, дом 3"),
        ("press", "Это я"),
        ("send", "89161234567"),
        ("send", "belova.i@yandex.ru"),
        ("press", "Понятно"),
        ("press", "Учиться буду я"),
        ("press", "1"),
        ("press", "–"),
        ("press", "Базовый"),
        ("press", "Дальше"),
    )
    await place(client, acts)
    letter = await stage.sandbox.wait_letter(lambda found: "belova.i@yandex.ru" in found["to"])
    assert "плат" in letter["text"].lower()


async def test_discipline_link_limits_the_courses(stage: Stage) -> None:
    """A discipline's link offers only that discipline's courses."""
    client = await stage.client(link="sc_0123_tenders")
    asked = await play(client, (*ORGANISATION, *STUDENT[:3]))
    assert "44-ФЗ" in asked.text
    assert "ОСНО" not in asked.text


@pytest.mark.parametrize(
    ("payload", "words"),
    [("sc_9999", "не нашёлся"), ("", "ссылку"), ("sc_0777", "больше не принимает"), ("nonsense", "ссылку")],
)
async def test_dead_links_say_what_to_do(stage: Stage, payload: str, words: str) -> None:
    """An unknown or closed centre, or no link at all, gets a sentence that says what to do, and support."""
    from school.centre import Centre

    await stage.app.database.save_centre(Centre("0777", "Закрытый", "old@example.ru", closed=True))
    person = await stage.sandbox.person("Олег")
    await person.start(payload)
    answer = await person.wait_for(words)
    assert "8 800 000-00-00" in answer.text


async def test_refusing_the_consent_ends_kindly(stage: Stage) -> None:
    """Without consent nothing is kept and the person is told how to go on."""
    client = await stage.client()
    await client.press("Не даю")
    await client.wait_for("без согласия мы ничего не записываем")


async def test_edit_after_summary_keeps_the_rest(stage: Stage) -> None:
    """From the summary one field of one student is changed and the rest stays."""
    client = await stage.client()
    await play(client, WHOLE)
    await client.press("Изменить")
    await client.press("Соколова")
    await client.press("Почта")
    await client.wait_for("Электронная почта ученика")
    await client.send("sokolova.new@yandex.ru")
    summary = await client.wait_for("Проверьте заявку")
    assert "sokolova.new@yandex.ru" in summary.text
    assert "+7 933 933-33-33" in summary.text
    await client.press("Отправить")
    await client.wait_for("принята")


async def test_student_removed_from_summary(stage: Stage) -> None:
    """A student taken out of the summary is asked about first, and the others stay."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT, *SECOND, *FINISH))
    await client.press("Изменить")
    await client.press("Соколова")
    await client.press("Удалить ученика")
    await client.press("Удалить")
    summary = await client.wait_for("Проверьте заявку", after=0)
    assert "1 ученик" in summary.text
    assert "Лебедева" in summary.text


async def test_back_skip_and_cancel(stage: Stage) -> None:
    """Back asks the step before again, cancel asks first and then forgets."""
    client = await stage.client()
    await play(client, ORGANISATION[:4])
    await client.press("Назад")
    await client.wait_for("ИНН организации")
    await act(client, "send", "6663003127/667101001")
    await client.send("/cancel")
    await client.wait_for("Отменить заявку?")
    await client.press("Да, отменить")
    await client.wait_for("Заявку отменили")
    await client.send("/cancel")
    await client.wait_for("нечего отменять")


async def test_two_taps_on_send_make_one_order(stage: Stage) -> None:
    """Two taps on «Отправить» make one order, and the second is told so."""
    client = await stage.client()
    summary = await play(client, WHOLE)
    await client.press("Отправить", message=summary)
    await client.press("Отправить", message=summary)
    await client.wait_for("уже отправлена", after=0)
    await stage.sandbox.wait_letter(lambda letter: "centre@example.ru" in letter["to"])
    assert (await stage.sandbox.letters())["count"] <= 2


async def test_repeated_order_is_asked_about(stage: Stage) -> None:
    """The same payer, student and run once more: a question before a true duplicate."""
    client = await stage.client()
    await place(client)
    await client.send("/order")
    await client.wait_for("Согласие на обработку")
    await play(client, WHOLE)
    await client.press("Отправить")
    warned = await client.wait_for("Похожая заявка уже есть")
    assert "0123-0001" in warned.text
    await client.press("Всё равно отправить")
    await client.wait_for("0123-0002")


async def test_pasted_list_lists_bad_lines(stage: Stage) -> None:
    """Several pasted lines are several students; bad ones are listed, one course for all in one tap."""
    client = await stage.client()
    await play(client, ORGANISATION)
    rows = (
        "ФИО\tТелефон\tПочта\n"
        "Соколова Любовь Андреевна\t89339333333\tsokolova.l@yandex.ru\n"
        "Лебедева Татьяна Ивановна\t89031112233\tinfo@romashka.ru\n"
        "Орлов Пётр Ильич\t89052223344\torlov.p@bk.ru\n"
        "Козлов Иван Ильич\t89052223355\tkozlov.i@bk.ru"
    )
    await client.send(rows)
    told = await client.wait_for("Записали 3 учеников: Соколова Л. А., Орлов П. И., Козлов И. И.")
    assert "info@romashka.ru" in told.text
    await client.wait_for("Какой курс?", after=0)
    await play(client, (("press", "1"), ("press", "–"), ("press", "Базовый"), ("press", "Всем как у ученика 1")))
    summary = await play(client, FINISH)
    assert "3 ученика" in summary.text


async def test_mistyped_domain_gets_a_hint(stage: Stage) -> None:
    """A mistyped mail domain gets a hint that is taken in one tap."""
    client = await stage.client()
    await play(client, ORGANISATION[:8])
    await client.send("belova.i@gmial.com")
    await client.wait_for("gmail.com")
    await client.press("Исправить")
    await client.wait_for("Кто может учиться")


async def test_shared_mailboxes_are_refused(stage: Stage) -> None:
    """A role's, the centre's, the orderer's and a repeated address are refused with the reason."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT[:2]))
    for address in ("buh@romashka.ru", "centre@example.ru", "belova.i@yandex.ru", "не почта"):
        answer = await act(client, "send", address)
        assert address in answer.text
    asked = await act(client, "send", "ok.petrova@romashka.ru")
    assert "личный" in asked.text
    await client.press("Да, личный")
    await client.wait_for("Какой курс?")


async def test_messages_that_do_not_fit_are_answered(stage: Stage) -> None:
    """A sticker, a voice message, a photo and an edited message are answered at every step."""
    client = await stage.client()
    await play(client, ORGANISATION[:3])
    await client.voice()
    answer = await client.wait_for("Здесь нужен ответ текстом")
    assert "5039002841" in answer.text
    await client.sticker()
    await client.wait_for("Здесь нужен ответ текстом")
    await client.upload(b"\x89PNG\r\n\x1a\n", "photo.png", "photo")
    await client.wait_for("Здесь нужен ответ текстом")


async def test_start_offers_to_continue(stage: Stage) -> None:
    """After a restart `/start` offers the exact step, and nothing typed is lost."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT[:2]))
    await stage.restart()
    await client.start("sc_0123")
    offer = await client.wait_for("Продолжить заявку?")
    assert "ученик 1, Почта" in offer.text
    await client.press("Продолжить")
    await client.wait_for("Электронная почта ученика")
    await play(client, (*STUDENT[2:], *FINISH))
    await client.press("Отправить")
    await client.wait_for("принята")


async def test_orders_support_and_help_work_at_every_step(stage: Stage) -> None:
    """`/orders`, `/support` and `/help` answer amid the form and after it."""
    client = await stage.client()
    await play(client, ORGANISATION[:5])
    for command, words in (("/support", "8 800"), ("/help", "/order"), ("/orders", "Заявок пока нет")):
        await client.send(command)
        await client.wait_for(words)
    await play(client, (*ORGANISATION[5:], *STUDENT, *FINISH))
    await client.press("Отправить")
    await client.wait_for("принята")
    await client.send("/orders")
    card = await client.wait_for("заполните анкету")
    assert "0123-0001" in card.text


async def _other(stage: Stage) -> Person:
    return await stage.sandbox.person("Олег", phone="+79998887766")


async def test_student_link_proves_first(stage: Stage) -> None:
    """A student's link names nobody before the proof; a wrong guess is counted; a second person is refused."""
    client = await stage.client()
    await place(client)
    letter = await stage.sandbox.wait_letter(lambda found: "sokolova.l@yandex.ru" in found["to"])
    link = re.search(r"start=(q_[\w-]+)", letter["text"])
    assert link is not None
    student = await stage.sandbox.person("Любовь", phone="+79339333333")
    await student.start(link[1])
    asked = await student.wait_for("последние четыре цифры")
    assert "Соколова" not in asked.text
    await student.send("0000")
    await student.wait_for("Осталось 4 попытки")
    await student.share_contact()
    card = await student.wait_for("заполните анкету")
    assert "Соколова Любовь Андреевна" in card.text
    await student.send("/courses")
    await student.wait_for("ОСНО")
    stranger = await _other(stage)
    await stranger.start(link[1])
    await stranger.wait_for("другой человек")
