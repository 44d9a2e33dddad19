"""The page of one's own: a student's courses and a client's order, without Telegram."""

from school.centre import Role
from school.order import Order
from school.use_cases.renew_link import new_link
from school.use_cases.visit_page import new_client_link
from tests.scenarios.admission_steps import put_order, student
from tests.scenarios.billing_steps import with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import audited, change_line, order_of
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages, placed_secret, proved
from tests.scenarios.steps import place, to_address
from tests.scenarios.student_steps import SOKOLOVA, link_of


async def client_link(stage: Stage) -> str:
    """Return the secret of a client's link to the only order."""
    order = await order_of(stage)
    uow = stage.app.database.uow(stage.clock)
    secret = new_client_link(uow, order, stage.clock.now())
    await uow.commit()
    return secret


async def opened(person: PageClient, secret: str) -> Shown:
    """Open the client's link and prove it by the orderer's mobile."""
    return await proved(person, secret, digits="4567", page="me")


async def test_student_sees_the_course_its_conditions_and_the_next_step(stage: Stage) -> None:
    """A student sees the course card and each condition; what to do now is one button, to the questionnaire."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await proved(person, secret, page="me")
        assert shown.status == 200
        for words in ("Мои вебинары и курсы", "Даты обучения", "заполните анкету", "ждём оплату от заказчика"):
            assert words in shown.text
        assert shown.links["Заполнить анкету"] == f"/q/{secret}"
        assert "Проверьте компьютер" not in shown.text
        await change_line(
            stage, admitted_at=stage.clock.now(), training="studying", test="passed", tracking="10283512004231"
        )
        shown = await person.open(f"/me/{secret}")
        for words in ("Вы зачислены", "Проверьте компьютер", "учится", "сдано", "10283512004231"):
            assert words in shown.text


async def test_student_writes_to_the_curator_and_is_answered_by_mail(stage: Stage) -> None:
    """A message from the page reaches the curator's chat; an empty one keeps the person on the page with a reason."""
    base = await open_pages(stage)
    curator = await stage.staff(Role.CURATOR, "Анна")
    secret = await placed_secret(stage)
    await change_line(stage, questionnaire="approved")
    async with browsing(base) as person:
        await proved(person, secret, page="me")
        shown = await person.press("Отправить куратору", text=" ")
        assert shown.status == 400
        assert "не отправили" in shown.text
        shown = await person.press("Отправить куратору", text="Как сменить фамилию?")
        assert "Отправили куратору. Ответ придёт на вашу почту" in shown.text
    told = await curator.wait_for("Как сменить фамилию?")
    assert "Соколова" in told.text
    await curator.press("Ответить")
    await curator.wait_for("Напишите одним сообщением")
    await curator.send("Пришлите свидетельство о браке.")
    letter = await stage.sandbox.wait_letter(
        lambda found: to_address(SOKOLOVA)(found) and "свидетельство о браке" in found["text"], timeout=20
    )
    assert f"{base}/me/" in letter["text"]


async def test_student_chooses_mail(stage: Stage) -> None:
    """The preference is kept; a form about a line that this visit has not proved changes nothing."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await proved(person, secret, page="me")
        assert "Пишем вам на почту" in shown.text
        assert person.page is not None
        form = next(form for form in person.page.forms if form.action.endswith("/channel"))
        values = {key: value[0] for key, value in form.fields.items()}
        answer = await person.session.post(f"{base}{form.action}", data={**values, "channel": "mail"})
        assert answer.status == 200
        assert (await order_of(stage)).lines[0].prefers == "mail"
        alien = await person.session.post(f"{base}{form.action}", data={**values, "line": "0" * 32, "channel": "chat"})
        assert alien.status == 404


async def test_client_sees_the_order_and_cares_for_a_student(stage: Stage) -> None:
    """A client sees conditions of each student, reminds once a day, sends the link, asks for a replacement."""
    base = await open_pages(stage)
    manager = await stage.staff(Role.MANAGER, "Пётр")
    await place(await stage.client())
    secret = await client_link(stage)
    async with browsing(base) as person:
        before = await person.open(f"/me/{secret}")
        assert "Ромашка" not in before.html
        shown = await opened(person, secret)
        for words in (
            "Заявка № 0123-0001",
            "Ромашка",
            "Соколова Любовь Андреевна",
            "оплатите счёт",
            "заполните анкету",
        ):
            assert words in shown.text
        await person.open(shown.links["Напомнить, исправить почту, заменить"])
        assert "Напомнили ученику" in (await person.press("Напомнить об анкете")).text
        letter = await stage.sandbox.wait_letter(
            lambda found: to_address(SOKOLOVA)(found) and "Об этом просит Белова" in found["text"], timeout=20
        )
        assert base in letter["text"]
        again = await person.press("Напомнить об анкете")
        assert again.status == 429
        assert "уже напоминали" in again.text
        assert "Передали менеджеру" in (await person.press("Попросить замену")).text
        await manager.wait_for("замен")
    assert ("page:belova.i@yandex.ru", "student.nudged") in {row[:2] for row in await audited(stage)}


async def test_client_corrects_an_address_and_is_asked_about_a_typo(stage: Stage) -> None:
    """A wrong address is refused with its reason, a likely typo is asked about, then the link goes to the new one."""
    base = await open_pages(stage)
    await place(await stage.client())
    secret = await client_link(stage)
    async with browsing(base) as person:
        shown = await opened(person, secret)
        await person.open(shown.links["Напомнить, исправить почту, заменить"])
        shown = await person.press("Исправить почту", email="buh@romashka.ru")
        assert shown.status == 400
        assert "похож на общий" in shown.text
        assert 'value="buh@romashka.ru"' in shown.html
        shown = await person.press("Исправить почту", email="sokolova@gmial.com")
        assert "Возможно, опечатка" in shown.text
        shown = await person.press("Да, исправить")
        assert "Почту исправили" in shown.text
        assert (await order_of(stage)).lines[0].email == "sokolova@gmail.com"
    await link_of(stage, "sokolova@gmail.com")


async def test_client_link_opens_its_own_order_only(stage: Stage) -> None:
    """A client's visit does not reach another's student or a foreign invoice; a student's link opens no order."""
    base = await open_pages(stage)
    student = await placed_secret(stage)
    secret = await client_link(stage)
    line = (await order_of(stage)).lines[0]
    async with browsing(base) as person:
        await proved(person, student, page="me")
        assert (await person.open(f"/me/{student}/student/{line.id}")).status == 404
        assert "Подтвердите" in (await person.open(f"/me/{secret}/student/{line.id}")).text
    async with browsing(base) as person:
        await opened(person, secret)
        assert (await person.open(f"/me/{secret}/student/{'0' * 32}")).status == 404
        assert (await person.open(f"/me/{secret}/invoice/{'0' * 16}/invoice")).status == 404


async def test_client_downloads_the_invoice_that_was_sent(stage: Stage) -> None:
    """The invoice's PDF is there after it was sent and not before."""
    base = await open_pages(stage)
    manager = await stage.staff(Role.MANAGER, "Пётр")
    await with_seller(stage)
    await place(await stage.client())
    secret = await client_link(stage)
    async with browsing(base) as person:
        shown = await opened(person, secret)
        assert "Счёт и договор пришлёт сервисный центр" in shown.text
        await manager.send("/invoice 0123-0001")
        await manager.wait_for("Счёт")
        await manager.press("Сделать счёт")
        await manager.wait_for("Проверьте его")
        assert "Скачать" not in (await person.open(f"/me/{secret}")).text
        await manager.press("Отправить клиенту")
        await manager.wait_for("Отправили клиенту")
        shown = await person.open(f"/me/{secret}")
        link = next(href for words, href in shown.links.items() if words.startswith("📎 Скачать счёт"))
        paper = await person.open(link)
        assert paper.body.startswith(b"%PDF")
        assert "attachment" in paper.headers["Content-Disposition"]


async def test_where_chats_carry_no_words_the_message_goes_by_mail(stage: Stage) -> None:
    """With `personal_data.in_chat = false` the text goes to the curators' mailbox, and no chat shows it."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    curator = await stage.staff(Role.CURATOR, "Анна")
    order = await placed_by_hand(stage)
    uow = stage.app.database.uow(stage.clock)
    secret = new_link(uow, order, order.lines[0], stage.clock.now())
    await uow.commit()
    async with browsing(base) as person:
        await proved(person, secret, digits=order.lines[0].mobile[-4:], page="me")
        shown = await person.press("Отправить куратору", text="Моя девичья фамилия Петрова.")
        assert "Ответ придёт на вашу почту" in shown.text
    letter = await stage.sandbox.wait_letter(
        lambda found: to_address("kurator@example.ru")(found) and "девичья" in found["text"], timeout=20
    )
    assert order.lines[0].email in letter["text"]
    told = await curator.wait_for("Пишет ученик")
    assert "девичья" not in told.text


async def placed_by_hand(stage: Stage) -> Order:
    """Put an order of one student whose questionnaire is approved: chats take no personal data here."""
    return await put_order(stage, student(stage, 1, questionnaire="approved"))


async def test_one_persons_courses_stand_together(stage: Stage) -> None:
    """Courses proved in one visit are listed together where they are one person's, and never another person's."""
    base = await open_pages(stage)
    order = await put_order(stage, student(stage, 1), student(stage, 2), student(stage, 3, mobile="+79330000001"))
    uow = stage.app.database.uow(stage.clock)
    first, other, again = (new_link(uow, order, line, stage.clock.now()) for line in order.lines)
    await uow.commit()
    async with browsing(base) as person:
        await proved(person, first, digits="0001", page="me")
        await proved(person, other, digits="0002", page="me")
        shown = await proved(person, again, digits="0001", page="me")
        assert shown.text.count("Условия зачисления") == 2
        assert order.lines[1].email not in shown.html
        shown = await person.open(f"/me/{other}")
        assert shown.text.count("Условия зачисления") == 1


async def test_cancelled_place_says_so(stage: Stage) -> None:
    """A student whose place was cancelled reads that and where to ask; the client sees no buttons for it."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    client = await client_link(stage)
    await change_line(stage, cancelled_at=stage.clock.now(), cancel_reason="client")
    async with browsing(base) as person:
        assert "Место на курсе отменили" in (await proved(person, secret, page="me")).text
        shown = await opened(person, client)
        await person.open(shown.links["Посмотреть"])
        assert person.page is not None
        assert "Напомнить об анкете" not in person.page.text
