"""Around the order: staff, drafts left alone, old buttons, the webhook."""

from pathlib import Path

from sandbox.client import Sandbox
from sandbox.mailbox import Mailbox
from sandbox.server import SandboxServer
from school.centre import Role
from school.use_cases.invite_staff import invite_staff
from tests.samples import CENTRE, catalogue
from tests.scenarios.conftest import TOKEN, Stage, TestClock, settings_for
from tests.scenarios.steps import ORGANISATION, STUDENT, WHOLE, place, play


async def invite(stage: Stage, role: Role, centre: str | None) -> str:
    """Make an invitation as the command line does; return the link's payload."""
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), role, centre)
    await uow.commit()
    return f"staff_{secret}"


async def test_manager_hears_of_the_order(stage: Stage) -> None:
    """A manager comes in by a single-use link, gets a menu, and is told of each order at once."""
    link = await invite(stage, Role.MANAGER, CENTRE.number)
    manager = await stage.sandbox.person("Пётр")
    await manager.start(link)
    await manager.wait_for("менеджер сервисного центра")
    await place(await stage.client())
    told = await manager.wait_for("Новая заявка", after=0)
    assert "0123-0001" in told.text
    second = await stage.sandbox.person("Олег")
    await second.start(link)
    await second.wait_for("уже не действует")


async def test_manager_fills_in_for_a_client(stage: Stage) -> None:
    """A manager starts the same form for a client, and the centre's letter says so."""
    manager = await stage.sandbox.person("Пётр")
    await manager.start(await invite(stage, Role.MANAGER, CENTRE.number))
    await manager.wait_for("менеджер")
    await manager.send("/order")
    await manager.wait_for("Согласие на обработку")
    await place(manager)
    letter = await stage.sandbox.wait_letter(lambda found: "centre@example.ru" in found["to"])
    assert "менеджер" in letter["text"].lower()


async def test_draft_left_alone_is_nudged_once_in_working_hours(stage: Stage) -> None:
    """A draft left alone gets one nudge in working hours, whose button goes on; after two weeks it expires."""
    client = await stage.client()
    await play(client, ORGANISATION[:4])
    stage.clock.move(hours=12)  # a quarter past midnight in Moscow: nobody is woken
    await stage.app.ticker.tick_now()
    stage.clock.move(hours=12)
    await stage.app.ticker.tick_now()
    await client.wait_for("не отправили её", after=0)
    await stage.app.ticker.tick_now()
    nudges = [m for m in await client.messages() if "не отправили её" in m.text]
    assert len(nudges) == 1
    await client.press("Продолжить")
    await client.wait_for("КПП организации")
    stage.clock.move(days=15)
    await stage.app.ticker.tick_now()
    await client.wait_for("мы удалили", after=0)
    await client.send("503901001")
    await client.wait_for("/order")


async def test_stale_summary_does_not_send_a_newer_order(stage: Stage) -> None:
    """«Отправить» under an older summary shows the newer one instead of sending it."""
    client = await stage.client()
    old = await play(client, WHOLE)
    await client.press("Изменить")
    await client.press("Соколова")
    await client.press("Телефон")
    await client.wait_for("Мобильный телефон ученика")
    await client.send("8 905 222-33-44")
    await client.wait_for("Проверьте заявку")
    await client.press("Отправить", message=old)
    await client.wait_for("Заявка изменилась")
    await client.press("Отправить")
    await client.wait_for("принята")


async def test_course_that_left_the_catalogue_is_asked_again(stage: Stage) -> None:
    """A release or a catalogue that takes a chosen course away asks for another, and nothing else is lost."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT))
    await stage.app.database.replace_catalogue(
        type(catalogue())(
            2,
            catalogue().disciplines,
            catalogue().courses[1:],
            tuple(t for t in catalogue().tariffs if t.course != "osno-a"),
            tuple(r for r in catalogue().runs if r.course != "osno-a"),
        )
    )
    await client.press("Дальше")
    asked = await client.wait_for("Какой курс?")
    assert "Соколова" in asked.text


async def test_two_hundred_students_fit(stage: Stage) -> None:
    """A long list is taken whole, its screens fit Telegram's limits, and the order is placed."""
    client = await stage.client()
    await play(client, ORGANISATION)
    letters = "абвгдежзик"
    rows = [
        f"Соколов{a}{b} Любовь Андреевна\t8933933{n:04d}\tstudent{n}@yandex.ru"
        for n, (a, b) in enumerate((a, b) for a in letters for b in letters)
    ]
    await client.send("\n".join(rows[:50]))
    await client.wait_for("Какой курс?")
    await play(client, (("press", "1"), ("press", "–"), ("press", "Базовый")))
    await client.press("Всем как у ученика 1")
    await client.wait_for("В заявке 50 учеников")
    await play(client, (("press", "Дальше"), ("press", "Подтверждаю")))
    await client.press("Отправить")
    await client.wait_for("принята", timeout=40)
    await client.send("/orders")
    await client.wait_for("50 учеников", timeout=40)


async def test_webhook_serves_the_same(tmp_path: Path) -> None:
    """By webhook with the secret header the same conversation runs."""
    from bot.app import App

    mailbox = Mailbox()
    smtp_port = await mailbox.start()
    server = SandboxServer(TOKEN, limits=False, extra_routes=mailbox.routes())
    await server.start()
    port = _free_port()
    settings = settings_for(
        server.base_url,
        smtp_port,
        f"sqlite+aiosqlite:///{tmp_path}/bot.db",
        telegram={"mode": "webhook"},
        web={"host": "127.0.0.1", "port": port, "public_url": f"http://127.0.0.1:{port}"},
    )
    app = App(settings, clock=TestClock())
    await app.start()
    await app.database.replace_catalogue(catalogue())
    await app.database.save_centre(CENTRE)
    async with Sandbox(server.base_url) as sandbox:
        client = await sandbox.person("Ирина")
        await client.start("sc_0123")
        await client.wait_for("Согласие на обработку")
        await place(client)
    await app.stop()
    await server.stop()
    await mailbox.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_second_bot_on_the_same_database_is_refused(stage: Stage) -> None:
    """A second process on the same database file is refused with a line that says so."""
    import pytest

    from bot.app import App
    from bot.starting import StartError

    with pytest.raises(StartError, match="уже запущен"):
        await App(stage.settings, clock=stage.clock).start()
