"""Every chat sentence and screen with sample values."""

import re
from typing import Any

import pytest

from bot import texts
from bot.notices import WORDED
from bot.replies import Screen, message_params
from mail import samples
from school.reminder_kinds import CODES
from school.use_cases import place_order, prove_link

ORDER_DATA: dict[str, Any] = {
    "number": "0123-0042",
    "students": [{"name": "<b>&"}] * 5,
    "total": 12_250_000,
    "payer": {"kind": "organisation", "name": "ООО «Ромашка» <&> " + "длинное название " * 9, "inn": "5039002841"},
}
STUDENT_DATA: dict[str, Any] = {
    "line": "0123456789abcdef0123456789abcdef",
    "reference": "0123-0042/2",
    "order_number": "0123-0042",
    "student_name": "Соколова Любовь Андреевна",
    "greeting": "Любовь Андреевна",
    "course_title": "Учёт <&> " + "длинное название " * 9,
    "starts": "2027-04-25",
    "ends": "2027-05-25",
}
ACT_DATA: dict[str, Any] = {
    "act": "0123456789abcdef0123456789abcdef",
    "act_number": "0123-0042",
    "order_number": "0123-0042",
    "scan_due": "2028-01-19",
    "reason": "нет подписи <&>",
}
CANCELLED: dict[str, Any] = {
    "order_number": "0123-0042",
    "whole": True,
    "money": 2_450_000,
    "students": [STUDENT_DATA] * 12,
}
DATA: dict[str, dict[str, Any]] = {
    "letters_aside": {"count": 3},
    "files_aside": {"count": 3, "folder": "documents/lost-and-found"},
    "client_wrote": {"order_number": "0123-0042", "text": "Добавьте ученика <&>"},
    "order_to_group": {"number": "0123-0042", "students": 3},
    "order_cancelled_to_group": {"number": "0123-0042", "students": 3, "whole": False},
    "order_cancelled": STUDENT_DATA,
    "order_cancelled_client": CANCELLED,
    "order_cancelled_staff": {**CANCELLED, "whole": False},
    "group_daily": {"orders": 3, "unpaid": 2, "acts": 1, "until": "2027-05-07"},
    "access_open": {
        "course_title": "Бухгалтерский учёт <&>",
        "starts": "2027-04-25",
        "ends": "2027-05-25",
        "access_url": "https://shkola.example.ru/kurs",
        "sign_in_email": "sokolova.l@yandex.ru",
        "level": "Для главбуха",
        "hours": 260,
        "lessons": 36,
        "document": "Диплом",
        "in_chat": True,
    },
    "documents_sent": {
        "course_title": "Бухгалтерский учёт <&>",
        "starts": "2027-04-25",
        "ends": "2027-05-25",
        "tracking": "10283512004231",
        "order_number": "0123-0042",
    },
    "documents_sent_client": {
        "order_number": "0123-0042",
        "tracking": "10283512004231",
        "students": [{"name": "Соколова Любовь Андреевна", "course_title": "Учёт <&> " + "длинный курс " * 9}] * 40,
    },
    "address_fault": {
        **STUDENT_DATA,
        "whose": "student",
        "email": "a<b>&@pochta.example",
        "why": "unknown_user",
        "correct": True,
        "in_chat": True,
    },
    "mail_bounced": {**STUDENT_DATA, "email": "a<b>&@pochta.example", "why": "other"},
    "student_unreached": {**STUDENT_DATA, "email": "a<b>&@pochta.example", "kind": "questionnaire_approved"},
    "admission_due": {"today": 2, "overdue": 1},
    "order_to_staff": ORDER_DATA,
    "link_locked": {"number": "0123-0042", **STUDENT_DATA},
    "client_link_locked": {"number": "0123-0042"},
    "student_declined": {**STUDENT_DATA, "reason": "no_education"},
    "phone_not_mine": STUDENT_DATA,
    "replace_wanted": STUDENT_DATA,
    "student_replaced": {**STUDENT_DATA, "before": "Орлова Е. В."},
    "trouble": {"words": "Телеграм не отвечает <&>", "over": False},
    "staff_mailbox_changed": {"name": "Анна <&>"},
    "centre_closed": {"centre": "0123", "name": "СЦ «Пример» <&>"},
    "centre_opened": {"centre": "0123", "name": "СЦ «Пример» <&>"},
    "role_withdrawn": {"role": "manager", "centre": "0123"},
    "queue_digest": {"waiting": 12, "due": 3},
    "queue_due": {"waiting": 12, "due": 3, "overdue": 1},
    "review_overdue": {"waiting": 12, "due": 3, "overdue": 1},
    "student_message": {**STUDENT_DATA, "text": "<b>&"},
    "review_changed": {**STUDENT_DATA, "state": "approved", "name": "Анна <&>", "edit_of": "n"},
    "curator_message": {**STUDENT_DATA, "text": "<b>&", "curator": "Петрова <&>"},
    "questionnaire_approved": {**STUDENT_DATA, "paid": True, "admit_by": "2027-04-28"},
    "questionnaire_returned": {
        **STUDENT_DATA,
        "remarks": [
            {"field": "diploma", "reason": "unreadable", "words": ""},
            {"field": "surname", "reason": "other", "words": "Сверьте <&> с паспортом"},
        ],
    },
    "questionnaire_declined": {**STUDENT_DATA, "reason": {"field": "", "reason": "no_education", "words": ""}},
    "questionnaire_reminder": {**STUDENT_DATA, "asked_by": "Белова <&>"},
    "diploma_later": STUDENT_DATA,
    "invoice_issued": {
        "order_number": "0123-0042",
        "number": "ШК-57 <&>",
        "edition": 2,
        "issued_on": "2027-05-05",
        "valid_until": "2027-05-12",
        "total": 4_900_000,
        "generated": True,
    },
    "payments_to_confirm": {"centre": "0123", "count": 3, "total": 7_350_000},
    "draft_nudge": {"draft": "0123456789ab"},
    "draft_expired": {},
    "calendar_unknown": {"year": 2028},
    "digest": {
        **samples.letters()["digest"][1],
        "lines": [
            samples.reminder_line(kind, "manager", number=f"0123-{at:04d}", course_title="<&> " + "длинный курс " * 9)
            for at, kind in enumerate([*CODES] * 30)
        ],
    },
    "reminder_client": samples.letters()["reminder_client"][1],
    "reminder_student": samples.letters()["reminder_student_merged"][1],
    "report_weekly": {
        "centre": "0123",
        "centre_name": "СЦ «Пример» <&>",
        "today": "2027-05-10",
        "totals": [
            {"part": "overdue", "count": 2, "amount": 4_900_000},
            {"part": "week", "count": 0, "amount": 0},
            {"part": "not_shipped", "count": 3, "amount": 7_350_050},
            {"part": "unpaid", "count": 1, "amount": 2_450_000},
        ],
    },
    "alert": {"text": "<&>"},
    "act_wanted": {
        "act": "0123456789abcdef0123456789abcdef",
        "order_number": "0123-0042",
        "students": 5,
        "course_title": "Учёт <&> " + "длинное название " * 9,
        "ends": "2027-04-30",
        "scan_due": "2027-05-19",
    },
    "scan_returned": ACT_DATA,
    "scan_return_undone": ACT_DATA,
    "client_scan": {**ACT_DATA, "undo": "u" * 22},
    "client_file": {"order_number": "0123-0042", "secret": "s" * 22, "acts": ["0123-0042-1", "0123-0042-2"]},
    "act_reopened": {**ACT_DATA, "state": "diadoc"},
    "act_reopen_undone": ACT_DATA,
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
        assert all(len(b.get("callback_data", "").encode()) <= 64 for b in row)


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
