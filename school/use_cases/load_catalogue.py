"""The catalogue from chat: given out, compared with what comes back, and loaded by administrators (S3).

Orders keep the titles, prices and dates of their day; a course, tariff or run that vanishes is offered no more. Runs
that are over and courses that nobody can order are not given out and stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from school.centre import Role
from school.draft import Draft
from school.errors import SchoolError
from school.ports import Session, UnitOfWork
from school.use_cases.find import require_role, who
from school.use_cases.keep_document import anchor
from school.use_cases.record_results import NothingToApply
from school.use_cases.side_form import end, wait_for

FORM = "catalogue"

Kind = Literal["discipline", "course", "tariff", "run"]
Item = Discipline | Course | Tariff | Run
What = Literal["added", "changed", "closed"]

_TYPES: dict[Kind, type[Any]] = {"discipline": Discipline, "course": Course, "tariff": Tariff, "run": Run}
_DAYS = ("starts", "ends")


class CatalogueMoved(SchoolError):
    """Somebody else has loaded a catalogue since this one was compared."""

    code = "catalogue_moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would change: `before` is None for a new one, `after` None for one that is offered no more."""

    kind: Kind
    before: Item | None
    after: Item | None

    @property
    def what(self) -> What:
        """What happens to it; a run that stays in the file and is closed in it is closed."""
        if self.before is None:
            return "added"
        if self.after is None or (
            isinstance(self.before, Run)
            and isinstance(self.after, Run)
            and self.after.closed
            and not self.before.closed
        ):
            return "closed"
        return "changed"

    @property
    def item(self) -> Item:
        """The thing as it will be, or as it was where it goes."""
        found = self.after or self.before
        assert found is not None
        return found


def exported(catalogue: Catalogue, today: date) -> Catalogue:
    """Return what is given out: runs that are not over, and courses that have such a run or a tariff."""
    runs = tuple(run for run in catalogue.runs if run.ends >= today)
    of_runs = {run.course for run in runs if not run.closed} | {tariff.course for tariff in catalogue.tariffs}
    courses = tuple(course for course in catalogue.courses if course.key in of_runs)
    known = {course.key for course in courses}
    return replace(catalogue, courses=courses, runs=tuple(run for run in runs if run.course in known))


def merged(current: Catalogue, wanted: Catalogue, today: date) -> Catalogue:
    """Return the wanted catalogue with what was not given out of the current one, as it is."""
    given = exported(current, today)

    def left(kept: Iterable[Any], out: Iterable[Any], new: Iterable[Any]) -> tuple[Any, ...]:
        taken = {one.key for one in (*out, *new)}
        return tuple(one for one in kept if one.key not in taken)

    courses = (*wanted.courses, *left(current.courses, given.courses, wanted.courses))
    known = {course.key for course in courses}
    runs = [run for run in left(current.runs, given.runs, wanted.runs) if run.course in known]
    return replace(wanted, version=current.version, courses=courses, runs=(*wanted.runs, *runs))


def differences(current: Catalogue, wanted: Catalogue) -> tuple[Difference, ...]:
    """Return what changes, kind by kind: in the order of the wanted catalogue, then what vanishes from it."""
    found: list[Difference] = []
    for kind, before, after in _pairs(current, wanted):
        for key, item in after.items():
            if before.get(key) != item:
                found.append(Difference(kind, before.get(key), item))
        found += [Difference(kind, item, None) for key, item in before.items() if key not in after and _offered(item)]
    return tuple(found)


def _offered(item: Item) -> bool:
    return not (isinstance(item, Run) and item.closed)


def _pairs(current: Catalogue, wanted: Catalogue) -> list[tuple[Kind, Mapping[str, Item], Mapping[str, Item]]]:
    def by_key(items: Iterable[Item]) -> dict[str, Item]:
        return {item.key: item for item in items}

    return [
        ("discipline", by_key(current.disciplines), by_key(wanted.disciplines)),
        ("course", by_key(current.courses), by_key(wanted.courses)),
        ("tariff", by_key(current.tariffs), by_key(wanted.tariffs)),
        ("run", by_key(current.runs), by_key(wanted.runs)),
    ]


async def give(uow: UnitOfWork, session: Session, now: datetime, today: date) -> Catalogue:
    """Return the catalogue to be given out, and wait for it to come back. Raises `Forbidden`, `NoCentreYet`."""
    require_role(session, Role.ADMIN)
    await wait_for(uow, session, FORM, await anchor(uow, session), {}, now)
    return exported(session.catalogue, today)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a catalogue would change, kept with this draft until it is applied."""

    draft_id: str
    differences: tuple[Difference, ...]


async def preview(
    uow: UnitOfWork, session: Session, draft: Draft, wanted: Catalogue, now: datetime, today: date
) -> Preview:
    """Compare a catalogue with the present one, and keep it until it is applied. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    current = await uow.catalogue()
    whole = merged(current, wanted, today)
    uow.save_draft(replace(draft, answers=_to_json(whole), touched_at=now))
    return Preview(draft.id, differences(current, whole))


async def apply(uow: UnitOfWork, session: Session, draft_id: str, now: datetime) -> tuple[Difference, ...]:
    """Load what was previewed, and return what has changed; each change is in the audit.

    Raises `Forbidden`, `NothingToApply`, `CatalogueMoved`.
    """
    require_role(session, Role.ADMIN)
    draft = await uow.active_draft(who(session), FORM)
    if draft is None or draft.id != draft_id or "version" not in draft.answers:
        raise NothingToApply
    current, wanted = await uow.catalogue(), _of_json(draft.answers)
    if current.version != wanted.version:
        raise CatalogueMoved
    found = differences(current, wanted)
    uow.save_draft(replace(draft, state="placed", answers={}, touched_at=now))
    if not found:
        return ()
    uow.replace_catalogue(wanted, current.version)
    actor = f"chat:{who(session)}"
    for one in found:
        before, after = _said(one.before), _said(one.after)
        uow.audit(actor, f"catalogue.{one.kind}", one.item.key, before=before, after=after)
    return found


async def close(uow: UnitOfWork, session: Session, now: datetime) -> bool:
    """Wait no longer for the catalogue; tell whether it was waited for."""
    return await end(uow, session, FORM, now) is not None


def _said(item: Item | None) -> str:
    """Write all of a thing in a line, for the audit."""
    if item is None:
        return ""
    return "; ".join(f"{field.name}={getattr(item, field.name)}" for field in fields(item))


def _to_json(catalogue: Catalogue) -> dict[str, Any]:
    def plain(item: Item) -> dict[str, Any]:
        found = {field.name: getattr(item, field.name) for field in fields(item)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}

    kinds: dict[str, Any] = {
        kind: [plain(item) for item in items.values()] for kind, _, items in _pairs(catalogue, catalogue)
    }
    return {"version": catalogue.version, **kinds}


def _of_json(data: Mapping[str, Any]) -> Catalogue:
    def made(kind: Kind) -> tuple[Any, ...]:
        found = []
        for one in data[kind]:
            days = {name: date.fromisoformat(one[name]) for name in _DAYS if name in one}
            found.append(_TYPES[kind](**{**one, **days}))
        return tuple(found)

    return Catalogue(data["version"], made("discipline"), made("course"), made("tariff"), made("run"))
