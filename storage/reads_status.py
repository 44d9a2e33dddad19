"""The searches of `/status`: plain functions over a connection, each by index, statements built once a way of asking.

Why names are found by words of our own and not by trigrams: a word's keys are looked up by equality and by range, so
that the time does not grow with the number of students, and both databases do it alike without an extension.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, or_, select, type_coerce

from school.order import Order
from school.ports_status import Hits
from school.status import SHORTEST_WITH_SLIP, Query, is_close, slips
from storage import tables as t
from storage import tables_status as s
from storage.mapping import orders_of
from storage.reads import orders_where

_KEYS_READ = 60
_WORDS_TAKEN = 12
_LAST = "\U0010ffff"
_O, _L, _W, _K = t.orders.c, t.order_lines.c, s.search_words.c, s.search_keys.c
Centres = Sequence[str] | None


def find(connection: Connection, query: Query, centres: Centres, limit: int) -> Hits:
    """Return the orders that may fit, newest first; those of a run in no order."""
    if query.kind == "text":
        return _by_words(connection, query, centres, limit)
    given: dict[str, Any] = {"value": query.value, "kpp": query.kpp, "most": limit + 1, **_given(centres)}
    statement = _statement(query.kind, _scope(centres), kpp=query.kpp is not None)
    found = orders_of(connection.execute(statement, given))
    return Hits(tuple(found[:limit]), len(found) > limit)


def _scope(centres: Centres) -> str:
    return "all" if centres is None else "one" if len(centres) == 1 else "some"


def _given(centres: Centres) -> dict[str, Any]:
    return {} if centres is None else {"centre": centres[0] if len(centres) == 1 else list(centres)}


def _of(column: ColumnElement[str], scope: str) -> list[ColumnElement[bool]]:
    if scope == "all":
        return []
    return [column == bindparam("centre") if scope == "one" else column.in_(bindparam("centre", expanding=True))]


@cache
def _statement(kind: str, scope: str, *, kpp: bool) -> Select[Any]:
    if kind == "number":
        return orders_where(_all([_O.number == bindparam("value"), *_of(_O.centre, scope)]))
    most: ColumnElement[int] = bindparam("most")
    if kind == "inn":
        conditions = [_O.inn == bindparam("value"), *_of(_O.centre, scope)]
        conditions += [_O.kpp == bindparam("kpp")] if kpp else []
        ids = select(_O.id).where(*conditions).order_by(_O.placed_at.desc(), _O.number.desc()).limit(most)
    else:
        ids = select(_L.order_id).where(_L.run == bindparam("value"), *_of(_L.centre, scope)).distinct().limit(most)
    return orders_where(_O.id.in_(ids))


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = conditions[0]
    for condition in conditions[1:]:
        found = found & condition
    return found


_RANGE = (
    select(_K.word)
    .where(_K.key >= bindparam("low"), _K.key < bindparam("high"))
    .order_by(_K.key)
    .limit(bindparam("most"))
)
_SLIPS = select(_K.word).where(_K.key.in_(bindparam("keys", expanding=True))).distinct()


def _meant(connection: Connection, word: str) -> tuple[list[str], bool]:
    """Return the known words that this one may mean, the likeliest first, and whether there are more."""
    given = {"low": f"s{word}", "high": f"s{word}{_LAST}", "most": _KEYS_READ}
    read = list(connection.execute(_RANGE, given).scalars())
    found = sorted(set(read), key=lambda one: (one != word, not one.startswith(word), len(one), one))
    if not found and len(word) >= SHORTEST_WITH_SLIP and (keys := slips(word)):
        near = connection.execute(_SLIPS, {"keys": sorted(f"t{key}" for key in keys)}).scalars()
        found = sorted(one for one in near if is_close(one, word))
    return found[:_WORDS_TAKEN], len(found) > _WORDS_TAKEN or len(read) == _KEYS_READ


_POSTINGS = select(_W.placed_at, _W.order_id).where(_W.word == bindparam("asked")).limit(bindparam("most"))
_NEWEST_ALL = _POSTINGS.order_by(_W.placed_at.desc())
_NEWEST_OF = _NEWEST_ALL.where(_W.centre == bindparam("of_centre"))


def _newest(connection: Connection, words: Sequence[str], centres: Centres, most: int) -> list[str]:
    """Return ids of the newest orders that hold one of the words, each once, at most so many."""
    rows: list[Any] = []
    for word in words:
        given = {"asked": word, "most": most}
        if centres is None:
            rows += connection.execute(_NEWEST_ALL, given).all()
        else:
            for centre in centres:
                rows += connection.execute(_NEWEST_OF, {**given, "of_centre": centre}).all()
    rows.sort(reverse=True)
    return list(dict.fromkeys(order_id for _, order_id in rows))[:most]


@cache
def _name_begins(dialect: str, scope: str) -> Select[Any]:
    low, high = (">=", "<") if dialect == "sqlite" else ("~>=~", "~<~")
    folded = (_L.folded.bool_op(low)(bindparam("low")), _L.folded.bool_op(high)(bindparam("high")))
    return select(_L.order_id).where(*_of(_L.centre, scope), *folded).limit(bindparam("most"))


def _named(connection: Connection, words: Sequence[str], centres: Centres, most: int) -> list[str]:
    """Return ids of orders with a student whose whole name begins with these words."""
    begins = " ".join(words)
    given = {"low": begins, "high": begins + _LAST, "most": most, **_given(centres)}
    statement = _name_begins(connection.dialect.name, _scope(centres))
    return list(dict.fromkeys(connection.execute(statement, given).scalars()))


_BY_IDS = orders_where(_O.id.in_(bindparam("ids", expanding=True)))


def _by_words(connection: Connection, query: Query, centres: Centres, limit: int) -> Hits:
    """Lead from the rarest word to orders; whether the others fit as well is told by `school.status.fitting`."""
    most, words = limit + 1, query.words
    meant = [_meant(connection, word) for word in words]
    alternatives = tuple(frozenset(known) for known, _ in meant)
    lists = [(_newest(connection, known, centres, most), more) for known, more in meant if known]
    ids, more = min(lists, key=lambda one: len(one[0])) if lists else ([], False)
    more = more or len(ids) >= most
    if len(words) > 1:
        named = _named(connection, words, centres, most)
        if named and more:
            ids, more = named, len(named) >= most
        else:
            ids = list(dict.fromkeys((*ids, *named)))
    orders = _orders(connection, ids[:limit])
    return Hits(tuple(orders), more or len(ids) > limit, alternatives)


def _orders(connection: Connection, ids: Sequence[str]) -> list[Order]:
    return orders_of(connection.execute(_BY_IDS, {"ids": list(ids)})) if ids else []


_EXTRA = type_coerce(_O.extra, Text)
# Who leads is searched on the rare day on which a manager goes: a column and an index for it would cost every order.
_LED_BY = orders_where(
    (_O.centre == bindparam("centre")) & or_(_EXTRA.like(bindparam("owner")), _EXTRA.like(bindparam("substitute")))
)


def orders_led_by(connection: Connection, centre: str, user_id: int) -> list[Order]:
    """Read the orders of the centre that name this account as their owner or substitute."""
    given = {"centre": centre, **{place: f'%"{place}":"{user_id}"%' for place in ("owner", "substitute")}}
    return list(orders_of(connection.execute(_LED_BY, given)))
