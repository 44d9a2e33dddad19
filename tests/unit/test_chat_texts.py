"""Every chat sentence and screen with sample values."""

import re
from typing import Any

import pytest

from bot import texts
from bot.notices import WORDED
from bot.replies import Screen, message_params
from school.use_cases import place_order, prove_link

ORDER_DATA: dict[str, Any] = {
    "number": "0123-0042",
    "students": [{"name": "<b>&"}] * 5,
    "total": 12_250_000,
    "payer": {"kind": "organisation", "name": "ООО «Ромашка» <&> " + "длинное название " * 9, "inn": "5039002841"},
}
DATA: dict[str, dict[str, Any]] = {
    "order_to_staff": ORDER_DATA,
    "link_locked": {"number": "0123-0042", "student_name": "Соколова Любовь Андреевна"},
    "draft_nudge": {"draft": "0123456789ab"},
    "draft_expired": {},
    "alert": {"text": "<&>"},
}


@pytest.mark.parametrize("kind", sorted(WORDED))
def test_notices_are_worded(kind: str) -> None:
    """Every notice of the chat reads well, escapes what people typed and fits Telegram's limits."""
    screen = WORDED[kind](DATA[kind])
    assert "None" not in screen.text
    assert not re.search(r"<(?!/?(?:b|i|code)>)", screen.text)
    assert len(screen.text) <= 4096
    params = message_params(screen, 1)
    for row in params.get("reply_markup", {}).get("inline_keyboard", []):
        assert all(len(b["callback_data"].encode()) <= 64 for b in row)


def test_every_error_of_a_use_case_has_words() -> None:
    """Each error that a use case may raise to a person has a sentence of its own."""
    raised = {
        place_order.CentreClosed,
        place_order.NotOnSale,
        prove_link.LinkDead,
        prove_link.LinkLocked,
        prove_link.LinkTaken,
    }
    for error in raised:
        assert texts.error(error()) == texts.ERRORS[error.code]


def test_texts_speak_russian() -> None:
    """No English word leaks into the chat's sentences."""
    for name, value in vars(texts).items():
        if name.isupper() and isinstance(value, str):
            plain = re.sub(r"/[a-z]+|\{[a-z_]+\}", "", value)
            assert not re.search(r"[A-Za-z]{2,}", plain), name


def test_screen_shares_contact() -> None:
    """A screen that asks for a contact shows the button that shares it."""
    params = message_params(Screen("?", share_contact="Поделиться"), 1)
    assert params["reply_markup"]["keyboard"][0][0]["request_contact"] is True
