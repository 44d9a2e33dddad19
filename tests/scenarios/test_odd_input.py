"""Odd input that real people send: nothing is lost, nobody is met with silence."""

import re

from tests.scenarios.conftest import Stage
from tests.scenarios.steps import FINISH, ORGANISATION, STUDENT, place, play, to_address

DAVYDOVA = "Давыдова Анна Сергеевна, 8 905 222-33-44, davydova@bk.ru"


async def test_surname_that_begins_like_a_word_is_a_student(stage: Stage) -> None:
    """«Давыдова…» at the list of students is a student, not «да»; a broken line is told what is wrong."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT))
    await client.send(DAVYDOVA)
    asked = await client.wait_for("Какой курс?")
    assert "Давыдова" in asked.text
    await play(client, (("press", "Как у ученика 1"),))
    await client.send("Иванова Ольга Петровна, 8905, ivanova@bk.ru")
    told = await client.wait_for("Строки не записаны")
    assert "8905" in told.text


async def test_pasted_list_overwrites_nobody(stage: Stage) -> None:
    """A list pasted while one student's name is edited adds its people behind the last."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT, *FINISH))
    await client.press("Изменить")
    await client.press("Соколова")
    await client.press("ФИО")
    await client.wait_for("Фамилия, имя и отчество ученика")
    await client.send(f"{DAVYDOVA}\nОрлов Пётр Ильич, 8 905 222-33-55, orlov.p@bk.ru")
    await client.wait_for("Какой курс?")
    await play(client, (("press", "Всем как у ученика 1"),))
    summary = await client.wait_for("Проверьте заявку", after=0)
    assert "3 ученика" in summary.text
    assert "Соколова Любовь Андреевна" in summary.text


async def test_two_taps_remove_one_student(stage: Stage) -> None:
    """A second tap on «Удалить» removes nobody else."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT, ("press", "Добавить ученика"), ("send", DAVYDOVA)))
    await play(client, (("press", "Как у ученика 1"), *FINISH))
    await client.press("Изменить")
    await client.press("Соколова")
    await client.press("Удалить ученика")
    sure = await client.wait_for("Убрать из заявки")
    await client.press("Удалить", message=sure)
    await client.press("Удалить", message=sure)
    summary = await client.wait_for("Проверьте заявку", after=0)
    assert "Давыдова" in summary.text
    await client.send("/start sc_0123")
    await client.wait_for("Продолжить заявку?")


async def test_student_link_amid_an_order_keeps_the_order(stage: Stage) -> None:
    """A student's link opened amid an own order asks for its proof, and the order goes on by its buttons."""
    await place(await stage.client())
    letter = await stage.sandbox.wait_letter(to_address("sokolova.l@yandex.ru"))
    link = re.search(r"start=(q_[\w-]+)", letter["text"])
    assert link is not None
    other = await stage.client("Любовь", phone="+79339333333")
    question = await play(other, ORGANISATION[:1])
    await other.start(link[1])
    await other.wait_for("последние четыре цифры")
    await other.send("a<b&c")
    refused = await other.wait_for("a<b&c")
    assert "4 цифры" in refused.text
    await other.press("Юридическое лицо", message=question)
    await other.wait_for("Название организации")


async def test_corrected_line_is_taken_where_it_was_refused(stage: Stage) -> None:
    """A good list is confirmed by names; a line mended at the next question is a student, not a course."""
    client = await stage.client()
    await play(client, ORGANISATION)
    await client.send(f"{DAVYDOVA}\nИванова Ольга Петровна, 8905, ivanova@bk.ru\nЦой О, 8 905 222-33-66, tsoy@bk.ru")
    told = await client.wait_for("Записали 2 учеников: Давыдова А. С., Цой О.")
    assert "Иванова Ольга Петровна, 8905, ivanova@bk.ru" in told.text
    await client.wait_for("Какой курс?")
    await client.send("Иванова Ольга Петровна, 8 905 222-33-77, ivanova@bk.ru")
    await client.wait_for("Записали ученика: Иванова О. П.")
    await play(client, (("press", "1"), ("press", "–"), ("press", "Базовый"), ("press", "Всем как у ученика 1")))
    summary = await play(client, FINISH)
    assert "3 ученика" in summary.text


async def test_doubtful_address_of_a_line_is_asked_at_once(stage: Stage) -> None:
    """A likely typo in the address of «ФИО, телефон, почта» is asked about: nobody types the address again."""
    client = await stage.client()
    await play(client, ORGANISATION[:6])
    await client.send("Белова Ирина Петровна, 8 916 123-45-67, belova.i@yandeks.ru")
    await client.wait_for("belova.i@yandex.ru?")
    await client.press("Исправить")
    await client.wait_for("Кто может учиться")
    await client.press("Понятно")
    await client.send("Давыдова Анна Сергеевна, 8 905 222-33-44, davydova@gmial.com")
    await client.wait_for("davydova@gmail.com?")
    await client.press("Исправить")
    await client.wait_for("Какой курс?")


async def test_pasted_card_is_no_name_and_no_address(stage: Stage) -> None:
    """Requisites pasted at the payer's name, or a phone in the address, are refused in words; the question stands."""
    client = await stage.client()
    await play(client, ORGANISATION[:2])
    await client.send("ООО «Ромашка»\nИНН 5039002841 КПП 503901001\nр/с 40702810900000012345")
    await client.wait_for("Здесь больше, чем название")
    await play(client, ORGANISATION[2:5])
    await client.send("127018, г. Москва, ул. Лесная, д. 5, я Белова Ирина, 8 916 123-45-67")
    await client.wait_for("В адресе есть телефон")
    await play(client, (("send", "127018, г. Москва, а/я 15"),))
    await client.wait_for("а/я 15")
