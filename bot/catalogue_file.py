"""The catalogue as a TOML file of the operator, checked whole: every mistake is a line, all of them at once.

Tables: [[discipline]] key, title; [[course]] key, discipline, title, level, hours, lessons, document, with
[[course.tariff]] key, title, price (roubles) and [[course.run]] starts, ends, and optionally key, closed, access_url.

Dates are absolute (2027-06-20) or counted: `starts` from the day of loading ("+14d", "+2 months", moved to a working
day if it is none), `ends` from the start. A run is known by its key, by default "<course>-<start date>". A run with a
counted start may have no key of its own: loaded on another day it is another run, and the dates of the run that people
have ordered stay as they were (the storage closes it, since the file names it no more).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from bot.config_words import syntax_fault
from school import terms
from school.catalogue import Catalogue, Course, Discipline, Run, Tariff

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_KEY = 40
_COUNTED = re.compile(r"\+\s*(\d{1,4})\s*(d|days?|w|weeks?|months?)")
_DEAREST = 100_000_000  # roubles: beyond it, kopecks were written by mistake


class CatalogueFileError(Exception):
    """The file cannot be loaded; `lines` are for the operator, one a mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def parse(text: str, today: date) -> Catalogue:
    """Read the catalogue; `today` in the school's zone. Raises `CatalogueFileError`."""
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueFileError([syntax_fault(error)]) from None
    reader = _Reader(today)
    catalogue = reader.read(data)
    if reader.mistakes:
        raise CatalogueFileError(reader.mistakes)
    return catalogue


class _Table:
    """One table of the file: hands out checked values, notes what is wrong, names itself in the notes."""

    def __init__(self, data: dict[str, Any], place: str, known: str, mistakes: list[str]) -> None:
        self._data = data
        self.place = place
        self._mistakes = mistakes
        keys = known.split()
        for key in sorted(data.keys() - set(keys)):
            close = get_close_matches(key, keys, 1)
            self.wrong(key, f"такого ключа нет — похоже, имелось в виду {close[0]}" if close else "такого ключа нет")

    def wrong(self, key: str, words: str) -> None:
        self._mistakes.append(f"{self.place}, {key}: {words}")

    def get(self, key: str) -> Any:
        return self._data.get(key)

    def text(self, key: str, example: str) -> str:
        value = self._data.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        what = "не задан" if value in (None, "") else f"нужна строка, а не {value}"
        self.wrong(key, f'{what}; пример: {key} = "{example}"')
        return ""

    def key(self, example: str) -> str:
        value = self.text("key", example)
        if value and (not _KEY.fullmatch(value) or len(value) > _LONGEST_KEY):
            self.wrong("key", f"«{value}» не подходит: латинские строчные буквы, цифры и дефис; пример: {example}")
        return value

    def count(self, key: str, example: int) -> int:
        value = self._data.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        what = "не задан" if value is None else f"нужно целое число больше нуля, а не {value}"
        self.wrong(key, f"{what}; пример: {key} = {example}")
        return 1

    def kopecks(self, key: str) -> int:
        value = self._data.get(key)
        try:
            roubles = Decimal(value) if isinstance(value, int | Decimal | str) and value is not True else Decimal(0)
        except InvalidOperation:
            roubles = Decimal(0)
        if roubles.is_finite() and 0 < roubles <= _DEAREST and roubles * 100 == int(roubles * 100):
            return int(roubles * 100)
        what = "не задан" if value is None else f"нужна цена в рублях, а не {value}"
        self.wrong(key, f"{what}; пример: {key} = 24500")
        return 1

    def flag(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, f"нужно true или false, а не {value}")
        return bool(value)

    def link(self, key: str) -> str:
        value = self._data.get(key, "")
        if value and not re.match(r"https?://[^\s/]+", str(value)):
            self.wrong(key, f"«{value}» — не ссылка; пример: https://shkola.example.ru/kurs")
        return str(value)

    def day(self, key: str, base: date | None, example: str) -> date | None:
        """Read a date, absolute or counted from the base; None (and a note) when there is none."""
        value = self._data.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str):
            if counted := _COUNTED.fullmatch(value.strip()):
                return _count(base, int(counted[1]), counted[2]) if base else None
            try:
                return date.fromisoformat(value.strip())
            except ValueError:
                pass
        what = "не задан" if value is None else f"«{value}» — не дата"
        self.wrong(key, f'{what}; пример: {key} = {example} или "+14d", "+2 months"')
        return None

    def counted(self, key: str) -> bool:
        return str(self._data.get(key)).strip().startswith("+")


def _count(base: date, amount: int, unit: str) -> date:
    if not unit.startswith("m"):
        return base + timedelta(days=amount * (7 if unit.startswith("w") else 1))
    months = base.year * 12 + base.month - 1 + amount
    first = date(months // 12, months % 12 + 1, 1)
    last = (date((months + 1) // 12, (months + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(base.day, last))


class _Reader:
    def __init__(self, today: date) -> None:
        self.today = today
        self.mistakes: list[str] = []
        self.disciplines: list[Discipline] = []
        self.courses: list[Course] = []
        self.tariffs: list[Tariff] = []
        self.runs: list[Run] = []

    def read(self, data: dict[str, Any]) -> Catalogue:
        for key in sorted(data.keys() - {"discipline", "course"}):
            self.mistakes.append(f"{key}: такой таблицы нет, бывают [[discipline]] и [[course]]")
        for table in self._tables(data.get("discipline"), "[[discipline]]", "key title"):
            self.disciplines.append(Discipline(table.key("bukhuchet"), table.text("title", "Школа бухгалтера")))
        for table in self._tables(
            data.get("course"), "[[course]]", "key discipline title level hours lessons document tariff run"
        ):
            self._course(table)
        if not self.courses and not self.mistakes:
            self.mistakes.append("[[course]]: в файле нет ни одного курса, образец — catalog.example.toml")
        self._repeated("[[discipline]]", (d.key for d in self.disciplines))
        self._repeated("[[course]]", (c.key for c in self.courses))
        self._repeated("[[course.tariff]]", (t.key for t in self.tariffs))
        self._repeated("[[course.run]]", (r.key for r in self.runs))
        return Catalogue(0, tuple(self.disciplines), tuple(self.courses), tuple(self.tariffs), tuple(self.runs))

    def _tables(self, found: object, name: str, known: str, inside: str = "") -> Iterator[_Table]:
        if found is None:
            return
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.mistakes.append(f"{inside}{name}: это таблица, пишите {name} с двойными скобками")
            return
        for at, one in enumerate(found, 1):
            key = one.get("key")
            yield _Table(one, f"{inside}{name} " + (f"«{key}»" if key else f"№ {at}"), known, self.mistakes)

    def _course(self, table: _Table) -> None:
        key, discipline = table.key("osno-a"), table.text("discipline", "bukhuchet")
        if discipline and all(d.key != discipline for d in self.disciplines):
            table.wrong("discipline", f"нет [[discipline]] с ключом «{discipline}», добавьте её или исправьте ключ")
        self.courses.append(
            Course(
                key,
                discipline,
                table.text("title", "Бухгалтерский учёт при ОСНО"),
                table.text("level", "Для главного бухгалтера"),
                table.count("hours", 272),
                table.count("lessons", 39),
                table.text("document", "Диплом о профессиональной переподготовке"),
            )
        )
        inside = f"{table.place}, "
        for tariff in self._tables(table.get("tariff"), "[[course.tariff]]", "key title price", inside):
            name = f"{key}-{tariff.key('base')}"
            self.tariffs.append(Tariff(name, key, tariff.text("title", "Базовый"), tariff.kopecks("price")))
        for run in self._tables(table.get("run"), "[[course.run]]", "key starts ends closed access_url", inside):
            self._run(key, run)

    def _run(self, course: str, table: _Table) -> None:
        starts = table.day("starts", self.today, "2027-06-20")
        if starts and table.counted("starts"):
            if not terms.is_working_day(starts):
                starts = terms.add_working_days(starts, 1)
            if table.get("key") is not None:
                table.wrong("key", "поток с отсчитанной датой своего ключа не имеет: уберите key или впишите дату")
        ends = table.day("ends", starts or self.today, "2027-08-20")
        closed, link = table.flag("closed"), table.link("access_url")
        key = table.key("osno-a-leto") if table.get("key") is not None else f"{course}-{starts}"
        if starts is None or ends is None:
            return
        if ends < starts:
            table.wrong("ends", f"{ends} раньше начала {starts}, поменяйте даты местами")
        self.runs.append(Run(key, course, starts, ends, closed, link))

    def _repeated(self, name: str, keys: Iterable[str]) -> None:
        seen: set[str] = set()
        for key in keys:
            if key and key in seen:
                self.mistakes.append(f"{name} «{key}», key: такой ключ уже есть, у каждого свой")
            seen.add(key)
