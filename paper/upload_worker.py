"""`python -m paper.upload_worker`: reads a file from standard input and writes one line of JSON about it.

`{"media": …, "pages": …, "flags": […]}` or `{"refused": reason}`. With the arguments `number side turns` it draws that
page instead and writes the picture (`paper.page_picture`). The process bounds itself before it reads: what foreign
files do to the libraries that read them stays in here.
"""

import json
import resource
import sys
from collections.abc import Sequence

from paper.page_picture import page_picture
from paper.upload_check import check
from school.uploads import MAX_UPLOAD, UploadRefused

CPU_SECONDS = 5
"""Time of the processor for one file; then the system ends the process."""

DATA_BYTES = 225 * 1024 * 1024
"""What the process may hold of its own; with the libraries' code it stays within 256 MB."""

ADDRESS_BYTES = 400 * 1024 * 1024
"""Everything mapped, code of the libraries and stacks of threads included: the limit of systems without the above."""


def limit() -> None:
    """Bound memory, time, files and processes of this process for good."""
    for kind, most in (
        (resource.RLIMIT_DATA, DATA_BYTES),
        (resource.RLIMIT_AS, ADDRESS_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 4096),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))


def answer(content: bytes, asked: Sequence[str]) -> bytes:
    """Return what to write: of the file, or the page that is asked for as `number side turns`."""
    try:
        if asked:
            number, side, turns = (int(one) for one in asked)
            return page_picture(content, number, side, turns)
        found = check(content)
    except UploadRefused as refused:
        return _line({"refused": refused.reason})
    except IndexError:
        return _line({"refused": "no_page"})
    except (MemoryError, RecursionError):
        return _line({"refused": "too_heavy"})
    return _line({"media": found.media, "pages": found.pages, "flags": found.flags})


def _line(said: dict[str, object]) -> bytes:
    return json.dumps(said).encode() + b"\n"


def main() -> None:
    """Bound the process, look at what comes in, answer."""
    limit()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(MAX_UPLOAD + 1), sys.argv[1:]))


if __name__ == "__main__":
    main()
