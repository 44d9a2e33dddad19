"""The administrator about staff, and what each role has in its menu."""

import re

from sandbox.client import Person
from school.centre import Role
from school.use_cases.invite_staff import invite_staff
from tests.scenarios.admission_steps import put_order, student
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import WHOLE, place

CLIENT = ["order", "orders", "form", "courses", "documents", "support", "cancel", "help"]
MANAGER = [
    "order", "orders", "form", "paid", "invoice", "bank", "act", "status", "report", "stats", "link", "page",
    "documents", "support", "cancel", "help",
]  # fmt: skip
CURATOR = [
    "act", "status", "report", "queue", "admit", "results", "student", "stats", "page", "mail", "documents", "support",
    "help",
]  # fmt: skip
ADMIN = [
    "paid", "invoice", "act", "status", "report", "queue", "admit", "results", "student", "stats", "link", "page",
    "staff", "mail", "audit", "centres", "catalog", "documents", "support", "help",
]  # fmt: skip
BOTH = [
    "order", "orders", "form", "paid", "invoice", "bank", "act", "status", "report", "queue", "admit", "results",
    "student", "stats", "link", "page", "mail", "documents", "support", "cancel", "help",
]  # fmt: skip


async def menu_of(person: Person, expected: list[str]) -> list[str]:
    """Return the commands in the person's menu, once they are as expected or have had the time to be."""
    found: list[str] = []
    for _ in range(50):
        found = [command["command"] for command in await person.commands()]
        if found == expected:
            break
        await person.messages()
    return found


async def come_in(stage: Stage, invited: str, name: str) -> Person:
    """Let a person open the link in an invitation."""
    person = await stage.sandbox.person(name)
    await open_link(person, invited)
    return person


async def open_link(person: Person, invited: str, said: str = "✅") -> None:
    """Open the link in an invitation and wait for what is said."""
    found = re.search(r"start=(staff_[\w-]+)", invited)
    assert found is not None
    await person.start(found[1])
    await person.wait_for(said)


async def test_administrator_invites_each_role(stage: Stage) -> None:
    """An administrator gets one-time links from chat, for a manager by the centre's number, and the audit says who."""
    admin = await stage.admin()
    await admin.send("/staff")
    listed = await admin.wait_for("Сотрудники")
    assert "Ольга — администратор" in listed.text
    await admin.press("Пригласить куратора")
    curator = await come_in(stage, (await admin.wait_for("start=staff_")).text, "Анна")
    await admin.press("Новый администратор")
    await come_in(stage, (await admin.wait_for("администратором")).text, "Вера")
    await admin.press("Пригласить менеджера")
    await admin.wait_for("В какой сервисный центр?")
    await admin.send("/staff 0999")
    await admin.wait_for("Такого открытого центра нет")
    await admin.send("/staff 0123")
    invited = await admin.wait_for("start=staff_")
    assert "СЦ «Пример»" in invited.text
    assert "3 дня" in invited.text
    manager = await come_in(stage, invited.text, "Пётр")
    assert await menu_of(manager, MANAGER) == MANAGER
    assert await menu_of(curator, CURATOR) == CURATOR
    await admin.send("/staff")
    listed = await admin.wait_for("Сотрудники")
    assert "Пётр — менеджер центра 0123" in listed.text
    second = await stage.sandbox.person("Олег")
    await open_link(second, invited.text, "уже не действует")


async def test_withdrawn_role_ends_at_once(stage: Stage) -> None:
    """A role is withdrawn after a confirmation; its holder is told, loses the menu, and the next tap is refused."""
    admin, manager = await stage.admin(), await stage.manager()
    await place(await stage.client(), WHOLE)
    await manager.send("0123-0001")
    await manager.wait_for("Нажмите номер")
    await admin.send("/staff")
    await admin.wait_for("Сотрудники")
    await admin.press("2")
    sure = await admin.wait_for("Отозвать роль?")
    assert "Пётр" in sure.text
    await admin.press("Отозвать")
    await admin.wait_for("✅ Роль отозвали")
    await manager.wait_for("Администратор отозвал вашу роль менеджера центра", after=0)
    assert await menu_of(manager, CLIENT) == CLIENT
    await manager.press("1")
    refused = await manager.wait_for("ничего не нашлось")
    assert "Соколова" not in refused.text
    await admin.press("Отозвать", message=sure)
    await admin.wait_for("ничего не нашлось")


async def test_last_administrator_stays(stage: Stage) -> None:
    """Nobody withdraws the last administrator; with two, one may go, even oneself."""
    admin = await stage.admin()
    await admin.send("/staff")
    await admin.wait_for("Сотрудники")
    await admin.press("1")
    await admin.wait_for("Отозвать роль?")
    await admin.press("Отозвать")
    await admin.wait_for("последний администратор")
    await stage.admin("Вера")
    await admin.send("/staff")
    listed = await admin.wait_for("Сотрудники")
    number = next(line[0] for line in listed.text.splitlines() if "Ольга" in line)
    await admin.press(number)
    await admin.wait_for("Отозвать роль?")
    await admin.press("Отозвать")
    await admin.wait_for("✅ Роль отозвали")
    await admin.send("/staff")
    await admin.wait_for("ничего не нашлось")


async def test_staff_is_for_administrators(stage: Stage) -> None:
    """`/staff` and its buttons find nothing for anyone else."""
    admin = await stage.admin()
    await admin.send("/staff")
    listed = await admin.wait_for("Сотрудники")
    presses = [str(listed.data("1")), str(listed.data("куратора")), str(listed.data("менеджера")), "sf:centre:0123"]
    presses += [presses[0].replace("one", "withdraw"), "sf:page:0"]
    for person in (await stage.manager(), await stage.curator(), await stage.client()):
        await person.send("/staff")
        shown = await person.wait_for("ничего не нашлось")
        for data in presses:
            seen = (await person.last()).rev
            told = {"message_id": shown.message_id, "data": data}
            await stage.sandbox.call("POST", f"people/{person.id}/press", json=told)
            await person.wait_for("ничего не нашлось", after=seen)


async def test_menus_and_help_by_role(stage: Stage) -> None:
    """Everyone has in the menu and in `/help` what they may use; two roles have both."""
    client = await stage.client()
    assert await menu_of(client, CLIENT) == CLIENT
    await client.send("/help")
    assert "/queue" not in (await client.wait_for("/orders")).text
    admin = await stage.admin()
    assert await menu_of(admin, ADMIN) == ADMIN
    curator = await stage.curator()
    await curator.send("/help")
    told = await curator.wait_for("/queue")
    assert "/staff" not in told.text
    await admin.send("/staff 0123")
    await open_link(curator, (await admin.wait_for("start=staff_")).text)
    both = BOTH
    assert await menu_of(curator, both) == both


async def test_curator_is_told_what_to_do_instead_of_ordering(stage: Stage) -> None:
    """A curator without a centre places no orders; `/start` says what waits."""
    curator = await stage.curator()
    for command in ("/order", "/orders"):
        await curator.send(command)
        await curator.wait_for("вы работаете с уже принятыми")
    await curator.send("/start")
    await curator.wait_for("Анкет на проверку нет")


async def test_a_withdrawn_role_takes_its_question_along(stage: Stage) -> None:
    """What was asked of a curator is over with the role: what they type next is not taken for an answer."""
    admin, curator = await stage.admin(), await stage.curator()
    now = stage.clock.now()
    await put_order(stage, student(stage, 1, payment="paid", paid_at=now, admitted_at=now))
    await curator.send("/student 0123-0001/1")
    await curator.press("Отправить документы", await curator.wait_for("Номер отправления: нет"))
    await curator.wait_for("14 цифр")
    await admin.send("/staff")
    await admin.wait_for("Сотрудники")
    await admin.press("2")
    await admin.wait_for("Отозвать роль?")
    await admin.press("Отозвать")
    await curator.wait_for("отозвал вашу роль куратора", after=0)
    await curator.send("10283512004231")
    assert "ничего не нашлось" not in (await curator.wait_for(lambda said: said.sender == "bot")).text


async def test_an_invitation_expires(stage: Stage) -> None:
    """An invitation opens nothing after three days; one for a role that is held already keeps it single."""
    admin = await stage.admin()
    await admin.send("/staff")
    await admin.press("Новый администратор", await admin.wait_for("Сотрудники"))
    own = await admin.wait_for("start=staff_")
    await open_link(admin, own.text)
    await admin.send("/staff")
    await admin.press("Пригласить куратора", await admin.wait_for("Сотрудники · 1 роль"))
    invited = await admin.wait_for("start=staff_")
    stage.clock.move(days=3, seconds=1)
    late = await stage.sandbox.person("Олег")
    await open_link(late, invited.text, "уже не действует")


async def test_staff_are_known_by_their_surnames(stage: Stage) -> None:
    """Who comes in by an invitation stands in the list and in the audit with the surname."""
    admin = await stage.admin()
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), Role.CURATOR, None)
    await uow.commit()
    curator = await stage.sandbox.person("Анна", last_name="Орлова")
    await curator.start(f"staff_{secret}")
    await curator.wait_for("✅", timeout=40)
    await admin.send("/staff")
    await admin.wait_for("Анна Орлова — куратор", timeout=40)
    await admin.send("/audit Орлова")
    await admin.wait_for("Журнал: Анна Орлова", timeout=40)


async def test_orders_of_a_withdrawn_manager_pass_on(stage: Stage) -> None:
    """Who is withdrawn leads no order any more: the substitute does, or nobody, and the administrator is told."""
    admin, owner, mate = await stage.admin(), await stage.manager("Пётр Лебедев"), await stage.manager("Анна Орлова")
    await place(await stage.client(), WHOLE)
    for person, press in ((owner, "Взять"), (mate, "Замещать")):
        await person.send("/status 0123-0001")
        await person.wait_for("№ 0123-0001")
        await person.press("Ещё")
        await person.press(press)
        await person.wait_for("ведёт Пётр Лебедев")
    for name, said in (("Пётр Лебедев", "Передали замещающим: 1 заявку"), ("Анна Орлова", "Никто не ведёт: 1 заявку")):
        await admin.send("/staff")
        listed = await admin.wait_for("Сотрудники")
        number = next(line.split(".")[0] for line in listed.text.splitlines() if name in line)
        await admin.press(number)
        await admin.wait_for("Отозвать роль?")
        await admin.press("Отозвать")
        await admin.wait_for(said)
        await admin.send("/status 0123-0001")
        shown = await admin.wait_for("№ 0123-0001")
        assert name not in shown.text
        assert ("ведёт Анна Орлова" in shown.text) == (name == "Пётр Лебедев")
