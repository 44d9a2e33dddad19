"""Managers on their page: a student corrected, reminded, replaced, without a chat; mailboxes that others register."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.callbacks import students
from school.centre import Role
from school.use_cases.converse import Said, answer_student, keep_said, write_on_page
from school.use_cases.fill_questionnaire import erase
from school.use_cases.find import find_enrolment
from school.use_cases.invite_staff import invite_staff
from school.use_cases.review_questionnaire import Acting
from school.use_cases.sign_in import LINK_LASTS, MOST_LETTERS, ask_sign_in
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import PageClient, browsing, open_pages
from tests.scenarios.review_steps import count, hand_in, member, press_data, read, zone_of
from tests.scenarios.staff_steps import SENT, asked, at_page, link_in_letter, signed_in, with_mailbox
from tests.scenarios.steps import to_address
from tests.scenarios.test_page_staff import ANNA, NAME, OTHER, PETR, last_letter

NEW = "sokolova.new@yandex.ru"
NEWCOMER: dict[str, Any] = {
    "name": "Лебедева Татьяна Ивановна",
    "mobile": "8 905 222-33-44",
    "email": "lebedeva.t@yandex.ru",
}


async def at_student(person: PageClient) -> str:
    """Find the student by the surname and open the page that corrects; return its path."""
    await person.open("/staff/orders")
    shown = await person.press("Найти", asked="Соколова")
    path = next(href for href in shown.links.values() if "/staff/students/" in href)
    await person.open(path)
    return path


async def line_now(stage: Stage, path: str) -> object:
    """Return the student's line as it stands."""
    return (await find_enrolment(read(stage), path.rpartition("/")[2])).line


async def test_manager_corrects_address_and_mobile(stage: Stage) -> None:
    """A wrong or doubtful address keeps what was typed and asks; the new one gets a link, as a new mobile does."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    handed = await ordered(stage)
    async with at_page(stage, base, Role.MANAGER, "Пётр", PETR) as person:
        path = await at_student(person)
        assert path.endswith(handed)
        shown = await person.press("Исправить почту", email="info@romashka.example")
        assert shown.status == 400
        assert 'value="info@romashka.example"' in shown.html
        assert 'aria-describedby="email-hint email-problem"' in shown.html
        shown = await person.press("Исправить почту", email="sokolova.new@yandx.ru")
        assert "Возможно, опечатка" in shown.text
        shown = await person.press("Да, исправить")
        assert "Почту исправили" in shown.text
        assert NEW in shown.text
        await stage.sandbox.wait_letter(lambda m: to_address(NEW)(m) and "/q/" in m["text"], timeout=40)
        assert (await person.press("Исправить телефон", mobile="12")).status == 400
        assert "Телефон исправили" in (await person.press("Исправить телефон", mobile="8 905 222-33-44")).text
        assert "+7 905 222-33-44" in (await person.open(path)).text
        shown = await person.press("Прислать ссылку")
        assert "Письмо уже в пути" in shown.text
        assert "Напомнили ученику" in (await person.press("Напомнить об анкете")).text
        assert "уже напоминали" in (await person.press("Напомнить об анкете")).text
        stage.clock.time += timedelta(hours=1)
        assert "Отправили новую ссылку" in (await person.press("Прислать ссылку")).text
    lines = await read(stage).audit_of_subjects([handed], 20, 0)
    actions = {line.action for line in lines if line.actor.startswith("page:")}
    assert {"student.email_corrected", "student.mobile_corrected", "student.nudged", "link.sent"} <= actions


async def ordered(stage: Stage) -> str:
    """Put an order of one student whose questionnaire is not begun; return the line's id."""
    handed = await hand_in(stage, NAME)
    uow = read(stage)
    about = await find_enrolment(uow, handed.line_id)
    found = await uow.questionnaire(handed.line_id)
    assert found is not None
    uow.drop_questionnaire(found)
    uow.save_line(about.order.id, replace(about.line, questionnaire="not_started", submitted_at=None, admit_by=None))
    await uow.commit()
    return handed.line_id


async def test_manager_replaces_the_student_once(stage: Stage) -> None:
    """Faults are told by field; one more question, then the newcomer stands there; an old confirmation does nothing."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    handed = await hand_in(stage, NAME)
    uow = read(stage)
    keep_said(uow, handed.line_id, Said("Мой паспорт 1234", "", stage.clock.now()))
    await uow.commit()
    async with at_page(stage, base, Role.MANAGER, "Пётр", PETR) as person:
        path = await at_student(person)
        shown = await person.press("Проверить и заменить", name="Лебедева", mobile="1", email="нет")
        assert shown.status == 400
        for mark in ("#new-name", "#new-mobile", "#new-email"):
            assert f'href="{mark}"' in shown.html
        shown = await person.press("Проверить и заменить", **NEWCOMER)
        assert "Соколова Любовь Андреевна → Лебедева Татьяна Ивановна" in shown.text
        form = {key: value[0] for key, value in shown.form("Заменить").fields.items()}
        assert "Ученика заменили" in (await person.press("Заменить")).text
        shown = await person.open(path)
        assert shown.title == NEWCOMER["name"]
        data = {**form, "name": "Орлова Анна Петровна", "confirmed": "yes"}
        answer = await person.session.post(f"{base}{path}/replace", data=data)
        assert answer.status == 409
        assert (await person.open(path)).title == NEWCOMER["name"]
    uow = read(stage)
    assert await uow.questionnaire(handed.line_id) is None
    assert await uow.living_tokens("said", handed.line_id, stage.clock.now()) == []
    letter = await stage.sandbox.wait_letter(to_address(NEWCOMER["email"]), timeout=40)
    assert "/q/" in letter["text"]


async def test_refused_consent_erases_the_conversation(stage: Stage) -> None:
    """Who refuses consent leaves nothing of what was written: neither the words nor what answers to them."""
    handed = await hand_in(stage, NAME)
    uow = read(stage)
    found = await uow.questionnaire(handed.line_id)
    assert found is not None
    uow.save_questionnaire(replace(found, state="filling", submitted_at=None))
    keep_said(uow, handed.line_id, Said("Болею", "", stage.clock.now()))
    await uow.commit()
    uow = read(stage)
    about = await find_enrolment(uow, handed.line_id)
    assert len(await uow.living_tokens("said", handed.line_id, stage.clock.now())) == 1
    await erase(uow, about, "page:student")
    await uow.commit()
    assert await read(stage).living_tokens("said", handed.line_id, stage.clock.now()) == []


async def test_unknown_mailbox_costs_as_much_as_a_known_one(stage: Stage) -> None:
    """A link is written for a stranger's mailbox too, and is dead: the time of the answer tells nothing."""
    await stage.curator("Анна")
    kept = []
    for email in (ANNA, "nobody@shkola.example"):
        uow = read(stage)
        uow.set_mailbox((await uow.staff_of_role(Role.CURATOR))[0].user_id, ANNA)
        await uow.commit()
        uow = read(stage)
        await ask_sign_in(uow, email, "https://page.example/staff/in/", stage.clock.now())
        await uow.commit()
        rows = await stage.app.database.run(
            lambda c: c.execute(text("SELECT revoked_at IS NULL FROM tokens WHERE kind = 'sign_in'")).scalars().all()
        )
        kept.append(sorted(bool(living) for living in rows))
    assert kept == [[True], [False, True]]


async def test_variants_of_a_mailbox_count_as_one(stage: Stage) -> None:
    """A mailbox gets ten letters in ten minutes, however its address is dressed and wherever they are asked from."""
    base = await open_pages(stage, web={"trusted_proxies": ["127.0.0.1"]})
    await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
    async with browsing(base) as person:
        shown = await person.open("/staff")
        seal = shown.form("Прислать ссылку").fields["csrf"][0]
        for at in range(14):
            data = {"csrf": seal, "email": (f"<{ANNA}>", ANNA.upper(), f"mailto:{ANNA}")[at % 3]}
            headers = {"X-Forwarded-For": f"198.51.100.{at}"}
            assert (await person.session.post(f"{base}/staff/sign-in", data=data, headers=headers)).status == 200
    user = (await read(stage).staff_of_role(Role.CURATOR))[0].user_id
    assert len(await read(stage).living_tokens("sign_in", str(user), stage.clock.now())) == 10


async def test_mailbox_gets_few_letters_in_a_day_whatever_process_sends_them(stage: Stage) -> None:
    """Twenty unused links a day for one mailbox, counted in the database; those that signed in count as none."""
    base = await open_pages(stage)
    await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
    user = (await read(stage).staff_of_role(Role.CURATOR))[0].user_id
    async with browsing(base) as person:
        await signed_in(stage, person, ANNA)
    began = stage.clock.now()
    for at in range(MOST_LETTERS + 3):
        stage.clock.move(minutes=20)
        if at == MOST_LETTERS // 2:
            base = await open_pages(stage)
        async with browsing(base) as person:
            assert SENT in (await asked(person, ANNA)).text
    assert len(await read(stage).living_tokens("sign_in", str(user), began + LINK_LASTS)) == MOST_LETTERS
    stage.clock.move(days=1)
    async with browsing(base) as person:
        assert SENT in (await asked(person, ANNA)).text
    assert len(await read(stage).living_tokens("sign_in", str(user), stage.clock.now())) == 1


async def test_student_page_is_for_who_leads(stage: Stage) -> None:
    """A curator and another centre's manager find no such page, and their forms change nothing."""
    base = await open_pages(stage)
    handed = await hand_in(stage, NAME)
    await stage.app.database.save_centre(OTHER)
    path = f"/staff/students/{handed.line_id}"
    for role, name, email, centre in (
        (Role.CURATOR, "Анна", ANNA, ""),
        (Role.MANAGER, "Сосед", "sosed@other.example", OTHER.number),
    ):
        await with_mailbox(stage, role, name, email, centre)
        async with browsing(base) as person:
            shown = await signed_in(stage, person, email)
            seal = shown.forms[0].fields["csrf"][0]
            assert (await person.open(path)).status == 404
            for act in ("nudge", "link", "email", "mobile", "replace"):
                data = {"csrf": seal, **NEWCOMER, "confirmed": "yes", "version": "1"}
                answer = await person.session.post(f"{base}{path}/{act}", data=data)
                assert answer.status == 404, (name, act)
            assert "/staff/students/" not in (await person.open(f"/staff/orders/{handed.order_id}")).html
    assert (await find_enrolment(read(stage), handed.line_id)).line.name == NAME


async def test_answer_on_the_page_takes_the_next_message(stage: Stage) -> None:
    """Who answered a student on the page gets what the student writes next, alone, though no chat saw the answer."""
    await open_pages(stage)
    handed = await hand_in(stage, NAME)
    first, second = await member(stage, "Петрова"), await member(stage, "Сидорова")
    uow, now = read(stage), stage.clock.now()
    who = Acting(await uow.session(second.id), second.id, "Сидорова", now, zone_of(stage))
    await answer_student(uow, who, handed.line_id, "Всё в порядке")
    await uow.commit()
    uow = read(stage)
    about = await find_enrolment(uow, handed.line_id)
    written = await write_on_page(uow, about, "Когда начнём?", f"page:{about.line.email}", now)
    await uow.commit()
    assert written.told == 1
    stage.app.wake()
    await second.wait_for("Когда начнём?", after=0, timeout=40)
    assert count(await first.messages(), "Когда начнём?") == 0


async def test_curators_own_questionnaire_is_known_by_the_mailbox(stage: Stage) -> None:
    """Nobody decides on the page about the questionnaire of the student whose address is their own mailbox."""
    base = await open_pages(stage)
    handed = await hand_in(stage, NAME)
    own = (await find_enrolment(read(stage), handed.line_id)).line.email
    async with at_page(stage, base, Role.CURATOR, "Анна", own) as person:
        await person.open(f"/staff/queue/{handed.line_id}")
        shown = await person.press("Подтвердить")
        assert shown.status == 409
        assert "Это ваша анкета" in shown.text


async def test_centres_mailbox_opens_no_more_than_the_centre(stage: Stage) -> None:
    """A manager who becomes a curator loses the session at once, and a shared mailbox signs them in no more."""
    base = await open_pages(stage)
    manager = await stage.manager()
    async with browsing(base) as person:
        await signed_in(stage, person, "centre@example.ru")
        uow = read(stage)
        secret = await invite_staff(uow, stage.clock.now(), Role.CURATOR, None)
        await uow.commit()
        await manager.start(f"staff_{secret}")
        await manager.wait_for("куратор", timeout=40)
        assert (await person.open("/staff/queue")).status == 401
        before = await last_letter(stage)
        await asked(person, "centre@example.ru")
        await with_mailbox(stage, Role.CURATOR, "Анна", ANNA)
        await asked(person, ANNA)
        await link_in_letter(stage, ANNA)
        assert await last_letter(stage) == before + 1


async def test_administrator_registers_the_mailbox_of_who_works(stage: Stage) -> None:
    """On the page an administrator writes down a curator's mailbox, which signs them in; others find no such page."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    curator = await stage.curator("Вера")
    async with at_page(stage, base, Role.ADMIN, "Анна", ANNA) as person:
        shown = await person.open("/staff/people")
        assert "Вера" in shown.text
        form = next(one for one in shown.forms if one.fields.get("member") and ANNA not in one.fields["email"])
        data = {key: value[0] for key, value in form.fields.items()}
        for wrong in ("vera", ANNA):
            answer = await person.session.post(f"{base}/staff/people", data={**data, "email": wrong})
            assert answer.status == 400
            assert "Почту не записали" in (await answer.text()).replace("\u00a0", " ")
        answer = await person.session.post(f"{base}/staff/people", data={**data, "email": "vera@shkola.example"})
        assert answer.url.path_qs == "/staff/people?done=1"
        missing = {**data, "member": "absent", "email": "x@shkola.example"}
        assert (await person.session.post(f"{base}/staff/people", data=missing)).status == 404
    async with browsing(base) as person:
        shown = await signed_in(stage, person, "vera@shkola.example")
        assert "куратор" in shown.text
        assert (await person.open("/staff/people")).status == 404
        found = await read(stage).staff_of_mailbox("vera@shkola.example")
        assert [one.user_id for one in found] == [curator.id]
        seal = shown.forms[0].fields["csrf"][0]
        data = {"csrf": seal, "member": found[0].id, "email": "other@shkola.example"}
        assert (await person.session.post(f"{base}/staff/people", data=data)).status == 404


async def test_closed_chat_leads_a_manager_to_the_students_page(stage: Stage) -> None:
    """Where nothing personal is typed in chat, the button that would ask for it gives the page where it is done."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    handed = await hand_in(stage, NAME)
    manager = await stage.manager()
    await manager.send("0123-0001")
    await manager.wait_for("Нажмите номер ученика", timeout=40)
    await manager.press("1")
    there = f"{base}/staff/students/{handed.line_id}"
    shown = await manager.wait_for(lambda m: m.has_button("Открыть на странице"), timeout=40)
    assert there in [one.get("url") for row in shown.buttons for one in row]
    # A button of the time when chats were open.
    told = await press_data(manager, students("swap", handed.line_id))
    assert "на странице сотрудника" in told.text
    assert [one["url"] for row in told.buttons for one in row] == [there]


async def test_mailbox_is_not_asked_in_a_closed_chat(stage: Stage) -> None:
    """Where chats carry no personal data `/page` asks for no mailbox and says who registers it."""
    await open_pages(stage, personal_data={"in_chat": False})
    curator = await stage.curator("Анна")
    await curator.send("/page")
    shown = await curator.wait_for("не записана", timeout=40)
    assert "записывает администратор" in shown.text
    assert not shown.has_button("Указать почту")
