"""A student who only reads mail: the questionnaire by answers, the curator's decision, the channel of choice."""

from email import message_from_bytes, policy

import pytest

from school.centre import Role
from school.questionnaire import pages
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import (
    OURS,
    SOKOLOVA,
    answer_to,
    answers,
    bounce_of,
    count_letters,
    hand_in,
    invited,
    letter_to,
    open_mail,
    photo,
)
from tests.scenarios.review_steps import dealt, member, press_data, read
from tests.scenarios.steps import act
from tests.scenarios.student_steps import student_of

WHOLE = (
    "Здравствуйте!\nСогласна\nОбразование: высшее\nФамилия в дипломе: та же\nДиплом прилагаю.\n\nС уважением,\nЛюбовь"
)


async def test_one_letter_hands_the_questionnaire_in(stage: Stage) -> None:
    """Consent, two lines and two photos in one answer are a whole questionnaire, and the answer shows all of it."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    assert "ответьте на это письмо" in letter["text"]
    assert "Я даю согласие" in letter["text"]
    await answers(stage, letter, WHOLE, [photo("1.jpg"), photo("2.jpg", "ПРИЛОЖЕНИЕ")])
    answer = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    assert answer["headers"]["In-Reply-To"]
    for words in ("Образование: высшее", "Фамилия в дипломе: та же", "Диплом: 2 страницы", "Телефон: +7 933 933-33-33"):
        assert words in answer["text"]
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.state == "submitted"
    assert [page.name for page in pages(found, "diploma")] == ["1.jpg", "2.jpg"]
    order = await read(stage).order_of_line(line_id)
    assert order is not None
    assert order.line(line_id).questionnaire == "submitted"
    assert order.line(line_id).student_id is None


async def test_an_answer_through_a_server_that_cuts_addresses(stage: Stage) -> None:
    """Neither the plus-address nor our Message-ID comes back, the subject has no code: References are enough."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    assert "#" not in letter["subject"]
    raw = answer_to(letter, WHOLE, SOKOLOVA, [photo("1.jpg"), photo("2.jpg", "ПРИЛОЖЕНИЕ")])
    message = message_from_bytes(raw, policy=policy.SMTP)
    for name, value in (("To", OURS), ("In-Reply-To", "<rewritten@relay.example>")):
        del message[name]
        message[name] = value
    message["References"] = f"{letter['headers']['References']} <rewritten@relay.example>"
    await hand_in(stage, message.as_bytes())
    await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.state == "submitted"


@pytest.mark.parametrize(
    "words", ["Петрова", "фамилия в дипломе Петрова (девичья)", "Девичья фамилия: Петрова (до брака)"]
)
async def test_the_only_missing_answer_needs_no_label(stage: Stage, words: str) -> None:
    """Where one thing alone is missing, a word is its answer; a question in its place still goes to the curator."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "Согласна\nвысшее", [photo()])
    asked = await letter_to(stage, SOKOLOVA, "ЧЕГО НЕ ХВАТАЕТ")
    await answers(stage, asked, words)
    answer = await letter_to(stage, SOKOLOVA, "Фамилия в дипломе: Петрова", after=asked["id"])
    assert "Документ о смене фамилии" in answer["text"]
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.answers["diploma_surname"] == "Петрова"


async def test_answers_in_any_order_and_any_number(stage: Stage) -> None:
    """What is missing is told with an example, what is wrong all at once; several letters make one form."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "Согласна\nОбразование: ПТУ\nТелефон: 12-34\nФамилия в дипломе: Иванова")
    answer = await letter_to(stage, SOKOLOVA, "ЧТО ИСПРАВИТЬ")
    for words in ("Образование «ПТУ»", "12-34", "Диплом. Приложите", "Фамилия в дипломе: Иванова", "смене фамилии"):
        assert words in answer["text"]
    await answers(stage, answer, "высшее", [photo("diplom.jpg")])
    answer = await letter_to(stage, SOKOLOVA, "ЧЕГО НЕ ХВАТАЕТ", after=answer["id"])
    assert "Диплом: 1 страница" in answer["text"]
    assert "Документ о смене фамилии. Приложите" in answer["text"]
    await answers(stage, answer, "Вот он", [photo("IMG_1.jpg", "БРАК")])
    answer = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert len(pages(found, "name_change")) == 1


async def test_no_file_without_consent_and_nothing_lost(stage: Stage) -> None:
    """A diploma that came before the consent waits unread, and is taken when «Согласна» comes."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "высшее\nфамилия та же", [photo()])
    wanted = await letter_to(stage, SOKOLOVA, "Нужно ваше согласие")
    assert await read(stage).questionnaire(line_id) is None
    assert "Я даю согласие" in wanted["text"]
    await answers(stage, wanted, "Согласна")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    answer = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    assert "Диплом: 1 страница" in answer["text"]
    assert await count_letters(stage, SOKOLOVA) == 3


async def test_a_returned_questionnaire_is_mended_by_mail(stage: Stage) -> None:
    """Approval, return and question reach the student by mail; only what was remarked is asked again."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, WHOLE, [photo()])
    sent = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    curator = await member(stage, "Петрова")
    await answers(stage, sent, "Скажите, когда начнётся обучение?")
    await curator.wait_for("когда начнётся обучение", after=0, timeout=40)
    await letter_to(stage, SOKOLOVA, "Ваше сообщение передали куратору")
    await press_data(curator, f"th:answer:{line_id}")
    await curator.send("Начнём через три недели")
    await letter_to(stage, SOKOLOVA, "Начнём через три недели")
    await curator.press("Вернуть", await dealt(curator))
    await curator.wait_for("Что вернуть", timeout=40)
    await curator.press("Диплом")
    await curator.press("Не читается", await curator.wait_for("почему возвращаем", timeout=40))
    await curator.press("Вернуть ученику", await curator.wait_for("Диплом: не читается", timeout=40))
    await curator.wait_for(lambda m: m.has_button("Отменить решение"), timeout=40)
    stage.clock.move(minutes=3)
    returned = await letter_to(stage, SOKOLOVA, "исправьте анкету")
    await answers(stage, returned, "Образование: среднее профессиональное", [photo("новый.jpg", "ДИПЛОМ ЧЁТКО")])
    again = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору", after=returned["id"])
    assert "образование — это уже проверено" in again["text"]
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.answers["education"] == "higher"
    assert [page.name for page in pages(found, "diploma")] == ["новый.jpg"]


async def test_refused_files_are_named(stage: Stage) -> None:
    """A file that cannot be taken is named with what to send instead; the questionnaire waits for «Готово»."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, WHOLE, [photo(), ("битый.pdf", b"%PDF-1.4 broken")])
    answer = await letter_to(stage, SOKOLOVA, "ЧТО ИСПРАВИТЬ")
    assert "«битый.pdf»" in answer["text"]
    await answers(stage, answer, "Готово")
    await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")


async def test_the_channel_of_choice(stage: Stage) -> None:
    """«Писать мне: Телеграм» is kept and answered, also after the questionnaire was handed in."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, f"{WHOLE.replace('Любовь', 'Любовь Соколова')}\n", [photo()])
    sent = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    await answers(stage, sent, "Писать мне: Телеграм")
    told = await letter_to(stage, SOKOLOVA, "Будем писать вам в Телеграм")
    assert "он её проверяет" in told["text"]
    order = await read(stage).order_of_line(line_id)
    assert order is not None
    assert order.line(line_id).prefers == "chat"


async def test_a_stranger_with_the_token_goes_to_a_person(stage: Stage) -> None:
    """The right token from another address changes nothing, is not answered and is left to a person."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, WHOLE, [photo()], sender="chuzhoy@yandex.ru")
    assert await read(stage).questionnaire(line_id) is None
    aside, count = await read(stage).letters_aside(10, 0)
    assert count == 1
    assert aside[0].sender == "chuzhoy@yandex.ru"
    assert await read(stage).answers_to("chuzhoy@yandex.ru", stage.clock.now().date()) == 0


async def test_machines_are_not_answered(stage: Stage) -> None:
    """An auto-reply, a list's letter and our own letter change nothing and get no answer."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, WHOLE, Auto_Submitted="auto-replied")
    await answers(stage, letter, WHOLE, List_Id="<list.yandex.ru>", Precedence="list")
    await answers(stage, letter, WHOLE, sender="shkola@example.ru")
    assert await read(stage).questionnaire(line_id) is None
    assert await read(stage).answers_to(SOKOLOVA, stage.clock.now().date()) == 0


async def test_a_second_copy_and_the_cap(stage: Stage) -> None:
    """A second copy of a letter does nothing; after twenty answers in a day there are no more."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    raw = answer_to(letter, "Согласна", SOKOLOVA)
    await hand_in(stage, raw)
    await hand_in(stage, raw)
    day = stage.clock.now().date()
    assert await read(stage).answers_to(SOKOLOVA, day) == 1
    for _ in range(22):
        await answers(stage, letter, "высшее")
    assert await read(stage).answers_to(SOKOLOVA, day) == 20


async def test_a_bounce_tells_the_manager_and_a_correction_mends(stage: Stage) -> None:
    """A wrong address is told to the centre's manager at once and once a day; the correction sends a new link."""
    await open_mail(stage)
    manager = await member(stage, "Пётр", Role.MANAGER)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await hand_in(stage, bounce_of(letter, SOKOLOVA, status="4.4.1", action="delayed", said="Connection timed out"))
    fault = await read(stage).address_fault(SOKOLOVA)
    assert fault is not None
    assert not fault.permanent
    await hand_in(stage, bounce_of(letter, SOKOLOVA))
    await hand_in(stage, bounce_of(letter, SOKOLOVA))
    told = await manager.wait_for("Письма ученику не доходят", after=0, timeout=40)
    assert SOKOLOVA in told.text
    assert "такого ящика нет" in told.text
    await manager.press("Исправить почту", told)
    await manager.wait_for("почт", timeout=40)
    await manager.send("lubov.sokolova@yandex.ru")
    await letter_to(stage, "lubov.sokolova@yandex.ru", "Заполните анкету")
    assert sum("не доходят" in m.text for m in await manager.messages()) == 1
    assert await read(stage).address_fault(SOKOLOVA) is None
    await answers(stage, letter, WHOLE, [photo()])
    assert await read(stage).questionnaire(line_id) is None


async def test_a_bounce_without_managers_goes_to_the_centres_mailbox(stage: Stage) -> None:
    """Where no manager is in chat, the centre's mailbox is told which address is wrong."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await hand_in(stage, bounce_of(letter, SOKOLOVA))
    told = await stage.sandbox.wait_letter(lambda found: "не доходят" in found["subject"], timeout=30)
    assert SOKOLOVA in told["text"]


async def test_a_bounce_about_nobody_marks_nothing(stage: Stage) -> None:
    """A report about an address that is nobody's marks nothing and is left to a person."""
    await open_mail(stage)
    await hand_in(stage, bounce_of({"message_id": "<strange@example.ru>"}, "nobody@yandex.ru"))
    assert await read(stage).address_fault("nobody@yandex.ru") is None
    assert (await read(stage).letters_aside(10, 0))[1] == 1


async def test_chat_and_mail_are_one_questionnaire(stage: Stage) -> None:
    """What was begun in chat is gone on with by mail, and a consent given in chat is not asked for again."""
    await open_mail(stage)
    line_id = await invited(stage)
    student = await student_of(stage)
    await act(student, "press", "Даю согласие")
    await act(student, "press", "Высшее")
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "Фамилия в дипломе: Иванова", [photo()])
    answer = await letter_to(stage, SOKOLOVA, "ЧЕГО НЕ ХВАТАЕТ")
    assert "смене фамилии" in answer["text"]
    assert "Образование. Напишите" not in answer["text"]
    await student.press("Та же")
    await student.wait_for("документ о смене фамилии", timeout=40)
    await answers(stage, answer, "свидетельство о браке", [photo("2.jpg", "БРАК")])
    await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.state == "submitted"
    assert [len(pages(found, name)) for name in ("diploma", "name_change")] == [1, 1]


async def test_where_both_reach_the_student_chooses(stage: Stage) -> None:
    """A student bound in chat who asked for mail is told by mail, and in chat once the address does not work."""
    await open_mail(stage)
    line_id = await invited(stage)
    student = await student_of(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, f"Писать мне: почта\n{WHOLE}", [photo()])
    await letter_to(stage, SOKOLOVA, "Будем писать вам на эту почту")
    curator = await member(stage, "Петрова")
    await press_data(curator, f"th:answer:{line_id}")
    await curator.send("Первый ответ")
    await letter_to(stage, SOKOLOVA, "Первый ответ")
    await hand_in(stage, bounce_of(letter, SOKOLOVA))
    await student.wait_for(f"Письмо на {SOKOLOVA} не дошло", after=0, timeout=40)
    await press_data(curator, f"th:answer:{line_id}")
    await curator.send("Второй ответ")
    await student.wait_for("Второй ответ", after=0, timeout=40)


async def test_when_nothing_reaches_the_manager_has_a_task(stage: Stage) -> None:
    """A message to a student whose only address does not work is a task for the centre's managers."""
    await open_mail(stage)
    manager = await member(stage, "Пётр", Role.MANAGER)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await hand_in(stage, bounce_of(letter, SOKOLOVA))
    curator = await member(stage, "Петрова")
    await press_data(curator, f"th:answer:{line_id}")
    await curator.send("Пришлите диплом")
    told = await manager.wait_for("До ученика не достучаться", after=0, timeout=40)
    assert "сообщение куратора" in told.text


async def test_files_after_handing_in_are_told_to_the_curator(stage: Stage) -> None:
    """A page that came late is not lost in silence: the student and the curator are told what to do."""
    await open_mail(stage)
    await invited(stage)
    curator = await member(stage, "Петрова")
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, WHOLE, [photo()])
    sent = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    await answers(stage, sent, "Спасибо", [photo("ещё.jpg", "ЕЩЁ")])
    await letter_to(stage, SOKOLOVA, "Файлы к анкете не приложили")
    await curator.wait_for("Ученик прислал по почте 1 файл: «ещё.jpg»", after=0, timeout=40)
