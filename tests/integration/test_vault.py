"""Documents on disk, encrypted, and the sweep of those that nothing refers to."""

import logging
import os
import stat
from pathlib import Path

import pytest

from school.errors import NotFound
from storage.vault import FileVault, VaultKeyMissing, open_vault

ONE, TWO = "a1" * 16, "b2" * 16
SECRET = "an invented secret of the tests"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the documents are."""
    return tmp_path / "documents"


@pytest.fixture
def vault(folder: Path) -> FileVault:
    """Return an empty vault."""
    return open_vault(folder, SECRET)


def files(folder: Path) -> list[Path]:
    """Return all files, hidden ones too."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_is_put_is_got(vault: FileVault) -> None:
    """Content comes back byte by byte; the later of two under one id stays."""
    await vault.put(ONE, b"first")
    await vault.put(ONE, b"second")
    await vault.put(TWO, b"")
    assert await vault.get(ONE) == b"second"
    assert await vault.get(TWO) == b""
    assert await vault.ids() == [ONE, TWO]


async def test_nothing_is_readable_on_disk(vault: FileVault, folder: Path) -> None:
    """The disk holds no plain content, the same content looks different twice, and only the owner may read."""
    await vault.put(ONE, b"diploma " * 100)
    await vault.put(TWO, b"diploma " * 100)
    kept = [path.read_bytes() for path in files(folder)]
    assert len(kept) == 2
    assert kept[0] != kept[1]
    assert all(b"diploma" not in content for content in kept)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files(folder))


async def test_an_unknown_document_is_not_found(vault: FileVault) -> None:
    """An id that is not there, or was deleted, is not found; deleting it again is quiet."""
    with pytest.raises(NotFound):
        await vault.get(ONE)
    await vault.put(ONE, b"x")
    await vault.delete(ONE)
    await vault.delete(ONE)
    with pytest.raises(NotFound):
        await vault.get(ONE)
    assert await vault.ids() == []


@pytest.mark.parametrize(
    "odd", ["../../etc/passwd", "", "a1", "A1" * 16, "a1" * 15 + "/.", "a1" * 40, "a1" * 16 + "\n"]
)
async def test_an_id_is_never_a_path(vault: FileVault, folder: Path, odd: str) -> None:
    """Anything but lowercase hex is refused, so that no id leads out of the folder."""
    with pytest.raises(ValueError, match="hex"):
        await vault.put(odd, b"x")
    with pytest.raises(NotFound):
        await vault.get(odd)
    await vault.delete(odd)
    assert files(folder.parent) == []


async def test_damage_and_exchange_are_noticed(
    vault: FileVault, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that was changed, cut or put in another's place does not open, and the log says so."""
    await vault.put(ONE, b"one")
    await vault.put(TWO, b"two")
    first, second = sorted(files(folder), key=lambda path: path.name)
    whole = first.read_bytes()
    for damaged in (second.read_bytes(), whole[:-1], whole[:5], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        first.write_bytes(damaged)
        with caplog.at_level(logging.ERROR), pytest.raises(NotFound):
            await vault.get(ONE)
        assert ONE in caplog.text
        caplog.clear()


async def test_another_key_opens_nothing(vault: FileVault, folder: Path) -> None:
    """Documents put with one secret are not found with another."""
    await vault.put(ONE, b"x")
    with pytest.raises(NotFound):
        await open_vault(folder, SECRET + "!").get(ONE)
    assert await open_vault(folder, SECRET).get(ONE) == b"x"


async def test_an_own_key_is_made_once(folder: Path) -> None:
    """Without a configured key one is made beside the folder, for the owner alone, and used again."""
    await open_vault(folder, None).put(ONE, b"x")
    key = folder.parent / "documents.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert await open_vault(folder, None).get(ONE) == b"x"
    assert sorted(path.name for path in folder.parent.iterdir()) == ["documents", "documents.key"]


async def test_a_lost_key_is_not_replaced(folder: Path) -> None:
    """A key that is gone while documents are there stops the start: a new one would orphan them all."""
    await open_vault(folder, None).put(ONE, b"x")
    (folder.parent / "documents.key").unlink()
    with pytest.raises(VaultKeyMissing):
        open_vault(folder, None)


def test_a_short_key_is_refused(folder: Path) -> None:
    """A secret that could be guessed is not taken."""
    with pytest.raises(ValueError, match="shorter"):
        open_vault(folder, "qwerty")


async def test_halves_left_by_a_kill_go(vault: FileVault, folder: Path) -> None:
    """What a kill left half written is no document, and is removed when it is old."""
    await vault.put(ONE, b"x")
    half = files(folder)[0].with_name(f".{TWO}.0123")
    half.write_bytes(b"half")
    open_vault(folder, SECRET)
    assert half.exists()
    assert await vault.ids() == [ONE]
    os.utime(half, (0, 0))
    open_vault(folder, SECRET)
    assert [path.name for path in files(folder)] == [ONE]
