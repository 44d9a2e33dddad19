"""The unit of work's part about `/status` (see `school.ports_status`): searches, and the words of names."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlalchemy.sql.dml import Insert

from school.order import Order, OrderLine
from school.ports_status import Hits
from school.status import Query, keys_of, words_of_payer, words_of_student
from storage import reads_status
from storage import tables as t
from storage import tables_status as s
from storage.inserts import insert_new
from storage.staging import Staged
from storage.uow_base import UowBase

_W = s.search_words.c
_SAVE_EXTRA = update(t.orders).where(t.orders.c.id == bindparam("key"), t.orders.c.version == bindparam("compared"))
_DROP_OTHERS = delete(s.search_words).where(
    _W.source == bindparam("of_source"), _W.word.not_in(bindparam("kept", expanding=True))
)


@cache
def _add_word() -> Insert:
    """Insert a word of a line as of its order, unless it is there."""
    word, source = bindparam("new_word", type_=_W.word.type), bindparam("of_source", type_=_W.source.type)
    known = exists().where(_W.source == source, _W.word == word)
    chosen = select(word, t.orders.c.centre, t.orders.c.placed_at, t.orders.c.id, source)
    chosen = chosen.where(t.orders.c.id == bindparam("of_order"), ~known)
    return insert(s.search_words).from_select(["word", "centre", "placed_at", "order_id", "source"], chosen)


class UowStatus(UowBase):
    """Searches by what people ask with, who leads an order, and keeping the words up to date."""

    async def find_status(self, query: Query, centres: Sequence[str] | None, limit: int) -> Hits:
        """Return at most `limit` orders of these centres (None: of all) that may fit, in one trip.

        An order found by words may hold students who do not fit: see `school.status.fitting`. Rows of other centres
        are not read, so that a foreign order takes no longer than an absent one.
        """
        return await self._database.run(lambda c: reads_status.find(c, query, centres, limit))

    async def orders_led_by(self, centre: str, user_id: int) -> Sequence[Order]:
        """Return the orders of the centre that name this account as their owner or substitute."""
        return await self._database.run(lambda c: reads_status.orders_led_by(c, centre, user_id))

    def save_order_extra(self, order: Order) -> None:
        """Stage an update of the order's `extra` alone; compares and raises the order's version."""
        changed = {"extra": order.extra, "version": order.version + 1, "key": order.id, "compared": order.version}
        self._stage(Staged(_SAVE_EXTRA, changed, 1), "order", order.id)

    def _find_order(self, order: Order) -> None:
        """Stage the words of a new order."""
        of_payer = words_of_payer(order.payer.name)
        found = [(word, order.id) for word in of_payer]
        of_lines: set[str] = set()
        for line in order.lines:
            words = words_of_student(line.name)
            of_lines |= words
            found += [(word, line.id) for word in words]
        common = {"centre": order.centre, "placed_at": order.placed_at, "order_id": order.id}
        rows = [{"word": word, "source": source, **common} for word, source in found]
        if rows:
            self._stage(Staged(insert(s.search_words), rows))
        self._know(of_payer, of_lines)

    def _find_line(self, order_id: str, line: OrderLine) -> None:
        """Stage the words of a line as it is now: a former name is found no longer."""
        words = sorted(words_of_student(line.name))
        self._stage(Staged(_DROP_OTHERS, {"of_source": line.id, "kept": words}), "dropped words", line.id)
        rows = [{"new_word": word, "of_source": line.id, "of_order": order_id} for word in words]
        if rows:
            self._stage(Staged(_add_word(), rows), "words", line.id)
        self._know(set(), set(words))

    def _know(self, of_payer: set[str], of_lines: set[str]) -> None:
        """Stage the keys of words, all of a unit in one statement and in one order: others may insert the same."""
        before = self._staged.get(("search keys",))
        known: set[tuple[str, str]] = set()
        if before is not None:
            assert isinstance(before.given, list)
            known = {(row["key"], row["word"]) for row in before.given}
        known |= {(key, word) for word in of_payer for key in keys_of(word, parts=True)}
        known |= {(key, word) for word in of_lines for key in keys_of(word, parts=False)}
        if known:
            rows = [{"key": key, "word": word} for key, word in sorted(known)]
            self._stage(Staged(insert_new(self._database.dialect, s.search_keys, "key", "word"), rows), "search keys")
