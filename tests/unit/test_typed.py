"""What people type: marks that nobody sees go, signs joined out of several stay, length has an end."""

import json

import pytest

from bot.raw_updates import read
from mail.parse import parse
from school.errors import BadAnswer
from school.typed import LONGEST, clipped, readable, typed, visible

FAMILY, FLAG, HEART = "👨\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e007f", "❤\ufe0f"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Спасибо", "Спасибо"),
        (f"Спасибо {FAMILY}!", f"Спасибо {FAMILY}!"),
        (f"{HEART}{FLAG}", f"{HEART}{FLAG}"),
        ("👍🏽", "👍🏽"),
        ("\u200b/help", "/help"),
        ("8\u00ad903\u200d111", "8903111"),
        ("\u202eabc\u202c", "abc"),
        ("👍\u200d", "👍"),
        ("👍\u200b\u200b", "👍"),
        ("1\ufe0f", "1"),
    ],
)
def test_marks_go_and_joined_signs_stay(text: str, read_as: str) -> None:
    """A joiner within a sign stays, and the same one beside letters and digits goes."""
    assert readable(text) == read_as


def test_values_keep_no_mark_at_all() -> None:
    """A value of a field has no joiners, not even within a sign."""
    assert visible(FAMILY) == "👨👩👧"


def test_what_is_clipped_is_still_refused() -> None:
    """A clipped text is too long by one character, and what fits stays as it is."""
    assert clipped("a" * LONGEST) == "a" * LONGEST
    with pytest.raises(BadAnswer):
        typed(clipped("a" * 60_000))


def test_every_text_of_an_update_is_without_marks() -> None:
    """Words, captions and names of an update come without the marks; a family stays a family."""
    sender = {"id": 5, "is_bot": False, "first_name": "Ири\u00adна"}
    chat = {"id": 5, "type": "private", "first_name": "Ирина"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": f"\u2068/paid\u2069 57 {FAMILY}"}
    update = read(json.dumps({"update_id": 1, "message": message}), None).update  # type: ignore[arg-type]
    assert update is not None
    assert update.message is not None
    assert update.message.text == f"/paid 57 {FAMILY}"
    assert update.message.from_user is not None
    assert update.message.from_user.first_name == "Ирина"


def test_a_letter_is_without_marks() -> None:
    """The subject and the words of a letter come without the marks; a family stays a family."""
    raw = f"From: a@example.ru\nSubject: Опла\u00adчено\n\nСчёт\u2062 57 {FAMILY}\u200b\n".encode()
    letter = parse(raw, authserv_id=None, own_addresses=frozenset())
    assert (letter.subject, letter.text) == ("Оплачено", f"Счёт 57 {FAMILY}")
