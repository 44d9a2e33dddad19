"""The jobs on files that people send: found out what it is, and drawn to be looked at."""

from paper.page_picture import page_picture
from paper.upload_check import check
from school.errors import NotFound
from school.jobs import Job
from school.uploads import UploadRefused


def draw(content: bytes, number: int, side: int, turns: int) -> bytes:
    """Return page `number` as `page_picture` does. Raises `UploadRefused`, and `NotFound` for no such page."""
    try:
        return page_picture(content, number, side, turns)
    except IndexError as error:
        raise NotFound from error


CHECK = Job(check, UploadRefused)
DRAW = Job(draw, UploadRefused)
