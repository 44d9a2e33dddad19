"""Chats without personal data: every notice, the page's addresses and buttons."""

from dataclasses import replace
from typing import Any

import pytest

from bot.context import Settings
from bot.instead_of_chat import has_own_words
from bot.notices import WORDED
from bot.notices.closed import closed
from bot.page_links import PageLinks, page_button
from bot.replies import Screen, message_params
from bot.views.closed import OPEN_PAGE, staff_rows
from bot.views.notes import not_in_chat
from tests.unit.test_chat_texts import DATA
from wording.names import bare
from wording.reminders import bared

PAGE = "https://shkola.example.ru"
PERSONAL = (
    "Соколова", "Любовь", "Андреевна", "Лебедев", "Орлова", "Белова", "Петрова", "sokolova.l", "a&lt;b&gt;&amp;",
    "Сверьте", "Добавьте", "нет подписи &lt;", "500100732259",
)  # fmt: skip
PERSON = {"kind": "individual", "name": "Соколова Любовь Андреевна", "inn": "500100732259"}
MORE: dict[str, list[dict[str, Any]]] = {
    "order_to_staff": [{**DATA["order_to_staff"], "payer": PERSON}],
    "address_fault": [
        {"email": "sokolova.l@yandex.ru", "why": "other", "whose": "client", "order_number": "0123-0042", "name": n}
        for n in ("Соколова Любовь Андреевна", "Белова Ирина Петровна")
    ],
    "questionnaire_declined": [
        {**DATA["questionnaire_declined"], "reason": {"field": "", "reason": "other", "words": "Соколова не та"}}
    ],
    "digest": [
        {
            **DATA["digest"],
            "lines": [
                {**line, "payer": "Орлова Любовь Андреевна", "person": True, "instead_of": "Пётр Лебедев"}
                for line in DATA["digest"]["lines"]
            ],
        }
    ],
}
CASES = [(kind, data) for kind in sorted(WORDED) for data in (DATA[kind], *MORE.get(kind, []))]


@pytest.mark.parametrize("page", [PAGE, None])
@pytest.mark.parametrize(("kind", "data"), CASES)
def test_no_notice_names_a_person(kind: str, data: dict[str, Any], page: str | None) -> None:
    """No notice shows a surname, a given name, an address or what people typed; nor asks to type such."""
    screen = closed(WORDED, page)[kind](data)
    assert "None" not in screen.text
    assert not [word for word in PERSONAL if word in screen.text]
    labels = [button.label for row in screen.buttons for button in row]
    assert not {"Исправить почту", "Исправить телефон", "Заменить ученика"} & set(labels)


@pytest.mark.parametrize("kind", ["queue_digest", "queue_due", "review_overdue", "student_message"])
def test_curators_are_led_to_the_page(kind: str) -> None:
    """What tells curators of work leads to the page where they are signed in, in the browser."""
    buttons = [button for row in closed(WORDED, PAGE)[kind](DATA[kind]).buttons for button in row]
    assert [button.label for button in buttons] == [OPEN_PAGE]
    assert (buttons[0].url or "").startswith(f"{PAGE}/staff")


def test_addresses_of_the_page() -> None:
    """Addresses stand under the page's own; what came from outside cannot lead elsewhere."""
    links = PageLinks(f"{PAGE}/")
    assert links.questionnaire("a-b_c") == f"{PAGE}/q/a-b_c"
    assert links.questionnaire("../x?y") == f"{PAGE}/q/..%2Fx%3Fy"
    assert links.order("0123") == f"{PAGE}/order/0123"
    assert links.order("0123", "tenders") == f"{PAGE}/order/0123/tenders"
    assert links.mine("s") == f"{PAGE}/me/s"
    assert links.staff() == f"{PAGE}/staff"
    assert links.case("0" * 32) == f"{PAGE}/staff/queue/{'0' * 32}"
    assert PageLinks(None).staff() is None
    assert staff_rows(None) == ()


def test_a_page_opens_inside_where_it_may() -> None:
    """A page served by https opens inside Telegram; any other, which Telegram refuses there, by a link."""
    inside = message_params(Screen("?", ((page_button("Анкета", f"{PAGE}/q/1"),),)), 1)
    assert inside["reply_markup"]["inline_keyboard"] == [[{"text": "Анкета", "web_app": {"url": f"{PAGE}/q/1"}}]]
    plain = message_params(Screen("?", ((page_button("Анкета", "http://10.0.0.1/q/1"),),)), 1)
    assert plain["reply_markup"]["inline_keyboard"] == [[{"text": "Анкета", "url": "http://10.0.0.1/q/1"}]]


def test_bare_names() -> None:
    """Of a name only first letters are left, of one written with initials too; organisations keep theirs."""
    assert bare("Соколова Любовь Андреевна") == bare("Соколова Л. А.") == "С. Л. А."
    line = DATA["digest"]["lines"][0]
    assert bared(line)["payer"] == line["payer"]
    old = {key: value for key, value in line.items() if key != "person"}
    assert bared(old)["payer"] == line["payer"]
    assert bared({**old, "payer": "Орлова Е. В."})["payer"] == "О. Е. В."


def test_own_words_go_by_mail() -> None:
    """What a curator typed is sent on by mail; ready reasons are said in chat."""
    assert has_own_words("curator_message", DATA["curator_message"])
    assert has_own_words("questionnaire_returned", DATA["questionnaire_returned"])
    assert not has_own_words("questionnaire_declined", DATA["questionnaire_declined"])
    assert not has_own_words("access_open", DATA["access_open"])


def test_notes_are_on_the_page_where_there_is_one() -> None:
    """Where chats hold no notes, the page of staff is named only where it is there."""
    closed_chat = Settings("Europe/Moscow", "bot", in_chat=False)
    assert "/page" not in not_in_chat(closed_chat).text
    assert "/page" in not_in_chat(replace(closed_chat, public_url=PAGE)).text


def test_words_of_a_student_are_where_the_notice_says() -> None:
    """The notice of a student's message names the page, else the curators' mailbox, else the school's."""
    data = DATA["student_message"]
    assert "на странице" in closed(WORDED, PAGE, "kurator@example.ru")["student_message"](data).text
    assert "kurator@example.ru" in closed(WORDED, None, "kurator@example.ru")["student_message"](data).text
    assert "в почтовом ящике школы" in closed(WORDED, None)["student_message"](data).text
