"""Orders filled in by managers for clients: from an earlier order, from a list file; clients may send the file too."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from paper.order_form import order_form
from sandbox.client import Person
from school.centre import Role
from school.forms.field import Context
from school.order import Order
from tests.samples import CENTRE, NOW, catalogue
from tests.scenarios.access_steps import OTHER, come
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import FINISH, ORGANISATION, STUDENT, place, play
from tests.scenarios.test_link import manages_too

CONTEXT = Context(catalogue(), NOW.date(), CENTRE.email, None)
ROWS: list[dict[str, Any]] = [
    {"name": name, "mobile": mobile, "email": email, "course": "osno-a", "run": "osno-a-0", "tariff": "osno-a-base"}
    for name, mobile, email in (
        ("Орлова Екатерина Владимировна", "+79161112233", "orlova.ek@yandex.ru"),
        ("Лебедева Татьяна Ивановна", "+79261112233", "lebedeva.t@yandex.ru"),
    )
]


def sheet(**more: Any) -> bytes:
    """Return a list of two students; `more` goes over the answers."""
    return order_form(CONTEXT, CENTRE.name, {"students": ROWS, **more}, centre_number=CENTRE.number)


async def order_of(stage: Stage, number: str) -> Order:
    """Read an order by its number."""
    found = await stage.app.database.uow(stage.clock).order_by_number(number)
    assert found is not None
    return found


async def started(stage: Stage, person: Person) -> None:
    """Let the form be filled in as far as the first student."""
    await person.send("/order")
    await person.wait_for("Согласие на обработку", timeout=40)
    await play(person, ORGANISATION)


async def test_an_earlier_order_is_repeated(stage: Stage) -> None:
    """A manager repeats an order: the payer and the chosen student are there, consent and course are asked anew."""
    await place(await stage.client())
    manager = await stage.manager()
    await manager.send("/order № 0123-0001/1")
    asked = await manager.wait_for("Повторить заявку № 0123-0001", timeout=40)
    assert "Кого записать снова: 1 ученик" in asked.text
    await manager.press("Начать заявку", asked)
    await manager.wait_for("Согласие на обработку", timeout=40)
    await play(manager, (("press", "Даю согласие"), ("press", "Понятно"), *STUDENT[3:], *FINISH))
    await manager.press("Отправить")
    known = await manager.wait_for("Похожая заявка уже есть", timeout=40)
    await manager.press("Всё равно отправить", known)
    await manager.wait_for("Заявка № 0123-0002 принята", timeout=40)
    earlier, later = await order_of(stage, "0123-0001"), await order_of(stage, "0123-0002")
    assert later.payer == earlier.payer
    assert later.orderer == earlier.orderer
    assert later.filled_in_by_staff
    assert [line.name for line in later.lines] == [line.name for line in earlier.lines]
    assert later.lines[0].id != earlier.lines[0].id


async def test_a_manager_of_two_centres_chooses_where(stage: Stage) -> None:
    """The order goes to the centre chosen; a foreign, an absent and a closed one read the same; a begun one goes on."""
    manager = await stage.manager()
    await manages_too(stage, manager, OTHER)
    await manager.send("/order")
    asked = await manager.wait_for("Заявка в какой центр?", timeout=40)
    assert asked.labels() == ["Центр 0123", "Центр 0777"]
    await manager.press("Центр 0777", asked)
    await manager.wait_for("СЦ «Другой»", timeout=40)
    await play(manager, (*ORGANISATION, *STUDENT, *FINISH))
    await manager.send("/order")
    await manager.press("Продолжить", await manager.wait_for("Продолжить заявку?", timeout=40))
    await manager.press("Отправить", await manager.wait_for("Проверьте заявку", timeout=40))
    await manager.wait_for("Заявка № 0777-0001 принята", timeout=40)
    await stage.app.database.save_centre(replace(OTHER, closed=True))
    said = set()
    for key in ("0777", "0999", "", "zz"):
        seen = (await manager.last()).rev
        told = {"message_id": asked.message_id, "data": f"of:at:{key}:"}
        await stage.sandbox.call("POST", f"people/{manager.id}/press", json=told)
        said.add((await manager.wait_for("ничего не нашлось", after=seen, timeout=40)).text)
    assert len(said) == 1
    await manager.send("/order")
    await manager.wait_for("Это СЦ «Пример»", timeout=40)


async def test_students_are_chosen(stage: Stage) -> None:
    """A student taken out of the choice is not in the new order, which then asks for one."""
    await place(await stage.client())
    manager = await stage.manager()
    await manager.send("/order 0123-0001")
    asked = await manager.wait_for("Повторить заявку № 0123-0001", timeout=40)
    await manager.press("1. Соколова", asked)
    asked = await manager.wait_for("никого, впишете новых", timeout=40)
    await manager.press("Начать заявку", asked)
    await manager.wait_for("Согласие на обработку", timeout=40)
    last = await play(manager, (("press", "Даю согласие"), ("press", "Понятно")))
    assert "Ученик 1" in last.text


async def test_a_foreign_order_is_not_repeated(stage: Stage) -> None:
    """A manager of another centre, a curator and a client cannot repeat an order: it reads as if it were not there."""
    await place(await stage.client())
    await stage.app.database.save_centre(OTHER)
    neighbour = await come(stage, Role.MANAGER, "Сосед", OTHER.number)
    await neighbour.send("/order 0123-0001")
    foreign = await neighbour.wait_for("ничего не нашлось", timeout=40)
    await neighbour.send("/order 0123-9999")
    absent = await neighbour.wait_for("ничего не нашлось", timeout=40)
    assert foreign.text == absent.text
    for person in (neighbour, await stage.curator(), await stage.client("Другой")):
        last = await person.last()
        for data in ("of:again:0123-0001:", "of:begin:0123-0001:1", "of:again:0123-0001:zz", "of:begin:x:-1"):
            press = {"message_id": last.message_id, "data": data}
            await stage.sandbox.call("POST", f"people/{person.id}/press", json=press)
        await person.send("/help")
        await person.wait_for("/support", timeout=40)
        assert not any("Ромашка" in m.text for m in await person.messages() if m.sender == "bot")


async def test_a_list_file_replaces_the_students(stage: Stage) -> None:
    """A list sent during an order is previewed, taken on a press, and the order goes on with it."""
    manager = await stage.manager()
    await started(stage, manager)
    await manager.upload(sheet(rights=True), "spisok.xlsx")
    preview = await manager.wait_for("В файле 2 ученика", timeout=60)
    assert "Орлова" in preview.text
    await manager.press("Заменить список", preview)
    checked = await manager.wait_for("Проверьте заявку", timeout=40)
    await manager.press("Отправить", checked)
    await manager.wait_for("принята", timeout=40)
    order = await order_of(stage, "0123-0001")
    assert [line.name for line in order.lines] == [row["name"] for row in ROWS]
    assert order.payer.inn == "5039002841"


async def test_a_list_is_dropped(stage: Stage) -> None:
    """«Отмена» leaves the order as it was; the buttons of a file that was replaced by another do nothing."""
    client = await stage.client()
    await play(client, (*ORGANISATION, *STUDENT))
    await client.upload(sheet(rights=True), "a.xlsx")
    first = await client.wait_for("В файле 2 ученика", timeout=60)
    one = order_form(CONTEXT, CENTRE.name, {"students": ROWS[:1], "rights": True}, centre_number=CENTRE.number)
    await client.upload(one, "b.xlsx")
    second = await client.wait_for("В файле 1 ученик", timeout=60)
    await client.press("Заменить список", first)
    await client.press("Отмена", second)
    await client.wait_for("Список из файла не взяли", timeout=40)
    draft = (await stage.app.database.uow(stage.clock).session(client.id)).draft
    assert draft is not None
    assert [student["name"] for student in draft.answers["students"]] == ["Соколова Любовь Андреевна"]
    assert "listed" not in draft.answers


async def test_faults_come_back_marked(stage: Stage) -> None:
    """A file with mistakes comes back with each marked, and nothing of it is taken."""
    client = await stage.client()
    await play(client, ORGANISATION)
    wrong = order_form(CONTEXT, CENTRE.name, {"students": [{**ROWS[0], "mobile": "12"}]}, centre_number=CENTRE.number)
    await client.upload(wrong, "wrong.xlsx")
    await client.wait_for("Исправьте", timeout=60)
    sent = await client.wait_for(lambda m: m.file is not None and m.sender == "bot", timeout=60)
    assert sent.file is not None
    book = load_workbook(BytesIO(await client.download(sent.file)))
    assert any(str(one.value or "").startswith("Исправьте") or one.comment for one in book.worksheets[1][3])
    draft = (await stage.app.database.uow(stage.clock).session(client.id)).draft
    assert draft is not None
    assert "listed" not in draft.answers


async def test_a_broken_file_is_explained(stage: Stage) -> None:
    """What is no workbook is refused in plain words, with the way to an empty form."""
    client = await stage.client()
    await play(client, ORGANISATION)
    await client.upload(b"PK\x03\x04 nothing", "broken.xlsx")
    told = await client.wait_for("Файл не открывается", timeout=60)
    assert "/form" in told.text


async def test_the_empty_form(stage: Stage) -> None:
    """`/form` sends the form; a file sent while nothing is being filled in is told where it belongs."""
    client = await stage.client()
    await client.send("/form")
    sent = await client.wait_for("Форма заявки", timeout=60)
    assert sent.file is not None
    await client.send("/cancel")
    manager = await stage.manager()
    await manager.upload(sheet(), "list.xlsx")
    await manager.wait_for("начните заявку — /order", timeout=60)


async def test_no_file_where_chat_takes_no_personal_data(stage: Stage) -> None:
    """With personal data kept out of chats a list is refused and no order is repeated."""
    await place(await stage.client())
    manager = await stage.manager()
    await started(stage, manager)
    await stage.reconfigure(personal_data={"in_chat": False})
    await manager.upload(sheet(), "list.xlsx")
    await manager.wait_for("в этой переписке мы не собираем", timeout=60)
    await manager.send("/order 0123-0001")
    told = await manager.wait_for("в этой переписке мы не собираем", timeout=60)
    assert "Ромашка" not in told.text


async def test_a_repeat_is_called_off(stage: Stage) -> None:
    """«Отменить» begins nothing and says where the earlier order is."""
    await place(await stage.client())
    manager = await stage.manager()
    await manager.send("/order 0123-0001")
    await manager.press("Отменить", await manager.wait_for("Повторить заявку № 0123-0001", timeout=40))
    await manager.wait_for("Новую заявку не начали", timeout=40)
