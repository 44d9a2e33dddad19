"""What the school sells: disciplines, courses, tariffs and runs (REGULATIONS S3)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Discipline:
    """A school of its own (направление), e.g. `bukhuchet`: Школа бухгалтера."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Course:
    """A course (курс): what a student learns and what document they get."""

    key: str
    discipline: str
    title: str
    level: str
    hours: int
    lessons: int
    document: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff (тариф) of a course; `price` in kopecks."""

    key: str
    course: str
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run (поток): one course between two dates, both inclusive, in the school's zone."""

    key: str
    course: str
    starts: date
    ends: date
    closed: bool
    access_url: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that is on sale; `version` grows with each load."""

    version: int
    disciplines: tuple[Discipline, ...]
    courses: tuple[Course, ...]
    tariffs: tuple[Tariff, ...]
    runs: tuple[Run, ...]

    def course(self, key: str) -> Course | None:
        """Return the course of this key, or None."""
        return next((c for c in self.courses if c.key == key), None)

    def tariff(self, key: str) -> Tariff | None:
        """Return the tariff of this key, or None."""
        return next((t for t in self.tariffs if t.key == key), None)

    def run(self, key: str) -> Run | None:
        """Return the run of this key, or None."""
        return next((r for r in self.runs if r.key == key), None)

    def discipline(self, key: str) -> Discipline | None:
        """Return the discipline of this key, or None."""
        return next((d for d in self.disciplines if d.key == key), None)

    def offered_runs(self, course: str, today: date) -> tuple[Run, ...]:
        """Runs of the course that may still be ordered: neither closed nor begun, soonest first."""
        runs = (r for r in self.runs if r.course == course and not r.closed and r.starts > today)
        return tuple(sorted(runs, key=lambda r: (r.starts, r.key)))

    def offered_courses(self, today: date, discipline: str | None = None) -> tuple[Course, ...]:
        """Courses with a run and a tariff on offer, of one discipline or of all."""
        return tuple(
            c
            for c in self.courses
            if discipline in (None, c.discipline) and self.offered_runs(c.key, today) and self.offered_tariffs(c.key)
        )

    def offered_tariffs(self, course: str) -> tuple[Tariff, ...]:
        """Tariffs of the course, in the order of the catalogue file."""
        return tuple(t for t in self.tariffs if t.course == course)
