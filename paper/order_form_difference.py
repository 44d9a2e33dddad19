"""What a list sent as a file changes in an order being filled in, line by line, for a preview (REGULATIONS O4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from school import people
from school.draft import Answers
from school.forms.field import Context, Field, Kind
from school.forms.order import ORDER
from wording import order_form as words
from wording.facts import fact_value

Student = Mapping[str, Any]


def difference(before: Answers, after: Answers, context: Context) -> list[str]:
    """Return plain Russian lines: changed facts of the order, then students added, removed, changed and left alone.

    A student is known by the address, else by the name. Without a change there is one line that says so.
    """
    lines = _order_lines(before, after, context)
    pairs, added, removed = _matched(before.get("students", []), after.get("students", []))
    lines += [words.change_line(words.ADDED, _who(s), _facts(s, context)) for s in added]
    lines += [words.change_line(words.REMOVED, _who(s), ()) for s in removed]
    changed = [(one, _changes(ORDER.group, one, other, context)) for one, other in pairs]
    lines += [words.change_line(words.CHANGED, _who(one), facts) for one, facts in changed if facts]
    same = sum(not facts for _, facts in changed)
    if not lines:
        return [words.NO_CHANGES]
    return [*lines, words.unchanged(same)] if same else lines


def _order_lines(before: Answers, after: Answers, context: Context) -> list[str]:
    asked = [f for f in (*ORDER.before, *ORDER.after) if f.kind in (Kind.TEXT, Kind.CHOICE)]
    return [f"{words.CHANGED}: {fact}" for fact in _changes(asked, before, after, context)]


def _matched(
    before: Sequence[Student], after: Sequence[Student]
) -> tuple[list[tuple[Student, Student]], list[Student], list[Student]]:
    """Return the pairs of one student before and after, those added and those removed."""
    left, pairs, added = list(before), [], []
    by_email = {id(s): next((o for o in left if _same_email(o, s)), None) for s in after}
    claimed = [id(old) for old in by_email.values() if old is not None]
    for student in after:
        old = by_email[id(student)] or next(
            (o for o in left if id(o) not in claimed and people.fold(_who(o)) == people.fold(_who(student))), None
        )
        if old is None or not any(old is o for o in left):
            added.append(student)
            continue
        left = [o for o in left if o is not old]
        pairs.append((old, student))
    return pairs, added, left


def _same_email(one: Student, other: Student) -> bool:
    return bool(one.get("email") and other.get("email")) and people.same_mailbox(one["email"], other["email"])


def _who(student: Student) -> str:
    return str(student.get("name") or "")


def _facts(student: Student, context: Context) -> list[str]:
    """Return what is known of a new student, the name aside."""
    keys = [f.key for f in ORDER.group[1:] if student.get(f.key)]
    return [fact_value(key, student[key], context.catalogue) for key in keys]


def _changes(fields: Sequence[Field], before: Student, after: Student, context: Context) -> list[str]:
    found = []
    for key in (f.key for f in fields):
        if before.get(key) != after.get(key):
            old, new = (fact_value(key, values.get(key), context.catalogue) for values in (before, after))
            found.append(words.changed_fact(key, old, new))
    return found
