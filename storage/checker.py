"""Checks and draws files in bounded processes."""

import logging
from typing import get_args

from paper.upload_check import Checked
from paper.upload_jobs import CHECK, DRAW
from school.jobs import Given, Job, JobFailed, Jobs, Made
from school.uploads import MAX_UPLOAD, UploadFlag, UploadReason, UploadRefused

log = logging.getLogger(__name__)

_REASONS: tuple[UploadReason, ...] = get_args(UploadReason)
_FLAGS: tuple[UploadFlag, ...] = get_args(UploadFlag)
_JPEG = b"\xff\xd8\xff"


class ProcessChecker:
    """Has each file looked at by a job; what comes back is checked, since the process may have been taken over."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def check(self, content: bytes) -> Checked:
        """Return what the file is. Raises `UploadRefused`, whatever happens to the process that looks at it."""
        if not content:
            raise UploadRefused("empty")
        if len(content) > MAX_UPLOAD:
            raise UploadRefused("too_big")
        found = await self._run(CHECK, content)
        if not isinstance(found, Checked) or not isinstance(found.flags, tuple):
            raise UploadRefused("too_heavy")
        flags = tuple(flag for flag in _FLAGS if flag in found.flags)
        if not isinstance(found.media, str) or not isinstance(found.pages, int):
            raise UploadRefused("too_heavy")
        return Checked(found.media, found.pages, flags)

    async def draw(self, content: bytes, number: int, side: int, turns: int) -> bytes:
        """Return page `number` as `paper.page_picture` draws it.

        Raises `UploadRefused` for what cannot be drawn, whatever happens to the process, `NotFound` for no such page.
        """
        drawn = await self._run(DRAW, content, number, side, turns)
        if not isinstance(drawn, bytes) or not drawn.startswith(_JPEG):
            raise UploadRefused("too_heavy")
        return drawn

    async def _run(self, job: Job[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> object:
        try:
            return await self._jobs.run(job, *args, **kwargs)
        except UploadRefused as refused:
            raise UploadRefused(refused.reason if refused.reason in _REASONS else "too_heavy") from None
        except JobFailed as failed:
            log.error("a file could not be looked at: %s", failed)
            raise UploadRefused("too_heavy") from None
