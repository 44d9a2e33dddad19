"""Counters of letters: whose they are counted as, and that no name stands in them."""

from datetime import UTC, datetime

import pytest

from school.letter_caps import CAPS, Letters, by_account, by_mailbox, hash_of, recipients, shared

NOW = datetime(2027, 3, 10, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("belova.i@yandex.ru", "Belova-I+zakaz@ya.ru", True),
        ("a.b@gmail.com", "ab+1@googlemail.com", True),
        ("buh@romashka.ru", "buh+2@romashka.ru", True),
        ("a.b@romashka.ru", "ab@romashka.ru", False),
        ("belova@mail.ru", "belova@list.ru", False),
    ],
)
def test_spellings_of_a_mailbox_count_as_one(one: str, other: str, *, same: bool) -> None:
    """Tags are folded everywhere, dots where the mail service passes over them."""
    assert (hash_of(one) == hash_of(other)) is same
    assert len(recipients(Letters("x", "0123", [one, other]), NOW)) == (1 if same else 2)


def test_strangers_have_counters_of_their_own() -> None:
    """A stranger's letters and those of somebody known share the orderer's counter alone; the keys name nobody."""
    key = by_mailbox("belova.i@yandex.ru")
    known, strange = (
        {bucket.key for bucket, _ in shared(Letters(key, "0123", ["a@example.ru"], stranger), CAPS, NOW)}
        for stranger in (False, True)
    )
    assert known & strange == {f"orderer:{key}"}
    assert not [one for one in known | strange if "belova" in one or "@" in one]
    assert by_account(77) != by_account(78)


def test_a_window_is_a_day() -> None:
    """A counter's window begins at midnight UTC."""
    windows = {bucket.window for bucket, _ in shared(Letters("x", "0123", ["a@example.ru"]), CAPS, NOW)}
    assert windows == {datetime(2027, 3, 10, tzinfo=UTC)}
