"""The questionnaire as a student fills it in: the proof, the form, the documents, the way back."""

import re
from datetime import timedelta

import pytest

from tests.pictures import document_pdf, document_picture
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import WHOLE, act, place, play
from tests.scenarios.student_steps import (
    ANSWERS,
    SOKOLOVA,
    hand_in,
    link_of,
    placed_student,
    send_diploma,
)


async def test_from_the_letter_to_the_handed_in_questionnaire(stage: Stage) -> None:
    """A student proves, consents, answers three questions, photographs the diploma and hands it in; names are known."""
    student = await placed_student(stage)
    for how, what in ANSWERS:
        await act(student, how, what)
    summary = await send_diploma(student)
    for known in ("Фамилия: Соколова", "Имя: Любовь", "Отчество: Андреевна", "+7 933 933-33-33", "Диплом: 1 страница"):
        assert known in summary.text
    await student.press("Отправить")
    done = await student.wait_for("Анкета отправлена", timeout=40)
    assert "после оплаты" in done.text
    ids = await stage.app.database.uow(stage.clock).document_ids()
    assert len(ids) == 1
    assert await stage.app.vaults.documents.get(ids[0]) == document_picture("ДИПЛОМ")


async def test_nothing_is_named_before_the_proof(stage: Stage) -> None:
    """Before the proof nothing of the order is told; a wrong number is counted, a foreign contact refused."""
    await place(await stage.client(), WHOLE)
    link = await link_of(stage)
    stranger = await stage.sandbox.person("Олег", phone="+79001112233")
    await stranger.start(link)
    asked = await stranger.wait_for("последние четыре цифры", timeout=40)
    assert "Соколова" not in asked.text
    await stranger.share_contact()
    await stranger.wait_for("Осталось 4 попытки")
    await stranger.contact("+79339333333", "Любовь", user_id=1)
    await stranger.wait_for("контакт другого человека")
    student = await stage.sandbox.person("Любовь", phone="+79339333333")
    await student.start(link)
    await student.wait_for("последние четыре цифры")
    await student.share_contact()
    await student.wait_for("Согласие на обработку", timeout=40)


async def test_another_phone_becomes_a_task_of_the_manager(stage: Stage) -> None:
    """«Телефон в заявке не мой» is told to the centre's managers, and the link shows nothing."""
    manager = await stage.manager()
    await place(await stage.client(), WHOLE)
    student = await stage.sandbox.person("Любовь")
    await student.start(await link_of(stage))
    await student.wait_for("последние четыре цифры", timeout=40)
    await student.send("Телефон в заявке не мой")
    await student.wait_for("сообщили менеджеру")
    task = await manager.wait_for("телефон", after=0, timeout=20)
    assert "0123-0001" in task.text


async def test_a_taken_or_replaced_link_offers_a_new_one_to_the_order_s_address(stage: Stage) -> None:
    """A second person is refused and may ask for a new link, which goes only to the address in the order."""
    student = await placed_student(stage)
    link = await link_of(stage)
    second = await stage.sandbox.person("Олег")
    await second.start(link)
    await second.wait_for("другой человек")
    await second.press("Прислать новую ссылку")
    await second.wait_for("на почту из заявки")
    letters = (await stage.sandbox.letters())["letters"]
    await stage.sandbox.wait_letter(lambda found: SOKOLOVA in found["to"] and found["id"] > letters[-1]["id"] - 1)
    await second.press("Прислать новую ссылку")
    await second.wait_for("недавно отправили")
    await student.start(link)  # the person who proved goes on working with any of the links
    await student.wait_for("Согласие на обработку")
    await second.start(link)
    await second.wait_for("не действует")


async def test_a_new_account_takes_over_by_the_renewed_link(stage: Stage) -> None:
    """Whoever proves a renewed link takes the place of the account bound before, and goes on with the same answers."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    before = (await stage.sandbox.letters())["letters"][-1]["id"]
    second = await stage.sandbox.person("Люба")
    await second.start(await link_of(stage))
    await second.wait_for("другой человек")
    await second.press("Прислать новую ссылку")
    await second.start(await link_of(stage, after=before))
    await second.wait_for("последние четыре цифры")
    await second.send("3333")
    await second.wait_for("Пришлите диплом", timeout=40)
    await student.send("/courses")
    await student.wait_for("Курсов пока нет")


async def test_no_consent_no_questionnaire(stage: Stage) -> None:
    """Without the student's own consent nothing is asked or taken; the way back is named."""
    student = await placed_student(stage)
    await student.upload(document_picture(), "d.jpg", "photo")
    await student.wait_for("Файл пока не нужен", timeout=20)
    await student.press("Не даю")
    await student.wait_for("Ответы и файлы удалены")
    assert not await stage.app.vaults.documents.ids()
    await student.press("Заполнить анкету")
    await student.wait_for("Согласие на обработку")


async def test_another_surname_asks_for_the_document_of_the_change(stage: Stage) -> None:
    """The name-change document is asked for exactly when the surnames differ; look-alike letters do not count."""
    student = await placed_student(stage)
    await play(student, (*ANSWERS[:2], ("press", "Другая")))
    await student.send("Cоколова")  # a Latin C
    await student.wait_for("Пришлите диплом", timeout=20)
    await student.press("Назад")
    await student.wait_for("Какая фамилия в дипломе", timeout=20)
    await student.send("Иванова")
    await student.wait_for("Пришлите диплом", timeout=20)
    await student.upload(document_picture(), "d.jpg", "photo")
    await student.wait_for("Диплом: 1 страница", timeout=20)
    await student.press("Готово")
    await student.wait_for("документ о смене фамилии", timeout=20)
    await student.upload(document_pdf(2), "zags.pdf", "document")
    await student.wait_for("Документ о смене фамилии: 2 страницы", timeout=20)
    await student.press("Готово")
    summary = await student.wait_for("Проверьте анкету", timeout=20)
    assert "Фамилия в дипломе: Иванова" in summary.text


async def test_still_learning_brings_a_certificate(stage: Stage) -> None:
    """Who still learns is asked for a certificate instead of a diploma."""
    student = await placed_student(stage)
    await play(student, (ANSWERS[0], ("press", "Ещё учусь"), ANSWERS[2]))
    await student.wait_for("справку об учёбе", after=0)


async def test_album_becomes_one_document_in_order(stage: Stage) -> None:
    """An album's parts come as separate updates and become one document in their order, told in one message."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    shots = [document_picture(f"СТРАНИЦА {n}") for n in range(4)]
    for number, shot in enumerate(shots):
        await student.upload(shot, f"{number}.jpg", "photo", media_group_id="album-1")
    await student.wait_for("Диплом: 4 страницы", timeout=40)
    told = [m for m in await student.messages() if "Диплом:" in m.text]
    assert len(told) == 1
    await student.press("Убрать последнюю")
    await student.wait_for("Диплом: 3 страницы", timeout=20)
    await student.press("Готово")
    await student.press("Отправить")
    await student.wait_for("Анкета отправлена", timeout=20)
    line = await first_line(stage)
    found = await stage.app.database.uow(stage.clock).questionnaire(line)
    assert found is not None
    kept = [await stage.app.vaults.documents.get(page["id"]) for page in found.answers["diploma"]]
    assert kept == shots[:3]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"PK\x03\x04 not really", "diplom.docx", "Пришлите сами снимки"),
        (b"MZ\x90\x00" + b"\0" * 500, "diplom.jpg", "Снимите документ целиком"),
        (document_picture()[:3000], "broken.jpg", "снимите документ заново"),
    ],
)
async def test_wrong_files_are_refused_with_what_to_do(stage: Stage, content: bytes, name: str, words: str) -> None:
    """A wrong, broken or dressed-up file is refused in plain words, and the same step goes on."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.upload(content, name, "document")
    refused = await student.wait_for("Файл", timeout=40)
    assert words in refused.text
    await send_diploma(student)
    assert len(await stage.app.vaults.documents.ids()) == 1


async def test_later_reminds_and_goes_on(stage: Stage) -> None:
    """«Пришлю позже» reminds on the next working day at ten, once, and its button goes on at the document."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.press("Пришлю позже")
    await student.wait_for("напомним 11 марта")
    await stage.app.ticker.tick_now()
    stage.clock.move(hours=23)
    for _ in range(2):
        await stage.app.ticker.tick_now()
    await student.wait_for("просили напомнить", after=0, timeout=20)
    assert len([m for m in await student.messages() if "просили напомнить" in m.text]) == 1
    await student.press("Прислать документ")
    await student.wait_for("Пришлите диплом", timeout=20)


async def test_questionnaire_is_resumed_at_the_exact_step(stage: Stage) -> None:
    """After a stop and a start of the bot, and by the link again, the same step is asked."""
    student = await placed_student(stage)
    await play(student, ANSWERS[:2])
    await stage.restart()
    await student.start(await link_of(stage))
    await student.wait_for("Фамилия в дипломе та же", timeout=40)


async def test_summary_edits_one_answer(stage: Stage) -> None:
    """Any answer is changed from the summary, and the summary comes back."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await send_diploma(student)
    await student.press("Изменить")
    await student.press("Отчество")
    await student.wait_for("Ваше отчество", timeout=20)
    await student.press("Пропустить")
    summary = await student.wait_for("Проверьте анкету", timeout=20)
    assert "Отчество: нет" in summary.text


async def test_deleted_questionnaire_leaves_no_file(stage: Stage) -> None:
    """«Удалить ответы» erases the answers, and the sweep erases the files."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await send_diploma(student)
    await student.press("Отменить")
    await student.press("Удалить ответы")
    await student.wait_for("Ответы и файлы удалены", timeout=20)
    await stage.app.ticker.tick_now()
    await stage.app.ticker.tick_now()
    assert await stage.app.vaults.documents.ids() == []


async def test_handed_in_questionnaire_is_changed_only_through_the_curator(stage: Stage) -> None:
    """After handing in, old buttons and the link change nothing and say where the questionnaire stands."""
    student = await placed_student(stage)
    await hand_in(student)
    await student.start(await link_of(stage))
    card = await student.wait_for("Соколова", timeout=20)
    assert "анкет" in card.text.lower()
    await student.upload(document_picture("ДРУГОЙ"), "d.jpg", "photo")
    await student.wait_for(lambda m: bool(m.text), timeout=20)
    assert len(await stage.app.vaults.documents.ids()) == 1


async def first_line(stage: Stage) -> str:
    """Return the id of the first order's first line."""
    order = await stage.app.database.uow(stage.clock).order_by_number("0123-0001")
    assert order is not None
    return order.lines[0].id


@pytest.mark.parametrize("in_chat", [False])
async def test_chat_without_personal_data(stage: Stage, in_chat: bool) -> None:
    """With personal data turned off chat asks nothing, takes no file, and says why and what to do instead."""
    await place(await stage.client(), WHOLE)
    link = await link_of(stage)
    await stage.reconfigure(personal_data={"in_chat": in_chat})
    student = await stage.sandbox.person("Любовь")
    await student.start(link)
    told = await student.wait_for("только на сервере школы", timeout=40)
    assert "письмо" in told.text
    assert "четыре цифры" not in told.text


async def test_optional_fields_of_the_register(stage: Stage) -> None:
    """Fields that the school switches on are asked after the documents, each checked."""
    await stage.reconfigure(school={"frdo": ["birth_date", "snils", "citizenship"]})
    student = await placed_student(stage)
    consent = await student.last()
    assert "СНИЛС" in consent.text
    await play(student, ANSWERS)
    await student.upload(document_picture(), "d.jpg", "photo")
    await student.wait_for("Диплом: 1 страница", timeout=20)
    await act(student, "press", "Готово")
    await act(student, "send", "31.02.1986")
    assert "не подходит" in (await student.last()).text
    await act(student, "send", "14.05.1986")
    await act(student, "send", "112-233-445 96")
    assert "контрольное число" in (await student.last()).text
    await act(student, "send", "11223344595")
    await act(student, "press", "Россия")
    summary = await student.wait_for("Проверьте анкету", timeout=20)
    assert "112-233-445 95" in summary.text
    assert "14 мая 1986" in summary.text


async def test_link_expires(stage: Stage) -> None:
    """An expired link says so and offers a new one."""
    await place(await stage.client(), WHOLE)
    link = await link_of(stage)
    stage.clock.time += timedelta(days=91)
    student = await stage.sandbox.person("Любовь")
    await student.start(link)
    told = await student.wait_for("не действует", timeout=20)
    assert told.has_button("Прислать новую ссылку")
    assert not re.search("Соколова", told.text)


async def test_student_chooses_where_to_be_written_to(stage: Stage) -> None:
    """«Писать мне на почту» sends what comes next by mail though the chat would reach, and the way back is offered."""
    student = await placed_student(stage)
    await hand_in(student)
    await student.send("/courses")
    await student.press("Писать мне на почту", await student.wait_for("Соколова", timeout=20))
    await student.wait_for("на почту sokolova.l@yandex.ru", timeout=20)
    curator = await stage.curator()
    await curator.send("/queue")
    await curator.press("Подтвердить", await curator.wait_for("Анкета", timeout=20))
    await curator.wait_for("Подтверждена", timeout=20)
    stage.clock.move(minutes=3)
    stage.app.wake()
    await stage.sandbox.wait_letter(lambda found: SOKOLOVA in found["to"] and "подтверждена" in found["text"])
    await student.send("/courses")
    await student.press("Писать мне сюда", await student.wait_for("Соколова", timeout=20))
    await student.wait_for("Будем писать о курсе сюда", timeout=20)
