"""The corpus through the process that checks files: what comes out, and what it takes."""

import asyncio
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from paper.upload_check import Checked
from school.errors import NotFound
from school.uploads import UploadRefused
from storage import checker as checker_module
from storage.checker import ProcessChecker
from storage.uploads import UploadStore
from storage.vault import open_vault
from tests.integration import upload_corpus as corpus

GREATEST = 256 * 1024  # kilobytes


@cache
def made(name: str) -> bytes:
    """Return the file of this name; the great ones are made once."""
    return (corpus.accepted() | corpus.refused())[name][0]()


async def outcome(content: bytes) -> corpus.Expected:
    """Return the checker's word on a file."""
    try:
        found = await ProcessChecker().check(content)
    except UploadRefused as refused:
        return refused.reason
    return found.media, found.pages, found.flags


# Linux counts what the parent held at the start as the child's peak; so a small parent starts the worker.
_LAUNCHER = (
    "import os, subprocess, sys; child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL); "
    "print(os.wait4(child.pid, 0)[2].ru_maxrss)"
)


def peak(content: bytes, *asked: str) -> int:
    """Return the most memory that the worker held, in kilobytes."""
    command = (sys.executable, "-c", _LAUNCHER, *checker_module._COMMAND, *asked)
    done = subprocess.run(command, input=content, stdout=subprocess.PIPE, env={"MALLOC_ARENA_MAX": "1"}, check=True)
    return int(done.stdout)


@pytest.mark.parametrize(("name", "expected"), [(name, kind) for name, (_, kind) in corpus.accepted().items()])
async def test_documents_are_taken(name: str, expected: corpus.Expected) -> None:
    """A picture or PDF of a document is taken, whatever its name, with its type, pages and hints."""
    assert await outcome(made(name)) == expected


@pytest.mark.parametrize(("name", "expected"), [(name, kind) for name, (_, kind) in corpus.refused().items()])
async def test_other_files_are_refused(name: str, expected: corpus.Expected) -> None:
    """Everything else is refused with its own reason, within the limits of the process."""
    assert await outcome(made(name)) == expected


@pytest.mark.parametrize(
    "name",
    ["48mp.jpg", "progressive.jpg", "600dpi.png", "12mp.webp", "tiles.heic", "flate bomb.pdf", "bomb.png", "48mp.heic",
     "object bomb.pdf", "objects.pdf"],
)  # fmt: skip
def test_memory_is_bounded(name: str) -> None:
    """The greediest files take no more than 256 MB."""
    assert peak(made(name)) <= GREATEST


HOG = "from paper.upload_worker import limit; limit(); x = [bytearray(1 << 20) for _ in range(1000)]"


def _instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(checker_module, "_COMMAND", (sys.executable, "-E", "-s", "-B", "-c", program))


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (HOG, "too_heavy"),
        ("import os; os.kill(os.getpid(), 9)", "too_heavy"),
        ("import os; os.kill(os.getpid(), 11)", "too_heavy"),
        ("import os; os.kill(os.getpid(), 24)", "too_slow"),
        ("print('nonsense')", "too_heavy"),
        ("print('[]')", "too_heavy"),
        ('print(\'{"refused": "odd"}\')', "too_heavy"),
        ("pass", "too_heavy"),
    ],
)
async def test_a_process_that_dies_refuses_the_file(monkeypatch: pytest.MonkeyPatch, program: str, reason: str) -> None:
    """A crash, a kill, too much memory or nonsense in answer is a refusal, never another error."""
    _instead(monkeypatch, program)
    assert await outcome(b"x" * 300_000) == reason


async def test_a_process_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the time limit the process is ended and the file refused."""
    _instead(monkeypatch, "import threading; threading.Event().wait()")
    with pytest.raises(UploadRefused) as refused:
        await ProcessChecker(seconds=0.05).check(b"x")
    assert refused.value.reason == "too_slow"


async def test_the_worker_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the bot does not reach the process."""
    monkeypatch.setenv("BOT_TOKEN", "1:secret")
    _instead(
        monkeypatch, "import os, json; print(json.dumps({'media': ' '.join(os.environ), 'pages': 1, 'flags': []}))"
    )
    found = await ProcessChecker().check(b"x")
    assert set(found.media.split()) <= {"MALLOC_ARENA_MAX", "LC_CTYPE", "LD_LIBRARY_PATH"}


async def test_many_files_wait_their_turn() -> None:
    """Ten files at once are all checked."""
    one = ProcessChecker()
    found = await asyncio.gather(*(one.check(corpus.jpeg()) for _ in range(10)))
    assert set(found) == {Checked("image/jpeg", 1)}


async def test_a_kept_file_is_the_original(tmp_path: Path) -> None:
    """The vault holds the very bytes; the same key gives the same id, and the page tells hash, size and name."""
    vault = open_vault(tmp_path / "documents", None)
    store = UploadStore(ProcessChecker(), vault)
    kept = await store.keep(corpus.jpeg(), "../диплом\n.jpg", "update:1:photo")
    again = await store.keep(corpus.jpeg(), "другое имя.jpg", "update:1:photo")
    assert kept.id == again.id
    assert await vault.ids() == [kept.id]
    assert await vault.get(kept.id) == corpus.jpeg()
    assert (kept.sha256, kept.size) == (sha256(corpus.jpeg()).hexdigest(), len(corpus.jpeg()))
    assert (kept.media, kept.name, kept.flags) == ("image/jpeg", "диплом .jpg", ())


async def test_a_refused_file_is_not_kept(tmp_path: Path) -> None:
    """Nothing of a refused file stays."""
    vault = open_vault(tmp_path / "documents", None)
    store = UploadStore(ProcessChecker(), vault)
    for content, reason in ((corpus.archive("a"), "archive"), (bytes(21 * 1024 * 1024), "too_big"), (b"", "empty")):
        with pytest.raises(UploadRefused) as refused:
            await store.keep(content, "a", "key")
        assert refused.value.reason == reason
    assert await vault.ids() == []
    with pytest.raises(NotFound):
        await vault.get(sha256(b"key").hexdigest()[:32])
