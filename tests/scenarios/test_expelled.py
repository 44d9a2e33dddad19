"""A student whom the school has expelled: not in the act, not in its sum, and called so everywhere (C1, M2)."""

from school.closing import Act
from school.order import Order
from school.use_cases.record_results import set_result
from tests.scenarios.conftest import Stage
from tests.scenarios.test_acts import ENDED, acts, ended, finished, only, tick


async def expelled(stage: Stage, order: Order, training: str = "expelled") -> None:
    """Let a curator record it of the order's first student."""
    curator = await stage.curator()
    uow = stage.app.database.uow(stage.clock)
    session = await uow.session(curator.id)
    await set_result(uow, session, order.lines[0].id, "training", training, stage.clock.now())
    await uow.commit()


def owed(act: Act) -> tuple[int, int]:
    """Return how many students the act is about, and its sum."""
    return len(act.line_ids), act.total


async def test_the_act_is_about_those_who_stayed(stage: Stage) -> None:
    """One of two was expelled: the act, its word and its sum are of one, and /status counts and says so."""
    order = await finished(stage, 2)
    manager = await stage.manager()
    await expelled(stage, order)
    assert owed(await ended(stage, order)) == (1, 2_450_000)
    assert "1 ученик." in (await manager.wait_for(ENDED, timeout=40)).text
    await manager.send("/status 0123-0001")
    shown = await manager.wait_for("№ 0123-0001", timeout=40)
    assert "⚠️ отчислен" in shown.text
    assert "зачислено: 1, отчислено: 1" in shown.text


async def test_an_act_without_a_paper_follows(stage: Stage) -> None:
    """Expelled after the act was made, the student leaves it at once; let back in, they are in it again."""
    order = await finished(stage, 2)
    await ended(stage, order)
    await expelled(stage, order)
    assert owed(await only(stage, order)) == (1, 2_450_000)
    await expelled(stage, order, "finished")
    assert owed(await only(stage, order)) == (2, 4_900_000)


async def test_nobody_left_makes_no_act(stage: Stage) -> None:
    """Where the only student was expelled no act is made, and nobody is told of one."""
    order = await finished(stage)
    manager = await stage.manager()
    await expelled(stage, order)
    stage.clock.move(days=1)
    await tick(stage)
    assert await acts(stage, order) == []
    assert not any(ENDED in one.text for one in await manager.messages())
