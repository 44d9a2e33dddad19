"""Acts that the school opens again, and scans that come a second time: the terms stay right (C1–C3)."""

from datetime import date

from sandbox.client import Person
from school.centre import Role
from tests.pictures import document_picture
from tests.scenarios.conftest import Stage
from tests.scenarios.test_acts import ended, finished, only, press_through, with_scan


async def audited(stage: Stage, act_id: str, action: str) -> list[str]:
    """Return what the audit holds of this action, as it became."""
    lines = await stage.app.database.uow(stage.clock).audit_of_subjects([act_id], 50, 0)
    return [line.after for line in lines if line.action == action]


async def replaced(stage: Stage, manager: Person, label: str, text: str) -> None:
    """Send another scan by the button of this label."""
    await press_through(manager, label)
    await manager.wait_for("Пришлите скан", timeout=40)
    await manager.upload(document_picture(text), "3.jpg", "photo")
    await manager.wait_for("1 страница", timeout=60)


async def test_a_signature_in_diadoc_noted_by_mistake_is_taken_back_by_the_school(stage: Stage) -> None:
    """After a day only the school opens the act, with a typed reason; managers hear of it and the clocks run again."""
    order = await finished(stage)
    manager, curator = await stage.manager(), await stage.curator()
    await ended(stage, order)
    await press_through(manager, "Подписан в Диадоке")
    await manager.press("Сегодня", await manager.wait_for("Когда акт подписан в Диадоке?", timeout=40))
    await manager.wait_for("Всё закрыто", timeout=40)
    stage.clock.move(days=3)
    await manager.send("/act 0123-0001")
    card = await manager.wait_for(lambda said: "Всё закрыто" in said.text, timeout=40)
    assert not card.has_button("Не подписан в Диадоке")
    await press_through(curator, "Не подписан в Диадоке")
    asked = await curator.wait_for("Почему открываете акт заново?", timeout=40)
    assert asked.has_button("По ошибке")
    await curator.send("Клиент отклонил <подпись>")
    done = await curator.wait_for("Акт открыли заново", timeout=40)
    assert done.has_button("Отменить")
    told = await manager.wait_for("Школа открыла акт заново: заявка 0123-0001", timeout=40)
    assert "Клиент отклонил <подпись>" in told.text
    act = await only(stage, order)
    assert (act.diadoc, act.signed_on) == ("no", None)
    assert "Клиент отклонил <подпись>" in (await audited(stage, act.id, "act.reopen"))[0]
    await manager.send("/act")
    await manager.wait_for("Закрывающие документы: 1", timeout=40)
    await curator.press("Отменить", done)
    await manager.wait_for("школа вернула акту прежнюю отметку", timeout=40)
    assert (await only(stage, order)).diadoc == "signed"


async def test_an_upload_noted_by_mistake_is_taken_back_by_a_button(stage: Stage) -> None:
    """«Загружен в Клиент-Сервис» without any scan is taken back by an administrator by a reason's button."""
    order = await finished(stage)
    manager, admin = await stage.manager(), await stage.staff(Role.ADMIN, "Ольга")
    await ended(stage, order)
    await press_through(manager, "Загружен")
    await manager.wait_for("Отметили: скан загружен", timeout=40)
    stage.clock.move(days=3)
    await press_through(admin, "Скан не загружен")
    await admin.press("По ошибке", await admin.wait_for("Почему открываете акт заново?", timeout=40))
    await manager.wait_for("Скан не загружен. Причина: отметили по ошибке.", timeout=40)
    act = await only(stage, order)
    assert (act.scan, act.uploaded_on, act.scanned_on) == ("none", None, None)


async def test_a_better_scan_leaves_the_originals_term_where_it_was(stage: Stage) -> None:
    """Replaced or returned as unreadable, the scan moves no term; returned as unsigned it starts the term anew."""
    order = await finished(stage)
    manager, curator = await stage.manager(), await stage.curator()
    await ended(stage, order)
    await with_scan(stage, manager)
    stage.clock.move(days=5)
    await replaced(stage, manager, "Заменить скан", "ДРУГОЙ")
    assert (await only(stage, order)).scanned_on == date(2027, 3, 11)
    for label, text, starts in (("Не читается", "ТРЕТИЙ", 11), ("Не подписан", "ЧЕТВЁРТЫЙ", 18)):
        await press_through(curator, "Вернуть")
        await curator.wait_for("Почему возвращаете скан?", timeout=40)
        await curator.send("вторая страница")
        await curator.press(label, await curator.wait_for("Пояснение записали", timeout=40))
        await manager.wait_for("(вторая страница)", timeout=40)
        stage.clock.move(days=1)
        await replaced(stage, manager, "Заменить скан", text)
        assert (await only(stage, order)).scanned_on == date(2027, 3, starts)
