"""What may happen to a questionnaire, in which state, and what the curator is warned of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from school import questionnaire as states
from school.questionnaire import (
    UNDO,
    AlreadyDecided,
    Decider,
    Questionnaire,
    Remark,
    TooLateToUndo,
    WrongState,
)
from school.use_cases.pick_remarks import returnable
from school.use_cases.review_questionnaire import odd

NOW = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
PETROVA, SIDOROVA = Decider(1, "Петрова"), Decider(2, "Сидорова")
REMARK = Remark("diploma", "unreadable")


def page(**more: Any) -> dict[str, Any]:
    """Return a page as the answers hold it."""
    return {"id": "p", "sha256": "0" * 64, "media": "image/jpeg", "size": 1, "name": "d.jpg"} | more


ANSWERS: dict[str, Any] = {
    "consent": True,
    "surname": "Орлова",
    "name": "Анна",
    "patronymic": "Петровна",
    "same_surname": "yes",
    "diploma": [page()],
}
WAITING = Questionnaire("line", "order", ANSWERS, "submitted", NOW, version=3)


def test_decisions_of_one_that_waits() -> None:
    """One that waits is approved, returned or declined by whoever looked at this version."""
    later = NOW + timedelta(hours=1)
    approved = states.approve(WAITING, 3, PETROVA, later)
    assert (approved.state, approved.decided_by, approved.decided_name, approved.decided_at) == (
        "approved", 1, "Петрова", later,
    )  # fmt: skip
    assert states.send_back(WAITING, 3, (REMARK,), PETROVA, later).remarks == (REMARK,)
    assert states.decline(WAITING, 3, Remark("", "forged"), PETROVA, later).decline_reason == Remark("", "forged")


def test_the_slower_one_is_told() -> None:
    """Who decides on a decided one is told the state, by whom and when, not merely refused."""
    approved = replace(states.approve(WAITING, 3, PETROVA, NOW), version=4)
    with pytest.raises(AlreadyDecided) as told:
        states.decline(approved, 3, REMARK, SIDOROVA, NOW)
    assert told.value.data == {"state": "approved", "name": "Петрова", "at": NOW.isoformat()}


@pytest.mark.parametrize("state", ["filling", "submitted"])
def test_another_version_is_not_decided_on(state: Any) -> None:
    """One that is being filled in, or has changed since it was looked at, is not decided on."""
    with pytest.raises(WrongState):
        states.approve(replace(WAITING, state=state), 2, PETROVA, NOW)


def test_nothing_to_return() -> None:
    """A return names at least one field."""
    with pytest.raises(WrongState):
        states.send_back(WAITING, 3, (), PETROVA, NOW)


def test_undo_within_two_minutes() -> None:
    """An own decision is taken back within two minutes and leaves no trace; another's never is."""
    returned = states.send_back(WAITING, 3, (REMARK,), PETROVA, NOW)
    assert states.undo(returned, PETROVA, NOW + UNDO - timedelta(seconds=1)) == WAITING
    with pytest.raises(WrongState):
        states.undo(returned, SIDOROVA, NOW)
    with pytest.raises(TooLateToUndo):
        states.undo(returned, PETROVA, NOW + UNDO)


def test_only_an_approved_one_is_reopened() -> None:
    """An approved one is opened for the fields asked for and has no submission then; others are not."""
    approved = states.approve(WAITING, 3, PETROVA, NOW)
    opened = states.reopen(approved, ("surname",), SIDOROVA, NOW)
    assert (opened.state, opened.submitted_at, opened.remarks) == ("returned", None, (Remark("surname", "asked"),))
    with pytest.raises(WrongState):
        states.reopen(WAITING, ("surname",), SIDOROVA, NOW)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, ()),
        ({"surname": "ОРЛОВА"}, ()),
        ({"same_surname": "no", "diploma_surname": "Орлова"}, ()),
        ({"same_surname": "no", "diploma_surname": "Иванова"}, ("no_name_change",)),
        (
            {"same_surname": "no", "diploma_surname": "Иванова", "name_change": [page(flags=["small"])]},
            ("surname_differs", "small"),
        ),
        ({"surname": "Котова"}, ("name_differs",)),
        ({"flags": {"surname": ["mixed_script"]}}, ("mixed_script",)),
        ({"diploma_surname": "Ivanova"}, ("latin",)),
        ({"diploma": [page(flags=["blurred"])]}, ("blurred",)),
    ],
)
def test_odd(changed: dict[str, Any], codes: tuple[str, ...]) -> None:
    """The curator is warned of differing names, strange alphabets and poor pictures, and of nothing else."""
    assert odd("Орлова Анна Петровна", replace(WAITING, answers=ANSWERS | changed)) == codes


def test_only_what_was_answered_is_returned() -> None:
    """Only answered fields are offered for return: never the consent, a name change only where surnames differ."""
    assert returnable(WAITING) == ("surname", "name", "patronymic", "same_surname", "diploma")
    married = ANSWERS | {"same_surname": "no", "diploma_surname": "Иванова", "name_change": [page()]}
    assert returnable(replace(WAITING, answers=married))[-3:] == ("diploma_surname", "diploma", "name_change")
    same = married | {"diploma_surname": "Орлова"}
    assert "name_change" not in returnable(replace(WAITING, answers=same))
