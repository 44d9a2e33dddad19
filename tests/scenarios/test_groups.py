"""Group chats: bound by the centre's people, told numbers only, left when nobody of a centre brought the bot."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.client import Person
from sandbox.state import Chat
from school.centre import Centre, Role
from school.ports_audit import Group
from tests.samples import CENTRE
from tests.scenarios.access_steps import OTHER, come
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import place

PERSONAL = ("Соколова", "Ромашка", "Белова", "С. Л.", "Л. А.", "5039002841", "+7", "@yandex")


def add_to_group(stage: Stage, person: Person, title: str = "Рабочая") -> Chat:
    """Let a person add the bot to a new group."""
    world = stage.server.world
    chat = world.add_group(title)
    move(stage, chat, person, "left", "member")
    return chat


def move(stage: Stage, chat: Chat, person: Person, was: str, now: str) -> None:
    """Let the bot's membership change by this person's hand."""
    world = stage.server.world
    update = {
        "chat": chat.facts,
        "from": world.people[person.id].facts,
        "date": 1_800_000_000,
        "old_chat_member": member(world.bot, was),
        "new_chat_member": member(world.bot, now),
    }
    world.updates.push("my_chat_member", update)


def member(bot: dict[str, Any], status: str) -> dict[str, Any]:
    """Return Telegram's ChatMember."""
    return {"status": status, "user": bot} | ({"until_date": 0} if status == "kicked" else {})


def write(stage: Stage, chat: Chat, person: Person, text: str) -> None:
    """Let a person write in a group."""
    world = stage.server.world
    post = world.place(chat, {"text": text}, by_bot=False)
    world.updates.push("message", {**post.body, "from": world.people[person.id].facts})


async def said(chat: Chat, words: str) -> str:
    """Wait until the bot says this in the group; return the whole message."""
    async with asyncio.timeout(20):
        while True:
            found = [post.body["text"] for post in chat.posts.values() if post.by_bot and words in post.body["text"]]
            if found:
                return str(found[-1])
            await chat.signal.wait(1)


async def group_of(stage: Stage, chat_id: int) -> Group | None:
    """Read the group anew."""
    return await stage.app.database.uow(stage.clock).group(chat_id)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds, at most twenty seconds."""
    for _ in range(1000):
        if await holds():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came to hold")


async def settled(stage: Stage) -> None:
    """Wait until everything sent so far is handled."""

    async def handled() -> bool:
        return not await stage.app.database.inbox.pending(10)

    await until(handled)


async def bound(stage: Stage, manager: Person, title: str = "Рабочая") -> Chat:
    """Let a manager bring the bot and bind the group."""
    chat = add_to_group(stage, manager, title)
    asked = await manager.wait_for(f"Меня добавили в группу «{title}»", timeout=40)
    await manager.press("Центр 0123", asked)
    await said(chat, "уведомления центра 0123")
    return chat


async def test_a_manager_binds_a_group_and_it_hears_of_orders(stage: Stage) -> None:
    """A manager adds the bot and presses the centre; a new order is told there by number and count alone."""
    manager = await stage.manager()
    chat = await bound(stage, manager)
    client = await stage.client()
    await place(client)
    text = await said(chat, "Новая заявка")
    assert text == "Новая заявка № 0123-0001 · 1 ученик"
    everything = "\n".join(post.body.get("text", "") for post in chat.posts.values())
    assert not [word for word in PERSONAL if word in everything]


async def test_a_group_nobody_of_a_centre_brought_it_into_is_left(stage: Stage) -> None:
    """Whoever is not staff cannot keep the bot in a group: it says why in a line and leaves."""
    client = await stage.client()
    chat = add_to_group(stage, client, "Чужая")
    await said(chat, "только в группах сервисных центров")

    async def gone() -> bool:
        return chat.left

    await until(gone)
    group = await group_of(stage, chat.id)
    assert group is not None
    assert not group.bound


async def test_bind_typed_in_the_group(stage: Stage) -> None:
    """`/bind` in the group binds a manager's only centre, another's centre is refused, a stranger is told who may."""
    manager = await stage.manager()
    await stage.app.database.save_centre(OTHER)
    neighbour = await come(stage, Role.MANAGER, "Сосед", OTHER.number)
    chat = add_to_group(stage, manager)
    await manager.wait_for("Меня добавили в группу", timeout=40)
    client = await stage.client()
    write(stage, chat, client, "/bind 0123")
    await said(chat, "может менеджер центра или администратор")
    write(stage, chat, manager, "/bind 0777")
    await said(chat, "Такого открытого центра нет")
    write(stage, chat, manager, f"/bind@{stage.server.world.bot['username']}")
    await said(chat, "уведомления центра 0123")
    write(stage, chat, neighbour, "/bind 0777")
    await said(chat, "подключена к другому центру")
    group = await group_of(stage, chat.id)
    assert group is not None
    assert group.centre == "0123"


async def test_an_administrator_binds_any_centre(stage: Stage) -> None:
    """An administrator is told to name the centre in the group, and may name any."""
    admin = await stage.admin()
    chat = add_to_group(stage, admin)
    await admin.wait_for("Отправьте в группе команду /bind", timeout=40)
    write(stage, chat, admin, "/bind")
    await said(chat, "номером центра")
    write(stage, chat, admin, "/bind 0123")
    await said(chat, "уведомления центра 0123")


async def test_commands_in_a_group_are_sent_to_private_once(stage: Stage) -> None:
    """A command in a group is answered once, by a hint to write in private; a plain message is not answered."""
    manager = await stage.manager()
    chat = await bound(stage, manager)
    for text in ("/orders", "/start", "0123-0001", "/status 5039002841", "/help@other_bot"):
        write(stage, chat, manager, text)
    await said(chat, "Пишите мне лично")
    await settled(stage)
    assert sum("Пишите мне лично" in post.body.get("text", "") for post in chat.posts.values()) == 1
    assert sum(post.by_bot for post in chat.posts.values()) == 2


async def test_a_supergroup_goes_on(stage: Stage) -> None:
    """A group that becomes a supergroup keeps its centre under the new id, and orders are told there."""
    manager = await stage.manager()
    chat = await bound(stage, manager)
    new = stage.server.world.migrate(chat)

    async def follows() -> bool:
        moved = await group_of(stage, new.id)
        return moved is not None and moved.bound

    await until(follows)
    old = await group_of(stage, chat.id)
    assert old is not None
    assert not old.bound
    await place(await stage.client())
    await said(new, "Новая заявка № 0123-0001")


async def test_the_bot_taken_out_is_unbound(stage: Stage) -> None:
    """The bot taken out of the group: the group is unbound and who bound it is told."""
    manager = await stage.manager()
    chat = await bound(stage, manager)
    move(stage, chat, await stage.client("Чужой"), "member", "kicked")
    await manager.wait_for("Меня убрали из группы", timeout=40)
    group = await group_of(stage, chat.id)
    assert group is not None
    assert not group.bound


async def test_foreign_buttons_bind_and_leave_nothing(stage: Stage) -> None:
    """Only the centre's own people may leave its group, and nobody binds a group that they did not bring the bot to."""
    manager = await stage.manager()
    await stage.app.database.save_centre(OTHER)
    neighbour = await come(stage, Role.MANAGER, "Сосед", OTHER.number)
    chat = await bound(stage, manager)
    last = await neighbour.last()
    for data in (f"gr:leave:{chat.id}:", f"gr:bind:{chat.id}:0777", f"gr:bind:{chat.id}:0123", "gr:bind:-5:0777"):
        press = {"message_id": last.message_id, "data": data}
        await stage.sandbox.call("POST", f"people/{neighbour.id}/press", json=press)
    await neighbour.send("/help")
    await neighbour.wait_for("/support", timeout=40)
    group = await group_of(stage, chat.id)
    assert group is not None
    assert group.centre == "0123"
    assert group.bound


async def test_the_morning_digest_counts(stage: Stage) -> None:
    """On a working morning the group hears counts, once; a day without anything says nothing."""
    manager = await stage.manager()
    chat = await bound(stage, manager)
    await place(await stage.client())
    await said(chat, "Новая заявка")
    while stage.clock.now().hour != 7:
        stage.clock.move(hours=1)
    await stage.app.ticker.tick_now()
    await stage.app.ticker.tick_now()
    text = await said(chat, "Сводка на сегодня")
    assert "1 новая заявка" in text
    assert sum("Сводка" in post.body.get("text", "") for post in chat.posts.values()) == 1


@pytest.mark.parametrize("closed", [True, False])
async def test_a_closed_centre_is_not_bound(stage: Stage, closed: bool) -> None:
    """A closed centre has no groups any more."""
    manager = await stage.manager()
    chat = add_to_group(stage, manager)
    asked = await manager.wait_for("Меня добавили", timeout=40)
    await stage.app.database.save_centre(Centre(CENTRE.number, CENTRE.name, CENTRE.email, closed=closed))
    await manager.press("Центр 0123", asked)
    await manager.wait_for("Здесь ничего не нашлось" if closed else "подключена к центру", timeout=40)
    group = await group_of(stage, chat.id)
    assert group is not None
    assert group.bound is not closed
