"""`/mail`: letters that nobody took are filed by one tap, messages that were given up are retried or dropped."""

import asyncio
import re
from email.message import EmailMessage
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import text

from sandbox.client import Person
from school.notices import Notice
from school.ports_mail import AddressFault
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import (
    IN_PROCESS,
    NAME,
    OURS,
    SOKOLOVA,
    count_letters,
    hand_in,
    invited,
    letter_to,
    open_mail,
)
from tests.scenarios.page_steps import browsing, open_pages, proved
from tests.scenarios.review_steps import press_data
from tests.scenarios.steps import WHOLE, place

STRANGER = "kto-to@pochta.example"


def letter_from(sender: str, subject: str = "Вопрос", words: str = "Здравствуйте <b>&", picture: bool = False) -> bytes:
    """Write a letter that answers nothing of ours."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, OURS, subject
    message["Message-ID"] = f"<{uuid4().hex}@pochta.example>"
    message.set_content(words)
    if picture:
        message.add_attachment(document_picture("ДИПЛОМ"), maintype="image", subtype="jpeg", filename="diplom.jpg")
    return message.as_bytes()


async def give_up(stage: Stage, kind: str, recipient: str) -> str:
    """Let a message be given up."""
    uow = stage.app.database.uow(stage.clock)
    notice = Notice(uuid4().hex, kind, "mail", recipient, {}, uuid4().hex)
    uow.add_notice(notice)
    await uow.commit()
    await stage.app.database.write(
        lambda c: c.execute(text("UPDATE outbox SET state='dead', error='550 no' WHERE id=:id"), {"id": notice.id})
    )
    return notice.id


async def opened(person: Person, count: int = 1) -> None:
    """Open the first of the letters that nobody took."""
    await person.send("/mail")
    await person.press("Разобрать", await person.wait_for(f"Непонятые письма: {count}", timeout=40))
    await person.press("Открыть 1", await person.wait_for("1. ", timeout=40))


async def test_an_unclear_letter_is_shown_and_never_answered(stage: Stage) -> None:
    """A letter of a stranger gets no answer; a curator sees who, when, why, its text escaped, and the whole file."""
    await open_mail(stage)
    curator = await stage.curator()
    await hand_in(stage, letter_from(STRANGER, "Где мой <диплом>?"))
    assert await count_letters(stage, STRANGER) == 0
    await opened(curator)
    card = await curator.wait_for("Здравствуйте <b>&", timeout=40)
    assert STRANGER in card.text
    assert "Где мой <диплом>?" in card.text
    assert "непонятно, о какой заявке письмо" in card.text
    await curator.press("Письмо файлом", card)
    await curator.wait_for(lambda message: bool(message.file), timeout=40)


async def test_one_tap_files_a_letter_to_its_student(stage: Stage) -> None:
    """A student's letter without a token is suggested by its address, and is then handled as the student's answer."""
    await open_mail(stage)
    await invited(stage)
    curator = await stage.curator()
    await letter_to(stage, SOKOLOVA)
    before = await count_letters(stage, SOKOLOVA)
    await hand_in(stage, letter_from(SOKOLOVA, "Диплом", "Вот диплом", picture=True))
    assert await count_letters(stage, SOKOLOVA) == before
    await opened(curator)
    card = await curator.wait_for("diplom.jpg", timeout=40)
    await curator.press(f"{NAME.split()[0]} Л. А.", card)
    await curator.wait_for("Отнесли письмо к заявке № 0123-0001/1", timeout=40)
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    await letter_to(stage, SOKOLOVA, "согласи", 1)
    assert (await stage.app.database.uow(stage.clock).letters_aside(1, 0))[1] == 0


async def test_a_typed_number_files_a_letter_to_its_order(stage: Stage) -> None:
    """An order's number may be typed; a wrong one is explained; a stranger's words then reach the centre's manager."""
    await open_mail(stage)
    await invited(stage)
    admin, manager = await stage.admin(), await stage.manager()
    await hand_in(stage, letter_from(STRANGER, words="Перенесите нас на июнь"))
    await opened(admin)
    await admin.press("К заявке по номеру", await admin.wait_for("Перенесите нас", timeout=40))
    asked = await admin.wait_for("О какой заявке письмо?", timeout=40)
    typed = asked.text[asked.text.index("/mail") :].split(" 0123")[0]
    await admin.send(f"{typed} 0123-0999")
    await admin.wait_for("Заявки «0123-0999» нет", timeout=40)
    await admin.send(f"{typed} 0123-0001")
    await admin.wait_for("Отнесли письмо к заявке № 0123-0001", timeout=40)
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    task = await manager.wait_for("Заказчик ответил на письмо", timeout=40)
    assert "Перенесите нас на июнь" in task.text
    assert await count_letters(stage, STRANGER) == 0


async def test_a_filed_strangers_file_reaches_the_centre(stage: Stage) -> None:
    """A picture in a letter filed to an order goes on to the centre; a letter filed already cannot be filed anew."""
    await open_mail(stage)
    await invited(stage)
    one, two = await stage.admin(), await stage.curator()
    await hand_in(stage, letter_from(STRANGER, "Акт", "Подписали", picture=True))
    await one.send("/mail 1 0123-0001")
    await one.wait_for("Отнесли письмо к заявке № 0123-0001", timeout=40)
    await stage.app.mailroom.sweep()
    await stage.app.mailroom.workers.idle()
    await two.send("/mail 1 0123-0001")
    await two.wait_for("Здесь ничего не нашлось", timeout=40)
    passed = await letter_to(stage, CENTRE.email, "Заказчик ответил на письмо по заявке № 0123-0001")
    assert [file["name"] for file in passed["attachments"]] == ["diplom.jpg"]


async def test_no_letter_comes_to_chats_without_personal_data(stage: Stage) -> None:
    """Where chats hold no personal data an old button gives no file and says why; addresses keep their host alone."""
    await stage.reconfigure(imap=IN_PROCESS, personal_data={"in_chat": False})
    admin = await stage.admin()
    await give_up(stage, "digest", "centre@example.ru")
    uow = stage.app.database.uow(stage.clock)
    uow.save_address_fault(AddressFault("centre@example.ru", True, "unknown", stage.clock.now()))
    await uow.commit()
    await hand_in(stage, letter_from(STRANGER, words="Тайна"))
    assert "так решила школа" in (await press_data(admin, "ml:raw:1:")).text
    await admin.send("/mail")
    assert "Не принимают писем: …@example.ru" in (await admin.wait_for("Не принимают писем", timeout=40)).text


async def test_spam_is_taken_away_and_an_old_button_says_so(stage: Stage) -> None:
    """«Спам, убрать» ends it; the same button again says that there is nothing."""
    await open_mail(stage)
    admin = await stage.admin()
    await hand_in(stage, letter_from(STRANGER, words="Купите слона"))
    await opened(admin)
    card = await admin.wait_for("Купите слона", timeout=40)
    await admin.press("Спам, убрать", card)
    await admin.wait_for("Письмо убрали", timeout=40)
    assert "Здесь ничего не нашлось" in (await press_data(admin, "ml:spam:1:")).text


async def test_letters_aside_are_counted_once_a_day(stage: Stage) -> None:
    """Administrators are told a count in the morning when there are new ones, not a message a letter."""
    await open_mail(stage)
    admin = await stage.admin()
    for _ in range(3):
        await hand_in(stage, letter_from(STRANGER))
    for _ in range(2):
        await stage.app.ticker.tick_now()
    await admin.wait_for("Нужно разобрать 3 письма", timeout=40)
    stage.clock.move(days=2)
    await stage.app.ticker.tick_now()
    await admin.send("/mail")
    await admin.wait_for("Непонятые письма: 3", timeout=40)
    assert sum("Нужно разобрать" in message.text for message in await admin.messages()) == 1


async def test_given_up_messages_are_retried_and_dropped(stage: Stage) -> None:
    """An administrator sees what was given up by name, retries one, drops one, and retries the rest at once."""
    admin = await stage.admin()
    for kind in ("order_to_centre", "digest", "invoice_to_client", "act_to_client"):
        await give_up(stage, kind, "centre@example.ru")
    uow = stage.app.database.uow(stage.clock)
    uow.save_address_fault(AddressFault("centre@example.ru", True, "unknown", stage.clock.now()))
    await uow.commit()
    await admin.send("/mail")
    home = await admin.wait_for("Не доставлены: ", timeout=40)
    assert "заявка центру — 1" in home.text
    assert "Не принимают писем: centre@example.ru" in home.text
    await admin.press("Не доставлены (4)", home)
    first = await admin.wait_for("Не доставлено 1 из 4", timeout=40)
    assert "акт заказчику" in first.text
    await admin.press("Убрать", first)
    second = await admin.wait_for("Не доставлено 1 из 3", timeout=40)
    await admin.press("Повторить", second)
    third = await admin.wait_for("Не доставлено 1 из 2", timeout=40)
    await admin.press("Повторить все", third)
    await admin.wait_for("Отправляем ещё раз: 2 сообщения", timeout=40)


async def test_what_waits_for_a_server_is_sent_now(stage: Stage) -> None:
    """An administrator sees since when the mail server is away and what waits, and one tap sends it when it is back."""
    admin = await stage.admin()
    await stage.sandbox.smtp("down")
    for surname, email in (("Соколова", "sokolova"), ("Орлова", "orlova")):
        acts = [(how, what.replace("Соколова", surname).replace("sokolova", email)) for how, what in WHOLE]
        await place(await stage.client(), acts)
    for _ in range(400):
        if stage.app.metrics.down["mail"]():
            break
        await asyncio.sleep(0.05)
    await admin.send("/mail")
    since = stage.clock.now().astimezone(ZoneInfo(stage.settings.school.timezone))
    home = await admin.wait_for(f"Почтовый сервер не отвечает с {since:%H:%M}, ждут 4 письма", timeout=40)
    await stage.sandbox.smtp("up")
    await admin.press("Отправить сейчас", home)
    for _ in range(400):
        if (await stage.sandbox.letters())["count"] == 4:
            break
        await asyncio.sleep(0.05)
    ids = [letter["message_id"] for letter in (await stage.sandbox.letters())["letters"]]
    assert len(ids) == len(set(ids)) == 4
    await admin.send("/mail")
    assert "не отвечает" not in (await admin.wait_for("Почта", timeout=40)).text


async def test_a_given_up_invitation_goes_again_with_a_link_that_opens(stage: Stage) -> None:
    """A refused invitation keeps no secret; «Повторить» sends it with a link that opens; an outdated one is named."""
    base = await open_pages(stage)
    admin = await stage.admin()
    await stage.mailbox.set_state("refuse_permanent", [SOKOLOVA])
    await invited(stage)
    await refused(stage)
    rows = await stage.app.database.run(
        lambda c: str(c.execute(text("SELECT data FROM outbox WHERE state='dead'")).all())
    )
    assert "sha256:" in rows
    assert not re.search(r"\W[\w-]{24}\W", rows)
    await stage.mailbox.set_state("up", [SOKOLOVA])
    await admin.send("/mail")
    await admin.press("Не доставлены (1)", await admin.wait_for("Не доставлены: ", timeout=40))
    await admin.press("Повторить", await admin.wait_for("Не доставлено 1 из 1", timeout=40))
    letter = await letter_to(stage, SOKOLOVA)
    (secret,) = set(re.findall(r"/q/([\w-]{24})", letter["text"]))
    async with browsing(base) as person:
        assert (await proved(person, secret)).status == 200


async def refused(stage: Stage) -> None:
    """Wait until a letter was given up."""
    for _ in range(400):
        if await stage.app.database.mail_queue.given_up(1):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("no letter was given up")


async def test_a_link_that_was_replaced_is_named_and_not_sent(stage: Stage) -> None:
    """A letter whose link has a newer one says why it is not sent again; «Повторить все» counts it."""
    admin = await stage.admin()
    uow = stage.app.database.uow(stage.clock)
    notice = Notice(uuid4().hex, "action_code", "mail", "centre@example.ru", {"code": "sha256:"}, uuid4().hex)
    uow.add_notice(notice)
    await uow.commit()
    await stage.app.database.write(
        lambda c: c.execute(text("UPDATE outbox SET state='dead', error='550 no' WHERE id=:id"), {"id": notice.id})
    )
    await admin.send("/mail")
    await admin.press("Не доставлены (1)", await admin.wait_for("Не доставлены: ", timeout=40))
    shown = await admin.wait_for("Не доставлено 1 из 1", timeout=40)
    await admin.press("Повторить", shown)
    await admin.wait_for("ссылка или код в этом сообщении устарели", timeout=40)
    await admin.press("Повторить все", shown)
    await admin.wait_for("Не повторили 1 сообщение", timeout=40)


async def test_roles(stage: Stage) -> None:
    """A curator sees letters but not the queue; a manager and a client see nothing."""
    await open_mail(stage)
    await give_up(stage, "digest", "centre@example.ru")
    curator, manager = await stage.curator(), await stage.manager()
    await curator.send("/mail")
    shown = await curator.wait_for("Непонятых писем нет", timeout=40)
    assert "Не доставлены" not in shown.text
    await manager.send("/mail")
    await manager.wait_for("Здесь ничего не нашлось", timeout=40)
    client = await stage.client()
    await client.send("/mail")
    await client.wait_for("Здесь ничего не нашлось", timeout=40)
