"""What a database knows of its vault, on both databases: records, sweeps, one identity, the key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.letters.intake import LetterIntake
from mail.imap_settings import RawLetter
from scheduler.documents import Sweeper
from school.errors import NotFound
from storage import pairing
from storage.database import Database
from storage.recorded_vault import RecordedVault
from storage.vault import FileVault, open_vault
from storage.vault_ledger import VaultLedger
from storage.vault_marker import read_marker
from tests.integration.storage_samples import NOW

ONE, TWO = "a1" * 16, "b2" * 16
SECRET = "an invented secret of the tests"


@dataclass
class Clock:
    """A clock that is moved by hand."""

    time: datetime = NOW

    def now(self) -> datetime:
        """Return the time it shows."""
        return self.time


@dataclass
class Kept:
    """A vault, its records and the ids that rows refer to."""

    database: Database
    files: FileVault
    clock: Clock = field(default_factory=Clock)
    rows: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ledger = VaultLedger(self.database, "documents")
        self.vault = RecordedVault(self.files, self.ledger, self.clock)
        self.sweep = self.sweeper()

    def sweeper(self) -> Sweeper:
        """Return a sweeper that has seen nothing yet, as after a start."""
        return Sweeper(self.vault, self.known, lambda: self.database.uow(self.clock), self.clock)

    async def known(self) -> list[str]:
        """Return what rows refer to."""
        return sorted(self.rows)

    async def pair(self) -> None:
        """Do what a start does."""
        await pairing.pair(self.files, self.ledger, self.known)

    def aside(self) -> list[str]:
        """Return the ids in the lost-and-found."""
        return sorted(path.name for path in self.files.folder.glob("lost-and-found/*/*"))


@pytest.fixture
async def kept(database: Database, tmp_path: Path) -> Kept:
    """Return a vault that is paired with a database of each kind in turn."""
    made = Kept(database, open_vault(tmp_path / "documents", SECRET))
    await made.pair()
    return made


async def test_the_sweep_takes_two_rounds(kept: Kept) -> None:
    """A file put and referred to by no row goes at the second sweep; one whose row commits in between stays."""
    await kept.vault.put(ONE, b"one")
    await kept.vault.put(TWO, b"two")
    await kept.sweep()
    assert await kept.vault.ids() == [ONE, TWO]
    kept.rows.add(TWO)
    await kept.sweep()
    assert await kept.vault.ids() == [TWO]
    kept.rows.clear()
    await kept.sweep()
    assert await kept.vault.ids() == [TWO]
    await kept.sweep()
    assert (await kept.vault.ids(), kept.aside()) == ([], [])
    assert await kept.vault.recorded() == set()


async def test_an_unknown_file_is_moved_aside_and_found_again(kept: Kept) -> None:
    """A file that was never recorded is not erased; a row that names it brings it back; after 30 days it goes."""
    await kept.files.put(ONE, b"of another database")
    for _ in range(3):
        await kept.sweep()
    assert (await kept.vault.ids(), kept.aside()) == ([], [ONE])
    assert await kept.vault.get(ONE) == b"of another database"
    kept.rows.add(ONE)
    await kept.sweep()
    assert (await kept.vault.ids(), kept.aside()) == ([ONE], [])
    await kept.sweep()
    assert await kept.vault.recorded() == {ONE}
    await kept.files.put(TWO, b"two")
    await kept.sweep()
    await kept.sweep()
    kept.clock.time += timedelta(days=30)
    await kept.sweep()
    assert kept.aside() == [TWO]
    kept.clock.time += timedelta(days=1)
    await kept.sweep()
    with pytest.raises(NotFound):
        await kept.vault.get(TWO)


async def test_a_file_of_an_earlier_version_is_recorded_while_a_row_names_it(kept: Kept) -> None:
    """What was put before there were records is known by its row, and erased once the row is dropped."""
    await kept.files.put(ONE, b"x")
    kept.rows.add(ONE)
    await kept.sweep()
    kept.rows.clear()
    await kept.sweep()
    await kept.sweep()
    assert (await kept.vault.ids(), kept.aside()) == ([], [])


async def test_a_database_that_is_behind_its_vault_erases_nothing(kept: Kept) -> None:
    """A copy that had recorded a file, but not its row yet, is put back: the file is moved aside, not erased."""
    await kept.vault.put(ONE, b"x")
    generation = await kept.ledger.generation()
    kept.rows.add(ONE)
    await kept.sweep()
    await kept.ledger.set_generation(generation)
    kept.rows.clear()
    again = kept.sweeper()
    for _ in range(3):
        await again()
    assert (await kept.vault.ids(), kept.aside()) == ([], [ONE])
    marker = read_marker(kept.files.folder)
    assert marker is not None
    assert marker.generation == await kept.ledger.generation()


async def test_a_record_without_a_file_is_dropped_after_a_day(kept: Kept) -> None:
    """A record that a kill left before its file is kept while the file may still come."""
    await kept.ledger.record([ONE], NOW)
    await kept.sweep()
    assert await kept.vault.recorded() == {ONE}
    kept.clock.time += timedelta(days=1, minutes=1)
    await kept.sweep()
    assert await kept.vault.recorded() == set()


async def test_a_raw_letter_without_its_row_is_erased(kept: Kept) -> None:
    """A process that dies between the file of a letter and its row leaves the file for two sweeps, not for ever."""

    class Dying:
        """An inbox whose process dies before the row is there."""

        async def take(self, facts: object) -> None:
            """Die."""
            raise ConnectionError

    intake = LetterIntake(Dying(), kept.vault, kept.clock, lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(ConnectionError):
        await intake.take(RawLetter(1, 1, b"From: a@example.ru\r\n\r\nHello\r\n", size=29))
    assert len(await kept.vault.ids()) == 1
    await kept.sweep()
    await kept.sweep()
    assert (await kept.vault.ids(), kept.aside()) == ([], [])


UNPAIRED: list[tuple[str, bool, bool, bool, str | None]] = [
    # the case; marker there; identity there; a shared file; the fault
    ("both anew", False, False, False, None),
    ("an earlier version's", False, False, True, None),
    ("a marker lost", False, True, True, None),
    ("a copy of before there were identities", True, False, True, None),
    ("an empty database beside a vault", True, False, False, "stranger"),
]


@pytest.mark.parametrize(("case", "marker", "identity", "shared", "fault"), UNPAIRED)
async def test_who_belongs_together(
    database: Database, tmp_path: Path, case: str, marker: bool, identity: bool, shared: bool, fault: str | None
) -> None:
    """Where either side has no identity yet, a file in common tells, and an empty pair is a new one."""
    kept = Kept(database, open_vault(tmp_path / "documents", SECRET))
    if marker:
        await kept.pair()
        if not identity:
            await _forget_identity(database)
    elif identity:
        await kept.ledger.set_identity("known")
    if shared:
        await kept.files.put(ONE, b"x")
        kept.rows.add(ONE)
    if fault is None:
        await kept.pair()
        told = read_marker(kept.files.folder)
        assert told is not None, case
        assert told.identity == await kept.ledger.identity()
    else:
        with pytest.raises(pairing.Unpaired, match=fault):
            await kept.pair()
        assert await kept.ledger.identity() is None


async def _forget_identity(database: Database) -> None:
    from sqlalchemy import text

    await database.write(lambda c: c.execute(text("DELETE FROM service_state")).close())


async def _other(kept: Kept) -> None:
    await kept.ledger.set_identity("another")


async def _unknown_files(kept: Kept) -> None:
    (kept.files.folder / "vault.json").unlink()
    await kept.files.put(ONE, b"x")


async def _no_files(kept: Kept) -> None:
    (kept.files.folder / "vault.json").unlink()
    kept.rows.add(ONE)


async def _another_key(kept: Kept) -> None:
    await kept.files.put(ONE, b"x")
    kept.files = open_vault(kept.files.folder, SECRET + "!")


async def _another_key_without_marker(kept: Kept) -> None:
    kept.rows.add(ONE)
    await _another_key(kept)
    (kept.files.folder / "vault.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_other, "other"),
        (_unknown_files, "unknown_files"),
        (_no_files, "no_files"),
        (_another_key, "key"),
        (_another_key_without_marker, "key"),
    ],
)
async def test_what_does_not_belong_together_is_refused(
    kept: Kept, spoil: Callable[[Kept], object], fault: str
) -> None:
    """Each way in which a vault is not this database's is told apart, and a look finds the same."""
    await spoil(kept)  # type: ignore[misc]
    for see in (pairing.pair, pairing.look):
        with pytest.raises(pairing.Unpaired) as refused:
            await see(kept.files, kept.ledger, kept.known)
        assert refused.value.code == fault


async def test_adopting_is_deliberate_and_erases_nothing(kept: Kept) -> None:
    """An adopted vault starts; what the database does not refer to is moved aside, even what it had recorded."""
    await kept.vault.put(ONE, b"one")
    await kept.vault.put(TWO, b"two")
    await kept.ledger.set_identity("another")
    kept.rows.add(TWO)
    assert await pairing.adopt(kept.files, kept.ledger, kept.known) == pairing.Counted(known=1, unknown=1)
    await kept.pair()
    await kept.sweep()
    await kept.sweep()
    assert (await kept.vault.ids(), kept.aside()) == ([TWO], [ONE])


async def test_a_wrong_key_is_not_adopted(kept: Kept) -> None:
    """A key that opens none of the files is refused: adopting would hide that they are unreadable."""
    await _another_key(kept)
    with pytest.raises(pairing.Unpaired, match="key"):
        await pairing.adopt(kept.files, kept.ledger, kept.known)
