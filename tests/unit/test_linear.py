"""Checks and parsers over hostile inputs: twice the input takes about twice the work, never four times."""

import contextlib
import json
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from mail.parse import parse
from mail.parse_addresses import Address, addresses, read_mailbox
from mail.parse_body import clean
from mail.parse_content import MAX_WORDS
from paper.xlsx_in import opened, rows_of
from school.errors import BadAnswer
from school.forms.order import ORDER
from school.mailboxes import email_hint, parse_email
from school.names import fold, parse_full_name, tidy
from school.people import parse_contact_line, parse_contact_lines, parse_mobile
from school.post import parse_tracking
from school.typed import LONGEST, typed, visible

MARKS = json.loads((Path(__file__).parents[1] / "vectors" / "invisible.json").read_text("utf-8"))
FROM, TIMES = 20_000, 4  # the longer input is four times the shorter: linear work is 4 times, quadratic 16
MOST_RATIO = 10.0

PIECES = ("a", "<", "<@", "@", "1 ", "\n", " ", "a\u0301", "\u0301\u0323", "-", "А.", "\u200b", "1", "я ", "(", "a@",
          '"\\', "(\\", "\n ", "On Mon wrote:\n> a\n", "To:=?To: \nFrom: [")  # fmt: skip
CHECKS: dict[str, Callable[[str], object]] = {
    "tidy": tidy,
    "fold": fold,
    "contact_lines": parse_contact_lines,
    "email_hint": email_hint,
    "clean": clean,
    "letter": lambda text: parse(
        b"From: a@example.ru\nContent-Type: text/plain; charset=utf-8\n\n" + text.encode(),
        authserv_id=None,
        own_addresses=frozenset(),
    ),
    "head": lambda text: parse(
        f"From: {text}\nTo: {text}\nSubject: {text}\n\nтекст".encode(), authserv_id=None, own_addresses=frozenset()
    ),
    "sender": read_mailbox,
    "recipients": lambda text: addresses([text]),
}
ARMOUR = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"


def took(check: Callable[[str], object], text: str) -> float:
    """Return the least time of the processor of three runs."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        with contextlib.suppress(BadAnswer):
            check(text)
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize("piece", [*PIECES, ARMOUR], ids=repr)
@pytest.mark.parametrize("name", CHECKS)
def test_work_grows_with_the_input(name: str, piece: str) -> None:
    """Four times the input takes four times the work, give or take, for every check and every nasty piece."""
    check, count = CHECKS[name], FROM // len(piece)
    short = max(took(check, piece * count), 0.0005)  # below, the clock's own grain is told
    assert took(check, piece * (count * TIMES)) / short <= MOST_RATIO


@pytest.mark.parametrize("read", [parse_email, parse_full_name, parse_mobile, parse_contact_line])
def test_a_long_value_is_refused_before_it_is_looked_at(read: Callable[[str], object]) -> None:
    """A value over the limit gets its own sentence, whatever it consists of."""
    with pytest.raises(BadAnswer) as refused:
        read("<@" * LONGEST)
    assert refused.value.problem == "typed_long"


def test_a_workbook_with_invisible_marks_is_read() -> None:
    """A form whose INN, mobile and address came with marks of a messenger is read without a fault of theirs."""
    content = (Path(__file__).parents[1] / "vectors" / "order_invisible_marks.xlsx").read_bytes()
    with opened(content) as book:
        texts = {text for rows in rows_of(book) for _, row in rows for text in row}
    assert {"5039002841", "+7 933 333-33-33", "sokolova.l@yandex.ru"} <= texts
    assert all(visible(text) == text for text in texts)


def test_a_long_cell_ends_where_its_refusal_needs() -> None:
    """A cell of 32,000 characters becomes one that is just too long."""
    book, made = Workbook(), BytesIO()
    book.active.append(["я" * 32_000])  # type: ignore[union-attr]
    book.save(made)
    with opened(made.getvalue()) as read:
        texts = [text for rows in rows_of(read) for _, row in rows for text in row if text]
    assert list(map(len, texts)) == [LONGEST + 1]


def test_every_field_of_the_order_has_the_cap() -> None:
    """No field of the form looks at a value over the limit."""
    for field in (*ORDER.before, *ORDER.group, *ORDER.after):
        with pytest.raises(BadAnswer) as refused:
            field.check("я" * (LONGEST + 1), None)  # type: ignore[arg-type]  # the scope is not looked at either
        assert refused.value.problem == "typed_long"


@pytest.mark.parametrize("text", MARKS["mobile"], ids=ascii)
def test_a_mobile_between_invisible_marks_is_taken(text: str) -> None:
    """Marks copied with a number from a messenger or a table change nothing."""
    assert parse_mobile(text) == "+79339333333"


def test_invisible_marks_go_everywhere() -> None:
    """Every value is taken as if the marks were not there."""
    assert parse_email(MARKS["email"][0]) == "sokolova.l@yandex.ru"
    assert typed(MARKS["inn"][0]) == "5039002841"
    assert parse_tracking(typed(MARKS["tracking"][0])) == "10283512004231"
    assert typed(MARKS["address"][0]) == "127018, г. Москва, Полковая, 3"
    assert parse_full_name("Соко\u00adлова\u2068 Любовь\u200f").full == "Соколова Любовь"


def test_a_quote_that_never_ends_takes_no_address() -> None:
    """The closed marks of a mailbox are read, and one that is never closed stays as it is written."""
    assert read_mailbox('"Соколова \\"Л\\"" <a@example.ru>')[0] == Address("a@example.ru", 'Соколова "Л"')
    assert read_mailbox("a@example.ru (Соколова) (Л)")[0] == Address("a@example.ru", "Соколова Л")
    assert read_mailbox('"Соколова <a@example.ru>')[0] == Address("a@example.ru", '"Соколова')
    assert addresses(['"b@example.ru" <a@example.ru>, "c@example.ru']) == ("a@example.ru", "c@example.ru")


def test_a_quoted_head_costs_as_little_as_a_plain_one() -> None:
    """Marks that are never closed cost a header no more than twenty times what plain letters cost it."""
    plain, head = "ab" * 8_000, CHECKS["head"]
    assert took(head, '"\\' * 8_000) <= 20 * max(took(head, plain), 0.0005)


def test_words_behind_a_head_without_end_are_the_letter() -> None:
    """A head over what is read ends where its own blank line is: its rest is nobody's words."""
    raw = b"From: a@example.ru\n" + b"X-Filler: abc\n" * 40_000 + b"\nhello\n"
    assert parse(raw, authserv_id=None, own_addresses=frozenset()).text == "hello"


def test_the_text_of_a_whole_letter_has_a_cap() -> None:
    """Many parts, enclosed letters among them, hold no more text together than a letter may."""
    part = b"--b\nContent-Type: text/plain\n\n" + b"word " * 30_000 + b"\n"
    enclosed = b"--b\nContent-Type: message/rfc822\n\nSubject: a\n\n" + b"word " * 30_000 + b"\n"
    head = b'From: a@example.ru\nContent-Type: multipart/mixed; boundary="b"\n\n'
    letter = parse(head + part * 20 + enclosed * 20 + b"--b--\n", authserv_id=None, own_addresses=frozenset())
    assert "text_cut" in letter.faults
    assert len(letter.whole_text) + sum(map(len, letter.forwarded)) <= MAX_WORDS + 20  # the breaks between parts


def test_signed_words_lose_their_armour() -> None:
    """Two signed texts in one letter are read; an armour without a signature is left as it is."""
    one = ARMOUR + "- --\nСогласна\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n"
    assert clean(f"До\n{one}После") == "До\n--\nСогласна\nПосле"
    assert clean(ARMOUR + "текст").startswith("-----BEGIN PGP")
