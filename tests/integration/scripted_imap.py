"""A small IMAP server that misbehaves on demand: each fault stands in once for the usual answer to a command."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

CAPABILITIES = "IMAP4rev1 IDLE UIDPLUS MOVE"


@dataclass
class Line:
    """A connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tag: str = ""

    def say(self, *lines: str | bytes) -> None:
        """Send lines."""
        for line in lines:
            self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def ok(self, text: str = "done") -> None:
        """Finish the command well."""
        self.say(f"{self.tag} OK {text}")

    def hang_up(self) -> None:
        """Close the connection without a word."""
        self.writer.close()


Fault = Callable[[Line, str], None]


class ScriptedServer:
    """Serves one mailbox; `letters` by UID. `faults` stand in for the answers to commands that begin so.

    `commands` keeps what was asked, passwords included.
    """

    def __init__(self) -> None:
        self.letters: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.deleted: set[int] = set()
        self.moved: list[int] = []
        self.capabilities = CAPABILITIES
        self.faults: list[tuple[str, Fault]] = []
        self.commands: list[str] = []
        self.lines: list[Line] = []
        self.idling = asyncio.Event()
        self.changed = asyncio.Event()  # after every command
        self._idle_lines: list[Line] = []

    def add(self, *contents: bytes) -> None:
        """Put letters into the mailbox and announce them to who idles."""
        for content in contents:
            self.letters[max([*self.letters, *self.moved, 0]) + 1] = content
        for line in self._idle_lines:
            line.say(f"* {len(self.letters)} EXISTS")

    def fail(self, command: str, fault: Fault, times: int = 1) -> None:
        """Do this instead of the answer to the next commands that begin so, without their tag."""
        self.faults += [(command, fault)] * times

    def asked(self, command: str) -> int:
        """Return how often a command that begins so was asked."""
        return sum(asked.startswith(command) for asked in self.commands)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen for the time of the block; the port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            port: int = server.sockets[0].getsockname()[1]
            yield port
        finally:
            server.close()
            for line in self.lines:
                line.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        self.lines.append(line)
        line.say("* OK ready")
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                asked = (await reader.readuntil(b"\r\n")).decode().rstrip()
                if asked == "DONE":  # of an IDLE that a fault stood in for
                    continue
                line.tag, _, command = asked.partition(" ")
                self.commands.append(command)
                await self._answer(line, command)
                self.changed.set()
                await writer.drain()
        writer.close()

    async def _answer(self, line: Line, command: str) -> None:
        for position, (begins, fault) in enumerate(self.faults):
            if command.startswith(begins):
                del self.faults[position]
                fault(line, command)
                return
        if command == "IDLE":
            await self._idle(line)
        elif command.startswith("UID FETCH"):
            self._fetch(line, command)
        elif command.startswith("UID"):
            self._change(line, command)
        else:
            self._plain(line, command)

    def _plain(self, line: Line, command: str) -> None:
        name = command.split(maxsplit=1)[0]
        if name == "CAPABILITY":
            line.say(f"* CAPABILITY {self.capabilities}")
        elif name == "SELECT":
            uidnext = max([*self.letters, *self.moved, 0]) + 1
            line.say(f"* {len(self.letters)} EXISTS", "* OK [UIDVALIDITY 7] valid", f"* OK [UIDNEXT {uidnext}] next")
        elif name == "LIST":
            line.say(f'* LIST () "/" {command.split()[2]}')
        elif name == "LOGOUT":
            line.say("* BYE see you")
        line.ok()

    async def _idle(self, line: Line) -> None:
        line.say("+ idling")
        self._idle_lines.append(line)
        self.idling.set()
        try:
            await line.reader.readuntil(b"\r\n")
        finally:
            self._idle_lines.remove(line)
        line.ok()

    def _fetch(self, line: Line, command: str) -> None:
        for uid in _uids(command):
            content = self.letters.get(uid)
            if content is None:
                continue
            part = re.search(r"BODY\.PEEK\[(HEADER)?\]<(\d+)\.(\d+)>", command)
            if part is None:
                line.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(content)})")
                continue
            start, length = int(part[2]), int(part[3])
            told = content[start : start + length]
            line.say(f"* {uid} FETCH (UID {uid} BODY[]<{start}> {{{len(told)}}}")
            line.writer.write(told)
            line.say(")")
        line.ok()

    def _change(self, line: Line, command: str) -> None:
        name = command.split()[1]
        if name == "SEARCH":
            found = sorted(set(self.letters) - self.deleted - (self.seen if "UNSEEN" in command else set()))
            line.say(" ".join(["* SEARCH", *map(str, found)]))
        elif name == "STORE":
            (self.seen if "Seen" in command else self.deleted).update(_uids(command))
        elif name in {"MOVE", "EXPUNGE"}:
            for uid in _uids(command):
                self.letters.pop(uid, None)
                self.moved.append(uid)
                line.say("* 1 EXPUNGE")
        line.ok()


def _uids(command: str) -> list[int]:
    return [int(uid) for uid in command.split()[2].split(",")]
