"""The protocol of aioimaplib with what it lacks: it notices a kick, survives storms and logs no letter and no password.

Measured with a letter of 20 MB: aioimaplib gathers a literal in linear time, but under uvloop a whole letter can arrive
in one turn of the loop (40 ms), and one call per line overflows the stack at some 2,000 lines.
"""

import asyncio
import logging
import re
from typing import Any

from aioimaplib import aioimaplib

from mail.results import without_addresses

# It logs lines that it does not expect, parts of letters among them, and every answer of the server.
aioimaplib.log.setLevel(logging.WARNING)

MAX_LINE = 4 * 1024 * 1024  # bytes: the answer to a search of half a million letters

_LITERAL = re.compile(rb".*\{(\d+)\}$", re.DOTALL)
_COUNTED = re.compile(rb"(\d+) (EXISTS|EXPUNGE|FETCH)\b", re.IGNORECASE)


class SessionLost(Exception):
    """The connection is of no use any more; `code` as in `ReceiverState`, `detail` is the server's own answer."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Wire(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc] # it ships no types
    """One connection; `gone` gets the reason when it ends, `news` is set when letters were added to the mailbox."""

    def __init__(self, loop: asyncio.AbstractEventLoop, largest_literal: int) -> None:
        super().__init__(loop)
        self.gone: asyncio.Future[tuple[str, str]] = loop.create_future()
        self.greeted: asyncio.Future[bytes] = loop.create_future()
        self.news = asyncio.Event()
        self._largest_literal = largest_literal
        self._exists = 0
        self.current_command: Any = None

    def lose(self, code: str, detail: str = "") -> None:
        """End the connection for the reason given; the first reason stands."""
        if not self.gone.done():
            self.gone.set_result((code, without_addresses(detail)))
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that the server hung up: aioimaplib itself goes on waiting."""
        self.lose("closed", type(exc).__name__ if exc is not None else "")

    def data_received(self, d: bytes) -> None:
        """Read what came, line by line. What cannot be understood ends the connection."""
        if self.gone.done():
            return
        try:
            self._feed(self.incomplete_line + d)
        except (aioimaplib.AioImapException, ValueError, LookupError) as error:
            # The text of such an error may hold the whole command, the password of LOGIN included.
            self.lose("garbled", type(error).__name__)

    def send(self, line: str, scrub: str | None = None) -> None:
        """Write a command, and log nothing of it."""
        self.transport.write(f"{line}\r\n".encode())

    async def welcome(self, command: bytes) -> None:
        """Take the greeting; who awaits `greeted` judges it."""
        if not self.greeted.done():
            self.greeted.set_result(command)

    def _feed(self, data: bytes) -> None:
        at, command = 0, self.current_command
        self.incomplete_line = b""
        while at < len(data):
            if command is not None and command.wait_literal_data():
                at = len(data) - len(command.append_literal_data(data[at:]))
                continue
            end = data.find(b"\r\n", at)
            if end < 0:
                self.incomplete_line = data[at:]
                break
            command, at = self._line(data[at:end], command), end + 2
        self.current_command = command
        if len(self.incomplete_line) > MAX_LINE:
            raise ValueError
        if self.pending_sync_command is not None:
            self.pending_sync_command.flush()

    def _line(self, line: bytes, command: Any) -> Any:
        """Handle one line; the command that the next bytes belong to, None where they start anew."""
        command = self._handle_line(line, command)
        literal = _LITERAL.match(line)
        if literal:
            size = int(literal[1])
            if size > self._largest_literal:
                raise ValueError
            command = command or aioimaplib.Command("NIL", "unused")
            command.begin_literal_data(size)
            return command
        return command if command is not None and command.wait_data() else None

    def _untagged_response(self, line: bytes) -> Any:
        text = line.removeprefix(b"* ")
        if text[:3].upper() == b"BYE" and not self._leaving():
            self.lose("bye", text[4:].decode(errors="replace"))
            return None
        counted = _COUNTED.match(text)
        if counted:
            self._count(int(counted[1]), counted[2].upper())
        command = self.pending_sync_command
        if command is not None:
            command.append_to_resp(text)
            return command
        name, _, rest = (counted[2], b"", text) if counted else text.partition(b" ")
        command = self.pending_async_commands.get(name.decode().upper())
        if command is not None:
            command.append_to_resp(rest)
        return command

    def _count(self, number: int, what: bytes) -> None:
        if what == b"EXPUNGE":
            self._exists -= 1
        elif what == b"EXISTS":
            if number > self._exists:
                self.news.set()
            self._exists = number

    def _leaving(self) -> bool:
        return self.pending_sync_command is not None and self.pending_sync_command.name == "LOGOUT"
