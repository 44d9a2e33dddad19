"""Jobs that run in a bounded process: what reads foreign bytes may hang, swell or die without harm to the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, ParamSpec, Protocol, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

StopReason = Literal["too_slow", "too_heavy"]
"""Why a job was stopped: over its time, or over its memory (a crash counts as such)."""


@dataclass(frozen=True, slots=True)
class Job(Generic[Given, Made]):
    """A function of a module that a bounded process calls.

    `stopped` makes the exception for a job that was stopped, so that a caller meets one kind of refusal. `seconds` are
    of the processor, `megabytes` are what the process may hold of its own while the job runs. What the function takes
    can be pickled; what it returns or raises is made of plain values and of data classes, enums and exceptions of ours.
    """

    work: Callable[Given, Made]
    stopped: Callable[[StopReason], Exception]
    seconds: int = 5
    megabytes: int = 225


class JobFailed(Exception):
    """A defect: the function raised what it does not declare. The message tells where, and no data."""


class Jobs(Protocol):
    """Runs jobs off the event loop, each in a bounded process."""

    async def run(self, job: Job[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        """Return what the job's function returns, or raise what it raises, what `job.stopped` makes, or `JobFailed`."""
