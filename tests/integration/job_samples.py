"""What jobs of the tests do inside a bounded process: behave, misbehave, tell of themselves."""

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

from school.errors import BadAnswer, NotFound
from school.jobs import StopReason


class Stopped(Exception):
    """A job was stopped; `args` hold the reason."""


def stopped(reason: StopReason) -> Stopped:
    """Return the exception for a stopped job."""
    return Stopped(reason)


def pid() -> int:
    """Return the process's number."""
    return os.getpid()


def environment() -> list[str]:
    """Return the names of what the process has been given."""
    return sorted(os.environ)


def length(content: bytes) -> int:
    """Return how much came."""
    return len(content)


def echo(content: bytes) -> bytes:
    """Return what came."""
    return content


def chatter() -> str:
    """Print, as libraries do, and answer all the same."""
    os.write(1, b"debug\n" * 100)
    return "said"


def missing() -> None:
    """Raise an error of the school's."""
    raise NotFound


def bad_answer() -> None:
    """Raise one that carries data."""
    raise BadAnswer("inn_checksum", "5039002840", digits=10)


def defect() -> None:
    """Raise what nobody has foreseen, with a person's data in it."""
    raise ValueError("Соколова Любовь")


def spin() -> None:
    """Use the processor without end."""
    while True:
        pass


def sleep() -> None:
    """Wait without end."""
    threading.Event().wait()


def sleep_told(path: str) -> None:
    """Tell the process's number in a file, whole from the first moment it is there, and wait without end."""
    made = Path(f"{path}.new")
    made.write_text(str(os.getpid()), "utf-8")
    made.rename(path)
    threading.Event().wait()


def hog() -> None:
    """Take memory without end."""
    held = []
    while True:
        held.append(bytearray(1 << 20))


def deep() -> object:
    """Nest deeper than the interpreter bears."""
    return deep()


def die(by: int) -> None:
    """Be killed by a signal."""
    os.kill(os.getpid(), by)


def die_unless_new(first: int) -> int:
    """Crash in the process of this number, and answer in any other."""
    if os.getpid() == first:
        os.kill(first, signal.SIGSEGV)
    return os.getpid()


@dataclass
class Odd:
    """Something that no job of ours answers with: its module is not of the bot's."""

    value: int = 1


def odd() -> Odd:
    """Answer with it."""
    return Odd()
