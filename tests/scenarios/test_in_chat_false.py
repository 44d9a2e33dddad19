"""`personal_data.in_chat = false`: a whole story in which no message of any chat names a person or their data."""

import re
from dataclasses import replace
from typing import Any

import pytest
from aiogram.methods import TelegramMethod

from bot.chat_channel import ChatChannel
from sandbox.client import Message, Person
from school.draft import Visitor
from school.order import Order
from school.payer import PayerKind
from school.questionnaire import Remark
from school.use_cases import converse, decide_questionnaire
from school.use_cases.find import find_enrolment
from school.use_cases.note_bounce import Undelivered, note_bounce
from school.use_cases.review_questionnaire import Acting
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.admission_steps import line_of
from tests.scenarios.billing_steps import issue
from tests.scenarios.conftest import Stage
from tests.scenarios.held_steps import confirmed_by_mail
from tests.scenarios.letter_steps import IN_PROCESS, answer_to, letter_to
from tests.scenarios.page_steps import free_port
from tests.scenarios.review_steps import Handed, answers_of, member, page, press_data, read, state_of, submit, zone_of
from tests.scenarios.steps import WHOLE, place
from tests.scenarios.student_steps import SOKOLOVA, link_of
from tests.scenarios.test_groups import bound as bound_group
from tests.scenarios.test_groups import said
from tests.scenarios.test_mail_orders import form_with, hand_in, letter

PAGE = "https://shkola.example.ru"
PERSON = "Жуков Георгий Львович"
STUDENT = "Соколова Любовь Андреевна"
PERSONAL = (
    "соколов", "любов", "андреевн", "жуков", "георги", "львович", "белов", "ирин", "петровн", "иванов", "гусев",
    "sokolova.l", "belova.i", "9333333", "933-33-33", "933 933", "1234567", "123-45-67", "500100732259", "полковая",
    "на обороте", "отпуск",
)  # fmt: skip
Outgoing = list[TelegramMethod[Any]]


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    """Everything that the bot sends or changes in any chat, as it was at that moment."""
    found: Outgoing = []
    call = ChatChannel._call

    async def noted(self: ChatChannel, method: TelegramMethod[Any], chat_id: int) -> object:
        found.append(method)
        return await call(self, method, chat_id)

    monkeypatch.setattr(ChatChannel, "_call", noted)
    return found


async def closed(stage: Stage) -> None:
    """Close the chats for personal data and open the page."""
    ports = {"port": free_port(), "health_port": free_port()}
    await stage.reconfigure(
        web={"host": "127.0.0.1", "public_url": PAGE, **ports}, personal_data={"in_chat": False}, imap=IN_PROCESS
    )


def told(outgoing: Outgoing) -> list[str]:
    """Return what stood in each message: its text or caption, and its buttons' labels."""
    words = []
    for method in outgoing:
        parts = [getattr(method, "text", None) or "", getattr(method, "caption", None) or ""]
        markup = getattr(method, "reply_markup", None)
        for row in getattr(markup, "inline_keyboard", None) or []:
            parts += [button.text for button in row]
        words.append("\n".join(parts))
    return words


def personal(outgoing: Outgoing) -> list[tuple[str, str]]:
    """Return every message that holds a personal word, with that word."""
    return [(word, words) for words in told(outgoing) for word in PERSONAL if word in words.casefold()]


def address(message: Message, label: str) -> str:
    """Return where a button of the message leads."""
    button = next(one for row in message.buttons for one in row if label in one["text"])
    return str(button.get("web_app") or button["url"])


async def nothing_kept(stage: Stage) -> bool:
    """Tell whether the vault holds no document."""
    return not await stage.app.vaults.documents.ids()


async def ordered(stage: Stage) -> Order:
    """Let a client order by mail and confirm it; return the order."""
    await hand_in(stage, letter("shkola+z0123@example.ru", "Заявка во вложении", await form_with()))
    await confirmed_by_mail(stage)
    order = await read(stage).order_by_number("0123-0001")
    assert order is not None
    return order


async def bound(stage: Stage, order: Order, name: str = "Люба") -> Person:
    """Let a person be known as the order's student, as the page opened inside Telegram makes it."""
    person = await stage.sandbox.person(name)
    await person.send("/help")
    await person.wait_for("Я помогаю", timeout=40)
    uow = read(stage)
    stored = await uow.order(order.id)
    assert stored is not None
    uow.save_visitor(Visitor(person.id, person.id, name, centre=CENTRE.number))
    uow.save_line(order.id, replace(stored.lines[0], student_id=person.id))
    await uow.commit()
    return person


async def acting(stage: Stage, curator: Person) -> Acting:
    """Return the curator at work on the page."""
    uow = read(stage)
    return Acting(await uow.session(curator.id), curator.id, "Гусева", stage.clock.now(), zone_of(stage))


async def ask(person: Person, *commands: str) -> None:
    """Send one command after another and wait for an answer to each."""
    for command in commands:
        seen = (await person.last()).rev
        await person.send(command)
        await person.wait_for(lambda message: bool(message.text), after=seen, timeout=40)


async def test_the_link_leads_to_the_page(stage: Stage, outgoing: Outgoing) -> None:
    """A student's link opens the page and nothing is asked in chat; digits and files sent all the same are not kept."""
    await closed(stage)
    await ordered(stage)
    link = await link_of(stage)
    student = await stage.sandbox.person("Люба")
    await student.start(link)
    shown = await student.wait_for("Заполните анкету на странице", timeout=40)
    assert address(shown, "Заполнить анкету") == f"{PAGE}/q/{link.removeprefix('q_')}"
    assert "по закону" in shown.text
    await ask(student, "3333", "Соколова Любовь Андреевна", "+7 933 933-33-33")
    for kind in ("photo", "document"):
        await student.upload(document_picture("ДИПЛОМ"), "diplom.jpg", kind)
        await student.wait_for("Присланное не сохранили", timeout=40)
    await student.start("q_unknown")
    await student.wait_for("Эта ссылка не действует", timeout=40)
    assert await nothing_kept(stage)
    assert not personal(outgoing)


async def test_an_album_is_refused_once(stage: Stage) -> None:
    """Of the files of one album one is answered."""
    await closed(stage)
    student = await bound(stage, await ordered(stage))
    await student.album([(document_picture(words), f"{words}.jpg") for words in ("ОДИН", "ДВА", "ТРИ")])
    await student.wait_for("Присланное не сохранили", timeout=40)
    await ask(student, "/courses")
    assert sum("Присланное не сохранили" in message.text for message in await student.messages()) == 1
    assert await nothing_kept(stage)


async def test_the_order_is_placed_on_the_page(stage: Stage, outgoing: Outgoing) -> None:
    """A centre's link and `/order` lead to the order's page, a discipline's to its own; an order begun stays closed."""
    client = await stage.client()
    await client.press("Даю согласие")
    await client.wait_for("Кто оплачивает", timeout=40)
    await closed(stage)
    outgoing.clear()
    await ask(client, "ООО «Ромашка»")
    shown = await client.last()
    assert "Присланное не сохранили" in shown.text
    assert address(shown, "Оформить заявку") == f"{PAGE}/order/0123"
    other = await stage.sandbox.person("Гость")
    await other.start("sc_0123_tenders")
    shown = await other.wait_for("Оформите заявку на странице", timeout=40)
    assert address(shown, "Оформить заявку") == f"{PAGE}/order/0123/tenders"
    await other.send("/order")
    shown = await other.wait_for("Оформите заявку на странице", timeout=40)
    assert address(shown, "Оформить заявку") == f"{PAGE}/order/0123"
    await other.upload(b"x", "zayavka.xlsx")
    await other.wait_for("Присланное не сохранили", timeout=40)
    manager = await stage.manager()
    await ask(manager, "/order", "/form")
    form = next(said for said in await manager.messages() if "📎 Форма заявки" in said.text)
    assert CENTRE.email not in form.text  # nobody reads that mailbox
    assert "shkola+z0123@example.ru" in form.text
    await manager.upload(document_picture("АКТ"), "akt.jpg", "photo")
    await manager.wait_for("Пришлите с почты центра", timeout=40)
    assert await nothing_kept(stage)
    assert not personal(outgoing)


async def test_a_fresh_link_leaves_the_earlier_good(stage: Stage) -> None:
    """«Заполнить анкету» gives the student a link of its own; the letter's goes on working, a stranger gets none."""
    await closed(stage)
    order = await ordered(stage)
    line_id = order.lines[0].id
    student = await bound(stage, order)
    await student.start("q_of-long-ago")
    await student.press("Заполнить анкету", await student.wait_for("заявка № 0123-0001", timeout=40))
    shown = await student.wait_for("Заполните анкету на странице", timeout=40)
    assert re.fullmatch(rf"{PAGE}/q/[\w-]+", address(shown, "Заполнить анкету"))
    tokens = await read(stage).living_tokens("questionnaire", line_id, stage.clock.now())
    assert len(tokens) == 2
    stranger = await stage.sandbox.person("Чужой")
    await stranger.send("/help")
    await stranger.wait_for("Я помогаю", timeout=40)
    said_ = await press_data(stranger, f"qn:fill:{line_id}")
    assert PAGE not in said_.text
    assert len(await read(stage).living_tokens("questionnaire", line_id, stage.clock.now())) == 2


async def test_curators_decide_on_the_page(stage: Stage, outgoing: Outgoing) -> None:
    """A card has initials and the way to the page; old buttons decide nothing; what a curator types goes by mail."""
    await closed(stage)
    order = await ordered(stage)
    student = await bound(stage, order)
    curator = await member(stage, "Анна")
    current = await read(stage).order(order.id)
    assert current is not None
    line = current.lines[0]
    answers = answers_of(STUDENT, same_surname="no", diploma_surname="Иванова", name_change=[page(flags=[])])
    await submit(stage, current, line, answers, student.id, paid=True)
    handed = Handed(line.id, order.id, STUDENT)
    await curator.send("/queue")
    card = await curator.wait_for("С. Л. А.", timeout=40)
    assert card.labels() == ["Открыть на странице", "Пропустить"]
    assert address(card, "Открыть") == f"{PAGE}/staff/queue/{line.id}"
    questionnaire = await read(stage).questionnaire(line.id)
    assert questionnaire is not None
    for act in ("ok", "docs", "return", "declined"):
        data = f"rv:{act}:{line.id}:{questionnaire.version}:no_education"
        await curator._post("press", json={"message_id": card.message_id, "data": data})
        await ask(curator, "/support")
    assert (await state_of(stage, handed))[0] == "submitted"
    await press_data(curator, f"th:answer:{line.id}")
    await curator.wait_for("Напишите ему на странице", timeout=40)

    uow = read(stage)
    who = replace(await acting(stage, curator), session=await uow.session(curator.id))
    remarks = [Remark("diploma_surname", "other", "На обороте диплома Гусева")]
    await decide_questionnaire.send_back(uow, who, line.id, questionnaire.version, remarks)
    await uow.commit()
    stage.clock.move(minutes=3)
    stage.app.wake()
    await student.wait_for("Анкету нужно исправить", timeout=40)
    assert "На обороте диплома" in (await letter_to(stage, SOKOLOVA, "На обороте"))["text"]
    uow = read(stage)
    await converse.answer_student(uow, await acting(stage, curator), line.id, "Гусева в отпуске до мая")
    await uow.commit()
    await student.wait_for("Куратор написал вам", timeout=40)
    await letter_to(stage, SOKOLOVA, "Гусева в отпуске")
    uow = read(stage)
    about = await find_enrolment(uow, line.id)
    await converse.write_by_mail(uow, about, "Я Соколова, я в отпуске", SOKOLOVA, stage.clock.now())
    await uow.commit()
    await curator.wait_for("Пишет ученик", timeout=40)
    assert not personal(outgoing)


async def test_a_whole_story(stage: Stage, outgoing: Outgoing) -> None:
    """From the order to the digest no manager, curator, student or group reads a name, an address or a telephone."""
    await closed(stage)
    manager, admin, curator = await stage.manager("М"), await stage.admin("О"), await stage.curator("К")
    group = await bound_group(stage, manager)
    order = await ordered(stage)
    await said(group, "0123-0001")
    await manager.wait_for("Новая заявка № 0123-0001", timeout=40)
    private = replace(order.payer, kind=PayerKind.SOLE_TRADER, name=PERSON, inn="500100732259", kpp=None)
    line = replace(order.lines[0], id="a" * 32)
    uow = read(stage)
    uow.add_order(
        replace(order, id="b" * 32, number="0123-0002", draft_id="d" * 12, payer=private, lines=(line,), version=1)
    )
    await uow.commit()
    student = await bound(stage, order)
    for number in ("0123-0001", "0123-0002"):
        await ask(manager, number, f"/status {number}", f"/invoice {number}", f"/paid {number}", f"/student {number}")
    await ask(manager, "/orders", "/report", "/act", "/bank", "/results", "/admit", "/status 500100732259")
    await ask(admin, "/mail", "/stats", "/audit", "/admit", "/status 0123-0002")
    await ask(curator, "/queue", "/student 0123-0002", "/results")
    await ask(student, "/courses", "/orders", "/help", "/support")
    await manager.send("0123-0002")
    card = await manager.wait_for("Заявка № 0123-0002", timeout=40)
    await manager.press("1", card)
    await manager.wait_for("Ж. Г. Л." if "Ж. Г. Л." in card.text else "С. Л. А.", timeout=40)
    for act in ("email", "mobile", "swap"):
        await press_data(manager, f"st:{act}:{line.id}:")
    for days in (1, 7, 7, 7):
        stage.clock.move(days=days)
        await stage.app.ticker.tick_now()
    await ask(manager, "/report")
    assert not personal(outgoing)


async def test_money_acts_and_faults_name_nobody(stage: Stage, outgoing: Outgoing) -> None:
    """Invoices, payments, admission, acts and letters that bounce are told by numbers; a scan is not taken in chat."""
    await closed(stage)
    manager, admin, curator = await stage.manager("М"), await stage.admin("О"), await stage.curator("К")
    order = await ordered(stage)
    student = await bound(stage, order)
    line = await line_of(stage, order)
    await submit(stage, order, line, answers_of(STUDENT), student.id, paid=True)
    await issue(manager, order, "57 от 10.03, 24 500")
    uow = read(stage)
    questionnaire = await uow.questionnaire(line.id)
    assert questionnaire is not None
    await decide_questionnaire.approve(uow, await acting(stage, curator), line.id, questionnaire.version)
    await uow.commit()
    stage.clock.move(minutes=3)
    stage.app.wake()
    await student.wait_for("анкета подтверждена", timeout=40)
    await ask(curator, "/admit")
    await curator.press("1")
    await student.wait_for("Доступ к обучению открыт", timeout=40)
    uow = read(stage)
    now = stage.clock.now()
    await note_bounce(uow, Undelivered(SOKOLOVA, True, "unknown_user", "550"), None, now, now.date())
    await uow.commit()
    await manager.wait_for("Письма ученику не доходят", timeout=40)
    for days in (30, 25):
        stage.clock.move(days=days)
        await stage.app.ticker.tick_now()
    await manager.send(f"/act {order.number}")
    await manager.wait_for("Акт №", timeout=40)
    await manager.upload(document_picture("АКТ"), "akt.jpg", "photo", caption=order.number)
    await manager.wait_for("Документы с подписями в переписке не берём", timeout=40)
    await ask(manager, "/report", f"/status {order.number}", f"/invoice {order.number}")
    await ask(admin, f"/audit {order.number}", "/mail")
    assert await nothing_kept(stage)
    assert not personal(outgoing)


async def test_the_page_is_offered_where_chats_are_open(stage: Stage) -> None:
    """Where chat takes the answers too, the page is one button away where an order and a questionnaire begin."""
    ports = {"port": free_port(), "health_port": free_port()}
    await stage.reconfigure(web={"host": "127.0.0.1", "public_url": PAGE, **ports})
    client = await stage.client()
    hello = next(message for message in await client.messages() if "Здравствуйте" in message.text)
    assert address(hello, "Заполнить на странице") == f"{PAGE}/order/0123"
    await place(client, WHOLE)
    student = await stage.sandbox.person("Любовь")
    link = await link_of(stage)
    await student.start(link)
    await student.wait_for("последние четыре цифры", timeout=40)
    offered = next(message for message in await student.messages() if message.has_button("Заполнить на странице"))
    assert address(offered, "Заполнить") == f"{PAGE}/q/{link.removeprefix('q_')}"


async def test_without_a_page_words_go_to_the_curators_mailbox(stage: Stage, outgoing: Outgoing) -> None:
    """Where there is no page either, what a student writes by mail goes to the curators' mailbox, and chats say so."""
    await stage.reconfigure(personal_data={"in_chat": False}, imap=IN_PROCESS)
    order = await ordered(stage)
    curator = await member(stage, "Анна")
    asked = await letter_to(stage, SOKOLOVA)
    await hand_in(stage, answer_to(asked, "Я Соколова, можно ли прислать диплом в июне?", SOKOLOVA))
    told_ = await curator.wait_for("Пишет ученик", timeout=40)
    assert "kurator@example.ru" in told_.text
    letter_ = await letter_to(stage, "kurator@example.ru", "диплом в июне")
    assert SOKOLOVA in letter_["text"]
    said_ = await press_data(curator, f"th:answer:{order.lines[0].id}")
    assert "Ответьте ему письмом" in said_.text
    await curator.reply("Соколова, можно", told_)
    await curator.wait_for("Ответьте ему письмом", timeout=40)
    assert not personal(outgoing)


async def test_a_proof_begun_before_is_ended(stage: Stage, outgoing: Outgoing) -> None:
    """Whoever was asked for a telephone before chats were closed is asked for none afterwards, whatever they send."""
    client = await stage.client()
    await place(client, WHOLE)
    link = await link_of(stage)
    people = []
    for name in ("Люба", "Олег"):
        person = await stage.sandbox.person(name, phone="+79339333333")
        await person.start(link)
        await person.wait_for("последние четыре цифры", timeout=40)
        people.append(person)
    await closed(stage)
    outgoing.clear()
    await people[0].contact("+79161234567", "Ирина", user_id=1)
    await people[0].wait_for("по ссылке из письма", timeout=40)
    await people[1].upload(b"x", "golos.ogg", "document")
    await people[1].wait_for("Присланное не сохранили", timeout=40)
    assert not any("Поделиться" in words or "четыре цифры" in words for words in told(outgoing))
    assert not personal(outgoing)


async def test_the_audit_and_mistakes_name_nobody(stage: Stage, outgoing: Outgoing) -> None:
    """The audit masks addresses and names nobody put in another's place; a wrong answer is not repeated."""
    await closed(stage)
    admin, manager = await stage.admin("О"), await stage.manager("М")
    order = await ordered(stage)
    uow = read(stage)
    uow.audit(f"chat:{admin.id}", "student.replaced", order.lines[0].id, "Соколова Л. А.", "Белова И. П.")
    uow.audit("mail:belova.i@yandex.ru", "reminders.refused", "belova.i@yandex.ru")
    uow.audit(f"chat:{admin.id}", "staff.mailbox", "x", "gusev@yandex.ru", "belova.i@yandex.ru")
    await uow.commit()
    await ask(admin, f"/audit {order.number}", "/audit 10.03.2027", "/audit belova.i@yandex.ru")
    pages = [words for words in told(outgoing) if "Журнал" in words]
    assert any("ученик заменён" in words.casefold() for words in pages)
    assert any("…@yandex.ru" in words for words in pages)
    await ask(manager, f"/invoice {order.number}")
    await manager.press("Ввести счёт", await manager.wait_for("Счёта ещё нет", timeout=40))
    await manager.wait_for("Номер, дата и сумма", timeout=40)
    await ask(manager, "Соколова Любовь Андреевна, 8 933 933-33-33", "/status соколва", "/status Жуков")
    assert any("«…»" in words for words in told(outgoing))
    assert not personal(outgoing)
