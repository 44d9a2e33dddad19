"""Steps of the tests of bounded processes: another program in the process's place, and the memory that a job takes."""

import subprocess
import sys

import pytest

from paper import job_pool
from paper.job_frames import framed
from school.jobs import Given, Job, Made

GREATEST = 256 * 1024  # kilobytes

# Linux counts what the parent held at the start as the child's peak; so a small parent starts the worker.
_LAUNCHER = (
    "import os, subprocess, sys; child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL); "
    "print(os.wait4(child.pid, 0)[2].ru_maxrss)"
)


def peak(job: Job[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> int:
    """Return the most memory that a process held for one job, in kilobytes."""
    command = (sys.executable, "-c", _LAUNCHER, *job_pool._COMMAND)
    work = job.work
    asked = framed((work.__module__, work.__qualname__, job.seconds, job.megabytes, args, kwargs))
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, env={"MALLOC_ARENA_MAX": "1"}, check=True)
    return int(done.stdout)


def instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Run this program where a process of jobs is started."""
    monkeypatch.setattr(job_pool, "_COMMAND", (sys.executable, "-E", "-s", "-B", "-c", program))


def answering(answer: str) -> str:
    """Return a program that takes one request and answers with this expression."""
    return (
        "import sys; from paper.job_frames import framed; from paper.upload_check import Checked; "
        "from school.uploads import UploadRefused; requests = sys.stdin.buffer; "
        "requests.read(int.from_bytes(requests.read(8), 'big')); "
        f"sys.stdout.buffer.write(framed({answer})); sys.stdout.flush(); requests.read()"
    )
