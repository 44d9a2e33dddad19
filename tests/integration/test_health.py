"""Health and metrics over HTTP, on a port apart from the pages."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from storage.inbox import NewUpdate
from tests.scenarios.conftest import Stage, stage
from tests.scenarios.page_steps import browsing, open_pages

__all__ = ["stage"]


async def _ask(stage: Stage, path: str) -> tuple[int, str]:
    assert stage.settings.web is not None
    url = f"http://127.0.0.1:{stage.settings.web.health_port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_health_tells_a_working_bot(stage: Stage) -> None:
    """A running bot with its schema in place answers ok on both questions."""
    await open_pages(stage)
    assert (await _ask(stage, "/healthz"))[0] == 200
    status, text = await _ask(stage, "/readyz")
    assert (status, '"faults": []' in text) == (200, True)


async def test_readiness_names_a_database_that_is_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its database the bot lives but is not ready, and the fault is named without a path or a password."""
    await open_pages(stage)

    async def away(_: object) -> None:
        raise OSError("/secret/bot.db is away")

    monkeypatch.setattr(stage.app.database, "run", away)
    status, text = await _ask(stage, "/readyz")
    assert status == 503
    assert "database" in text
    assert "bot.db" not in text
    assert (await _ask(stage, "/healthz"))[0] == 200
    assert "school_database_up 0.0" in (await _ask(stage, "/metrics"))[1]
    monkeypatch.undo()


async def test_an_update_that_is_stuck_is_no_readiness(stage: Stage) -> None:
    """A person's message that nobody handles for minutes makes the bot not ready."""
    await open_pages(stage)
    await stage.app.database.inbox.store(1, [NewUpdate(1, 1, "{}")])
    stage.clock.time = datetime.now(UTC) + timedelta(minutes=5, seconds=5)
    status, text = await _ask(stage, "/readyz")
    assert (status, "queue: сообщения людей ждут обработки уже 5 минут" in text) == (503, True)


async def test_metrics_tell_ticks_and_room(stage: Stage) -> None:
    """Each tick is counted by its name and outcome, and the room left on the disk is told."""
    await open_pages(stage)
    text = (await _ask(stage, "/metrics"))[1]
    assert 'school_ticks_total{outcome="failed",tick="reminders"} 0.0' in text
    assert "school_disk_free_bytes{folder=" in text


async def test_metrics_tell_queues_and_sends(stage: Stage) -> None:
    """What was sent is counted by channel, and an update that waits shows with its age."""
    await open_pages(stage)
    person = await stage.sandbox.person("Ирина")
    await person.start("sc_0123")
    await person.wait_for("Согласие", timeout=40)
    text = (await _ask(stage, "/metrics"))[1]
    assert 'school_sends_total{channel="chat",outcome="sent"} 0.0' not in text
    assert "school_sends_total{" in text
    assert "_created" not in text
    assert 'school_queue_waiting{queue="updates"} 0.0' in text
    await stage.app.database.inbox.store(1, [NewUpdate(1, 1, "{}")])
    stage.clock.move(minutes=2)
    text = (await _ask(stage, "/metrics"))[1]
    assert 'school_queue_waiting{queue="updates"} 1.0' in text
    assert 'school_queue_oldest_seconds{queue="updates"}' in text


async def test_public_pages_show_no_health(stage: Stage) -> None:
    """The pages' own port answers none of the machines' questions."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await person.open(path)).status == 404
