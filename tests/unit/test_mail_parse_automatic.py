"""Letters of automata are told from those of people; reply tokens are found whatever became of them."""

import pytest

from mail.reply_token import find_reference, find_token, reference, reply_address, subject_mark
from school.tokens import new_reply_token
from tests.unit.mail_corpus import WHOLE, letter
from tests.unit.test_mail_parse import read

BASE = "shkola@example.ru"
TOKEN = "abcdefghijklmnopqrstuvwx27"


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ("Auto-Submitted: auto-replied\r\n", "auto_reply"),
        ("Auto-Submitted: auto-replied (vacation)\r\n", "auto_reply"),
        ("Auto-Submitted: auto-generated\r\n", "second_bot"),
        ("Auto-Submitted: no\r\n", None),
        ("X-Autoreply: yes\r\n", "auto_reply"),
        ("X-Autorespond:\r\n", "auto_reply"),
        ("Precedence: auto_reply\r\n", "auto_reply"),
        ("Return-Path: <>\r\n", "auto_reply"),
        ("Return-Path: <irina@mail.ru>\r\n", None),
        ("Precedence: bulk\r\n", "bulk"),
        ("Precedence: list\r\n", "list"),
        ("List-Id: <news.mail.ru>\r\n", "list"),
        ("List-Unsubscribe: <https://x.ru>\r\n", "bulk"),
        ("X-Auto-Response-Suppress: OOF, AutoReply\r\n", "second_bot"),
        ("X-Auto-Response-Suppress: DR, RN\r\n", None),
        ("Message-ID: <row@example.ru>\r\nAuto-Submitted: auto-generated\r\n", "own"),
        ("Message-ID: <row@example.ru>\r\n", None),
    ],
)
def test_headers_of_automata_are_known(extra: str, kind: str | None) -> None:
    """RFC 3834 and what came before it; an id of our host alone is a colleague's."""
    found = read(letter("x", extra=extra)).automatic
    assert (found.kind if found else None) == kind
    assert found is None or found.why


def test_an_answer_is_known_by_what_it_refers_to() -> None:
    """The newest token among the references counts; ids of other letters are passed over."""
    ids = ("<1@yandex.ru>", f"<r.{TOKEN[::-1]}@example.ru>", f"<R.{TOKEN.upper()}@example.ru>", "<r.short@example.ru>")
    assert find_reference(ids) == TOKEN
    assert find_reference([reference(BASE, TOKEN)]) == TOKEN
    assert find_reference(["<1@yandex.ru>"]) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Автоответ: Диплом", "Автоматический ответ: Диплом", "Нет на месте: Диплом",
        "Я в отпуске", "В отпуске до 20 мая",
        "Out of Office: Диплом", "Out of the office", "Automatic reply: Диплом", "Auto-Reply: x", "[Auto-Reply] x",
        "Автоответчик", "Отсутствую до понедельника", "Прочитано: Диплом", "Read: Диплом",
    ],
)  # fmt: skip
def test_subjects_of_autoresponders_are_known(subject: str) -> None:
    """Russian and English subjects of autoresponders and receipts are known; a person's answer to them is not."""
    found = read(letter("x", subject=subject)).automatic
    assert found is not None
    assert found.kind == "auto_reply"
    assert read(letter("x", subject=f"Re: {subject}")).automatic is None


def test_our_own_letters_are_known() -> None:
    """A letter from one of our addresses, with a token in it or not, is our own."""
    for sender in (BASE, reply_address(BASE, TOKEN)):
        found = read(f"From: {sender}\r\n\r\nx".encode()).automatic
        assert found is not None
        assert found.kind == "own"
    assert read(WHOLE["plain"]).automatic is None


@pytest.mark.parametrize(
    ("to", "subject", "token"),
    [
        (f"shkola+r.{TOKEN}@example.ru", "x", TOKEN),
        (f"Shkola+R.{TOKEN.upper()}@Example.RU", "x", TOKEN),
        (f"Школа <shkola+r.{TOKEN}@example.ru>", "x", TOKEN),
        (BASE, f"Re: Диплом [#{TOKEN}]", TOKEN),
        (BASE, f"НА: Диплом [#{TOKEN.upper()}]", TOKEN),
        (BASE, f"Re: Диплом [#{TOKEN[:10]}\r\n {TOKEN[10:]}]", TOKEN),
        (BASE, f"Re: [# {TOKEN} ]", TOKEN),
        (f"shkola+r.{TOKEN}@example.ru", f"[#{TOKEN[::-1]}]", TOKEN),
        (f"shkola+r.{TOKEN}@evil.ru", "x", None),
        (f"other+r.{TOKEN}@example.ru", "x", None),
        ("shkola+r.short@example.ru", "x", None),
        (f"shkola+r.{TOKEN}@example.ru, shkola+r.{TOKEN[::-1]}@example.ru", "x", None),
        (BASE, f"[#{TOKEN}] [#{TOKEN[::-1]}]", None),
    ],
)
def test_a_token_is_found_or_unclear(to: str, subject: str, token: str | None) -> None:
    """Recipients count before the subject; case and folding change nothing; two tokens are unclear."""
    raw = f"From: a@b.ru\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nx"
    assert read(raw.encode()).token == token


def test_a_token_is_found_where_the_server_put_it() -> None:
    """The envelope's recipient counts although To names the bare address."""
    raw = f"Delivered-To: shkola+r.{TOKEN}@example.ru\r\nFrom: a@b.ru\r\nTo: {BASE}\r\n\r\nx"
    assert read(raw.encode()).token == TOKEN


def test_tokens_go_there_and_back() -> None:
    """A new token survives the address and the subject in capitals, and an address too long for it is refused."""
    token = new_reply_token()
    assert token != new_reply_token()
    assert find_token([reply_address(BASE, token).upper()], "", BASE) == token
    assert find_token([], subject_mark(token).upper(), BASE) == token
    with pytest.raises(ValueError, match="takes no token"):
        reply_address(f"{'a' * 40}@example.ru", token)
