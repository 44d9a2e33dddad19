"""`/link`: a manager's links by discipline, as text and as QR pictures ready to be forwarded."""

from dataclasses import replace

from sandbox.client import Person
from school.centre import Centre, Role
from school.use_cases.invite_staff import invite_staff
from tests.papers import scanned
from tests.samples import CENTRE
from tests.scenarios.admission_steps import file_from
from tests.scenarios.conftest import Stage

OTHER = Centre("0777", "СЦ «Другой» <&>", "other@example.ru")
FOREIGN = "Такого центра среди ваших нет"


async def manages_too(stage: Stage, person: Person, centre: Centre) -> None:
    """Give the person the role of manager of one more centre."""
    await stage.app.database.save_centre(centre)
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), Role.MANAGER, centre.number)
    await uow.commit()
    await person.start(f"staff_{secret}")
    await person.wait_for("✅", timeout=40)


async def test_links_and_pictures(stage: Stage) -> None:
    """A manager sees a link a discipline and gets each as a QR that holds it, with a text to forward; it works."""
    manager = await stage.manager()
    await manager.send("/link")
    shown = await manager.wait_for("Ссылки для клиентов", timeout=40)
    for key in ("_bukhuchet", "_tenders", ""):
        assert f"?start=sc_0123{key}" in shown.text
    await manager.press("QR: Школа бухгалтера", shown)
    message, content = await file_from(stage, manager)
    assert message.file is not None
    assert message.file["name"] == "ssylka-0123-bukhuchet.png"
    url = scanned(content).decode()
    assert url.endswith("?start=sc_0123_bukhuchet")
    assert url in message.text
    assert "«Школа бухгалтера»" in message.text
    for button, key in (("QR: Школа электронных торгов", "_tenders"), ("QR: Все курсы", "")):
        await manager.press(button, shown)
        message, content = await file_from(stage, manager)
        assert scanned(content).decode().endswith(f"?start=sc_0123{key}")
        assert f"{scanned(content).decode()}\n" in message.text
    client = await stage.client(link=url.partition("start=")[2])
    assert "Согласие" in (await client.last()).text


async def test_a_manager_of_several_centres_chooses(stage: Stage) -> None:
    """A manager of two centres chooses, the one of one centre does not."""
    manager = await stage.manager()
    await manages_too(stage, manager, OTHER)
    await manager.send("/link")
    await manager.press("Центр 0777", await manager.wait_for("Ссылки какого центра?", timeout=40))
    assert "sc_0777_tenders" in (await manager.wait_for("центр 0777", timeout=40)).text


async def test_foreign_absent_and_closed(stage: Stage) -> None:
    """A foreign centre and one that is not there read the same; a closed own one says so; others have no links."""
    manager, admin = await stage.manager(), await stage.admin()
    await stage.app.database.save_centre(OTHER)
    said = set()
    for number in ("0777", "0999"):
        await manager.send(f"/link {number}")
        said.add((await manager.wait_for(FOREIGN, timeout=40)).text)
    assert len(said) == 1
    await admin.send("/link")
    await admin.wait_for("/link 0123", timeout=40)
    await admin.send("/link 0777")
    assert "&lt;" not in (await admin.wait_for("центр 0777", timeout=40)).text
    await manager.send("/link")
    shown = await manager.wait_for("Ссылки для клиентов", timeout=40)
    await stage.app.database.save_centre(replace(CENTRE, closed=True))
    await manager.press("QR: Все курсы", shown)
    await manager.wait_for("Центр закрыт", timeout=40)
    for person in (await stage.curator(), await stage.sandbox.person("Никто")):
        await person.send("/link 0123")
        await person.wait_for("ничего не нашлось", timeout=40)
