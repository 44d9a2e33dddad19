"""Cancelled places on both databases: kept as saved, and read by no list of what waits."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from school.people import fold
from storage.database import Database
from tests.integration.storage_samples import CLOCK, NOW, PAYER, commit, keep, line, prepare, visitor

FAR = date(2027, 12, 31)
STATES: dict[str, dict[str, Any]] = {
    "submitted": {"questionnaire": "submitted", "submitted_at": NOW, "admit_by": date(2027, 5, 3), "student_id": 77},
    "ready": {"questionnaire": "approved", "payment": "paid", "paid_at": NOW, "admit_by": date(2027, 5, 3)},
}


async def waiting(database: Database) -> list[int]:
    """Count what each list of waiting things holds."""
    uow = database.uow(CLOCK)
    return [
        (await uow.queue_state(NOW, FAR)).waiting,
        int(await uow.next_to_review(1, NOW) is not None),
        (await uow.lines_to_admit(NOW, registration=False, limit=9))[1],
        (await uow.lines_due(FAR, 9))[1],
        len(await uow.orders_without_act(FAR, 9)),
        (await uow.report_unshipped(None, FAR, 9, 0))[1],
        (await uow.report_unshipped("0123", FAR, 9, 0))[1],
        len(await uow.line_of_visitor(77)),
        len(await uow.similar_orders(PAYER, [(fold(line().name), line().run)])),
    ]


@pytest.mark.parametrize("state", sorted(STATES))
async def test_nothing_waits_for_a_cancelled_place(database: Database, state: str) -> None:
    """What stood in a queue or a report leaves it with the cancel, and the moment and the reason come back."""
    await prepare(database)
    await commit(database, lambda uow: uow.save_visitor(visitor()))
    placed = await keep(database, line(**STATES[state]))
    assert sum(await waiting(database)) > 3
    gone = replace(placed.lines[0], cancelled_at=NOW, cancel_reason="client", admit_by=None)
    await commit(database, lambda uow: uow.save_line(placed.id, gone))
    assert await waiting(database) == [0] * 9
    found = await database.uow(CLOCK).order(placed.id)
    assert found is not None
    assert found.lines == (replace(gone, version=placed.lines[0].version + 1),)
