"""Spellings of one mailbox."""

import pytest

from mail.mailbox import same_mailbox


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ivanova@mail.ru", "ivanova@MAIL.ru", True),
        ("ivanova+kurs@mail.ru", "ivanova@mail.ru", True),
        ("i.vanova@gmail.com", "ivanova@googlemail.com", True),
        ("i.vanova@yandex.ru", "i-vanova@ya.ru", True),
        ("i.vanova@yandex.ru", "ivanova@yandex.ru", False),
        ("i.vanova@mail.ru", "ivanova@mail.ru", False),
        ("ivanova@mail.ru", "ivanova@bk.ru", False),
        ("ivanova@почта.рф", "ivanova@почта.рф", True),
        ("", "", False),
        ("+tag@mail.ru", "+other@mail.ru", False),
    ],
)
def test_same_mailbox(one: str, other: str, same: bool) -> None:
    """A tag, the case and what Google and Yandex pass over make no other mailbox; anything else does."""
    assert same_mailbox(one, other) is same
