"""Pages drawn in the bounded process, and what of them is kept in memory."""

import io
from pathlib import Path

import pytest
from PIL import Image

from paper.job_pool import JobPool
from paper.upload_jobs import DRAW
from school.errors import NotFound
from school.uploads import UploadRefused
from storage.checker import ProcessChecker
from storage.pictures import SIDES, DrawnPictures
from storage.vault import FileVault, open_vault
from tests.integration import upload_corpus as corpus
from tests.integration.job_steps import GREATEST, instead, peak
from tests.pictures import document_pdf

KEY = "ab" * 16


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    """Return an empty vault."""
    return open_vault(tmp_path / "documents", None)


class Counting:
    """Draws nothing and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def draw(self, content: bytes, number: int, side: int, turns: int) -> bytes:
        """Return forty bytes."""
        self.asked += 1
        return bytes(40)


async def test_a_page_is_drawn_by_the_process(vault: FileVault, jobs: JobPool) -> None:
    """A page of a document in the vault comes out as a JPEG of the asked size, turned as asked."""
    await vault.put(KEY, document_pdf(2))
    pictures = DrawnPictures(ProcessChecker(jobs), vault)
    for side, pixels in SIDES.items():
        straight = Image.open(io.BytesIO(await pictures.picture(KEY, 2, side)))
        turned = Image.open(io.BytesIO(await pictures.picture(KEY, 2, side, 1)))
        assert straight.format == "JPEG"
        assert max(straight.size) == pixels
        assert turned.size == straight.size[::-1]


@pytest.mark.parametrize("number", [0, 3])
async def test_there_is_no_page_beyond_the_last(vault: FileVault, jobs: JobPool, number: int) -> None:
    """A page that the file has not is not found."""
    await vault.put(KEY, document_pdf(2))
    with pytest.raises(NotFound):
        await DrawnPictures(ProcessChecker(jobs), vault).picture(KEY, number, "page")


async def test_nothing_is_drawn_of_what_is_erased(vault: FileVault) -> None:
    """Once the vault has erased a document its drawn pages are gone too."""
    pictures = DrawnPictures(Counting(), vault)
    await vault.put(KEY, corpus.jpeg())
    await pictures.picture(KEY, 1, "page")
    await vault.delete(KEY)
    with pytest.raises(NotFound):
        await pictures.picture(KEY, 1, "page")


async def test_the_latest_pictures_are_kept_within_a_bound(vault: FileVault) -> None:
    """A page asked for again is not drawn again, until newer ones have taken its room."""
    drawer = Counting()
    pictures = DrawnPictures(drawer, vault, kept_bytes=100)
    await vault.put(KEY, corpus.jpeg())
    for number in (1, 2, 1, 2):
        await pictures.picture(KEY, number, "page")
    assert drawer.asked == 2
    await pictures.picture(KEY, 3, "page")
    await pictures.picture(KEY, 2, "page")
    assert drawer.asked == 3
    await pictures.picture(KEY, 1, "page")
    assert drawer.asked == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (corpus.archive("run.exe"), "archive"),
        (corpus.jpeg()[:9000], "image_broken"),
        (corpus.pdf(change=corpus.page_of_a_kilometre), "too_heavy"),
    ],
    ids=["archive", "half a picture", "kilometre"],
)
async def test_what_cannot_be_drawn_is_refused(jobs: JobPool, content: bytes, reason: str) -> None:
    """A file that an earlier check let through and that cannot be drawn is refused with its reason."""
    with pytest.raises(UploadRefused) as refused:
        await ProcessChecker(jobs).draw(content, 1, 1200, 0)
    assert refused.value.reason == reason


@pytest.mark.parametrize("program", ["import os; os.kill(os.getpid(), 9)", "print('nonsense')", "pass"])
async def test_a_drawing_process_that_dies_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, jobs: JobPool, program: str
) -> None:
    """Neither a crash nor nonsense in answer is another error."""
    instead(monkeypatch, program)
    with pytest.raises(UploadRefused):
        await ProcessChecker(jobs).draw(corpus.jpeg(), 1, 1200, 0)


@pytest.mark.parametrize(
    "name", ["48mp.jpg", "progressive.jpg", "600dpi.png", "12mp.webp", "tiles.heic", "flate bomb.pdf"]
)
def test_memory_of_drawing_is_bounded(name: str) -> None:
    """The greediest files are drawn, or refused, within 256 MB."""
    content = (corpus.accepted() | corpus.refused())[name][0]()
    assert peak(DRAW, content, 1, SIDES["whole"], 0) <= GREATEST
