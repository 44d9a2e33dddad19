"""Lines of a centre's letter: which act, which look so, which are notes."""

import pytest

from mail.automatic import Kind
from school.closing import ActState
from school.errors import BadAnswer
from school.reminder_kinds import CODES
from school.use_cases.billing_desk import NotYours
from school.use_cases.file_letter import code_key, filed_topic, with_code
from school.use_cases.mail_actor import Done
from school.use_cases.remind import SHOWN_AS, numbered
from wording.mail_actions import MOST_ACTIONS, MailRead, example_of, read_actions
from wording.mail_echoes import done_words, refusal
from wording.mail_reasons import REASONS
from wording.reminders import GROUPS, most_urgent


@pytest.mark.parametrize(
    ("text", "verb", "values"),
    [
        ("Счёт: 57 от 5 мая, 49 000", "invoice", {"text": "57 от 5 мая, 49 000"}),
        ("счет № 57 от 05.05.2027 на 49 000 руб", "invoice", {"text": "57 от 05.05.2027 на 49 000 руб"}),
        ("Оплачено: 57 12.05", "paid", {"numbers": "57", "money": "12.05"}),
        ("Оплачено", "paid", {"money": ""}),
        ("оплачено 12 мая", "paid", {"money": "12 мая"}),
        ("Оплачено: 57, 58 12.05", "paid", {"numbers": "57,58", "money": "12.05"}),
        ("57, 58 и 61 оплачены 12.05", "paid", {"numbers": "57,58,61", "money": "12.05"}),
        ("Оплачено: 57, 49 000 12.05", "paid", {"numbers": "57", "money": "49 000 12.05"}),
        ("Диадок: подписан 12.05", "diadoc", {"day": "12.05"}),
        ("Диадок — подпишут", "promised", {}),
        ("Скан: загружен", "uploaded", {"day": ""}),
        ("Скан загружен в Клиент-Сервис 12.05", "uploaded", {"day": "12.05"}),
        ("Оригинал: 10283512004231 от 20.05", "posted", {"tracking": "10283512004231", "day": "20.05"}),
        (
            "Почта ученика: Соколова — sokolova@yandex.ru",
            "email",
            {"name": "Соколова", "email": "sokolova@yandex.ru"},
        ),
        ("Почта ученика: Петров-Водкин a-b@ya.ru", "email", {"name": "Петров-Водкин", "email": "a-b@ya.ru"}),
        ("Статус 5039002841", "status", {"inn": "5039002841"}),
        ("Статус", "status", {}),
        ("Отложить до 20 мая", "snooze", {"until": "20 мая"}),
        ("Отложить на неделю", "snooze", {"until": "+7"}),
        ("отложите на 10 дней", "snooze", {"until": "+10"}),
        ("Напомнить", "nudge", {"name": ""}),
        ("Напомнить Соколовой", "nudge", {"name": "Соколовой"}),
        ("Принять заявку", "accept", {}),
        ("примите.", "accept", {}),
    ],
)
def test_lines_that_act(text: str, verb: str, values: dict[str, str]) -> None:
    """Each reply line of the regulations is read, in the ways that people write it."""
    (action,) = read_actions(text).actions
    assert (action.verb, dict(action.values), action.line) == (verb, values, text)


@pytest.mark.parametrize(
    ("text", "place", "order"),
    [
        ("3: оплачено", 3, ""),
        ("2) Отложить на неделю", 2, ""),
        ("строка 4 — оплачено", 4, ""),
        ("0123-0042: оплачено", None, "0123-0042"),
        ("№ 0123–0042, оплачено", None, "0123-0042"),
    ],
)
def test_lines_name_what_they_are_about(text: str, place: int | None, order: str) -> None:
    """A line may begin with a digest's number or an order's."""
    (action,) = read_actions(text).actions
    assert (action.place, action.order) == (place, order)


@pytest.mark.parametrize(
    "text",
    ["Счёт будет завтра", "Оплачено не будет", "Диадок не подключён", "Почта не работает", "Статус неясен", "Отложить"],
)
def test_lines_that_only_look_like_actions(text: str) -> None:
    """What begins as an action and cannot be read as one is answered with an example, and does nothing."""
    read = read_actions(text)
    assert (read.actions, read.unread) == ((), (text,))
    assert example_of(text)


def test_other_words_are_notes_and_thanks_are_nothing() -> None:
    """Greetings and thanks are passed over, other words are notes, a line beyond measure too."""
    assert read_actions("Добрый день, коллеги!\nСпасибо!\nС уважением, Пётр") == MailRead()
    assert read_actions("Не оплачено пока\nПозвоните клиенту").notes == ("Не оплачено пока", "Позвоните клиенту")
    assert len(read_actions("Оплачено: " + "5" * 400).notes) == 1


def test_codes_and_short_words() -> None:
    """A code, a way back, an owned account and an act's number are told from lines that act."""
    read = read_actions("Код: 123 456\nОтменить\nЭто наш счёт\nАкт № 0123-0042-2")
    assert (read.code, read.undo, read.owns, read.act) == ("123456", True, True, "0123-0042-2")
    assert read_actions("123456").code == "123456"
    assert read_actions("12345").code == ""


def test_what_only_looks_like_an_action_is_not_done() -> None:
    """A quoted line is somebody else's; bank details are a note; a question takes nothing back, but states are told."""
    assert read_actions("> Оплачено\n>> Отменить\n--") == MailRead()
    details = "Счёт: 4070 2810 9000 0001 2345, БИК 044525225"
    assert read_actions(details) == MailRead(notes=(details,))
    asked = read_actions("Отмена?\nСтатус?")
    assert (asked.undo, [one.verb for one in asked.actions]) == (False, ["status"])
    assert read_actions("Оплачено: 57 от 12.05").actions[0].values == {"numbers": "57", "money": "12.05"}


def test_too_many_lines_are_answered_not_lost() -> None:
    """Beyond the measure lines are told as not done."""
    read = read_actions("Оплачено\n" * (MOST_ACTIONS + 2))
    assert (len(read.actions), len(read.unread)) == (MOST_ACTIONS, 2)


def test_refusals_say_why() -> None:
    """A refusal has the sentence of chat; where that names a command, one for a mailbox."""
    assert "подписан в Диадоке" in refusal(ActState(why="signed_in_diadoc"), "?")
    assert refusal(BadAnswer("day_form", "ой"), "?").startswith("«ой» не похоже на дату")
    assert "/" not in refusal(NotYours(), "Откройте /invoice")


def test_a_refund_and_a_rest_are_told() -> None:
    """A refund is called one; what is left to pay is told."""
    paid = {"numbers": ["57"], "day": "2027-05-12", "asking": False, "waits": False}
    assert "Записали возврат" in done_words(Done("paid", paid | {"total": -100_00, "left": 0}))
    assert "Осталось оплатить" in done_words(Done("paid", paid | {"total": 100_00, "left": 50_00}))


def test_numbers_run_as_the_digest_shows_them() -> None:
    """Numbers given in `school` follow the order in which the letter shows its lines."""
    assert list(SHOWN_AS) == list(GROUPS)
    assert set(SHOWN_AS) == set(CODES)
    lines = [
        {"kind": kind, "until": until, "number": number}
        for kind in reversed(SHOWN_AS)
        for until, number in (("2027-05-02", "1"), (None, "2"), ("2027-05-01", "3"))
    ]
    shown = numbered(lines)
    assert [one["at"] for one in shown] == list(range(1, len(lines) + 1))
    assert most_urgent(shown) == shown


def test_a_filed_letter_keeps_whose_it_is_while_it_waits() -> None:
    """What a person filed and what code is waited for stand side by side in a letter's subject."""
    waits = with_code("topic:order:abc", "f00d")
    assert (filed_topic(waits), code_key(waits)) == (("order", "abc"), "f00d")
    assert (filed_topic(with_code("", "f00d")), code_key(with_code("", "f00d"))) == (None, "f00d")
    assert (filed_topic("consent:x"), code_key("consent:x"), code_key("")) == (None, "", "")
    assert filed_topic("topic:elsewhere:abc") is None


def test_every_reason_has_words() -> None:
    """Letters of lists and bulk, which are left to a person, have words for it."""
    assert {Kind.LIST.value, Kind.BULK.value} <= set(REASONS)
