"""Pages of documents as pictures: drawn when they are asked for, the latest kept in memory for a while.

Nothing drawn lies on a disk, so that what is erased from the vault is gone: the vault is asked each time.
"""

from collections import OrderedDict
from typing import Protocol

from school.ports import Vault
from school.uploads import Side

SIDES: dict[Side, int] = {"thumbnail": 240, "page": 1200, "whole": 2400}
"""Pixels of the longer side."""

KEPT_BYTES = 24 * 1024 * 1024
"""Memory for the latest pictures: a curator turns a few pages to and fro."""

_Key = tuple[str, int, Side, int]


class Drawer(Protocol):
    """Draws a page of a file; raises as `school.ports.Pictures` does."""

    async def draw(self, content: bytes, number: int, side: int, turns: int) -> bytes:
        """Return page `number` as a JPEG."""


class DrawnPictures:
    """Implements `school.ports.Pictures`."""

    def __init__(self, drawer: Drawer, vault: Vault, kept_bytes: int = KEPT_BYTES) -> None:
        self._drawer = drawer
        self._vault = vault
        self._most = kept_bytes
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()

    async def picture(self, document_id: str, number: int, side: Side, turns: int = 0) -> bytes:
        """Return a page drawn in this size. Raises `NotFound`, `UploadRefused`."""
        content = await self._vault.get(document_id)
        key = (document_id, number, side, turns % 4)
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        drawn = await self._drawer.draw(content, number, SIDES[side], turns % 4)
        self._keep(key, drawn)
        return drawn

    def _keep(self, key: _Key, drawn: bytes) -> None:
        self._kept[key] = drawn
        while sum(map(len, self._kept.values())) > self._most:
            self._kept.popitem(last=False)
