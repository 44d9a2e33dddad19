"""`python -m paper.job_worker`: runs jobs one after another, as frames on standard input ask for them.

The process bounds itself before it reads: what foreign files do to the libraries that read them stays in here. It ends
with its standard input.
"""

import gc
import importlib
import os
import pickle
import resource
import sys
from typing import BinaryIO

from paper.job_frames import HEAD, Outcome, framed

MOST_MEGABYTES = 600
"""The most that any job may hold; each job has its own limit below."""

_CODE_MEGABYTES = 175
"""What is mapped beside data: code of the libraries and stacks of threads."""

_MEGABYTE = 1024 * 1024


def limit() -> None:
    """Bound memory, files and processes of this process for good."""
    for kind, most in (
        (resource.RLIMIT_DATA, MOST_MEGABYTES * _MEGABYTE),
        (resource.RLIMIT_AS, (MOST_MEGABYTES + _CODE_MEGABYTES) * _MEGABYTE),
        (resource.RLIMIT_FSIZE, 4096),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))


def limit_job(seconds: int, megabytes: int) -> None:
    """Bound one job: the system ends the process over the time, and gives no memory over the size.

    The address space is bounded too, for systems where the data's limit says nothing.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)
    _soft(resource.RLIMIT_DATA, megabytes * _MEGABYTE)
    _soft(resource.RLIMIT_AS, (megabytes + _CODE_MEGABYTES) * _MEGABYTE)


def _soft(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def answer(request: bytes) -> bytes:
    """Run what one request asks for and return the frame that answers it."""
    try:
        module, name, seconds, megabytes, args, kwargs = pickle.loads(request)  # noqa: S301 - the bot's own request
        work = getattr(importlib.import_module(module), name)
        limit_job(seconds, megabytes)
        return _framed("done", work(*args, **kwargs))
    except (MemoryError, RecursionError):
        return _framed("too_heavy", None)
    except Exception as error:  # noqa: BLE001 - the bot raises it, or tells a defect
        return _raised(error)


def _framed(outcome: Outcome, value: object) -> bytes:
    return framed((outcome, value))


def _raised(error: Exception) -> bytes:
    """Answer with an exception of ours as it is; with any other by its name and place, which hold no data."""
    if type(error).__module__.partition(".")[0] in ("school", "wording", "paper", "mail"):
        bare = error.with_traceback(None)
        bare.__cause__ = bare.__context__ = None
        return _framed("raised", bare)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "nowhere"
    return _framed("failed", f"{type(error).__name__} at {where}")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while len(head := requests.read(HEAD)) == HEAD:
        made = answer(requests.read(int.from_bytes(head, "big")))
        answers.write(made)
        answers.flush()
        del made
        gc.collect()


def main() -> None:
    """Bound the process, keep the answers' pipe from what libraries print, serve."""
    limit()
    with os.fdopen(os.dup(1), "wb") as answers:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        gc.freeze()
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
