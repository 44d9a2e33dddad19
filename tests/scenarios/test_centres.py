"""`/centres`: the administrator adds, closes and opens centres, sets mailboxes and details; all of it in the audit."""

import pytest
from sqlalchemy import text

from sandbox.client import Message, Person
from school.centre import Centre
from school.seller import parse_seller
from school.seller_dated import settings_on
from tests.papers import SETTINGS
from tests.samples import CENTRE, NOW
from tests.scenarios.conftest import Stage


async def audited(stage: Stage, subject: str) -> list[tuple[str, str, str]]:
    """Return what the audit knows of a centre: action, before, after."""
    query = text("SELECT action, before, after FROM audit WHERE subject = :subject ORDER BY id")
    rows = await stage.app.database.run(lambda c: c.execute(query, {"subject": subject}).all())
    return [tuple(row) for row in rows]


async def centre_of(stage: Stage, number: str) -> Centre:
    """Read a centre anew."""
    found = await stage.app.database.uow(stage.clock).centre(number)
    assert found is not None
    return found


async def card(admin: Person, number: str = "0123") -> Message:
    """Open a centre's card."""
    await admin.send(f"/centres {number}")
    return await admin.wait_for(f"Центр {number}", timeout=40)


async def test_added_by_a_question_and_by_a_command(stage: Stage) -> None:
    """A centre is added by what is typed after the button or behind the command, and its link works at once."""
    admin = await stage.admin()
    await admin.send("/centres")
    await admin.press("Добавить центр", await admin.wait_for("Сервисные центры: 1", timeout=40))
    await admin.wait_for("Номер, название и почта", timeout=40)
    for bad, said in (
        ("0456", "не читается"),
        ("x456 СЦ a@example.ru", "Номер центра «x456»"),
        ("0456 СЦ «Новый» a@b", "a@b"),
    ):
        await admin.send(bad)
        await admin.wait_for(said, timeout=40)
    await admin.send("0456\nСЦ «Новый» <&>\nnew@example.ru")
    shown = await admin.wait_for("Центр 0456 добавлен", timeout=40)
    assert "start=sc_0456" in shown.text
    assert "Реквизиты: не хватает" in shown.text
    await admin.send("/centres 0456 СЦ «Ещё» more@example.ru")
    await admin.wait_for("с таким номером уже есть", timeout=40)
    await admin.send("/centres 0789 СЦ «Третий» third@example.ru")
    await admin.wait_for("Центр 0789 добавлен", timeout=40)
    assert await audited(stage, "0456") == [("centre.added", "", "СЦ «Новый» <&>, new@example.ru")]
    await stage.client(link="sc_0456")


async def test_closed_and_opened_after_a_confirmation(stage: Stage) -> None:
    """A closed centre takes no orders and is opened again; both are asked first and are in the audit."""
    admin = await stage.admin()
    await admin.press("Закрыть центр", await card(admin))
    await admin.press("Да, закрыть", await admin.wait_for("Закрыть центр 0123", timeout=40))
    shown = await admin.wait_for("Закрыт: новых заявок не принимает", timeout=40)
    client = await stage.sandbox.person("Ирина")
    await client.start("sc_0123")
    await client.wait_for("больше не принимает заявки", timeout=40)
    await admin.press("Открыть центр", shown)
    await admin.press("Да, открыть", await admin.wait_for("Открыть центр 0123", timeout=40))
    await admin.wait_for("Открыт, принимает заявки", timeout=40)
    assert await audited(stage, "0123") == [("centre.closed", "open", "closed"), ("centre.opened", "closed", "open")]


async def test_managers_are_told_that_their_centre_is_closed_and_opened(stage: Stage) -> None:
    """Each manager of the centre has one message about the closing and one about the opening, others none."""
    admin, managers = await stage.admin(), [await stage.manager("Пётр"), await stage.manager("Анна")]
    await admin.press("Закрыть центр", await card(admin))
    await admin.press("Да, закрыть", await admin.wait_for("Закрыть центр 0123", timeout=40))
    for manager in managers:
        told = await manager.wait_for("больше не принимает заявки", timeout=40)
        assert "Центр 0123" in told.text
        assert "Так решил администратор. Начатые заявки доведите до конца." in told.text
    await admin.press("Открыть центр", await admin.wait_for("Закрыт: новых заявок не принимает", timeout=40))
    sure = await admin.wait_for("Открыть центр 0123", timeout=40)
    await admin.press("Да, открыть", sure)
    for manager in managers:
        await manager.wait_for("Центр 0123 · СЦ «Пример» снова принимает заявки", timeout=40)
    await admin.press("Да, открыть", sure)
    await card(admin)
    query = text("SELECT kind, recipient FROM outbox WHERE kind LIKE 'centre_%' ORDER BY kind")
    found = [tuple(row) for row in await stage.app.database.run(lambda c: c.execute(query).all())]
    expected = [(kind, str(one.id)) for kind in ("centre_closed", "centre_opened") for one in managers]
    assert sorted(found) == sorted(expected)


async def test_the_very_first_centre_is_typed_too(stage: Stage) -> None:
    """With no centre at all the administrator types the first one, told what is wrong with it; then questions work."""
    await stage.app.database.write(lambda c: c.execute(text("DELETE FROM centres")))
    admin = await stage.admin()
    await admin.send("/centres")
    await admin.wait_for("Сервисных центров пока нет", timeout=40)
    await admin.send("0456 СЦ")
    await admin.wait_for("не читается", timeout=40)
    await admin.send("0456 СЦ «Первый» first@example.ru")
    shown = await admin.wait_for("Центр 0456 добавлен", timeout=40)
    assert "start=sc_0456" in shown.text
    assert await audited(stage, "0456") == [("centre.added", "", "СЦ «Первый», first@example.ru")]
    await admin.send("0789 СЦ «Второй» second@example.ru")
    await admin.wait_for("Не понял", timeout=40)
    await admin.press("Почта", shown)
    await admin.wait_for("Новая почта центра", timeout=40)


async def test_mailbox_name_and_manager(stage: Stage) -> None:
    """The mailbox and the name are changed by typing, checked and audited; a manager is invited from the card."""
    admin = await stage.admin()
    await admin.press("Почта", await card(admin))
    assert CENTRE.email in (await admin.wait_for("Новая почта центра", timeout=40)).text
    await admin.send("не адрес")
    await admin.wait_for("нет знака @", timeout=40)
    await admin.send("novaya@example.ru")
    shown = await admin.wait_for("Почту изменили", timeout=40)
    await admin.press("Название", shown)
    await admin.wait_for("Новое название центра", timeout=40)
    await admin.send("СЦ «Иной»")
    shown = await admin.wait_for("Название изменили", timeout=40)
    assert (await centre_of(stage, "0123")).email == "novaya@example.ru"
    expected = [("centre.email", CENTRE.email, "novaya@example.ru"), ("centre.name", CENTRE.name, "СЦ «Иной»")]
    assert await audited(stage, "0123") == expected
    await admin.press("Пригласить менеджера", shown)
    await admin.wait_for("start=staff_", timeout=40)


async def test_details_one_by_one(stage: Stage) -> None:
    """The seller's details are typed one by one with what is missing in sight, checked, erased, and audited."""
    admin = await stage.admin()
    await admin.press("Реквизиты", await card(admin))
    shown = await admin.wait_for("Реквизиты центра 0123", timeout=40)
    assert "Не хватает 13 значений" in shown.text
    await admin.press("3", shown)
    await admin.wait_for("ИНН", timeout=40)
    await admin.send("5039002840")
    await admin.wait_for("контрольная цифра", timeout=40)
    await admin.send("5039002841")
    shown = await admin.wait_for("Реквизиты записали", timeout=40)
    assert "ИНН: 5039002841" in shown.text
    await admin.press("3", shown)
    await admin.press("Стереть", await admin.wait_for("Сейчас: 5039002841", timeout=40))
    await admin.wait_for("Стёрли", timeout=40)
    expected = [("centre.seller_inn", "", "5039002841"), ("centre.seller_inn", "5039002841", "")]
    assert await audited(stage, "0123") == expected
    assert settings_on((await centre_of(stage, "0123")).settings, NOW.date()) == {}


async def test_all_details_make_a_seller(stage: Stage) -> None:
    """Once every detail is typed nothing is missing any more."""
    admin = await stage.admin()
    await admin.press("Реквизиты", await card(admin))
    shown = await admin.wait_for("Реквизиты центра 0123", timeout=40)
    keys = {str(button["data"]).rpartition(":")[2]: button["text"] for row in shown.buttons for button in row}
    for key, value in SETTINGS.items():
        await admin.press(keys[key], shown)
        await admin.wait_for("Например", timeout=40)
        await admin.send(value)
        shown = await admin.wait_for("Реквизиты записали", timeout=40)
    assert "Все на месте" in shown.text
    settings = (await centre_of(stage, "0123")).settings
    assert parse_seller(settings_on(settings, NOW.date())) == parse_seller(SETTINGS)


@pytest.mark.parametrize("role", ["manager", "curator"])
async def test_centres_are_for_administrators(stage: Stage, role: str) -> None:
    """Commands and buttons of the centres find nothing for anyone else, a centre that is there or not alike."""
    person = await (stage.manager() if role == "manager" else stage.curator())
    said = set()
    for command in ("/centres", "/centres 0123", "/centres 0999", "/centres 0456 СЦ «Новый» a@example.ru"):
        await person.send(command)
        shown = await person.wait_for("ничего не нашлось", timeout=40)
        said.add(shown.text)
    for act in ("open", "seller", "closing", "close", "email", "new", "page"):
        for number in ("0123", "0999"):
            seen = (await person.last()).rev
            told = {"message_id": shown.message_id, "data": f"ct:{act}:{number}:"}
            await stage.sandbox.call("POST", f"people/{person.id}/press", json=told)
            said.add((await person.wait_for("ничего не нашлось", after=seen, timeout=40)).text)
    assert len(said) == 1
    assert not (await centre_of(stage, "0123")).closed
