"""Letters as people really send them: other spellings of an address, odd files, half a consent, no Message-ID."""

import io
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage

from mail.imap_settings import RawLetter
from mail.reply_token import reference, subject_mark
from school.centre import Role
from school.questionnaire import pages
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import (
    OURS,
    SOKOLOVA,
    answer_to,
    answers,
    bounce_of,
    hand_in,
    invited,
    letter_to,
    open_mail,
    photo,
)
from tests.scenarios.review_steps import member, read
from tests.scenarios.steps import act
from tests.scenarios.student_steps import student_of
from tests.scenarios.test_mail_students import WHOLE


async def test_another_spelling_of_the_address_is_the_same_student(stage: Stage) -> None:
    """Yandex has one mailbox under ya.ru and yandex.ru, whatever the case, the tag and the dots."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "высшее\nфамилия та же", [photo()], sender="Sokolova-L@ya.ru")
    wanted = await letter_to(stage, "sokolova-l@ya.ru", "Нужно ваше согласие")
    await answers(stage, wanted, "Согласна", sender="SOKOLOVA.L+uchoba@Yandex.ru")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.state == "submitted"


async def test_a_sentence_broken_at_its_end_is_no_consent(stage: Stage) -> None:
    """«…что я не» and «согласна» on the next line, or «Согласна» and «только если…», agree to nothing."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "Сообщаю, что с обработкой моих данных я не\nсогласна")
    await answers(stage, letter, "Согласна\nтолько если данные не передадут центру")
    await answers(stage, letter, "Не согласна. Образование: высшее.")
    assert await read(stage).questionnaire(line_id) is None


async def test_two_letters_before_the_consent_are_one_questionnaire(stage: Stage) -> None:
    """Two letters with a page each wait for the consent; both pages are in before it is handed in."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "высшее\nфамилия та же", [photo("1.jpg")])
    await answers(stage, letter, "и приложение", [photo("2.jpg", "ПРИЛОЖЕНИЕ")])
    await answers(stage, letter, "Согласна")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    answer = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    assert "Диплом: 2 страницы" in answer["text"]
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert [page.name for page in pages(found, "diploma")] == ["1.jpg", "2.jpg"]


async def test_a_diploma_by_mail_and_the_consent_in_chat(stage: Stage) -> None:
    """A letter that waited for the consent is taken when the student agrees in chat."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await answers(stage, letter, "высшее\nфамилия та же", [photo()])
    await letter_to(stage, SOKOLOVA, "Нужно ваше согласие")
    student = await student_of(stage)
    await act(student, "press", "Даю согласие")
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.state == "submitted"


async def test_twelve_photos_and_an_archive(stage: Stage) -> None:
    """Ten photos are taken; the two others and the archive are told once each, with what to do."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.jpg", photo()[1])
    files = [photo(f"{n}.jpg", f"СТРАНИЦА {n}") for n in range(12)]
    await answers(stage, letter, WHOLE, [*files, ("диплом.zip", packed.getvalue())])
    answer = await letter_to(stage, SOKOLOVA, "ЧТО ИСПРАВИТЬ")
    assert answer["text"].count("больше не вмещается") == 1
    assert "«диплом.zip»" in answer["text"]
    assert "Диплом: 10 страниц" in answer["text"]


async def test_a_forwarded_letter_with_the_diploma(stage: Stage) -> None:
    """A diploma inside a letter attached whole is found."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "scan@yandex.ru", SOKOLOVA, "Скан"
    inner.set_content("Скан диплома")
    inner.add_attachment(photo()[1], maintype="image", subtype="jpeg", filename="scan.jpg")
    message = message_from_bytes(answer_to(letter, WHOLE, SOKOLOVA), policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    message.add_attachment(inner)
    await hand_in(stage, message.as_bytes())
    answer = await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    assert "Диплом: 1 страница" in answer["text"]


async def test_without_message_ids_nobody_is_taken_for_another(stage: Stage) -> None:
    """The same words of two students, and of one student twice, are letters of their own without a Message-ID."""
    await open_mail(stage)
    lines = [await invited(stage), await invited(stage, "petrov@mail.ru", "Петров Пётр Петрович")]
    for address in (SOKOLOVA, "petrov@mail.ru"):
        letter = await letter_to(stage, address)
        message = EmailMessage(policy=policy.SMTP)
        message["From"], message["To"] = address, letter["headers"]["Reply-To"]
        message["Date"] = "Wed, 10 Mar 2027 12:00:00 +0300"
        message.set_content("Согласен")
        await hand_in(stage, message.as_bytes())
    for line_id in lines:
        assert await read(stage).questionnaire(line_id) is not None


async def test_the_subject_or_the_thread_tells_where_the_tag_is_lost(stage: Stage) -> None:
    """A server drops the plus-address: the token of our References counts, a mark in the subject, the Message-ID."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    token = letter["headers"]["Reply-To"].partition("+r.")[2].partition("@")[0]
    assert reference(OURS, token) in letter["headers"]["References"]
    day = stage.clock.now().date()
    found = (
        ("Re: Анкета", reference(OURS, token)),
        (f"Re: Анкета {subject_mark(token)}", ""),
        ("Анкета", letter["message_id"]),
    )
    for count, (subject, thread) in enumerate(found, 1):
        message = message_from_bytes(answer_to(letter, "высшее", SOKOLOVA), policy=policy.SMTP)
        message.replace_header("To", OURS)
        message.replace_header("Subject", subject)
        del message["In-Reply-To"]
        if thread:
            message["References"] = thread
        await hand_in(stage, message.as_bytes())
        assert await read(stage).answers_to(SOKOLOVA, day) == count


async def test_a_token_half_a_year_old_goes_to_a_person(stage: Stage) -> None:
    """After 180 days the token answers for nobody."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    stage.clock.move(days=181)
    await answers(stage, letter, WHOLE, [photo()])
    assert await read(stage).questionnaire(line_id) is None
    assert (await read(stage).letters_aside(10, 0))[1] == 1


async def test_a_letter_stored_and_not_handled_is_taken_up_at_the_start(stage: Stage) -> None:
    """A bot killed between storing a letter and handling it handles it once when it comes back."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    raw = answer_to(letter, WHOLE, SOKOLOVA, [photo()])
    stage.app.mailroom.workers.take = lambda letters: None  # type: ignore[method-assign]
    await stage.app.mailroom.hand_in(raw)
    assert await read(stage).questionnaire(line_id) is None
    await stage.restart()
    await letter_to(stage, SOKOLOVA, "анкета отправлена куратору")
    await hand_in(stage, raw)
    assert await read(stage).answers_to(SOKOLOVA, stage.clock.now().date()) == 1


async def test_a_letter_too_big_is_set_aside(stage: Stage) -> None:
    """A letter of which only the head was fetched is left to a person with the reason, and changes nothing."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    head = answer_to(letter, "", SOKOLOVA).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    intake = stage.app.mailroom._intake
    await intake.take(RawLetter(1, 1, head, size=31 * 1024 * 1024, truncated=True))
    await hand_in(stage, answer_to(letter, WHOLE, SOKOLOVA) + b" " * 51 * 1024 * 1024)
    aside, _ = await read(stage).letters_aside(10, 0)
    assert [one.reason for one in aside] == ["too_big", "too_big"]
    assert await read(stage).questionnaire(line_id) is None


async def test_a_forged_report_marks_nobody(stage: Stage) -> None:
    """A report that names no letter of ours, or another address than it went to, is left to a person."""
    await open_mail(stage)
    manager = await member(stage, "Пётр", Role.MANAGER)
    await invited(stage)
    await letter_to(stage, SOKOLOVA)
    await invited(stage, "petrov@mail.ru", "Петров Пётр Петрович")
    other = await letter_to(stage, "petrov@mail.ru")
    await hand_in(stage, bounce_of({"message_id": "<strange@example.ru>"}, SOKOLOVA))
    two = bounce_of(other, SOKOLOVA).replace(
        b"\r\nFinal-Recipient",
        b"\r\nFinal-Recipient: rfc822; centre@example.ru\r\nAction: failed\r\n\r\nFinal-Recipient",
    )
    await hand_in(stage, two)
    for address in (SOKOLOVA, "centre@example.ru"):
        assert await read(stage).address_fault(address) is None
    assert (await read(stage).letters_aside(10, 0))[1] == 2
    assert not [m for m in await manager.messages() if "не доходят" in m.text]


async def test_a_plain_report_is_known_by_the_mark_it_quotes(stage: Stage) -> None:
    """A report in plain words without any Message-ID marks the address by the Reply-To of the letter it quotes."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = "MAILER-DAEMON@yandex.ru", OURS
    message["Subject"] = "Недоставленное сообщение"
    message["Message-ID"] = "<report@yandex.ru>"
    message.set_content(
        f"Письмо не может быть доставлено.\n\n<{SOKOLOVA}>: 550 5.1.1 No such user\n\n"
        f"Reply-To: {letter['headers']['Reply-To']}\nSubject: {letter['subject']}\n\nЗдравствуйте\n"
    )
    await hand_in(stage, message.as_bytes())
    fault = await read(stage).address_fault(SOKOLOVA)
    assert fault is not None
    assert fault.permanent


async def test_a_full_mailbox_is_no_wrong_address(stage: Stage) -> None:
    """A full mailbox is noted and does not ask anybody to correct the address."""
    await open_mail(stage)
    manager = await member(stage, "Пётр", Role.MANAGER)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await hand_in(stage, bounce_of(letter, SOKOLOVA, status="5.2.2", said="Mailbox full"))
    fault = await read(stage).address_fault(SOKOLOVA)
    assert fault is not None
    assert not fault.permanent
    assert not [m for m in await manager.messages() if "не доходят" in m.text]


async def test_an_address_refused_while_sending_is_told_like_a_report(stage: Stage) -> None:
    """A recipient refused for good by our own server is marked at once, and the manager is asked to correct it."""
    await open_mail(stage)
    manager = await member(stage, "Пётр", Role.MANAGER)
    await stage.mailbox.set_state("refuse_permanent", [SOKOLOVA])
    await invited(stage)
    told = await manager.wait_for("Письма ученику не доходят", after=0, timeout=40)
    assert "такого ящика нет" in told.text
    fault = await read(stage).address_fault(SOKOLOVA)
    assert fault is not None
    assert fault.permanent
    await manager.press("Исправить почту", told)
    await manager.wait_for("почт", timeout=40)
    await manager.send("lubov.sokolova@yandex.ru")
    await letter_to(stage, "lubov.sokolova@yandex.ru", "Заполните анкету")


async def test_a_letter_in_every_charset(stage: Stage) -> None:
    """KOI8-R, Windows-1251 without a name and a wrong name are read alike."""
    await open_mail(stage)
    line_id = await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    for number, (charset, said) in enumerate((("koi8-r", "koi8-r"), ("cp1251", ""), ("cp1251", "x-unknown"))):
        head = f"From: {SOKOLOVA}\r\nTo: {letter['headers']['Reply-To']}\r\nMessage-ID: <c{number}@yandex.ru>\r\n"
        media = f"Content-Type: text/plain; charset={said}\r\n" if said else ""
        await hand_in(stage, f"{head}{media}\r\n".encode() + "Здравствуйте!\r\nСогласна\r\n".encode(charset))
    found = await read(stage).questionnaire(line_id)
    assert found is not None
    assert found.answers["consent"]


async def test_an_answer_proves_the_address_again(stage: Stage) -> None:
    """After a false report the student's own answer takes the mark off the address."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    await hand_in(stage, bounce_of(letter, SOKOLOVA))
    assert await read(stage).address_fault(SOKOLOVA) is not None
    await answers(stage, letter, "Согласна")
    assert await read(stage).address_fault(SOKOLOVA) is None


async def test_a_diploma_under_a_holidays_subject_goes_to_a_person(stage: Stage) -> None:
    """A subject like an autoresponder's with a file below it is a person's letter: it is not dropped in silence."""
    await open_mail(stage)
    await invited(stage)
    letter = await letter_to(stage, SOKOLOVA)
    message = message_from_bytes(answer_to(letter, WHOLE, SOKOLOVA, [photo()]), policy=policy.SMTP)
    message.replace_header("Subject", "В отпуске до понедельника, высылаю диплом")
    await hand_in(stage, message.as_bytes())
    assert (await read(stage).letters_aside(10, 0))[1] == 1
