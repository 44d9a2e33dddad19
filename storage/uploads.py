"""Takes files in: checked in a bounded process, then encrypted into the vault."""

import asyncio
from hashlib import sha256
from typing import Protocol

from paper.upload_check import Checked
from school.ports import Vault
from school.questionnaire import Page
from school.uploads import MAX_UPLOAD, UploadRefused, tidy_name


class Checker(Protocol):
    """Finds out what a file is."""

    async def check(self, content: bytes) -> Checked:
        """Return what it is. Raises `UploadRefused`."""


class UploadStore:
    """Implements `school.ports.Uploads`."""

    def __init__(self, checker: Checker, vault: Vault) -> None:
        self._checker = checker
        self._vault = vault

    async def keep(self, content: bytes, name: str, key: str) -> Page:
        """Check and keep one file; the same `key` gives the same id. Raises `UploadRefused`, and then nothing is kept.

        A file is in the vault before the row that names it commits; what never gets a row the sweeper erases.
        """
        if len(content) > MAX_UPLOAD:
            raise UploadRefused("too_big")
        found = await self._checker.check(content)
        original = await asyncio.to_thread(lambda: sha256(content).hexdigest())
        document_id = sha256(key.encode()).hexdigest()[:32]
        await self._vault.put(document_id, content)
        return Page(document_id, original, found.media, len(content), tidy_name(name), found.pages, found.flags)
