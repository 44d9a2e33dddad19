"""Long and nested inputs at every parser: the work grows with the input, whatever it is made of."""

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail.parse import parse
from mail.parse_body import clean, own_words
from mail.parse_html import html_to_text
from paper.statement_text import StatementRefused, sections_of
from school.errors import SchoolError
from school.mailboxes import email_hint
from school.names import fold
from school.people import parse_contact_lines
from school.purpose import invoice_numbers

LONG, TIMES = 30_000, 4  # characters; linear work is 4 times as much for 4 times the input, quadratic 16
MOST_RATIO, GRAIN = 11.0, 0.001
PIECES = st.text(
    st.sampled_from("aя@<>.,;:-_()[]\"'= \n\t\r0123456789/\\&#\u0301\u200b+№«»"), min_size=1, max_size=12
) | st.sampled_from(
    ["<div>", "<p ", "<!--", "&#", "-----BEGIN PGP SIGNED MESSAGE-----\n",
     "\n> ", "\n--", "\n--b\n", "СекцияДокумент=\n",
     "On Mon wrote:\n", "От: ", "=?utf-8?q?", "НазначениеПлатежа=", "счёт № "]
)  # fmt: skip


def _letter(text: str) -> object:
    head = b'From: a@example.ru\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\n'
    return parse(head + text.encode(), authserv_id=None, own_addresses=frozenset())


def _head(text: str) -> object:
    head = f"From: {text}\nTo: {text}\nSubject: {text}\n\nтекст".encode()
    return parse(head, authserv_id=None, own_addresses=frozenset())


PARSERS: dict[str, Callable[[str], object]] = {
    "letter": _letter,
    "head": _head,
    "html": html_to_text,
    "words": own_words,
    "clean": clean,
    "statement": lambda text: sections_of(b"1CClientBankExchange\n" + text.encode("cp1251", "replace")),
    "purpose": invoice_numbers,
    "people": parse_contact_lines,
    "mailbox": email_hint,
    "fold": fold,
}


def work(read: Callable[[str], object], text: str) -> float:
    """Return the least time of the processor of three runs."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        with contextlib.suppress(SchoolError, StatementRefused):
            read(text)
        best = min(best, time.process_time() - begun)
    return max(best, GRAIN)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=PIECES, piece=PIECES, last=PIECES)
def test_no_input_costs_more_than_its_length(name: str, first: str, piece: str, last: str) -> None:
    """Four times the length takes about four times the work, for any piece repeated."""
    read, count = PARSERS[name], LONG // len(piece)
    small, great = first + piece * count + last, first + piece * (count * TIMES) + last
    assert work(read, great) / work(read, small) <= MOST_RATIO
