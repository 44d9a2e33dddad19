"""A curator's table in chat: documents to look at above the answers, what is left, passing one over."""

from io import BytesIO

import pytest
from PIL import Image

from sandbox.client import Message, Person
from tests.pictures import document_pdf, document_picture, phone_photo
from tests.scenarios import student_steps
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import dealt, hand_in, keep, member, page, read, state_of
from tests.scenarios.steps import act


async def pictures(stage: Stage, person: Person) -> list[bytes]:
    """Return the pictures that the bot has sent, in their order."""
    sent = [m.file for m in await person.messages() if m.sender == "bot" and m.file and m.file["kind"] == "photo"]
    return [await stage.sandbox.fetch(one["url"]) for one in sent]


async def test_curator_looks_at_pictures_upright(stage: Stage) -> None:
    """A photo taken sideways comes upright, without place and device, above the card; the original on demand."""
    sideways = phone_photo(orientation=6)
    student = await student_steps.placed_student(stage)
    for how, what in student_steps.ANSWERS:
        await act(student, how, what)
    await student.upload(sideways, "IMG_1.jpg", "document")
    await student.wait_for("Диплом: 1 страниц", timeout=40)
    await student.press("Готово")
    await student.wait_for("Проверьте анкету", timeout=40)
    await student.press("Отправить")
    await student.wait_for("Анкета отправлена", timeout=40)

    curator = await member(stage, "Петрова")
    card = await dealt(curator)
    [drawn] = await pictures(stage, curator)
    sent = next(m for m in await curator.messages() if m.file)
    assert sent.message_id < card.message_id
    assert "Документ об образовании" in sent.text or "Диплом" in sent.text
    found, kept = Image.open(BytesIO(drawn)), Image.open(BytesIO(sideways))
    assert kept.size == found.size[::-1]
    assert not found.getexif()
    assert b"Phone 12" in sideways
    assert b"Phone 12" not in drawn

    await curator.press("Оригиналы", card)
    original = await curator.wait_for(lambda m: m.file is not None and m.file["kind"] == "document", timeout=40)
    assert original.file is not None
    assert await stage.sandbox.fetch(original.file["url"]) == sideways


async def test_pages_of_pdfs_and_photos_come_as_one_album(stage: Stage) -> None:
    """Every page of every file is a picture of its own, ten at most; what is not shown is said."""
    files = [page(media="application/pdf", pages=9), page(), page(media="application/pdf", pages=2)]
    handed = await hand_in(stage, "Орлова Анна Петровна", diploma=files)
    contents = (document_pdf(9), document_picture("ОБОРОТ"), document_pdf(2))
    for file, content in zip(files, contents, strict=True):
        await stage.app.vaults.documents.put(file["id"], content)
    curator = await member(stage, "Петрова")
    card = await dealt(curator)
    shown = [m for m in await curator.messages() if m.file]
    assert len(await pictures(stage, curator)) == 10
    assert len({m.album for m in shown}) == 1
    assert "Здесь первые 10, всего 12 страниц: остальные в оригинале." in shown[0].text
    assert max(m.message_id for m in shown) < card.message_id
    assert (await state_of(stage, handed))[0] == "submitted"


async def test_a_page_that_is_gone_does_not_keep_the_card_back(stage: Stage) -> None:
    """Where nothing can be drawn the card comes all the same, and the chat says how to see the original."""
    await hand_in(stage, "Орлова Анна Петровна")
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.wait_for("Страницы документа показать не удалось", after=0, timeout=40)


def who(card: Message) -> str:
    """Return the surname on a card."""
    return card.text.split()[2]


async def test_queue_deals_no_card_twice_in_a_row(stage: Stage) -> None:
    """`/queue` and «Пропустить» go through the whole queue and begin anew; each card says how many are left."""
    for name in ("Орлова Анна Петровна", "Лебедева Вера Ильинична", "Зуева Ольга Олеговна"):
        await keep(stage, await hand_in(stage, name))
        stage.clock.move(minutes=1)
    curator = await member(stage, "Петрова")
    first, second = await dealt(curator), await dealt(curator)
    await curator.press("Пропустить", second)
    third = await curator.wait_for(lambda m: m.has_button("Подтвердить"), timeout=40)
    assert [who(card) for card in (first, second, third)] == ["Орлова", "Лебедева", "Зуева"]
    assert all("Осталось 3 анкеты" in card.text for card in (first, second, third))
    await curator.press("Подтвердить", third)
    again = await curator.wait_for("Осталось 2 анкеты", timeout=40)
    assert who(again) == "Орлова"
    other = await member(stage, "Сидорова")
    assert who(await dealt(other)) == "Лебедева"


async def test_the_only_card_is_passed_over_in_vain(stage: Stage) -> None:
    """Where nothing else waits the card says so, and passing it over sends no second copy."""
    await hand_in(stage, "Орлова Анна Петровна")
    curator = await member(stage, "Петрова")
    card = await dealt(curator)
    assert "Это последняя анкета" in card.text
    await curator.press("Пропустить", card)
    await curator.send("/help")
    await curator.wait_for("/queue", timeout=40)
    assert "Других анкет сейчас нет" in [toast["text"] for toast in await curator.toasts()]
    assert sum("Это последняя анкета" in m.text for m in await curator.messages()) == 1


@pytest.mark.parametrize(
    ("colour", "words"),
    [
        ((3, 2, 2), "слишком тёмный: на нём ничего не прочесть"),
        ((250, 250, 250), "пустая страница: на ней ничего не видно"),
    ],
)
async def test_dark_and_empty_photos_are_refused_in_chat(
    stage: Stage, colour: tuple[int, int, int], words: str
) -> None:
    """A black or white photo is no diploma: the student is told what to do, and nothing is kept."""
    student = await student_steps.placed_student(stage)
    for how, what in student_steps.ANSWERS:
        await act(student, how, what)
    out = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(out, "JPEG")
    await student.upload(out.getvalue(), "d.jpg", "photo")
    told = await student.wait_for(words, timeout=40)
    assert "Снимите документ целиком при хорошем свете" in told.text
    assert await read(stage).document_ids() == []
