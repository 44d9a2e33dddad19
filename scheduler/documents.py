"""Documents that nothing refers to: erased, so that abandoned drafts leave no file."""

from collections.abc import Awaitable, Callable, Sequence

from school.ports import Vault


class Sweeper:
    """Erases what is in the vault and no row knows, in this sweep and in the one before.

    Two sweeps, because a file is put before its row commits. `known` reads the ids of every document that is referred
    to. The pace has to be longer than the handling of one message ever takes: an hour does.
    """

    def __init__(self, vault: Vault, known: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._vault = vault
        self._known = known
        self._suspects: frozenset[str] = frozenset()

    async def __call__(self) -> None:
        """Sweep once."""
        # The vault first: a row that commits between the two reads is then known.
        kept = await self._vault.ids()
        unknown = frozenset(kept) - frozenset(await self._known())
        for document_id in sorted(unknown & self._suspects):
            await self._vault.delete(document_id)
        self._suspects = unknown - self._suspects
