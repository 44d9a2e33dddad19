"""What clients and managers do with the students of a placed order."""

from dataclasses import replace
from typing import Any

from sqlalchemy import text

from sandbox.client import Person
from school.order import Order
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import WHOLE, place, to_address

NUMBER = "0123-0001"


async def placed(stage: Stage) -> Person:
    """Place the usual order of one student; return the client."""
    client = await stage.client()
    await place(client, WHOLE)
    return client


async def order_of(stage: Stage) -> Order:
    """Read the order as stored."""
    found = await stage.app.database.uow(stage.clock).order_by_number(NUMBER)
    assert found is not None
    return found


async def change_line(stage: Stage, **values: Any) -> str:
    """Change the first student as other parts of the bot would; return the line's id."""
    order = await order_of(stage)
    uow = stage.app.database.uow(stage.clock)
    uow.save_line(order.id, replace(order.lines[0], **values))
    await uow.commit()
    return order.lines[0].id


async def open_own(client: Person) -> None:
    """Open the first student from the client's orders."""
    await client.send("/orders")
    await client.wait_for("Заявка №")
    await client.press("Ученики")
    await client.wait_for("Нажмите номер")
    await client.press("1")
    await client.wait_for("№ 0123-0001/1")


async def open_led(manager: Person) -> None:
    """Open the first student by the order's number."""
    await manager.send(NUMBER)
    await manager.wait_for("Нажмите номер")
    await manager.press("1")
    await manager.wait_for("№ 0123-0001/1")


async def audited(stage: Stage) -> list[tuple[str, ...]]:
    """Return the audit: who, what, from what, to what."""
    rows = await stage.app.database.run(
        lambda c: c.execute(text("SELECT actor, action, before, after FROM audit")).all()
    )
    return [tuple(row) for row in rows]


async def letters_to(stage: Stage, address: str) -> list[dict[str, Any]]:
    """Return all letters to the address."""
    return [letter for letter in (await stage.sandbox.letters())["letters"] if to_address(address)(letter)]
