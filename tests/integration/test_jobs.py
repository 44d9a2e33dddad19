"""Bounded processes: what comes back, what is stopped, when a process is kept and when replaced."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from paper.job_pool import JobPool
from school.errors import BadAnswer, NotFound
from school.jobs import Given, Job, JobFailed, Made
from tests.integration import job_samples as samples
from tests.integration.job_samples import Stopped, stopped
from tests.integration.job_steps import instead


def job(work: Callable[Given, Made], seconds: int = 1, megabytes: int = 225) -> Job[Given, Made]:
    """Return a job that may take a second."""
    return Job(work, stopped, seconds, megabytes)


def _told(path: Path) -> str:
    """Return what a job has written, "" before it has."""
    return path.read_text("utf-8") if path.exists() else ""


async def test_a_process_is_kept_and_replaced_after_its_jobs() -> None:
    """One process answers so many jobs and no more; the next one is new."""
    async with JobPool(at_once=1, jobs_each=3) as jobs:
        pids = [await jobs.run(job(samples.pid)) for _ in range(6)]
    assert len(set(pids[:3])) == len(set(pids[3:])) == 1
    assert pids[0] != pids[3]
    for pid in set(pids):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_great_contents_pass_both_ways(jobs: JobPool) -> None:
    """Fifty megabytes go in and out whole."""
    content = os.urandom(1 << 20) * 50
    assert await jobs.run(job(samples.length), content) == len(content)
    assert await jobs.run(job(samples.echo, megabytes=400), content) == content


async def test_jobs_wait_their_turn(jobs: JobPool) -> None:
    """Twenty jobs at once are all done, by no more processes than may run."""
    pids = await asyncio.gather(*(jobs.run(job(samples.pid)) for _ in range(20)))
    assert len(set(pids)) <= 2


async def test_what_the_school_raises_comes_back(jobs: JobPool) -> None:
    """An exception of ours is raised with its data, and the process is kept."""
    pid = await jobs.run(job(samples.pid))
    with pytest.raises(NotFound):
        await jobs.run(job(samples.missing))
    with pytest.raises(BadAnswer) as refused:
        await jobs.run(job(samples.bad_answer))
    assert (refused.value.problem, refused.value.data) == ("inn_checksum", {"digits": 10})
    assert await jobs.run(job(samples.chatter)) == "said"
    assert await jobs.run(job(samples.pid)) == pid


async def test_a_defect_tells_its_place_and_no_data(jobs: JobPool) -> None:
    """What nobody has foreseen is a defect, named by its type and line; the process is replaced."""
    pid = await jobs.run(job(samples.pid))
    with pytest.raises(JobFailed, match=r"defect: ValueError at .*job_samples\.py:\d+$"):
        await jobs.run(job(samples.defect))
    assert await jobs.run(job(samples.pid)) != pid


@pytest.mark.parametrize(
    ("work", "args", "reason"),
    [
        (samples.spin, (), "too_slow"),
        (samples.hog, (), "too_heavy"),
        (samples.deep, (), "too_heavy"),
        (samples.die, (signal.SIGKILL,), "too_heavy"),
        (samples.die, (signal.SIGSEGV,), "too_heavy"),
        (samples.die, (signal.SIGXCPU,), "too_slow"),
        (samples.odd, (), "too_heavy"),
    ],
)
async def test_a_job_over_its_limits_is_stopped(
    jobs: JobPool, work: Callable[..., object], args: tuple[object, ...], reason: str
) -> None:
    """Time, memory, depth and a crash each stop the job with its reason; the next job finds a sound process."""
    pid = await jobs.run(job(samples.pid))
    with pytest.raises(Stopped, match=reason):
        await jobs.run(job(work), *args)
    assert await jobs.run(job(samples.pid)) != pid


async def test_a_job_that_waits_is_stopped_by_the_clock() -> None:
    """A process that neither works nor answers is killed."""
    async with JobPool(seconds=0.05) as jobs:
        with pytest.raises(Stopped, match="too_slow"):
            await jobs.run(job(samples.sleep))


async def test_a_cancelled_job_leaves_no_process(jobs: JobPool, tmp_path: Path) -> None:
    """Who is no longer waited for is killed in the middle of the work, and a new process takes the place."""
    at_work = tmp_path / "pid"
    task = asyncio.create_task(jobs.run(job(samples.sleep_told, seconds=600), str(at_work)))
    for _ in range(6000):
        if _told(at_work):
            break
        await asyncio.sleep(0.01)
    pid = int(_told(at_work))
    os.kill(pid, 0)  # it is there
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert await jobs.run(job(samples.pid)) != pid


async def test_a_crash_of_a_used_process_is_tried_once_more(jobs: JobPool) -> None:
    """What earlier jobs have left behind refuses nobody."""
    pid = await jobs.run(job(samples.pid))
    assert await jobs.run(job(samples.die_unless_new), pid) != pid


async def test_a_process_that_died_idle_is_replaced(jobs: JobPool) -> None:
    """The system may end an idle process: the next job meets a new one."""
    pid = await jobs.run(job(samples.pid))
    os.kill(pid, signal.SIGKILL)
    assert await jobs.run(job(samples.pid)) != pid


@pytest.mark.parametrize(
    "program",
    [
        "pass",
        "print('nonsense that is longer than a head')",
        "import sys; sys.stdin.buffer.read(8); sys.stdout.buffer.write(b'\\0' * 7 + b'\\3abc')",
        "import sys; sys.stdin.buffer.read(8); sys.stdout.buffer.write(b'\\0' * 7 + b'\\x0ccos\\nsystem\\n.')",
    ],
    ids=["nothing", "a length beyond all", "no pickle", "a pickle that would call the system"],
)
async def test_nonsense_in_answer_is_a_stopped_job(
    monkeypatch: pytest.MonkeyPatch, jobs: JobPool, program: str
) -> None:
    """A process that has been taken over gets nothing done in the bot."""
    instead(monkeypatch, program)
    with pytest.raises(Stopped, match="too_heavy"):
        await jobs.run(job(samples.length), b"x" * 300_000)


async def test_the_process_sees_no_secret(monkeypatch: pytest.MonkeyPatch, jobs: JobPool) -> None:
    """The environment of the bot does not reach the process."""
    monkeypatch.setenv("BOT_TOKEN", "1:secret")
    assert set(await jobs.run(job(samples.environment))) <= {"MALLOC_ARENA_MAX", "LC_CTYPE", "LD_LIBRARY_PATH"}
