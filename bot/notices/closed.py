"""Notices where chats carry no personal data: numbers, initials, states, and the page where the rest is.

What nobody's own words and addresses stand in is worded as everywhere; of the rest the data are bared first.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from bot.callbacks import StudentsButton
from bot.replies import Button, Rows, Screen
from bot.views.closed import staff_rows
from wording.closing import REOPEN_REASONS, RETURN_REASONS
from wording.names import bare
from wording.reminders import bared

Data = dict[str, Any]
Worded = Callable[[Data], Screen]
# What asks a manager to type personal data: the student's screen tells where it is done instead.
TYPED = frozenset({"email", "mobile", "swap"})
# Keys that hold the name of a person; the plain "name" of a payer or a mailbox may be an organisation's.
NAMES = ("student_name", "before")
OF_STUDENT = (*NAMES, "name")
OF_CURATORS = frozenset({"queue_digest", "queue_due", "review_overdue"})
WORDS_BY_MAIL = "указана в письме на почту центра"


def closed(worded: Mapping[str, Worded], public_url: str | None, curator_email: str | None = None) -> dict[str, Worded]:
    """Return the words of every kind for chats without personal data; `curator_email` is the school's own mailbox."""
    made = {kind: _bared(word, BARE.get(kind)) for kind, word in worded.items()}
    for kind in OF_CURATORS:
        made[kind] = _on_page(made[kind], public_url)
    made["student_message"] = lambda data: _student_message(data, public_url, curator_email)
    made["curator_message"] = _curator_message
    made["questionnaire_returned"] = _returned(made["questionnaire_returned"])
    return made


def _bared(word: Worded, strip: Callable[[Data], Data] | None) -> Worded:
    def say(data: Data) -> Screen:
        screen = word(_named(strip(data) if strip is not None else data))
        return Screen(screen.text, _answerable(screen.buttons))

    return say


def _answerable(rows: Rows) -> Rows:
    kept = (tuple(button for button in row if not _asks_to_type(button)) for row in rows)
    return tuple(row for row in kept if row)


def _asks_to_type(button: Button) -> bool:
    if not (button.data or "").startswith(f"{StudentsButton.__prefix__}:"):
        return False
    return StudentsButton.unpack(button.data or "").act in TYPED


def _on_page(word: Worded, public_url: str | None) -> Worded:
    page = staff_rows(public_url)

    def say(data: Data) -> Screen:
        screen = word(data)
        return Screen(screen.text, page or screen.buttons)

    return say


def _student_message(data: Data, public_url: str | None, curator_email: str | None) -> Screen:
    initials = bare(data["student_name"])
    page = staff_rows(public_url, data["line"])
    where = "Прочитайте и ответьте на странице." if page else _by_mail(curator_email)
    return _escaped(f"Пишет ученик: {initials}, заявка {data['reference']}", f"{data['course_title']}\n{where}", page)


def _by_mail(curator_email: str | None) -> str:
    """Say where a student's words are where there is no page: a letter, whose answer goes straight to the student."""
    if curator_email:
        return f"Текст отправили на почту {curator_email}. Ответьте ученику с неё: его адрес в письме."
    return "Текст в его письме: оно в почтовом ящике школы, куда пишут ученики. Ответьте ему письмом."


def _curator_message(data: Data) -> Screen:
    return _escaped("Куратор написал вам", f"Курс: {data['course_title']}\nСообщение отправили на вашу почту.", ())


def _returned(word: Worded) -> Worded:
    def say(data: Data) -> Screen:
        screen = word(data)
        typed = any(remark.get("words") for remark in data["remarks"])
        return (
            Screen(f"{screen.text}\nЧто написал куратор, отправили на вашу почту.", screen.buttons) if typed else screen
        )

    return say


def _masked(address: str) -> str:
    return f"…@{address.rpartition('@')[2]}"


def _fault(data: Data) -> Data:
    if data["whose"] == "centre":
        return data  # a centre is an organisation
    named = {"name": bare(data["name"])} if "name" in data else {}
    return {**data, **named, "email": _masked(data["email"]), "correct": False}


def _unworded(remark: Data) -> Data:
    """Leave the curator's own words out; of a reason that is nothing but words the student learns by mail."""
    return {**remark, "words": ""}


def _named(about: Data, keys: tuple[str, ...] = NAMES) -> Data:
    """Bare the names that the data hold, of each student in a list too."""
    named: Data = {key: bare(about[key]) for key in keys if about.get(key)}
    students = about.get("students")
    if isinstance(students, list):
        named["students"] = [_named(one, OF_STUDENT) for one in students]
    return {**about, **named}


def _lines(data: Data) -> Data:
    return {**data, "lines": [bared(line) for line in data["lines"]]}


BARE: dict[str, Callable[[Data], Data]] = {
    "act_reopened": lambda data: {**data, "reason": _reason(data["reason"])},
    "access_open": lambda data: {**data, "in_chat": False},
    "address_fault": _fault,
    "client_wrote": lambda data: {**data, "text": ""},
    "digest": _lines,
    "mail_bounced": lambda data: {**data, "email": _masked(data["email"])},
    "order_to_staff": lambda data: {**data, "payer": _payer(data["payer"])},
    "questionnaire_declined": lambda data: {**data, "reason": _unworded(data["reason"])},
    "questionnaire_reminder": lambda data: {**data, "asked_by": None},
    "questionnaire_returned": lambda data: {**data, "remarks": [_unworded(one) for one in data["remarks"]]},
    "reminder_client": _lines,
    "reminder_student": _lines,
    "scan_returned": lambda data: {**data, "reason": _reason(data["reason"])},
    "student_unreached": lambda data: {**data, "email": _masked(data["email"])},
}


def _payer(payer: Data) -> Data:
    return payer if payer["kind"] == "organisation" else {**payer, "name": bare(payer["name"]), "inn": ""}


def _reason(reason: str) -> str:
    return reason if reason in {**RETURN_REASONS, **REOPEN_REASONS}.values() else WORDS_BY_MAIL


def _escaped(head: str, text: str, rows: Rows) -> Screen:
    return Screen(f"<b>{escape(head)}</b>\n{escape(text)}", rows)
