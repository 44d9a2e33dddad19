"""A student at the edges of the questionnaire: two links, late pages, another form open, a stopped bot."""

import asyncio
import os
from dataclasses import replace
from io import BytesIO
from typing import Any

from PIL import Image

from school.notices import Notice
from school.order import Enrolment
from school.questionnaire import UNDO
from school.use_cases.tell import STUDENT_KINDS, student_data, tell_student
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import dealt, read, state_of, student
from tests.scenarios.review_steps import hand_in as handed_in
from tests.scenarios.steps import ORGANISATION, WHOLE, place, play
from tests.scenarios.student_steps import ANSWERS, hand_in, link_of, placed_student, send_diploma


async def test_link_opened_twice_asks_once(stage: Stage) -> None:
    """A link opened twice leaves no second question for the digits behind the proof."""
    await place(await stage.client(), WHOLE)
    link = await link_of(stage)
    student = await stage.sandbox.person("Любовь")
    for _ in range(2):
        await student.start(link)
        await student.wait_for("последние четыре цифры", timeout=40)
    await student.send("3333")
    await student.wait_for("Согласие на обработку", timeout=40)
    await hand_in(student)
    await student.send("Спасибо")
    assert "/courses" in (await student.wait_for("Не понял", timeout=20)).text
    await student.start()
    await student.wait_for("анкет", timeout=20)


async def test_wrong_links_say_what_to_press(stage: Stage) -> None:
    """A taken link names the button that brings a new one; an unknown one says whom to ask."""
    await placed_student(stage)
    other = await stage.sandbox.person("Олег")
    await other.start(await link_of(stage))
    told = await other.wait_for("другой человек", timeout=40)
    assert "«Прислать новую ссылку»" in told.text
    await other.start("q_nothing-of-the-kind-0123456789")
    told = await other.wait_for("не действует", timeout=40)
    assert "Попросите новую" in told.text
    assert not told.buttons


async def test_late_part_of_an_album_joins_its_document(stage: Stage) -> None:
    """A part that comes after «Готово» goes to the document of its album, not to the one asked for next."""
    student = await placed_student(stage)
    await play(student, (*ANSWERS[:2], ("press", "Другая"), ("send", "Иванова")))
    shots = [document_picture(f"СТРАНИЦА {n}") for n in range(3)]
    await student.upload(shots[0], "0.jpg", "photo", media_group_id="album")
    await student.wait_for("Диплом: 1 страница", timeout=40)
    await student.press("Готово")
    await student.wait_for("документ о смене фамилии", timeout=40)
    await student.upload(shots[1], "1.jpg", "photo", media_group_id="album")
    await student.wait_for("Добавили и эту страницу. Диплом: 2 страницы", timeout=40)
    await student.upload(document_picture("ЗАГС"), "z.jpg", "photo")
    await student.wait_for("Документ о смене фамилии: 1 страница", timeout=40)
    await student.press("Готово")
    await student.wait_for("Проверьте анкету", timeout=40)
    await student.upload(shots[2], "2.jpg", "photo", media_group_id="album")
    summary = await student.wait_for("Проверьте анкету", timeout=40)
    assert "Диплом: 3 страницы" in summary.text
    await student.press("Отправить", summary)
    await student.wait_for("Анкета отправлена", timeout=40)
    assert len(await read(stage).document_ids()) == 4


async def test_a_document_sent_ends_its_reminder(stage: Stage) -> None:
    """Who asked to be reminded and then sent the document at once is reminded of nothing."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.press("Пришлю позже")
    await student.wait_for("напомним", timeout=20)
    await send_diploma(student)
    stage.clock.move(hours=24)
    await stage.app.ticker.tick_now()
    await student.send("/help")
    await student.wait_for("/courses", timeout=20)
    assert not [m for m in await student.messages() if "просили напомнить" in m.text]


async def test_voice_where_a_document_is_due(stage: Stage) -> None:
    """A voice message at the diploma is answered by what to send and how, not by asking for a text."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.voice()
    await student.wait_for("Нажмите на скрепку", timeout=20)


async def test_cancel_asks_about_the_questionnaire(stage: Stage) -> None:
    """/cancel in the middle of the questionnaire offers to leave it for later."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.send("/cancel")
    await student.wait_for("Прервать анкету?", timeout=20)
    await student.press("Продолжу позже")
    await student.wait_for("/courses", timeout=20)


async def test_order_and_questionnaire_side_by_side(stage: Stage) -> None:
    """A client who is a student too goes on with either form by its own buttons, and nothing is lost."""
    person = await stage.client(phone="+79161234567")
    await play(person, ORGANISATION)
    order_question = await person.last()
    bound = await handed_line(stage, person.id)
    await person.send("/courses")
    await person.press("Заполнить анкету")
    await person.wait_for("Согласие на обработку", timeout=20)
    questionnaire = await person.last()
    await person.press("← Назад", order_question)
    await person.wait_for("Кто может учиться", timeout=20)
    await person.press("Даю согласие", questionnaire)
    await person.wait_for("Какое у вас образование", timeout=20)
    await person.send("/order")
    await person.wait_for("Продолжить заявку?", timeout=20)
    await person.press("Продолжить")
    await person.wait_for("Кто может учиться", timeout=20)
    assert (await read(stage).questionnaire(bound)) is not None


async def test_consent_names_the_centre_of_the_order(stage: Stage) -> None:
    """The consent names the order's centre, though the student came to the bot by another centre's link."""
    other = replace(CENTRE, number="0777", name="Другой центр", email="other@example.ru")
    await stage.app.database.save_centre(other)
    person = await stage.client("Любовь", link="sc_0777")
    assert "«Другой центр»" in (await person.last()).text
    await handed_line(stage, person.id)
    await person.send("/courses")
    await person.press("Заполнить анкету")
    consent = await person.wait_for("Согласие на обработку", timeout=20)
    assert CENTRE.name in consent.text
    assert "Другой центр" not in consent.text


async def handed_line(stage: Stage, person: int) -> str:
    """Place another order and bind its student to the person; return the line's id."""
    await place(await stage.client("Вера"), WHOLE)
    uow = read(stage)
    order = await uow.order_by_number("0123-0001")
    assert order is not None
    uow.save_line(order.id, replace(order.lines[0], student_id=person))
    await uow.commit()
    return order.lines[0].id


async def test_two_courses_of_one_account(stage: Stage) -> None:
    """A student of two orders fills in either questionnaire, and a document goes to the one being filled in."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    before = (await stage.sandbox.letters())["letters"][-1]["id"]
    await place(await stage.client("Вера"), tuple(("press", "2") if one == ("press", "1") else one for one in WHOLE))
    uow = read(stage)
    second = await uow.order_by_number("0123-0002")
    assert second is not None
    await student.start(await link_of(stage, after=before))
    await student.wait_for("последние четыре цифры", timeout=40)
    await student.send("3333")
    await student.wait_for("Согласие на обработку", timeout=40)
    await play(student, ANSWERS)
    await student.upload(document_picture("ВТОРОЙ"), "2.jpg", "photo")
    await student.wait_for("Диплом: 1 страница", timeout=40)
    found = await read(stage).questionnaire(second.lines[0].id)
    assert found is not None
    assert found.answers["pages"]["diploma"]
    await student.send("/courses")
    await student.press("Заполнить анкету · 1")
    await student.wait_for(lambda m: "Пришлите диплом" in m.text or "Диплом: 1" in m.text, timeout=20)


async def test_returned_is_opened_only_when_told(stage: Stage) -> None:
    """While the return may be taken back the student cannot open it; after an undo nothing of it is lost."""
    anna = await student(stage, "Анна")
    handed = await handed_in(stage, "Орлова Анна Петровна", anna)
    curator = await stage.curator("Петрова")
    await dealt(curator)
    for label in ("Вернуть", "Диплом", "Не читается", "Вернуть ученику"):
        await curator.press(label)
        await curator.wait_for(lambda m: bool(m.text), timeout=20)
    undo = await curator.wait_for(lambda m: m.has_button("Отменить решение"), timeout=40, after=0)
    await anna.send("/courses")
    await anna.press("Исправить анкету")
    await anna.wait_for("Подождите две минуты", timeout=20)
    await curator.press("Отменить решение", undo)
    await curator.wait_for(lambda m: m.has_button("Подтвердить"), timeout=20)
    assert (await state_of(stage, handed))[0] == "submitted"
    kept = await read(stage).questionnaire(handed.line_id)
    assert kept is not None
    assert kept.answers["diploma"]


async def test_stopped_bot_gets_letters(stage: Stage) -> None:
    """What a student who has stopped the bot would have read comes by mail, every kind of it composed."""
    anna = await student(stage, "Анна")
    handed = await handed_in(stage, "Орлова Анна Петровна", anna)
    await anna.block()
    order = await read(stage).order(handed.order_id)
    assert order is not None
    line = order.lines[0]
    more: dict[str, dict[str, Any]] = {
        "questionnaire_approved": {"paid": True, "admit_by": "2027-04-28"},
        "questionnaire_returned": {"remarks": [{"field": "diploma", "reason": "unreadable", "words": "<b>"}]},
        "questionnaire_declined": {"reason": {"field": "", "reason": "forged", "words": ""}},
        "questionnaire_reminder": {"asked_by": None},
        "order_cancelled": {},
        "curator_message": {"text": "Добрый день <&>", "curator": "Петрова"},
        "documents_sent": {"tracking": "10283512004231", "address": "127018, г. Москва, ул. Полковая, дом 3"},
        "access_open": {
            "access_url": "https://example.ru", "sign_in_email": line.email, "level": "", "hours": 0, "lessons": 0,
            "document": "",
        },
    }  # fmt: skip
    assert set(more) == STUDENT_KINDS
    uow = read(stage)
    for number, (kind, data) in enumerate(sorted(more.items())):
        whole = {**student_data(Enrolment(order, line)), **data}
        uow.add_notice(Notice(f"n{number}", kind, "chat", str(anna.id), whole, f"n{number}"))
    await uow.commit()
    stage.app.wake()
    for _ in range(100):
        letters = [one for one in (await stage.sandbox.letters())["letters"] if line.email in one["to"]]
        if len(letters) == len(more):
            break
        await asyncio.sleep(0.1)
    assert len(letters) == len(more)
    assert sum("start=q_" in letter["text"] for letter in letters) == 3


async def test_return_by_mail_that_is_taken_back_leaves_the_link(stage: Stage) -> None:
    """A return that goes by mail and is taken back leaves the student the link they have."""
    await place(await stage.client(), WHOLE)
    link = await link_of(stage)
    uow = read(stage)
    order = await uow.order_by_number("0123-0001")
    assert order is not None
    now = stage.clock.now()
    data: dict[str, Any] = {"remarks": []}
    about = Enrolment(order, order.lines[0])
    await tell_student(uow, about, "questionnaire_returned", data, dedupe="r", now=now, after=now + UNDO)
    await uow.commit()
    someone = await stage.sandbox.person("Любовь")
    await someone.start(link)
    await someone.wait_for("последние четыре цифры", timeout=40)


async def test_names_that_are_not_usual(stage: Stage) -> None:
    """«оглы» stays in the patronymic, a double surname has its hyphen, a Latin name is taken and flagged."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await send_diploma(student)
    for field, typed, shown in (
        ("Отчество", "Гасан оглы", "Отчество: Гасан оглы"),
        ("Фамилия", "РИМСКАЯ - КОРСАКОВА", "Фамилия: Римская-Корсакова"),
        ("Имя", "Anna", "Имя: Anna"),
    ):
        await student.press("Изменить")
        await student.press(field)
        await student.wait_for("Например", timeout=20)
        await student.send(typed)
        assert shown in (await student.wait_for("Проверьте анкету", timeout=20)).text
    await student.press("Изменить")
    await student.press("Фамилия")
    await student.wait_for("Например", timeout=20)
    await student.send("<b>Римская Корсакова</b>")
    await student.wait_for("лишнее", timeout=20)
    await student.press("← Назад")
    await student.press("Отправить", await student.wait_for("Проверьте анкету", timeout=20))
    await student.wait_for("Анкета отправлена", timeout=40)
    curator = await stage.curator("Петрова")
    await curator.send("/queue")
    card = await curator.wait_for("Римская-Корсакова Anna Гасан оглы", timeout=40)
    assert "Имя латиницей" in card.text
    assert "там Соколова" in card.text


async def test_large_file_is_fetched_and_a_larger_one_refused(stage: Stage) -> None:
    """A picture of 19 MB is taken, one of 21 MB refused with what to do instead."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.upload(b"\xff\xd8\xff" + b"\0" * (21 * 2**20), "big.jpg", "document")
    await student.wait_for("больше 20 МБ", timeout=60)
    await student.upload(await asyncio.to_thread(_noise, 2300, 2900), "large.png", "document")
    await student.wait_for("Диплом: 1 страница", timeout=60)


def _noise(width: int, height: int) -> bytes:
    """Make a picture that no compression makes smaller: three bytes a point."""
    out = BytesIO()
    grain = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    grain.paste(Image.open(BytesIO(document_picture())), (width // 4, height // 4))
    grain.save(out, "PNG", compress_level=0)
    return out.getvalue()


async def test_every_back_leads_somewhere(stage: Stage) -> None:
    """«Назад» from each step asks the one before, down to the consent, and the consent leads forward again."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    for words in ("Фамилия в дипломе та же", "образование", "телефон", "отчество", "имя", "фамилия", "Согласие на"):
        await student.press("← Назад")
        await student.wait_for(words, timeout=20)
    await student.press("Даю согласие")
    await student.wait_for("Пришлите диплом", timeout=20)


async def test_returned_twice_asks_only_for_what_was_returned(stage: Stage) -> None:
    """A questionnaire returned twice asks each time for the returned field alone and goes back to the queue."""
    student = await placed_student(stage)
    await hand_in(student)
    curator = await stage.curator("Петрова")
    for field, reason, answer in (("Отчество", "Опечатка", "Андреева"), ("Имя", "Опечатка", "Любава")):
        stage.clock.move(minutes=1)
        await dealt(curator)
        for label in ("Вернуть", field, reason, "Вернуть ученику"):
            await curator.press(label)
            await curator.wait_for(lambda m: bool(m.text), timeout=20)
        await curator.wait_for(lambda m: m.has_button("Отменить решение"), timeout=40, after=0)
        stage.clock.move(minutes=2, seconds=1)
        stage.app.wake()
        told = await student.wait_for(f"\n{field}: здесь опечатка", timeout=40, after=0)
        await student.press("Исправить", told)
        await student.wait_for(f"Ваше {field.lower()}", timeout=20)
        await student.send(answer)
        await student.press("Отправить", await student.wait_for("Проверьте анкету", timeout=20))
        await student.wait_for("Анкета отправлена", timeout=40)


async def test_surname_in_the_diploma_is_named_once(stage: Stage) -> None:
    """The summary and its menu name the diploma's surname once, and a document that is there is not put off."""
    student = await placed_student(stage)
    await play(student, (*ANSWERS[:2], ("press", "Другая"), ("send", "Иванова")))
    for words in ("Диплом", "Документ о смене фамилии"):
        await student.upload(document_picture(words), "d.jpg", "photo")
        await student.wait_for(f"{words}: 1 страница", timeout=40)
        await student.press("Готово")
    summary = await student.wait_for("Проверьте анкету", timeout=40)
    assert "Фамилия в дипломе: Иванова" in summary.text
    assert "Другая" not in summary.text
    await student.press("Изменить", summary)
    menu = await student.wait_for("Что изменить?", timeout=20)
    assert sum(label == "Фамилия в дипломе" for label in menu.labels()) == 1
    await student.press("Диплом", menu)
    asked = await student.wait_for("Пришлите диплом", timeout=20)
    assert not asked.has_button("Пришлю позже")


async def test_reminder_of_the_document_reaches_who_stopped_the_bot(stage: Stage) -> None:
    """Who asked to be reminded and then stopped the bot gets the reminder by mail, with a link."""
    student = await placed_student(stage)
    await play(student, ANSWERS)
    await student.press("Пришлю позже")
    await student.wait_for("напомним", timeout=20)
    await student.block()
    uow = read(stage)
    await stage.app.database.outbox.set_unreachable(student.id, stage.clock.now())
    before = (await stage.sandbox.letters())["letters"][-1]["id"]
    stage.clock.move(hours=24)
    await stage.app.ticker.tick_now()
    assert await link_of(stage, after=before)
    assert not await uow.diplomas_to_remind(stage.clock.now(), 1)
