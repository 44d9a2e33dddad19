"""Checks and draws files in processes of their own, bounded in memory and time, a few at once."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import get_args

import paper
from paper.upload_check import Checked
from school.errors import NotFound
from school.uploads import MAX_UPLOAD, UploadFlag, UploadReason, UploadRefused

SECONDS = 5.0
"""How long one file may be looked at, by the clock."""

AT_ONCE = 2
"""Two processes of 256 MB each are what a small server can give."""

_ROOT = Path(paper.__file__).resolve().parents[1]
_COMMAND = (sys.executable, "-E", "-s", "-B", "-X", "utf8", "-m", "paper.upload_worker")
_REASONS: tuple[UploadReason, ...] = get_args(UploadReason)
_FLAGS: tuple[UploadFlag, ...] = get_args(UploadFlag)
_JPEG = b"\xff\xd8\xff"
_NO_PAGE = b'{"refused": "no_page"}\n'
_CPU_TIME_OVER = -24  # killed by SIGXCPU


class ProcessChecker:
    """Runs `paper.upload_worker` for each file."""

    def __init__(self, seconds: float = SECONDS, at_once: int = AT_ONCE) -> None:
        self._seconds = seconds
        self._turn = asyncio.Semaphore(at_once)

    async def check(self, content: bytes) -> Checked:
        """Return what the file is. Raises `UploadRefused`, whatever happens to the process that looks at it."""
        if not content:
            raise UploadRefused("empty")
        if len(content) > MAX_UPLOAD:
            raise UploadRefused("too_big")
        async with self._turn:
            code, line = await self._run(content)
        return _read(code, line)

    async def draw(self, content: bytes, number: int, side: int, turns: int) -> bytes:
        """Return page `number` as `paper.page_picture` draws it.

        Raises `UploadRefused` for what cannot be drawn, whatever happens to the process, `NotFound` for no such page.
        """
        async with self._turn:
            code, written = await self._run(content, str(number), str(side), str(turns))
        if code == 0 and written.startswith(_JPEG):
            return written
        if code == 0 and written == _NO_PAGE:
            raise NotFound
        _read(code, written)
        raise UploadRefused("too_heavy")

    async def _run(self, content: bytes, *asked: str) -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            *asked,
            cwd=_ROOT,
            env=_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(self._seconds):
                line, _ = await process.communicate(content)
        except TimeoutError as error:
            raise UploadRefused("too_slow") from error
        finally:
            # Also when the asking task is cancelled: nothing of a hostile file may outlive its question.
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, line


def _environment() -> dict[str, str]:
    """Return no more than the interpreter needs: no secret of the bot's reaches the process.

    One arena, since every further one takes address space that is bounded.
    """
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"MALLOC_ARENA_MAX": "1"}


def _read(code: int, line: bytes) -> Checked:
    if code == _CPU_TIME_OVER:
        raise UploadRefused("too_slow")
    if code != 0:
        raise UploadRefused("too_heavy")
    try:
        said = json.loads(line)
        for reason in _REASONS:
            if said.get("refused") == reason:
                raise UploadRefused(reason)
        flags = tuple(flag for flag in _FLAGS if flag in said["flags"])
        return Checked(str(said["media"]), int(said["pages"]), flags)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UploadRefused("too_heavy") from error
