"""Documents as pictures on the pages: a curator's card, what a student has uploaded, what is too dark to be read."""

import re
from io import BytesIO

import pytest
from PIL import Image

from school.centre import Role
from school.questionnaire import pages
from tests.pictures import document_pdf, phone_photo
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages, placed_secret
from tests.scenarios.review_steps import Handed, hand_in, keep, page, read, state_of
from tests.scenarios.staff_steps import at_page
from tests.scenarios.test_page_uploads import at_documents

ANNA = "anna@shkola.example"


def sources(shown: Shown) -> list[str]:
    """Return the addresses of the pictures of a page."""
    return [found.replace("&amp;", "&") for found in re.findall(r'<img [^>]*?src="([^"]+)"', shown.html)]


async def drawn(person: PageClient, path: str) -> Image.Image:
    """Fetch a picture, and see that it may stand in a page: a JPEG of our own, without metadata."""
    found = await person.open(path)
    assert (found.status, found.headers["Content-Type"]) == (200, "image/jpeg")
    assert "Content-Disposition" not in found.headers
    assert found.headers["Content-Security-Policy"].startswith("sandbox")
    assert (found.headers["Cache-Control"], found.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert b"Phone 12" not in found.body
    image = Image.open(BytesIO(found.body))
    assert not image.getexif()
    return image


async def sideways(stage: Stage) -> Handed:
    """Hand in a photo taken sideways and a PDF of two pages."""
    files = [page(), page(media="application/pdf", pages=2)]
    handed = await hand_in(stage, "Орлова Анна Петровна", diploma=files)
    for file, content in zip(files, (phone_photo(6), document_pdf(2)), strict=True):
        await stage.app.vaults.documents.put(file["id"], content)
    return handed


async def test_card_shows_the_pages_upright_and_turns_them(stage: Stage) -> None:
    """Each page stands on the card as a picture, turns by a link, opens large; the original is a link away."""
    base = await open_pages(stage)
    handed = await sideways(stage)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        card = f"/staff/queue/{handed.line_id}"
        shown = await person.open(card)
        addresses = sources(shown)
        assert len(addresses) == 3
        first = await drawn(person, addresses[0])
        assert first.height > first.width
        turn = re.findall(r'href="([^"]+)#p1"', shown.html)[0]
        turned = await person.open(turn)
        assert (await drawn(person, sources(turned)[0])).size == first.size[::-1]
        assert sources(turned)[1:] == addresses[1:]
        large = re.findall(r'href="([^"]+large=1)"', shown.html)[0].replace("&amp;", "&")
        assert max((await drawn(person, large)).size) > max(first.size)
        assert sum("/file/" in href for href in re.findall(r'href="([^"]+)"', shown.html)) == 2


async def test_pictures_are_for_curators_and_gone_with_the_document(stage: Stage) -> None:
    """A manager finds no picture, nor does anybody of a page that is not there or of a document that is erased."""
    base = await open_pages(stage)
    handed = await sideways(stage)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        [first, second, _] = sources(await person.open(f"/staff/queue/{handed.line_id}"))
        await drawn(person, first)
        for path in (second.replace("/1?", "/3?"), second.replace("/1?", "/0?"), second.replace("/1?", "/-1?")):
            assert (await person.open(path)).status == 404
        found = await read(stage).questionnaire(handed.line_id)
        assert found is not None
        await stage.app.vaults.documents.delete(pages(found, "diploma")[0].id)
        assert (await person.open(first)).status == 404
    async with at_page(stage, base, Role.MANAGER, "Пётр", "petr@shkola.example") as person:
        assert (await person.open(second)).status == 404
    async with browsing(base) as person:
        assert (await person.open(second)).status == 401


async def test_next_card_is_offered_at_once(stage: Stage) -> None:
    """After a decision the next card opens, with a way back for the decision; it may be passed over."""
    base = await open_pages(stage)
    handed = [
        await hand_in(stage, name) for name in ("Орлова Анна Петровна", "Зуева Ольга Олеговна", "Ким Вера Ильинична")
    ]
    for one in handed:
        await keep(stage, one)
    async with at_page(stage, base, Role.CURATOR, "Анна", ANNA) as person:
        await person.open("/staff/queue")
        first = await person.press("Взять следующую")
        assert "Осталось 3 анкеты" in first.text
        second = await person.press("Подтвердить")
        assert second.title != first.title
        assert re.search(r"\w+ \w\. \w\.: анкета подтверждена", second.text)
        assert "Осталось 2 анкеты" in second.text
        back = await person.press("Отменить решение")
        assert "Решение отменено" in back.text
        assert back.title == first.title
        assert [(await state_of(stage, one))[0] for one in handed] == ["submitted"] * 3
        third = await person.press("Пропустить")
        assert third.title != first.title
        await person.press("Подтвердить")
        await person.press("Подтвердить")
        last = await person.press("Пропустить")
        assert "Других анкет сейчас нет" in last.text
        done = await person.press("Подтвердить")
        assert "Анкета подтверждена. Ученику сообщим" in done.text
        assert "Следующая анкета" in done.html


async def test_student_sees_what_was_taken(stage: Stage) -> None:
    """After an upload a small picture stands beside each file's name, for this student only."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await at_documents(person, secret)
        files = [("IMG_1.jpg", phone_photo(6)), ("вкладыш.pdf", document_pdf(2))]
        shown = await person.press("Загрузить", {"file": files})
        [photo, book] = sources(shown)
        for path in (photo, book):
            found = await drawn(person, path)
            assert max(found.size) == 240
        assert (await drawn(person, photo)).height == 240
        assert (await person.open(f"/q/{secret}/picture/{'0' * 32}")).status == 404
    async with browsing(base) as stranger:
        assert (await stranger.open(photo)).status == 404


@pytest.mark.parametrize(
    ("level", "words"),
    [(3, "слишком тёмный: на нём ничего не прочесть"), (250, "пустая страница: на ней ничего не видно")],
)
async def test_dark_and_empty_photos_are_refused_on_the_page(stage: Stage, level: int, words: str) -> None:
    """The page says what is wrong and what to do, and keeps nothing."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    out = BytesIO()
    Image.new("L", (1200, 900), level).save(out, "JPEG")
    async with browsing(base) as person:
        await at_documents(person, secret)
        shown = await person.press("Загрузить", {"file": [("d.jpg", out.getvalue())]})
        assert shown.status == 400
        assert words in shown.text
        assert "Снимите документ целиком при хорошем свете и загрузите фото или PDF." in shown.text
        assert sources(shown) == []
    assert await read(stage).document_ids() == []
