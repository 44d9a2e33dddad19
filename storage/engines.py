"""The two databases behind one small face: `read` and `write` run a plain function over a SQLAlchemy connection.

Why a whole function and not statement by statement: docs/decisions/0002-one-hop.md.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

T = TypeVar("T")
Work = Callable[[Connection], T]

MOST_JOURNAL = 16 * 1024 * 1024  # bytes of the WAL that stay on the disk once it is folded into the file
# A read keeps the WAL from being folded for as long as it lasts.
LONGEST_READ = 60.0  # seconds
_STEPS = 100_000  # of SQLite's machine between two looks at the time: some milliseconds
_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA journal_size_limit = {MOST_JOURNAL}",
)
_SQLALCHEMY_PARAMETERS = frozenset({"ssl", "prepared_statement_cache_size", "prepared_statement_name_func"})


class Engine(Protocol):
    """One database."""

    dialect: str
    lanes: int

    async def read(self, work: Work[T]) -> T:
        """Run the reads over what is committed; nothing that they write is kept."""

    async def write(self, work: Work[T]) -> T:
        """Run the work in one transaction: committed when it returns, rolled back when it raises."""

    async def fold(self) -> None:
        """Fold a journal that has grown back into the file, where there is one and nobody is in the way."""

    async def close(self) -> None:
        """Close every connection."""


async def open_engine(url: str) -> Engine:
    """Open the database of the URL: sqlite (a file) or postgresql; ValueError for any other."""
    parsed = make_url(url)
    name = parsed.get_backend_name()
    if name == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ValueError("SQLite needs a file: its readers and its writer have a connection each")
        return await SqliteEngine.open(str(parsed.database))
    if name == "postgresql":
        return PostgresEngine(parsed.set(drivername="postgresql+asyncpg"))
    raise ValueError(f"no such database: {name}")


class _SqliteThread:
    """One connection in a thread of its own, which aiosqlite runs; each call is one hop there and back."""

    def __init__(self, raw: Any, begin: str, longest: float) -> None:
        self._raw = raw
        self._longest = longest
        self._ends = float("inf")
        self._begin = begin
        self._hop: Callable[..., Awaitable[Any]] = raw._execute
        self._connection: Connection | None = None

    @classmethod
    async def open(cls, path: str, begin: str, *pragmas: str, longest: float = float("inf")) -> "_SqliteThread":
        import aiosqlite

        # Transactions are begun by us: the driver's own are deferred ones, which lose updates.
        raw = await aiosqlite.connect(path, isolation_level=None, cached_statements=512)
        thread = cls(raw, begin, longest)
        try:
            await thread._hop(thread._attach, raw._conn, (*_PRAGMAS, *pragmas))
        except BaseException:
            await raw.close()
            raise
        return thread

    def _attach(self, raw: sqlite3.Connection, pragmas: tuple[str, ...]) -> None:
        for pragma in pragmas:
            raw.execute(pragma).close()
        if self._longest < float("inf"):
            raw.set_progress_handler(self._is_over, _STEPS)
        engine = create_engine("sqlite+pysqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True)
        event.listen(engine, "begin", lambda _: raw.execute(self._begin).close())
        self._connection = engine.connect()

    def _transact(self, work: Work[T]) -> T:
        if self._connection is None:
            raise ValueError("the database is closed")
        self._ends = time.monotonic() + self._longest
        with self._connection.begin():
            return work(self._connection)

    async def run(self, work: Work[T]) -> T:
        result: T = await self._hop(self._transact, work)
        return result

    def _is_over(self) -> bool:
        return time.monotonic() > self._ends

    async def fold(self) -> None:
        await self._hop(self._fold, self._raw._conn)

    def _fold(self, raw: sqlite3.Connection) -> None:
        # Readers in the way are not waited for: nobody could write meanwhile.
        raw.execute("PRAGMA busy_timeout = 0").close()
        try:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            raw.execute(_PRAGMAS[0]).close()

    def _detach(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()
            connection.engine.dispose()

    async def close(self) -> None:
        await self._hop(self._detach)
        await self._raw.close()


class SqliteEngine:
    """A SQLite file in WAL mode: one writer, one reader, so that a commit's fsync keeps no reader waiting."""

    dialect = "sqlite"
    lanes = 1

    def __init__(self, path: str, writer: _SqliteThread, reader: _SqliteThread) -> None:
        self._journal = Path(f"{path}-wal")
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, path: str) -> "SqliteEngine":
        """Open the file, made when it is not there."""
        _make_folder(path)
        writer = await _SqliteThread.open(path, "BEGIN IMMEDIATE")
        try:
            reader = await _SqliteThread.open(path, "BEGIN", "PRAGMA query_only = ON", longest=LONGEST_READ)
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, reader)

    async def read(self, work: Work[T]) -> T:
        """Run the reads in one hop, over one snapshot; `OperationalError` once they last `LONGEST_READ`."""
        return await self._reader.run(work)

    async def write(self, work: Work[T]) -> T:
        """Run the work and its commit in one hop."""
        return await self._writer.run(work)

    async def fold(self) -> None:
        """Fold the WAL into the file and empty it, once it is over `MOST_JOURNAL`."""
        if _size(self._journal) > MOST_JOURNAL:
            await self._writer.fold()

    async def close(self) -> None:
        """Close both connections; the last one out folds the WAL into the file."""
        await self._reader.close()
        await self._writer.close()


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _make_folder(path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)


def _parameters(url: URL) -> tuple[dict[str, str], dict[str, str]]:
    """Part the parameters of an address: SQLAlchemy's own, and libpq's (sslmode and the like), which asyncpg reads.

    asyncpg reads those from an address of its own only; what neither knows goes to the server as a setting.
    """
    given = {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}
    own = {key: value for key, value in given.items() if key in _SQLALCHEMY_PARAMETERS}
    return own, {key: value for key, value in given.items() if key not in own}


class PostgresEngine:
    """A PostgreSQL database through asyncpg and a pool."""

    dialect = "postgresql"
    # PostgreSQL commits side by side; a few lanes keep its round trips busy and still let groups form.
    lanes = 4

    def __init__(self, url: URL) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine

        own, libpq = _parameters(url)
        given: dict[str, Any] = {"server_settings": {"jit": "off", "timezone": "UTC"}}
        if libpq:
            given["dsn"] = f"postgresql:///?{urlencode(libpq)}"
        self._engine = create_async_engine(
            url.set(query=own), pool_size=10, max_overflow=10, connect_args=given, hide_parameters=True
        )
        # A read in autocommit spares the round trips of BEGIN and ROLLBACK.
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Work[T]) -> T:
        """Run the reads, once more on a fresh connection when the server has dropped this one."""
        try:
            return await self._read_once(work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return await self._read_once(work)

    async def _read_once(self, work: Work[T]) -> T:
        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def write(self, work: Work[T]) -> T:
        """Run the work in a transaction."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def fold(self) -> None:
        """Do nothing: PostgreSQL looks after its own journal."""

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
