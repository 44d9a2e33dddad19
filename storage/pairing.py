"""One identity of a database and its vault: given at the first start, compared at every later one.

See docs/decisions/0011-one-identity-of-database-and-vault.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from school.errors import NotFound
from storage.vault import FileVault
from storage.vault_ledger import VaultLedger
from storage.vault_marker import Marker, read_marker, write_marker

# Files without a marker are opened to see whether the key is theirs; one that opens is enough.
_TRIED = 5

# Reads the ids of all files that the database refers to in the vault: asked only where it matters.
Known = Callable[[], Awaitable[Collection[str]]]
Fault = Literal["other", "stranger", "unknown_files", "no_files", "key"]


class Unpaired(Exception):
    """The database and the vault do not belong together.

    `code`: other (both have an identity, not the same), stranger (the vault has one, the database has none and knows
    no file of the vault), unknown_files (the vault has files, the database knows none of them), no_files (the database
    knows files, none of them is there), key (the vault is kept with another key).
    """

    def __init__(self, code: Fault) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Counted:
    """How many files of a vault the database refers to, and how many not."""

    known: int
    unknown: int


async def pair(files: FileVault, ledger: VaultLedger, known: Known) -> None:
    """Give both one identity where either has none yet. Raises `Unpaired`."""
    marker, identity = await look(files, ledger, known)
    if marker is not None and identity == marker.identity:
        return
    # The database first: a kill in between leaves a vault without a marker, and the next start pairs them.
    given = identity or (marker.identity if marker else uuid4().hex)
    if identity is None:
        await ledger.set_identity(given)
    await _mark(files, ledger, given)


async def look(files: FileVault, ledger: VaultLedger, known: Known) -> tuple[Marker | None, str | None]:
    """Return the vault's marker and the database's identity, and change nothing. Raises `Unpaired`."""
    marker, identity = await asyncio.to_thread(read_marker, files.folder), await ledger.identity()
    if marker is not None and identity is not None and marker.identity != identity:
        raise Unpaired("other")
    if marker is None or identity is None:
        await _recognise(files, marker, known)
    if marker is not None and marker.key_check != files.key_check:
        raise Unpaired("key")
    return marker, identity


async def _recognise(files: FileVault, marker: Marker | None, known: Known) -> None:
    """See by the files themselves that the two belong together: ids are random, one in common is proof."""
    kept, referred = set(await files.ids()), await known()
    shared = kept.intersection(referred)
    if marker is not None and not shared:
        raise Unpaired("stranger")
    if kept and not shared:
        raise Unpaired("unknown_files")
    if referred and not shared:
        raise Unpaired("no_files")
    if marker is None and shared and not await _opens(files, sorted(shared)[:_TRIED]):
        raise Unpaired("key")


async def _opens(files: FileVault, ids: Collection[str]) -> bool:
    for document_id in ids:
        try:
            await files.get(document_id)
        except NotFound:
            continue
        return True
    return False


async def adopt(files: FileVault, ledger: VaultLedger, known: Known) -> Counted:
    """Make the vault this database's own, deliberately; whatever the database has recorded is forgotten.

    So no file is erased because of it: what the database does not refer to is moved aside at the sweep. Raises
    `Unpaired` (key) where the vault has files that the key does not open.
    """
    kept = set(await files.ids())
    if kept and not await _opens(files, sorted(kept)[:_TRIED]):
        raise Unpaired("key")
    identity = await ledger.identity() or uuid4().hex
    await ledger.forget_all()
    await ledger.set_identity(identity)
    await _mark(files, ledger, identity)
    shared = len(kept.intersection(await known()))
    return Counted(shared, len(kept) - shared)


async def _mark(files: FileVault, ledger: VaultLedger, identity: str) -> None:
    marker = Marker(identity, await ledger.generation(), files.key_check)
    await asyncio.to_thread(write_marker, files.folder, marker)
