"""Who wrote is believed only as our own server states it."""

import pytest

from mail.parse import parse
from tests.unit.test_mail_parse import read

OUTSIDE = "Received: from out.centre.ru (out.centre.ru [93.184.216.34]) by mx.example.ru with ESMTPS id 1\r\n"
INSIDE = "Received: from mx.example.ru (mx.example.ru [10.0.0.2]) by store.example.ru with LMTP id 2\r\n"
BEHIND = "Received: from out.centre.ru (proxy [172.17.0.1]) by mx.example.ru with ESMTPS id 4\r\n"
QUOTED = 'Authentication-Results: mx.example.ru; spf=x smtp.mailfrom="a; dmarc=pass header.from=centre.ru"\r\n'
REST = "From: Centre <anna@centre.ru>\r\nSubject: x\r\n\r\nx"


def results(dmarc: str = "pass", of: str = "centre.ru", name: str = "mx.example.ru") -> str:
    """The header in which a server states its result."""
    return (
        f"Authentication-Results: {name};\r\n spf=pass smtp.mailfrom=centre.ru;\r\n dmarc={dmarc} header.from={of}\r\n"
    )


@pytest.mark.parametrize(
    ("headers", "stated"),
    [
        (results() + OUTSIDE, "pass"),
        ("Return-Path: <anna@centre.ru>\r\nDelivered-To: a@b\r\n" + INSIDE + results() + OUTSIDE, "pass"),
        ("Received: by 2002:a05:6402:1 with SMTP id 3\r\nX-Received: by 2002\r\n" + results() + OUTSIDE, "pass"),
        (results(of="CENTRE.ru.") + OUTSIDE, "pass"),
        (OUTSIDE + results("fail"), "fail"),
        (results("pass (p=none dis=none)") + OUTSIDE, "pass"),
        # below the hop from outside the sender's own first header may stand: a pass proves nothing there
        (OUTSIDE + results(), "absent"),
        (INSIDE + OUTSIDE + "Received-SPF: pass\r\nX-Spam: no\r\n" + results(), "absent"),
        (OUTSIDE.replace("(out.centre.ru", "(with LMTP by out.centre.ru") + results(), "absent"),
        (BEHIND + results(), "absent"),
        (OUTSIDE + results("none"), "absent"),
        (OUTSIDE + results("temperror"), "absent"),
        (OUTSIDE, "absent"),
        ("", "absent"),
        (OUTSIDE + "Authentication-Results: mx.example.ru 1; none\r\n", "absent"),
        # aligned means: for the domain of the sender
        (OUTSIDE + results(of="evil.ru"), "fail"),
        (OUTSIDE + "Authentication-Results: mx.example.ru; dmarc=pass\r\n", "fail"),
        (OUTSIDE + results(of="sub.centre.ru"), "fail"),
        # forged copies: a similar name, further down, below another hop, contradicting, in an ARC set
        (OUTSIDE + results(name="mx.example.ru.evil.ru"), "absent"),
        (OUTSIDE + results(name="mx-example.ru"), "absent"),
        (OUTSIDE + OUTSIDE + results(), "absent"),
        (results("fail") + OUTSIDE + results(), "fail"),
        (OUTSIDE + results("fail") + results(), "fail"),
        (OUTSIDE + results("none") + results(), "fail"),
        (OUTSIDE + "DKIM-Signature: x\r\n" + results(), "absent"),
        (OUTSIDE + "To: a@b\r\n" + results(), "absent"),
        (OUTSIDE + "ARC-" + results(), "absent"),
        # a name that the other side gives itself makes no inner hop
        (OUTSIDE.replace("from out.centre.ru", "from [10.0.0.1]") + OUTSIDE + results(), "absent"),
        (OUTSIDE.replace("out.centre.ru [93", "helo=[10.0.0.1] [93") + OUTSIDE + results(), "absent"),
        # words smuggled into comments and quotes
        (
            OUTSIDE + "Authentication-Results: mx.example.ru; spf=fail (x; dmarc=pass header.from=centre.ru)\r\n",
            "absent",
        ),
        (OUTSIDE + QUOTED, "absent"),
        (OUTSIDE + results("fail (x) header.from=centre.ru; dmarc=pass"), "fail"),
    ],
)
def test_only_our_own_server_is_believed(headers: str, stated: str) -> None:
    """A pass counts if our server states it, on top, once, for the sender's own domain."""
    assert read((headers + REST).encode()).dmarc == stated


@pytest.mark.parametrize(
    ("headers", "own_hops", "stated"),
    [
        (OUTSIDE + results(), 1, "pass"),
        (INSIDE + OUTSIDE + "Received-SPF: pass\r\nX-Spam: no\r\n" + results(), 2, "pass"),
        (results() + OUTSIDE, 1, "pass"),
        (BEHIND + results(), 1, "pass"),
        (OUTSIDE + results(), 0, "absent"),
        (results() + OUTSIDE, 0, "pass"),
        (OUTSIDE + OUTSIDE + results(), 1, "absent"),
        (OUTSIDE + OUTSIDE + results(), 2, "pass"),
        (OUTSIDE + "To: a@b\r\n" + results(), 1, "absent"),
        (OUTSIDE + results("fail") + results(), 1, "fail"),
    ],
)
def test_the_operator_says_below_how_many_lines_the_server_states(headers: str, own_hops: int, stated: str) -> None:
    """`own_hops` lines of Received may stand above the statement, and not one more."""
    raw = (headers + REST).encode()
    found = parse(raw, authserv_id="mx.example.ru", own_addresses=frozenset(), own_hops=own_hops)
    assert found.dmarc == stated


def test_nothing_is_believed_without_a_name_of_the_server() -> None:
    """Without `authserv_id` no statement counts."""
    raw = (OUTSIDE + results() + REST).encode()
    assert parse(raw, authserv_id=None, own_addresses=frozenset()).dmarc == "absent"


def test_a_domain_in_letters_is_the_same_in_ascii() -> None:
    """«школа.рф» and its ascii form are one domain."""
    raw = results(of="xn--80aa2af6d.xn--p1ai") + OUTSIDE + "From: a@шкала.рф\r\n\r\nx"
    found = read(raw.encode())
    assert found.sender is not None
    assert found.sender.host == "шкала.рф"
    assert found.dmarc == "pass"


@pytest.mark.parametrize(
    ("value", "address", "name", "fault"),
    [
        ("anna@centre.ru", "anna@centre.ru", "", None),
        ("<anna@centre.ru>", "anna@centre.ru", "", None),
        ("Anna@CENTRE.ru (Анна)", "Anna@centre.ru", "Анна", None),
        ('"Иванова, Анна" <anna@centre.ru>', "anna@centre.ru", "Иванова, Анна", None),
        ("Иванова, Анна <anna@centre.ru>", "anna@centre.ru", "Иванова, Анна", None),
        ("=?utf-8?B?0JDQvdC90LA=?= <anna@centre.ru>", "anna@centre.ru", "Анна", None),
        ('"anna@centre.ru" <anna@centre.ru>', "anna@centre.ru", "anna@centre.ru", None),
        ('"boss@school.ru" <evil@x.ru>', "evil@x.ru", "", "name_is_address"),
        ("=?utf-8?Q?boss=40school.ru_=3Ca=3E?= <evil@x.ru>", "evil@x.ru", "", "name_is_address"),
        ("boss@school.ru <evil@x.ru>", None, None, "many_senders"),
        ("<boss@school.ru> <evil@x.ru>", None, None, "many_senders"),
        ("boss@school.ru, evil@x.ru", None, None, "many_senders"),
        ("Группа: a@b.ru;", None, None, "group_sender"),
        ("undisclosed-recipients:;", None, None, "group_sender"),
        ("<@a.ru:evil@x.ru>", None, None, "group_sender"),
        ('"a b"@x.ru', None, None, "strange_sender"),
        ("=?utf-8?Q?anna=40centre.ru?=", None, None, "strange_sender"),
        ("Анна", None, None, "strange_sender"),
        ("", None, None, "no_sender"),
    ],
)
def test_one_sender_or_none(value: str, address: str | None, name: str | None, fault: str | None) -> None:
    """A sender is exactly one mailbox; names that play at another address are dropped."""
    found = read(f"From: {value}\r\nDate: Wed, 5 May 2027 10:00:00 +0300\r\n\r\nx".encode())
    assert (found.sender.address if found.sender else None) == address
    assert (found.sender.name if found.sender else None) == name
    assert [code for code in found.faults if code != "charset"] == ([fault] if fault else [])


def test_two_from_headers_are_no_sender() -> None:
    """A letter with two From headers is from nobody, and no DMARC result is for it."""
    found = read((OUTSIDE + results() + "From: a@centre.ru\r\n" + REST).encode())
    assert (found.sender, found.dmarc) == (None, "fail")
    assert "many_senders" in found.faults
