"""The page of staff: the sign-in by a letter, what each role sees, decisions of curators, documents."""

import asyncio
import re
from datetime import timedelta
from typing import Any

from school.centre import Centre, Role
from school.questionnaire import UNDO, pages
from school.use_cases.converse import write_on_page
from school.use_cases.find import find_enrolment
from school.use_cases.sign_in import LINK_LASTS, VISIT_LASTS
from school.use_cases.withdraw_staff import withdraw_staff
from tests.pictures import document_picture
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import PageClient, browsing, open_pages
from tests.scenarios.review_steps import Handed, count, dealt, hand_in, keep, read, state_of
from tests.scenarios.review_steps import student as some_student
from tests.scenarios.staff_steps import SENT, asked, at_page, link_in_letter, signed_in, with_mailbox
from tests.scenarios.test_page_order import WHOLE, begun, sent

NAME = "Соколова Любовь Андреевна"
ANNA = "anna@shkola.example"
PETR = "petr@centre.example"
OWN_WORDS: dict[str, Any] = {"reason-diploma": "other"}
MORE_WORDS: dict[str, Any] = {"words-diploma": "Пришлите разворот"}
OTHER = Centre("0777", "СЦ «Другой»", "other@example.ru")


async def test_letter_signs_in_once(stage: Stage) -> None:
    """The link shows a button that signs in; a second press, or another browser's, finds the link spent."""
    base = await open_pages(stage)
    await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
    async with browsing(base) as person, browsing(base) as thief:
        assert SENT in (await asked(person, ANNA.upper())).text
        path = await link_in_letter(stage, ANNA)
        await thief.open(path)
        shown = await person.open(path)
        assert "Анна" not in shown.text
        shown = await person.press("Войти")
        assert "Что сейчас важно" in shown.text
        assert {one["samesite"] for one in person.session.cookie_jar if one.key == "staff"} == {"Lax"}
        assert "не действует" in (await thief.press("Войти")).text
        assert "Рабочая почта" in (await thief.open("/staff")).text


async def test_link_expires_and_so_does_the_session(stage: Stage) -> None:
    """The link lives 15 minutes, the session two hours."""
    base = await open_pages(stage)
    await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
    async with browsing(base) as person:
        await asked(person, ANNA)
        path = await link_in_letter(stage, ANNA)
        stage.clock.time += LINK_LASTS
        await person.open(path)
        assert "не действует" in (await person.press("Войти")).text
        stage.clock.time += timedelta(minutes=10)
        await person.open("/staff")
        newest = await last_letter(stage)
        await person.press("Прислать ссылку", email=ANNA)
        await person.open(await link_in_letter(stage, ANNA, after=newest))
        assert "Что сейчас важно" in (await person.press("Войти")).text
        stage.clock.time += VISIT_LASTS
        shown = await person.open("/staff/queue")
        assert shown.status == 401
        assert "Рабочая почта" in shown.text


async def test_unknown_mailbox_looks_the_same_and_gets_no_letter(stage: Stage) -> None:
    """Whoever asks learns nothing of who works here, whether the mailbox is known or not."""
    base = await open_pages(stage)
    await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
    async with browsing(base) as person:
        known, unknown = await asked(person, ANNA), await asked(person, "nobody@shkola.example")
        assert (known.status, known.text) == (unknown.status, unknown.text)
        wrong = await asked(person, "нет")
        assert wrong.status == 400
        assert "Проверьте адрес" in wrong.text
        await link_in_letter(stage, ANNA)
    assert not [one for one in (await stage.sandbox.letters())["letters"] if "nobody@" in str(one["to"])]


async def test_sign_in_is_limited(stage: Stage) -> None:
    """From one address ten letters may be asked for in ten minutes."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        for _ in range(10):
            assert (await asked(person, "nobody@shkola.example")).status == 200
        shown = await asked(person, "nobody@shkola.example")
        assert shown.status == 429
        assert shown.headers["Retry-After"]


async def test_only_manager_signs_in_by_the_centres_mailbox(stage: Stage) -> None:
    """A centre's mailbox signs its only manager in; with two it signs nobody in."""
    base = await open_pages(stage)
    await stage.manager()
    async with browsing(base) as person:
        assert "менеджер центра 0123" in (await signed_in(stage, person, "centre@example.ru")).text
    await stage.manager("Вера")
    async with browsing(base) as person:
        before = await last_letter(stage)
        assert SENT in (await asked(person, "centre@example.ru")).text
        await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
        await asked(person, ANNA)
        await link_in_letter(stage, ANNA)
        assert await last_letter(stage) == before + 1


async def test_withdrawn_role_loses_the_page_at_once(stage: Stage) -> None:
    """The next request after the withdrawal finds no page."""
    base = await open_pages(stage)
    admin = await stage.admin()
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        assert (await person.open("/staff/queue")).status == 200
        uow = read(stage)
        member = (await uow.staff_of_role(Role.CURATOR))[0]
        await withdraw_staff(uow, await uow.session(admin.id), member.id, stage.clock.now())
        await uow.commit()
        assert (await person.open("/staff/queue")).status == 401


async def test_leaving_ends_the_session_and_all_of_them(stage: Stage) -> None:
    """«Выйти» ends this session, «Завершить все» every one."""
    base = await open_pages(stage)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as first, browsing(base) as second:
        newest = await last_letter(stage)
        await asked(second, ANNA)
        await second.open(await link_in_letter(stage, ANNA, after=newest))
        await second.press("Войти")
        shown = await second.open("/staff/sessions")
        assert shown.text.count("Другой браузер") == 2
        assert "этот браузер" in shown.text
        await second.press("Завершить все")
        assert (await first.open("/staff/queue")).status == 401
        assert (await second.open("/staff/queue")).status == 401


async def test_approved_on_the_page_and_the_student_is_told(stage: Stage) -> None:
    """A curator takes the next one and approves it; the student is told after two minutes, the audit names the page."""
    base = await open_pages(stage)
    learner = await some_student(stage, "Любовь")
    handed = await hand_in(stage, NAME, learner)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        assert "1 анкета" in (await person.open("/staff/queue")).text
        shown = await person.press("Взять следующую")
        assert shown.url.endswith(f"/staff/queue/{handed.line_id}")
        assert NAME in shown.text
        assert "Образование" in shown.text
        assert "Соколова" not in re.search(r"<title>(.*?)</title>", shown.html)[1]  # type: ignore[index]
        shown = await person.press("Подтвердить")
        assert "Анкета подтверждена" in shown.text
        assert (await state_of(stage, handed))[0] == "approved"
        assert "Анна, на странице" in shown.text
    assert count(await learner.messages(), "подтверждена") == 0
    stage.clock.time += UNDO + timedelta(seconds=1)
    stage.app.wake()
    await learner.wait_for("подтверждена", after=0, timeout=40)


async def test_returned_by_fields_and_undone(stage: Stage) -> None:
    """What is typed stays where a reason lacks; the return can be taken back and the student hears nothing."""
    base = await open_pages(stage)
    handed = await hand_in(stage, NAME)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        await person.open(f"/staff/queue/{handed.line_id}")
        shown = await person.press("Вернуть ученику")
        assert shown.status == 400
        assert "хотя бы одно поле" in shown.text
        shown = await person.press("Вернуть ученику", field=["diploma"], **OWN_WORDS)
        assert shown.status == 400
        assert "напишите причину" in shown.text
        shown = await person.press("Вернуть ученику", **MORE_WORDS)
        assert "Диплом: Пришлите разворот" in shown.text
        assert (await state_of(stage, handed))[0] == "returned"
        shown = await person.press("Отменить решение")
        assert "Решение отменено" in shown.text
        assert (await state_of(stage, handed))[0] == "submitted"
        await person.press("Отклонить анкету", reason="forged")
        assert (await state_of(stage, handed))[0] == "declined"
        stage.clock.time += UNDO
        assert "Отменить решение" not in (await person.open(f"/staff/queue/{handed.line_id}")).text


async def test_of_the_page_and_the_chat_one_wins(stage: Stage) -> None:
    """Who is slower on the page reads who has decided in chat; of two browsers one decides."""
    base = await open_pages(stage)
    curator = await stage.curator("Вера")
    handed = await hand_in(stage, NAME)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        await person.open(f"/staff/queue/{handed.line_id}")
        await dealt(curator)
        await curator.press("Подтвердить")
        await curator.wait_for("Подтверждена", timeout=40)
        shown = await person.press("Отклонить анкету", reason="forged")
        assert shown.status == 409
        assert "Решение уже принято" in shown.text
        assert "Вера" in shown.text
        second = await hand_in(stage, "Орлова Анна Петровна")
        card = await dealt(curator)
        shown = await person.open(f"/staff/queue/{second.line_id}")
        form = shown.form("Подтвердить")
        found = await asyncio.gather(*(_post(person, f"{base}{form.action}", form.fields) for _ in range(2)))
        assert sorted(found) == [303, 409]
        changed = await curator.wait_for(lambda m: "на странице" in m.text, after=0, timeout=40)
        assert changed.message_id == card.message_id


async def last_letter(stage: Stage) -> int:
    """Return the id of the newest letter."""
    return max((one["id"] for one in (await stage.sandbox.letters())["letters"]), default=0)


async def _post(person: PageClient, url: str, fields: dict[str, list[str]]) -> int:
    data = {key: value[0] for key, value in fields.items()}
    answer = await person.session.post(url, data=data, allow_redirects=False)
    return answer.status


async def test_documents_are_saved_never_shown_and_audited(stage: Stage) -> None:
    """A file comes as its bytes, as an attachment in a sandbox, and the reading is in the audit."""
    base = await open_pages(stage)
    handed = await hand_in(stage, NAME)
    await keep(stage, handed)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        shown = await person.open(f"/staff/queue/{handed.line_id}")
        path = next(href for href in shown.links.values() if "/file/" in href)
        file = await person.open(path)
        assert file.body == document_picture("ДИПЛОМ", size=(500, 700))
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert file.headers["Content-Type"] == "image/jpeg"
        assert file.headers["Content-Security-Policy"].startswith("sandbox")
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    found = await read(stage).questionnaire(handed.line_id)
    assert found is not None
    lines = await read(stage).audit_of_subjects([handed.line_id], 20, 0)
    told = [(line.action, line.after) for line in lines if line.actor.startswith("page:")]
    assert ("document.read", pages(found, "diploma")[0].id) in told


async def test_message_and_admission(stage: Stage) -> None:
    """The curator reads what the student wrote and answers; then admits the student from the list."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    handed = await hand_in(stage, NAME)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        uow = read(stage)
        about = await find_enrolment(uow, handed.line_id)
        await write_on_page(uow, about, "Когда начнём?", f"page:{about.line.email}", stage.clock.now())
        await uow.commit()
        shown = await person.open(f"/staff/queue/{handed.line_id}")
        assert "Ученик, 12:00 Когда начнём?" in shown.text
        assert (await person.press("Отправить ученику", text=" ")).status == 400
        shown = await person.press("Отправить ученику", text="Всё в порядке <b>")
        assert "на почту" in shown.text
        assert "Всё в порядке <b>" in shown.text
        await person.press("Подтвердить")
        await person.open("/staff/admit")
        shown = await person.press("Зачислить: Соколова Любовь Андреевна")
        assert "доступ открыт" in shown.text


async def test_manager_finds_the_own_orders_and_no_questionnaires(stage: Stage) -> None:
    """All nine columns of the own centre, the table, a note; the queue, documents and foreign orders look absent."""
    base = await open_pages(stage)
    handed = await hand_in(stage, NAME)
    await stage.app.database.save_centre(OTHER)
    async with at_page(stage, base, Role.MANAGER, "Пётр", PETR) as person:
        await person.open("/staff/orders")
        shown = await person.press("Найти", asked="Соколова")
        for words in ("5039002841", "503901001", "оплачено", "Идентификатор почтового отправления", "не отправлено"):
            assert words in shown.text
        assert "Соколова" not in shown.url
        table = await person.press("Скачать таблицу XLSX")
        assert table.body[:2] == b"PK"
        shown = await person.open(f"/staff/orders/{handed.order_id}")
        assert "Белова Ирина Петровна" in shown.text
        assert "Звонила клиенту" in (await person.press("Записать заметку", text="Звонила клиенту")).text
        absent = await person.open("/staff/orders/absent")
        assert absent.status == 404
        for path in (f"/staff/queue/{handed.line_id}", "/staff/queue", "/staff/admit"):
            shown = await person.open(path)
            assert (shown.status, shown.text) == (404, absent.text)
    await with_mailbox(stage, Role.MANAGER, "Сосед", "sosed@other.example", OTHER.number)
    async with browsing(base) as foreign:
        await signed_in(stage, foreign, "sosed@other.example")
        assert (await foreign.open(f"/staff/orders/{handed.order_id}")).status == 404
        await foreign.open("/staff/orders")
        assert "Ничего не нашли" in (await foreign.press("Найти", asked="Соколова")).text


async def test_order_of_a_signed_in_manager_is_filled_in_by_staff(stage: Stage) -> None:
    """A manager who is signed in orders for a client: the order says so and the audit names them."""
    base = await open_pages(stage)
    async with at_page(stage, base, Role.MANAGER, "Пётр", PETR) as person:
        shown = await person.open("/staff")
        await begun(person, shown.links["Оформить заявку за клиента, центр 0123"])
        assert "принята" in (await sent(person, **WHOLE)).text
    uow = read(stage)
    order = await uow.order_by_number("0123-0001")
    assert order is not None
    assert order.filled_in_by_staff
    lines = await uow.audit_of_subjects([order.id], 10, 0)
    assert {line.actor for line in lines} == {f"page:{order.placed_by}"}


async def test_forms_without_the_seal_change_nothing(stage: Stage) -> None:
    """A form that lacks the staff's seal, or comes from another site, is refused."""
    base = await open_pages(stage)
    handed = await hand_in(stage, NAME)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        shown = await person.open(f"/staff/queue/{handed.line_id}")
        form = shown.form("Подтвердить")
        data = {key: value[0] for key, value in form.fields.items()}
        url = f"{base}{form.action}"
        assert (await person.session.post(url, data=data | {"csrf": "0" * 64})).status == 403
        crossed = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert (await person.session.post(url, data=data, headers=crossed)).status == 403
    assert (await state_of(stage, handed))[0] == "submitted"


async def test_own_mailbox_is_set_in_chat_and_told(stage: Stage) -> None:
    """A member sets the mailbox by /page; a change is told to the old one and to administrators, sessions end."""
    base = await open_pages(stage)
    admin = await stage.admin()
    curator = await stage.curator("Анна")
    await curator.send("/page")
    await curator.wait_for("не записана", timeout=40)
    await curator.press("Указать почту")
    await curator.wait_for("рабочая почта?", timeout=40)
    await curator.send("anna")
    await curator.wait_for("anna", timeout=40)
    await curator.send(ANNA)
    await curator.wait_for("Записали рабочую почту", timeout=40)
    async with browsing(base) as person:
        assert "Что сейчас важно" in (await signed_in(stage, person, ANNA)).text
        await curator.send("/page")
        await curator.wait_for(lambda m: m.has_button("Сменить почту"), timeout=40)
        await curator.press("Сменить почту")
        await curator.wait_for("рабочая почта?", timeout=40)
        await curator.send("anna.new@shkola.example")
        await curator.wait_for("anna.new@shkola.example", timeout=40)
        assert (await person.open("/staff/queue")).status == 401
    await admin.wait_for("почту сотрудника сменили", timeout=40)
    await stage.sandbox.wait_letter(lambda m: ANNA in m["to"] and "сменили" in m["subject"], timeout=40)


async def test_administrator_notes_the_mailbox_of_the_invited(stage: Stage) -> None:
    """The mailbox typed under an invitation signs the person in once they have accepted."""
    base = await open_pages(stage)
    admin = await stage.admin()
    await admin.send("/staff")
    await admin.wait_for("Сотрудники", timeout=40)
    await admin.press("Пригласить куратора")
    invitation = await admin.wait_for("start=staff_", timeout=40)
    secret = re.search(r"start=(staff_[\w-]+)", invitation.text)
    assert secret is not None
    await admin.press("Указать его почту")
    await admin.wait_for("Рабочая почта сотрудника?", timeout=40)
    await admin.send(ANNA)
    await admin.wait_for("Записали", timeout=40)
    person = await stage.sandbox.person("Анна")
    await person.start(secret[1])
    await person.wait_for("✅", timeout=40)
    async with browsing(base) as browser:
        assert "куратор" in (await signed_in(stage, browser, ANNA)).text


def routes_of(handed: Handed, document: str) -> dict[str, list[tuple[str, str]]]:
    """Return every route behind the sign-in by the right it needs, with what it is about."""
    card, order = f"/staff/queue/{handed.line_id}", f"/staff/orders/{handed.order_id}"
    learner = f"/staff/students/{handed.line_id}"
    return {
        "review": [
            ("GET", "/staff/queue"),
            ("GET", card),
            ("GET", f"{card}/file/{document}"),
            *(("POST", f"{card}/{act}") for act in ("approve", "return", "decline", "undo", "reopen", "message")),
            ("POST", "/staff/queue/next"),
            ("GET", "/staff/admit"),
            ("POST", "/staff/admit"),
            ("POST", "/staff/admit/all"),
        ],
        "lead": [
            ("GET", learner),
            *(("POST", f"{learner}/{act}") for act in ("nudge", "link", "email", "mobile", "replace")),
        ],
        "people": [("GET", "/staff/people")],
        "order": [("GET", order), ("POST", f"{order}/note")],
        "staff": [("GET", "/staff"), ("GET", "/staff/sessions"), ("GET", "/staff/orders")],
    }


MAY = {
    "manager": {"lead", "order", "staff"},
    "other_manager": {"staff"},
    "curator": {"review", "order", "staff"},
    "admin": {"people", "lead", "review", "order", "staff"},
    "nobody": set(),
}


async def test_each_route_tried_by_each_role(stage: Stage) -> None:
    """Whoever may not, finds nothing there and changes nothing; own and foreign, for every role and route."""
    base = await open_pages(stage)
    await stage.app.database.save_centre(OTHER)
    handed = await hand_in(stage, NAME)
    await keep(stage, handed)
    found = await read(stage).questionnaire(handed.line_id)
    assert found is not None
    routes = routes_of(handed, pages(found, "diploma")[0].id)
    roles = {"manager": Role.MANAGER, "other_manager": Role.MANAGER, "curator": Role.CURATOR, "admin": Role.ADMIN}
    # Those who may decide come last: what they do changes what the others would meet.
    for who in ("nobody", "other_manager", "manager", "curator", "admin"):
        stage.clock.time += timedelta(minutes=20)  # else their forms and letters would be too many
        async with browsing(base) as person:
            if who in roles:
                centre = OTHER.number if who == "other_manager" else "0123"
                await with_mailbox(stage, roles[who], who, f"{who}@shkola.example", centre)
                await signed_in(stage, person, f"{who}@shkola.example")
            shown = await person.open("/staff")
            seal = shown.forms[0].fields["csrf"][0]
            for family, them in routes.items():
                for method, path in them:
                    data = {"csrf": seal, "line": handed.line_id} if method == "POST" else None
                    answer = await person.session.request(method, f"{base}{path}", data=data, allow_redirects=False)
                    if family in MAY[who]:
                        assert answer.status in (200, 303, 400, 409), (who, path, answer.status)
                    else:
                        expected = 404 if who in roles else 401
                        assert answer.status == expected, (who, path, answer.status)
                        assert "Соколова" not in await answer.text()
            assert (await state_of(stage, handed))[0] == "submitted"
