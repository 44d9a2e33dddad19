"""Whose digest a line of an order goes to: its owner's, and after silence the next one's too."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta, tzinfo

from school.terms import add_working_days, working_days_between

# A digest that was not opened for so many working days of the school's calendar goes to the next.
SILENT_DAYS = 2
# Of all that a member of staff does, one moment an hour is kept.
SEEN_EVERY = timedelta(hours=1)


def is_to_note(last_seen: datetime | None, now: datetime) -> bool:
    """Tell whether a member of staff who writes now is to be noted as seen: at most once an hour."""
    return last_seen is None or now - last_seen >= SEEN_EVERY


def readers(
    places: tuple[int | None, int | None],
    seen: Mapping[int, datetime],
    told: Collection[datetime],
    now: datetime,
    zone: tzinfo,
) -> frozenset[int]:
    """Return the accounts whose digest gets the lines of an order.

    `places` are its owner and its substitute, `seen` says when each manager of the centre last wrote to the bot (who is
    missing has no role any more), `told` when digests with lines of the order were made; `zone` is the school's.
    """
    owner, substitute = places
    if owner is None:
        return frozenset(seen)
    if not _is_silent(owner, seen, told, now, zone):
        return frozenset({owner})
    if substitute is not None and not _is_silent(substitute, seen, told, now, zone):
        return frozenset({owner, substitute} & seen.keys())
    return frozenset(seen)


def came_over(
    places: tuple[int | None, int | None],
    seen: Mapping[int, datetime],
    told: Collection[datetime],
    now: datetime,
    zone: tzinfo,
) -> frozenset[int]:
    """Return who gets the order's lines now and did not get the latest digest with them; takes what `readers` takes."""
    if places[0] is None or not told:
        return frozenset()
    last = max(told)
    before = readers(places, seen, [moment for moment in told if moment < last], last, zone)
    return readers(places, seen, told, now, zone) - before


def days_of_change(
    places: tuple[int | None, int | None], seen: Mapping[int, datetime], told: Collection[datetime], zone: tzinfo
) -> list[date]:
    """Return the days on which the owner or the substitute has let a digest lie for the term."""
    found = []
    for account in places:
        unread = _first_unread(seen[account], told) if account is not None and account in seen else None
        if unread is not None:
            found.append(add_working_days(unread.astimezone(zone).date(), SILENT_DAYS))
    return found


def is_unread(told: datetime, last_seen: datetime | None) -> bool:
    """Tell whether a digest of this moment lies unopened.

    What was done in the hour after a noted moment is not noted, so a digest of that hour counts as opened.
    """
    return last_seen is None or told > last_seen + SEEN_EVERY


def _first_unread(last_seen: datetime, told: Collection[datetime]) -> datetime | None:
    return min((moment for moment in told if is_unread(moment, last_seen)), default=None)


def _is_silent(
    account: int, seen: Mapping[int, datetime], told: Collection[datetime], now: datetime, zone: tzinfo
) -> bool:
    """Tell whether the account has no role, or has let a digest lie for the term."""
    if account not in seen:
        return True
    unread = _first_unread(seen[account], told)
    if unread is None:
        return False
    return working_days_between(unread.astimezone(zone).date(), now.astimezone(zone).date()) >= SILENT_DAYS
