"""Documents on the page: refused files, nothing taken without the seal, files in pieces over a broken line."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from school.uploads import MAX_UPLOAD
from tests.pictures import document_picture
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages, placed_secret
from tests.scenarios.test_page_questionnaire import CHOICES, begun, stored
from web.pieces import KEPT, PIECE

PICTURE = document_picture("DIPLOMA", size=(1400, 2000))


@dataclass
class Sender:
    """The page's script: sends files in pieces with the page's seal."""

    person: PageClient
    secret: str
    seal: str

    async def begin(self, size: int, name: str = "диплом.jpg") -> tuple[int, dict[str, Any]]:
        """Begin a file of the diploma."""
        url = f"{self.person.base}/q/{self.secret}/pieces/diploma"
        return await self._ask("POST", url, json={"name": name, "size": size})

    async def put(self, upload: str, offset: int, piece: bytes) -> tuple[int, dict[str, Any]]:
        """Send one piece."""
        url = f"{self.person.base}/q/{self.secret}/piece/{upload}?offset={offset}"
        return await self._ask("PUT", url, data=piece, headers={"Content-Type": "application/octet-stream"})

    async def _ask(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        headers = {"X-CSRF": self.seal, **more.pop("headers", {})}
        async with self.person.session.request(method, url, headers=headers, **more) as answer:
            told = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, told


async def at_documents(person: PageClient, secret: str) -> Shown:
    """Fill in the data; return the page of the documents."""
    await begun(person, secret)
    return await person.press("Дальше", **CHOICES)


async def sender(person: PageClient, secret: str) -> Sender:
    """Return the script of the documents' page."""
    shown = await at_documents(person, secret)
    return Sender(person, secret, shown.forms[0].fields["csrf"][0])


async def pages_of(stage: Stage) -> list[dict[str, Any]]:
    """Return the diploma's pages as stored."""
    found = await stored(stage)
    assert found is not None
    return list(found.answers.get("diploma") or [])


async def test_each_refused_file_is_told_and_the_good_ones_stay(stage: Stage) -> None:
    """A program, an empty file and one beyond 20 MB each get a sentence; the good one among them is kept."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await at_documents(person, secret)
        files = [
            ("setup.exe", b"MZ" + b"\x00" * 500),
            ("пусто.jpg", b""),
            ("большой.pdf", b"%PDF-1.7\n" + b"0" * MAX_UPLOAD),
            ("диплом.jpg", PICTURE),
            ("снова.jpg", PICTURE),
        ]
        shown = await person.press("Загрузить", {"file": files})
        assert shown.status == 400
        for words in (
            "Файл «setup.exe» — не фото и не PDF",
            "Файл «пусто.jpg» пустой",
            "Файл «большой.pdf» больше 20 МБ. Сфотографируйте",
        ):
            assert words in shown.text
        assert "ришлите" not in shown.text
        assert [one["name"] for one in await pages_of(stage)] == ["диплом.jpg"]
        assert len(await stage.app.vaults.documents.ids()) == 1
        shown = await person.press("Убрать")
        assert await pages_of(stage) == []
        assert "Пока ничего не загружено" in shown.text


async def test_without_seal_or_proof_nothing_of_a_file_is_kept(stage: Stage) -> None:
    """A wrong seal, a seal that is not first, an unproved browser: the vault stays empty."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person, browsing(base) as stranger:
        shown = await at_documents(person, secret)
        form = next(form for form in shown.forms if form.files)
        seal = form.fields["csrf"][0]
        strange = (await stranger.open(f"/q/{secret}")).forms[0].fields["csrf"][0]
        attempts = [
            (person, [("csrf", "0" * 64), ("file", PICTURE)], 403),
            (person, [("file", PICTURE), ("csrf", seal)], 403),
            (stranger, [("csrf", strange), ("file", PICTURE)], 200),
        ]
        for who, parts, status in attempts:
            data = aiohttp.FormData()
            for name, value in parts:
                data.add_field(name, value, filename="1.jpg" if name == "file" else None)
            async with who.session.post(f"{base}{form.action}", data=data) as answer:
                assert answer.status == status
                assert "диплом" not in await answer.text()
        assert await stage.app.vaults.documents.ids() == []
        assert await pages_of(stage) == []


async def test_file_in_pieces_goes_on_after_a_break(stage: Stage) -> None:
    """After a break the server says where to go on; a piece sent twice counts once, a later one is refused."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        script = await sender(person, secret)
        status, begin = await script.begin(len(PICTURE))
        assert (status, begin["offset"], begin["piece"]) == (200, 0, PIECE)
        assert len(PICTURE) > 2 * PIECE
        first, second = PICTURE[:PIECE], PICTURE[PIECE : 2 * PIECE]
        assert await script.put(begin["id"], 0, first) == (200, {"offset": PIECE})
        assert await script.put(begin["id"], 2 * PIECE, second) == (409, {"offset": PIECE})
        assert await script.put(begin["id"], 0, first) == (200, {"offset": PIECE})
        again = (await script.begin(len(PICTURE)))[1]
        assert (again["id"], again["offset"]) == (begin["id"], PIECE)
        offset = PIECE
        while offset < len(PICTURE):
            status, told = await script.put(begin["id"], offset, PICTURE[offset : offset + PIECE])
            assert status == 200
            offset = told["offset"]
        assert told["done"]
        kept = await pages_of(stage)
        assert [(one["name"], one["size"]) for one in kept] == [("диплом.jpg", len(PICTURE))]
        assert await stage.app.vaults.documents.get(kept[0]["id"]) == PICTURE


async def test_pieces_are_the_visits_own_and_are_forgotten(stage: Stage) -> None:
    """Another browser cannot add to a file; one left alone, or begun before a restart, is begun anew."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person, browsing(base) as other:
        script = await sender(person, secret)
        begin = (await script.begin(len(PICTURE)))[1]
        await script.put(begin["id"], 0, PICTURE[:PIECE])
        foreign = Sender(other, secret, (await other.open(f"/q/{secret}")).forms[0].fields["csrf"][0])
        assert (await foreign.put(begin["id"], PIECE, b"x"))[0] == 404
        assert (await foreign.begin(100))[0] == 404
        assert (await Sender(person, secret, "0" * 64).put(begin["id"], PIECE, b"x"))[0] == 403
        stage.clock.time += KEPT + timedelta(seconds=1)
        assert (await script.put(begin["id"], PIECE, b"x"))[0] == 404
        begin = (await script.begin(len(PICTURE)))[1]
        assert begin["offset"] == 0
        await stage.restart()
        assert (await script.put(begin["id"], 0, b"x"))[0] == 404
        assert (await script.begin(len(PICTURE)))[0] == 200
        assert await pages_of(stage) == []


async def test_pieces_have_caps_and_refusals_have_words(stage: Stage) -> None:
    """Too great a file is refused before it is sent, too great a piece while it is; what is inside is checked."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        script = await sender(person, secret)
        status, told = await script.begin(MAX_UPLOAD + 1)
        assert status == 400
        assert "больше 20 МБ" in told["problem"]
        assert (await script.begin(0))[0] == 400
        begin = (await script.begin(MAX_UPLOAD))[1]
        assert (await script.put(begin["id"], 0, b"x" * (PIECE + 1)))[0] == 413
        assert (await script.put(begin["id"], -5, b"x"))[0] == 409
        begin = (await script.begin(4, "setup.exe"))[1]
        assert (await script.put(begin["id"], 0, b"MZ\x00\x00\x00"))[0] == 409
        status, told = await script.put(begin["id"], 0, b"MZ\x00\x00")
        assert status == 400
        assert told["problem"].startswith("Файл «setup.exe» — не фото и не PDF")
        assert await stage.app.vaults.documents.ids() == []
