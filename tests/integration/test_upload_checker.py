"""The corpus through the process that checks files: what comes out, and what it takes."""

import asyncio
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from paper.job_pool import JobPool
from paper.upload_check import Checked
from paper.upload_jobs import CHECK
from school.errors import NotFound
from school.uploads import UploadRefused
from storage.checker import ProcessChecker
from storage.uploads import UploadStore
from storage.vault import open_vault
from tests.integration import upload_corpus as corpus
from tests.integration.job_steps import GREATEST, answering, instead, peak


@cache
def made(name: str) -> bytes:
    """Return the file of this name; the great ones are made once."""
    return (corpus.accepted() | corpus.refused())[name][0]()


async def outcome(jobs: JobPool, content: bytes) -> corpus.Expected:
    """Return the checker's word on a file."""
    try:
        found = await ProcessChecker(jobs).check(content)
    except UploadRefused as refused:
        return refused.reason
    return found.media, found.pages, found.flags


@pytest.mark.parametrize(("name", "expected"), [(name, kind) for name, (_, kind) in corpus.accepted().items()])
async def test_documents_are_taken(jobs: JobPool, name: str, expected: corpus.Expected) -> None:
    """A picture or PDF of a document is taken, whatever its name, with its type, pages and hints."""
    assert await outcome(jobs, made(name)) == expected


@pytest.mark.parametrize(("name", "expected"), [(name, kind) for name, (_, kind) in corpus.refused().items()])
async def test_other_files_are_refused(jobs: JobPool, name: str, expected: corpus.Expected) -> None:
    """Everything else is refused with its own reason, within the limits of the process."""
    assert await outcome(jobs, made(name)) == expected


@pytest.mark.parametrize(
    "name",
    ["48mp.jpg", "progressive.jpg", "600dpi.png", "12mp.webp", "tiles.heic", "flate bomb.pdf", "bomb.png", "48mp.heic",
     "object bomb.pdf", "objects.pdf"],
)  # fmt: skip
def test_memory_is_bounded(name: str) -> None:
    """The greediest files take no more than 256 MB."""
    assert peak(CHECK, made(name)) <= GREATEST


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.kill(os.getpid(), 9)",
        answering("('done', None)"),
        answering("('done', Checked(1, 1))"),
        answering("('raised', UploadRefused('odd'))"),
        answering("('failed', 'ValueError at x.py:1')"),
    ],
)
async def test_a_process_that_is_not_itself_refuses_the_file(
    monkeypatch: pytest.MonkeyPatch, jobs: JobPool, program: str
) -> None:
    """A crash, a defect or an answer of a wrong kind is a refusal, never another error."""
    instead(monkeypatch, program)
    assert await outcome(jobs, b"x" * 300_000) == "too_heavy"


async def test_many_files_wait_their_turn(jobs: JobPool) -> None:
    """Ten files at once are all checked."""
    one = ProcessChecker(jobs)
    found = await asyncio.gather(*(one.check(corpus.jpeg()) for _ in range(10)))
    assert set(found) == {Checked("image/jpeg", 1)}


async def test_a_kept_file_is_the_original(tmp_path: Path, jobs: JobPool) -> None:
    """The vault holds the very bytes; the same key gives the same id, and the page tells hash, size and name."""
    vault = open_vault(tmp_path / "documents", None)
    store = UploadStore(ProcessChecker(jobs), vault)
    kept = await store.keep(corpus.jpeg(), "../диплом\n.jpg", "update:1:photo")
    again = await store.keep(corpus.jpeg(), "другое имя.jpg", "update:1:photo")
    assert kept.id == again.id
    assert await vault.ids() == [kept.id]
    assert await vault.get(kept.id) == corpus.jpeg()
    assert (kept.sha256, kept.size) == (sha256(corpus.jpeg()).hexdigest(), len(corpus.jpeg()))
    assert (kept.media, kept.name, kept.flags) == ("image/jpeg", "диплом .jpg", ())


async def test_a_refused_file_is_not_kept(tmp_path: Path, jobs: JobPool) -> None:
    """Nothing of a refused file stays."""
    vault = open_vault(tmp_path / "documents", None)
    store = UploadStore(ProcessChecker(jobs), vault)
    for content, reason in ((corpus.archive("a"), "archive"), (bytes(21 * 1024 * 1024), "too_big"), (b"", "empty")):
        with pytest.raises(UploadRefused) as refused:
            await store.keep(content, "a", "key")
        assert refused.value.reason == reason
    assert await vault.ids() == []
    with pytest.raises(NotFound):
        await vault.get(sha256(b"key").hexdigest()[:32])
