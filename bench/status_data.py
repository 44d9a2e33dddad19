"""The school that `bench.status` asks about: invented names, two students an order, two orders a payer, 100 centres."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Table

from school.centre import Centre, Role, StaffMember
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.people import fold
from school.status import keys_of, words_of_payer, words_of_student
from storage.database import Database
from storage.mapping import line_values, order_values
from storage.tables import order_lines, orders
from storage.tables_status import search_keys, search_words

NOW = datetime(2027, 3, 17, 7, 0, tzinfo=UTC)
CENTRES = 100
BATCH = 20_000
_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ROOTS = (
    "сокол", "лебед", "орл", "ворон", "голуб", "журавл", "медвед", "волк", "зайц", "берез", "дуб", "клен",
    "рябин", "калин", "смородин", "малин", "петр", "иван", "семен",
)  # fmt: skip
_MIDS = (
    "ин", "ев", "ов", "ав", "ен", "ик", "он", "ач", "ют", "ан", "яр", "ел", "ог", "им", "ос", "ид", "ур", "аш",
    "ец", "ун",
)  # fmt: skip
_ENDS = (
    "ова", "ева", "ина", "ская", "нова", "цева", "кина", "рова", "лова", "тина",
)  # fmt: skip
_FIRST = (
    "Анна", "Мария", "Ольга", "Елена", "Ирина", "Любовь", "Татьяна", "Наталья", "Светлана", "Галина", "Вера",
    "Юлия",
)  # fmt: skip
_SECOND = (
    "Ивановна", "Петровна", "Андреевна", "Сергеевна", "Павловна", "Викторовна", "Олеговна", "Юрьевна",
)  # fmt: skip

Rows = Iterator[dict[str, Any]]


class BenchClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return the moment of the bench."""
        return NOW


def inn(number: int) -> str:
    """Return the ИНН of the payer of this number, with a right check digit."""
    digits = f"{300_000_000 + number:09d}"
    return f"{digits}{sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11 % 10}"


def centre(payer: int) -> str:
    """Return the centre of a payer."""
    return f"{1 + payer % CENTRES:04d}"


def _surnames() -> list[str]:
    middles = (*_MIDS, *(one + other for one in _MIDS for other in _MIDS[: len(_MIDS) // 2 - 1]))
    return [(root + middle + end).capitalize() for root in _ROOTS for middle in middles for end in _ENDS]


_SURNAMES = _surnames()


def surname(number: int) -> str:
    """Return a surname, of 38,000: some are common, most are rare, as among people."""
    return _SURNAMES[int((number * 2_654_435_761 % 2**32 / 2**32) ** 3 * len(_SURNAMES))]


def student(number: int) -> str:
    """Return the name of the student of this number."""
    return f"{surname(number)} {_FIRST[number % 12]} {_SECOND[number // 12 % 8]}"


def brand(payer: int) -> str:
    """Return what a payer is called besides its legal form."""
    return f"{surname(payer * 31 + 7)[:-1]}торг {_ROOTS[payer % 19]}снаб"


def payers(students: int) -> int:
    """Return how many payers there are: two orders each, two students an order."""
    return students // 4


def _sample() -> Order:
    line = OrderLine(
        "L", "N", "+79339333333", "s@pochta.example", "osno", "osno-6", "base",
        "Бухгалтерский учёт при ОСНО", "Базовый", 2_450_000, date(2027, 6, 21), date(2027, 7, 20),
        questionnaire="submitted",
    )  # fmt: skip
    firm = Payer(PayerKind.ORGANISATION, "P", "I", "503901001", "127018, г. Москва, Полковая, дом 3")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova@romashka.example")
    return Order("O", "0001-1", "0001", "D", firm, orderer, (line,), NOW, 1)


def _orders(students: int) -> Iterator[tuple[str, int, datetime]]:
    """Yield (id, payer, moment) of every order."""
    made = random.Random(42)
    for number in range(students // 2):
        yield f"{made.getrandbits(128):032x}", number % payers(students), NOW - timedelta(minutes=number + 1)


def _order_rows(students: int) -> Rows:
    sample = _sample()
    base = order_values(sample)
    for number, (key, payer, placed) in enumerate(_orders(students)):
        name = f"ООО «{brand(payer)}»"
        of = centre(payer)
        changed = {"name": name, "inn": inn(payer)}
        yield {
            **base, "id": key, "number": f"{of}-{10_000 + number}", "centre": of, "draft_id": key, "inn": inn(payer),
            "payer_folded": fold(name), "payer": {**base["payer"], **changed}, "placed_at": placed,
        }  # fmt: skip


def _line_rows(students: int) -> Rows:
    base = {**line_values(_sample().lines[0]), "version": 1, "act": ""}
    for number, (key, payer, _) in enumerate(_orders(students)):
        for place in range(2):
            name, run = student(number * 2 + place), f"osno-{number % 200}"
            yield {
                **base, "id": f"{key}{place}", "order_id": key, "position": place, "folded": fold(name), "run": run,
                "data": {**base["data"], "name": name}, "centre": centre(payer),
            }  # fmt: skip


def _word_rows(students: int) -> Rows:
    for number, (key, payer, placed) in enumerate(_orders(students)):
        common = {"centre": centre(payer), "placed_at": placed, "order_id": key}
        for word in words_of_payer(brand(payer)):
            yield {"word": word, "source": key, **common}
        for place in range(2):
            for word in words_of_student(student(number * 2 + place)):
                yield {"word": word, "source": f"{key}{place}", **common}


def _key_rows(students: int) -> Rows:
    named = {word for number in range(students) for word in words_of_student(student(number))}
    sold = {word for payer in range(payers(students)) for word in words_of_payer(brand(payer))}
    keys = {(key, word) for word in named for key in keys_of(word, parts=False)}
    keys |= {(key, word) for word in sold for key in keys_of(word, parts=True)}
    yield from ({"key": key, "word": word} for key, word in keys)


def _plain(value: Any, *, sqlite: bool) -> Any:
    """Return a value as the driver takes it."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"))
    if sqlite and isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if sqlite and isinstance(value, date) else value


TABLES = ((orders, _order_rows), (order_lines, _line_rows), (search_words, _word_rows), (search_keys, _key_rows))


async def build(url: str, students: int, manager: int) -> None:
    """Make the database with so many students, and a manager of the first centre of this chat account."""
    database = await Database.open(url)
    try:
        await database.migrate()
        for number in range(CENTRES):
            await database.save_centre(
                Centre(centre(number), "СЦ «Пример»", f"c{number}@primer.example", next_order=10)
            )
        uow = database.uow(BenchClock())
        uow.add_staff(StaffMember("m", manager, manager, Role.MANAGER, centre(0), "Пётр", NOW))
        await uow.commit()
    finally:
        await database.close()
    if url.startswith("sqlite"):
        _fill_sqlite(url.partition(":///")[2], students)
    else:
        await _fill_postgresql(url, students)


def _batches(names: list[str], rows: Rows, *, sqlite: bool) -> Iterator[list[list[Any]]]:
    """Yield rows as the driver takes them; most columns are texts and numbers as they are."""
    while some := list(islice(rows, BATCH)):
        made = [[row[name] for name in names] for row in some]
        changed = [at for at, value in enumerate(made[0]) if isinstance(value, (dict, list, date))]
        for row in made:
            for at in changed:
                row[at] = _plain(row[at], sqlite=sqlite)
        yield made


def _names(table: Table, first: dict[str, Any]) -> list[str]:
    return [column.name for column in table.columns if column.name in first]


def _fill_sqlite(path: str, students: int) -> None:
    """Fill without the indexes, then make them as they were: random keys into a dozen indexes take hours else."""
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA cache_size = -400000")
        of = "type = 'index' AND sql IS NOT NULL AND tbl_name IN ('orders', 'order_lines', 'search_words')"
        indexes = raw.execute(f"SELECT name, sql FROM sqlite_master WHERE {of}").fetchall()  # noqa: S608 - a constant
        for name, _ in indexes:
            raw.execute(f"DROP INDEX {name}")
        for table, rows in TABLES:
            names = _names(table, next(rows(students)))
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - own names
            for batch in _batches(names, rows(students), sqlite=True):
                raw.executemany(statement, batch)
        for _, sql in indexes:
            raw.execute(sql)
        raw.commit()
        raw.execute("ANALYZE")


async def _fill_postgresql(url: str, students: int) -> None:
    import asyncpg

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for table, rows in TABLES:
            names = _names(table, next(rows(students)))
            for batch in _batches(names, rows(students), sqlite=False):
                await connection.copy_records_to_table(table.name, records=batch, columns=names)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
