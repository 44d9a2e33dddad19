"""`check` says what of the newest letter's headers counts."""

import pytest

from bot.mail_trust import NO_LETTER, NO_NAME, trust_words
from mail.authenticity import Trust
from tests.unit.test_mail_authenticity import INSIDE, OUTSIDE, REST, results

MX = "mx.example.ru"


@pytest.mark.parametrize(
    ("headers", "trust", "state", "words"),
    [
        (results() + OUTSIDE, Trust(None), "warn", NO_NAME),
        (None, Trust(MX), "warn", NO_LETTER),
        (results() + OUTSIDE, Trust(MX), "ok", "верим слову mx.example.ru"),
        (OUTSIDE + results("fail"), Trust(MX), "ok", "останется человеку"),
        (OUTSIDE, Trust(MX), "warn", "проверьте imap.authserv_id"),
        (results("none") + OUTSIDE, Trust(MX), "warn", "не говорит о DMARC"),
        (OUTSIDE + results(), Trust(MX), "warn", "ниже 1 строки Received, ему не верим"),
        (INSIDE + OUTSIDE + results(), Trust(MX), "warn", "впишите imap.own_hops = 2"),
        (INSIDE + OUTSIDE + results(), Trust(MX, 2), "ok", "отправитель подтверждён"),
    ],
)
def test_the_operator_reads_what_is_trusted(headers: str | None, trust: Trust, state: str, words: str) -> None:
    """The words name the server and, where its word stands too low, the setting that lets it count."""
    found = trust_words(None if headers is None else (headers + REST).encode(), trust)
    assert found[0] == state
    assert words in found[1]
