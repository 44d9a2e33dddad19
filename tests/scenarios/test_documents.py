"""`/documents` for everybody, and what an administrator does with them; `/support` with the school's links."""

from sandbox.client import Message, Person
from school.centre import Role
from school.ports_school import SchoolDocument
from tests.pictures import document_pdf, document_picture
from tests.samples import NOW
from tests.scenarios.access_steps import come
from tests.scenarios.admission_steps import file_from
from tests.scenarios.conftest import Stage

FIRST, SECOND = document_pdf(), document_pdf(2)


async def add(admin: Person, title: str, content: bytes, kind: str = "Оферты") -> Message:
    """Add a document as an administrator does."""
    await admin.send("/documents")
    await admin.press("Добавить", await admin.wait_for("окумент", timeout=40))
    await admin.press(kind, await admin.wait_for("Какой это документ?", timeout=40))
    await admin.wait_for("Как назвать", timeout=40)
    await admin.send(title)
    await admin.wait_for("Пришлите файл", timeout=40)
    await admin.upload(content, "f.pdf")
    return await admin.wait_for("✅ Добавили", timeout=40)


async def get(stage: Stage, person: Person, asked: str = "/documents", number: str = "1") -> tuple[str, bytes]:
    """Ask for the list and take a document of it; return the file's name and content."""
    await person.send(asked)
    await person.press(number, await person.wait_for("Нажмите номер", timeout=40))
    message, content = await file_from(stage, person)
    assert message.file is not None
    return str(message.file["name"]), content


async def test_added_found_and_sent(stage: Stage) -> None:
    """What the administrator adds everybody finds by name, case and ё aside, and gets as it was sent."""
    stranger = await stage.sandbox.person("Никто")
    await stranger.send("/documents")
    await stranger.wait_for("Документов пока нет", timeout=40)
    admin = await stage.admin()
    await add(admin, "Оферта на обучёние 1/2 <&>", FIRST)
    await add(admin, "Требования к слушателям", document_picture(), "Требования")
    assert await get(stage, stranger, "/documents ОБУЧЕНИЕ оферта") == ("Оферта на обучёние 1-2 <&>.pdf", FIRST)
    await stranger.send("/documents")
    listed = await stranger.wait_for("Документы школы: 2", timeout=40)
    assert "Добавить" not in listed.labels()
    await stranger.send("/documents дракон")
    await stranger.wait_for("документов нет", timeout=40)


async def test_replaced_and_hidden(stage: Stage) -> None:
    """A replaced document is sent in its new version from old buttons too; the old is the administrator's to see."""
    admin, client = await stage.admin(), await stage.sandbox.person("Клиент")
    await add(admin, "Правила обучения", FIRST, "Правила")
    await client.send("/documents")
    listed = await client.wait_for("Нажмите номер", timeout=40)
    await admin.send("/documents")
    await admin.press("1", await admin.wait_for("Нажмите номер", timeout=40))
    card = await admin.wait_for("1 версия", timeout=40)
    await admin.press("Заменить", card)
    await admin.wait_for("Пришлите файл", timeout=40)
    await admin.upload(FIRST, "f.pdf")
    await admin.wait_for("Этот самый файл", timeout=40)
    await admin.upload(SECOND, "f.pdf")
    await admin.press("Открыть", await admin.wait_for("теперь версия 2", timeout=40))
    card = await admin.wait_for("2 версии", timeout=40)
    await client.press("1", listed)
    assert (await file_from(stage, client))[1] == SECOND
    await admin.press("Версия 1", card)
    assert (await file_from(stage, admin))[1] == FIRST
    await admin.press("Скрыть", card)
    await admin.wait_for("Скрыт: клиенты его не видят", timeout=40)
    await client.press("1", listed)
    await client.wait_for("ничего не нашлось", timeout=40)
    await client.send("/documents")
    await client.wait_for("Документов пока нет", timeout=40)


async def test_refused_files_and_titles(stage: Stage) -> None:
    """A file that is no document and a name that is taken are answered in words, and the question stays."""
    admin = await stage.admin()
    await add(admin, "Оферта", FIRST)
    await admin.send("/documents")
    await admin.press("Добавить", await admin.wait_for("Документы школы", timeout=40))
    await admin.press("Правила", await admin.wait_for("Какой это документ?", timeout=40))
    await admin.wait_for("Как назвать", timeout=40)
    await admin.send("ОФЕРТА")
    await admin.wait_for("уже есть", timeout=40)
    await admin.upload(SECOND, "f.pdf")
    await admin.wait_for("Как назвать", timeout=40)
    await admin.send("Правила")
    await admin.wait_for("Пришлите файл", timeout=40)
    await admin.upload(b"hello", "f.exe")
    await admin.wait_for("не фото и не PDF", timeout=40)
    await admin.upload(SECOND, "f.pdf")
    await admin.wait_for("✅ Добавили", timeout=40)


async def asked_for_file(admin: Person, title: str) -> None:
    """Go as far as the file of a new document."""
    await admin.send("/documents")
    await admin.press("Добавить", await admin.wait_for("окумент", timeout=40))
    await admin.press("Оферты", await admin.wait_for("Какой это документ?", timeout=40))
    await admin.wait_for("Как назвать", timeout=40)
    await admin.send(title)
    await admin.wait_for("Пришлите файл", timeout=40)


async def test_two_administrators_and_one_name(stage: Stage) -> None:
    """Of two who add a document of one name at once the second is told, and may name theirs otherwise."""
    one, other = await stage.admin(), await come(stage, Role.ADMIN, "Второй")
    await asked_for_file(one, "Оферта")
    await asked_for_file(other, "ОФЁРТА")
    await one.upload(FIRST, "f.pdf")
    await one.wait_for("✅ Добавили", timeout=40)
    await other.upload(SECOND, "f.pdf")
    await other.wait_for("уже есть", timeout=40)
    await other.send("Оферта 2")
    await other.wait_for("Пришлите файл", timeout=40)
    await other.upload(SECOND, "f.pdf")
    await other.wait_for("✅ Добавили", timeout=40)


async def test_more_are_found_than_fit(stage: Stage) -> None:
    """A search that finds more than a screen holds says so and says what to do."""
    uow = stage.app.database.uow(stage.clock)
    for number in range(9):
        key, title = f"{number:032x}", f"Оферта {number}"
        uow.add_school_document(
            SchoolDocument(key, title, title.lower(), "offer", 1, "application/pdf", 9, "", key, 1, NOW, None, key)
        )
    await uow.commit()
    person = await stage.sandbox.person("Клиент")
    await person.send("/documents оферта")
    shown = await person.wait_for("Нашлось по словам «оферта»: 9", timeout=40)
    assert "Показали первые 8" in shown.text
    assert "страница" not in shown.text
    await person.send("/documents оферта 8")
    assert "Показали" not in (await person.wait_for("Нашлось по словам «оферта 8»: 1", timeout=40)).text


async def test_only_administrators_change_documents(stage: Stage) -> None:
    """Buttons of the administrator do nothing for anyone else, whether the document is there or not."""
    admin = await stage.admin()
    await add(admin, "Оферта", FIRST)
    await admin.send("/documents")
    listed = await admin.wait_for("Нажмите номер", timeout=40)
    known = str(listed.data("1")).split(":")[2]
    for person in (await stage.manager(), await stage.curator(), await stage.sandbox.person("Никто")):
        await person.send("/documents")
        shown = await person.wait_for("Нажмите номер", timeout=40)
        said = set()
        for key in (known, "0" * 32):
            for act in ("card", "replace", "hide", "show"):
                seen = (await person.last()).rev
                told = {"message_id": shown.message_id, "data": f"dc:{act}:{key}:0"}
                await stage.sandbox.call("POST", f"people/{person.id}/press", json=told)
                said.add((await person.wait_for("ничего не нашлось", after=seen, timeout=40)).text)
        assert len(said) == 1


async def test_documents_go_where_personal_data_do_not(stage: Stage) -> None:
    """Without personal data in chats documents are added and sent all the same: they hold nobody's."""
    await stage.reconfigure(personal_data={"in_chat": False})
    await add(await stage.admin(), "Оферта", FIRST)
    assert await get(stage, await stage.sandbox.person("Клиент")) == ("Оферта.pdf", FIRST)


async def test_support_leads_on(stage: Stage) -> None:
    """`/support` has a button for each link that the school has configured."""
    sites = [{"title": "Портал партнёров", "url": "https://portal.example.ru"}]
    await stage.reconfigure(links={"sites": sites})
    person = await stage.sandbox.person("Клиент")
    await person.send("/support")
    shown = await person.wait_for("техподдержка", timeout=40)
    assert shown.labels() == ["Портал партнёров"]
