"""What is asked of a mailbox: open it, look, search, fetch, mark, move, wait."""

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import Any

from aioimaplib import aioimaplib

from mail.imap_answers import Fetched, NotGiven, fetched
from mail.imap_connection import CHUNK, Connection, Refused
from mail.imap_names import on_wire
from mail.imap_wire import SessionLost

_SLOWER = 4  # times the usual limit for a chunk that keeps coming


class TooLarge(Exception):
    """The letter turned out larger than it was announced."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A selected mailbox; `uidnext` is None where the server does not tell."""

    uidvalidity: int
    uidnext: int | None


class Session(Connection):
    """A logged-in connection that reads and marks letters. Everything raises `SessionLost`, commands `Refused`."""

    @property
    def has_news(self) -> bool:
        """Whether letters were announced since the last `look`."""
        return self._wire.news.is_set()

    @property
    def can_move(self) -> bool:
        """Whether letters can be moved without touching others that are marked deleted."""
        return bool({"MOVE", "UIDPLUS"} & self._wire.capabilities)

    async def select(self, mailbox: str) -> Mailbox:
        """Open the mailbox for reading and marking."""
        try:
            lines = await self._run("SELECT", on_wire(mailbox))
        except Refused as refusal:
            raise SessionLost("mailbox", str(refusal)) from None
        self._wire.state = aioimaplib.SELECTED
        told = b"\n".join(lines)
        validity, following = (re.search(rb"\[%s (\d+)\]" % key, told) for key in (b"UIDVALIDITY", b"UIDNEXT"))
        return Mailbox(int(validity[1]) if validity else 0, int(following[1]) if following else None)

    async def look(self) -> None:
        """Let the server announce what came; news from now on count as new."""
        await self._run("NOOP")
        self._wire.news.clear()

    async def search(self, criteria: str) -> list[int]:
        """Return the UIDs that fit, in order."""
        lines = await self._run("SEARCH", criteria, uid=True)
        return sorted({int(word) for line in lines[:-1] for word in line.split() if word.isdigit()})

    async def sizes(self, uids: list[int]) -> dict[int, int]:
        """Return the sizes in bytes of at most 100 letters; those that are gone are left out."""
        items = fetched(await self._fetch(_set(uids), "(UID RFC822.SIZE)"))
        return {item.uid: item.size for item in items if item.uid in uids and item.size is not None}

    async def letter(self, uid: int, size: int) -> bytes:
        """Fetch the whole letter of `size` bytes as announced, and leave it unseen.

        Raises `TooLarge`, `NotGiven`, `Refused`.
        """
        chunks: list[bytes] = []
        at = 0
        while True:
            item = await self._part(uid, f"BODY.PEEK[]<{at}.{CHUNK}>")
            if item is None or item.content is None:
                if at == 0 or at < size:
                    raise NotGiven
                break  # some servers say NIL beyond the end
            if item.origin not in {at, None}:
                raise NotGiven
            if item.origin is None:
                chunks, at = [], 0  # a server that knows no ranges has sent the whole letter
            chunks.append(item.content)
            at += len(item.content)
            if at > self._settings.max_bytes:
                raise TooLarge
            # The size is an estimate on some servers: short of it only an empty part is the end.
            if item.origin is None or not item.content or (len(item.content) < CHUNK and at >= size):
                break
        return b"".join(chunks)

    async def headers(self, uid: int) -> bytes:
        """Fetch the header block, 256 KB of it at most. Raises `NotGiven`, `Refused`."""
        item = await self._part(uid, f"BODY.PEEK[HEADER]<0.{CHUNK}>")
        if item is None or item.content is None:
            raise NotGiven
        return item.content[:CHUNK]

    async def mark(self, uids: list[int], flag: str) -> None:
        r"""Add the flag (`\Seen`, `\Deleted`). Raises `Refused`."""
        await self._run("STORE", _set(uids), "+FLAGS.SILENT", f"({flag})", uid=True, answers="FETCH")

    async def move(self, uids: list[int], mailbox: str) -> None:
        """Move letters, where `can_move`; a mailbox removed meanwhile is made again. Raises `Refused`."""
        try:
            await self._move(_set(uids), uids, mailbox)
        except Refused as refusal:
            if "TRYCREATE" not in str(refusal).upper():
                raise
            await self.ensure(mailbox)
            await self._move(_set(uids), uids, mailbox)

    async def ensure(self, mailbox: str) -> None:
        """Create the mailbox if it is missing. Raises `Refused`."""
        name = on_wire(mailbox)
        if len(await self._run("LIST", '""', name)) > 1:
            return
        try:
            await self._run("CREATE", name)
        except Refused as refusal:
            # Another session made it meanwhile (RFC 5530).
            if "ALREADYEXISTS" not in str(refusal).upper():
                raise
        with contextlib.suppress(Refused):
            await self._run("SUBSCRIBE", name)  # people look into it too

    async def wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Wait for news, by IDLE where the server knows it, until the time is up or `stop` is set."""
        until = asyncio.get_running_loop().time() + seconds
        if self._can_idle and "IDLE" in self._wire.capabilities:
            await self._idle(seconds, stop)
        left = until - asyncio.get_running_loop().time()
        if left > 0 and not self.has_news:
            await self._first(left, stop.wait(), self._wire.news.wait())

    async def _idle(self, seconds: float, stop: asyncio.Event) -> None:
        idle = asyncio.ensure_future(self._wire.idle())
        try:
            if not await self._first(self._limit, idle, self._wire.wait_for_idle_response()):
                raise SessionLost("timeout", "IDLE")
            if not idle.done():
                await self._first(seconds, idle, stop.wait(), self._wire.news.wait())
                if not idle.done():
                    self._wire.idle_done()
                if not await self._first(self._limit, idle):
                    raise SessionLost("timeout", "DONE")
            # A server that offers IDLE and refuses it is polled.
            self._can_idle = idle.result().result == "OK"
        except aioimaplib.AioImapException as error:
            raise SessionLost("garbled", type(error).__name__) from None
        finally:
            if not idle.done():
                idle.cancel()
                self.abort()
        while not self._wire.idle_queue.empty():
            self._wire.idle_queue.get_nowait()

    async def _part(self, uid: int, section: str) -> Fetched | None:
        items = fetched(await self._fetch(str(uid), f"(UID {section})"))
        return next((item for item in items if item.uid == uid and item.content is not None), None)

    async def _move(self, uid_set: str, uids: list[int], mailbox: str) -> None:
        name = on_wire(mailbox)
        if "MOVE" in self._wire.capabilities:
            await self._run("MOVE", uid_set, name, uid=True)
            return
        await self._run("COPY", uid_set, name, uid=True)
        await self.mark(uids, "\\Deleted")
        await self._run("EXPUNGE", uid_set, uid=True)

    async def _fetch(self, uid_set: str, items: str) -> list[Any]:
        tag = self._wire.new_tag()
        # aioimaplib starts this limit anew with every part that comes: it measures silence.
        command = aioimaplib.FetchCommand(tag, uid_set, items, prefix="UID", loop=self._wire.loop, timeout=self._limit)
        return (await self._answer(command, self._limit * _SLOWER))[:-1]


def _set(uids: list[int]) -> str:
    return ",".join(map(str, uids))
