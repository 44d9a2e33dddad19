"""What `bench.status` compares the query with: the driver's bare SQL, and SQLAlchemy's asyncio used plainly, twice.

`session` ends with objects, as our query does: mapped classes, an `AsyncSession`, the lines by `selectinload`.
`core` stops at rows of one join.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from typing import Any

from sqlalchemy import bindparam, orm, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from storage.tables import order_lines, orders

Lookup = Callable[[str, str], Awaitable[Any]]
_SQL = (
    "SELECT o.*, l.* FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.centre = {} AND o.inn = {} "
    "ORDER BY o.placed_at DESC, l.position"
)


@contextlib.asynccontextmanager
async def bare(url: str) -> AsyncIterator[Lookup]:
    """Give a look-up by (centre, ИНН) that is the driver's alone: text in, tuples out."""
    if url.startswith("sqlite"):
        import aiosqlite

        query = _SQL.format("?", "?")
        async with aiosqlite.connect(url.partition(":///")[2]) as raw:

            async def of_sqlite(centre: str, inn: str) -> Any:
                async with raw.execute(query, (centre, inn)) as cursor:
                    return await cursor.fetchall()

            yield of_sqlite
        return
    import asyncpg

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield lambda centre, inn: connection.fetch(_SQL.format("$1", "$2"), centre, inn)
    finally:
        await connection.close()


class PlainOrder:
    """An order as a mapped class."""


class PlainLine:
    """A line as a mapped class."""


@cache
def _map() -> None:
    registry = orm.registry()
    registry.map_imperatively(PlainLine, order_lines)
    lines = orm.relationship(PlainLine, order_by=order_lines.c.position)
    registry.map_imperatively(PlainOrder, orders, properties={"lines": lines})


@contextlib.asynccontextmanager
async def session(url: str) -> AsyncIterator[Lookup]:
    """Give the look-up as applications usually write it: a session, a select of a mapped class, its lines."""
    _map()
    engine = create_async_engine(url)
    lines: Any = PlainOrder.lines  # type: ignore[attr-defined]  # mapped imperatively
    query = select(PlainOrder).options(orm.selectinload(lines))
    query = query.where(orders.c.centre == bindparam("centre"), orders.c.inn == bindparam("inn"))
    query = query.order_by(orders.c.placed_at.desc())

    async def look(centre: str, inn: str) -> Any:
        async with AsyncSession(engine) as opened:
            return (await opened.scalars(query, {"centre": centre, "inn": inn})).all()

    try:
        yield look
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def core(url: str) -> AsyncIterator[Lookup]:
    """Give the look-up of rows: a connection of the pool, a select of the join."""
    engine = create_async_engine(url)
    joined = orders.join(order_lines, order_lines.c.order_id == orders.c.id)
    columns = [column.label(f"c{at}") for at, column in enumerate((*orders.c, *order_lines.c))]
    query = select(*columns).select_from(joined)
    query = query.where(orders.c.centre == bindparam("centre"), orders.c.inn == bindparam("inn"))
    query = query.order_by(orders.c.placed_at.desc(), order_lines.c.position)

    async def look(centre: str, inn: str) -> Any:
        async with engine.connect() as connection:
            return (await connection.execute(query, {"centre": centre, "inn": inn})).all()

    try:
        yield look
    finally:
        await engine.dispose()
