"""What guards the pages, as tables: whose address counts, how often one may ask, the seal, typography."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from tests.samples import NOW
from tests.scenarios.conftest import TestClock
from web import limits, security
from web.limits import Limits, Rate
from web.proxies import client_address, network_of, parse_networks, unnamed_proxy
from web.render import typeset
from web.site import SITE, PageSettings, Site

SETTINGS = PageSettings("https://bot.example.ru", b"s" * 32, b"k" * 32, "Europe/Moscow", "school_bot")
TRUSTED = parse_networks(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", ["10.9.9.9"], "10.9.9.9"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["2001:db8::5"], "2001:db8::5"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_only_trusted_proxies_tell_the_address(remote: str | None, forwarded: list[str], expected: str) -> None:
    """X-Forwarded-For counts from the right and only as far as every hop is a configured proxy."""
    assert client_address(remote, forwarded, TRUSTED) == expected


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.0/40", "", "*"])
def test_what_is_no_network_is_refused(text: str) -> None:
    """A name or a star is no network."""
    with pytest.raises(ValueError, match=r".*"):
        parse_networks([text])


def test_limits_count_each_key_in_its_window() -> None:
    """The third request of a minute waits until the next minute; another key does not."""
    clock = TestClock(NOW.replace(second=10, microsecond=0))
    counted, rate = Limits(clock), Rate(2, 60)
    assert [counted.wait("pages", "a", rate) for _ in range(3)] == [0, 0, 50]
    assert counted.wait("pages", "b", rate) == 0
    assert counted.wait("posts", "a", rate) == 0
    clock.time += timedelta(seconds=50)
    assert counted.wait("pages", "a", rate) == 0


def test_long_keys_are_cut() -> None:
    """An address of eight thousand letters takes no more memory than a link's secret."""
    counted = Limits(TestClock())
    counted.wait("link", "a" * 8000, Rate(1, 60))
    assert [key for _, key in counted._counts] == ["a" * limits.LONGEST_KEY]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_one_subscriber_of_ipv6_is_counted_once(address: str, network: str) -> None:
    """Limits count the /64 that a subscriber has whole, else a stranger has 2^64 addresses to ask from."""
    assert network_of(address) == network


def test_limits_forget_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers with ever new addresses do not fill the memory."""
    monkeypatch.setattr(limits, "MOST_KEYS", 3)
    counted = Limits(TestClock())
    for number in range(10):
        counted.wait("pages", str(number), Rate(1, 60))
    assert len(counted._counts) == 3
    assert counted.wait("pages", "9", Rate(1, 60)) > 0


def _request(headers: dict[str, str], settings: PageSettings = SETTINGS) -> web.Request:
    app = web.Application()
    clock = TestClock()
    nothing = None
    app[SITE] = Site(nothing, clock, nothing, settings, Limits(clock))  # type: ignore[arg-type]
    return make_mocked_request("POST", "/q/x", headers={"Host": "bot.example.ru", **headers}, app=app)


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "https://bot.example.ru", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://bot.example.ru.evil.example"}, False),
        ({"Origin": "http://bot.example.ru:81"}, False),
    ],
)
def test_origin_of_forms(headers: dict[str, str], *, taken: bool) -> None:
    """A form that the browser says comes from another site is forged; null proves nothing either way."""
    request = _request(headers)
    if taken:
        security.check_origin(request)
    else:
        with pytest.raises(security.Forged):
            security.check_origin(request)


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://школа.рф/bot", "https://xn--80atdl2c.xn--p1ai"),
        ("https://Shkola.Example.ru:443", "https://shkola.example.ru"),
        ("http://127.0.0.1:8080/p", "http://127.0.0.1:8080"),
    ],
)
def test_origin_is_as_browsers_write_it(public_url: str, origin: str) -> None:
    """An address of Russian or capital letters, or with the usual port, is the same site to a browser."""
    assert replace(SETTINGS, public_url=public_url).origin == origin


@pytest.mark.parametrize("given", ["", "0" * 64, "ё", "a"])
def test_wrong_seal_is_refused(given: str) -> None:
    """A seal of nothing, of zeros or of letters nobody sends is forged."""
    with pytest.raises(security.Forged):
        security.check_seal(_request({"Cookie": "__Host-visit=mine"}), given)


def test_seal_belongs_to_its_cookie_and_its_bot() -> None:
    """The seal of one browser is no seal of another's, nor of another bot's."""
    mine = security.seal(SETTINGS, "mine")
    security.check_seal(_request({"Cookie": "__Host-visit=mine"}), mine)
    with pytest.raises(security.Forged):
        security.check_seal(_request({"Cookie": "__Host-visit=other"}), mine)
    with pytest.raises(security.Forged):
        security.check_seal(_request({"Cookie": "__Host-visit=mine"}, replace(SETTINGS, secret=b"x" * 32)), mine)
    with pytest.raises(security.Forged):
        security.check_seal(_request({}), security.seal(SETTINGS, ""))


def test_pages_say_what_browsers_must_not_do() -> None:
    """Every page forbids inline code, caching, indexing and the referrer; only Telegram may frame some."""
    response = web.Response()
    security.guard(response, SETTINGS, framed=False)
    told = response.headers
    assert "'unsafe" not in told["Content-Security-Policy"]
    assert "default-src 'none'" in told["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
    assert told["Cache-Control"] == "no-store"
    assert told["Referrer-Policy"] == "no-referrer"
    assert "noindex" in told["X-Robots-Tag"]
    assert told["X-Frame-Options"] == "DENY"
    framed = web.Response()
    security.guard(framed, SETTINGS, framed=True)
    assert "frame-ancestors https://web.telegram.org" in framed.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Письмо в пути", "Письмо в\u00a0пути"),
        ("Курс — это просто", "Курс\u00a0— это просто"),
        ("и в и", "и\u00a0в\u00a0и"),
        ("<b>в доме</b>", "&lt;b&gt;в\u00a0доме&lt;/b&gt;"),
        ("заявка № 0123-0042", "заявка №\u00a00123-0042"),
        ("изнутри", "изнутри"),
    ],
)
def test_short_words_do_not_hang(text: str, expected: str) -> None:
    """Short words and dashes keep to their neighbours, and what was typed stays escaped."""
    assert str(typeset(text)) == expected


@pytest.mark.parametrize(
    ("remote", "forwards", "kind"),
    [
        ("10.0.0.1", True, ""),
        ("192.168.1.1", True, "own"),
        ("172.17.0.1", True, "own"),
        ("::1", True, "own"),
        ("203.0.113.7", True, "outside"),
        ("192.168.1.1", False, ""),
        (None, True, ""),
    ],
)
def test_proxy_that_nobody_named(remote: str | None, kind: str, *, forwards: bool) -> None:
    """Who forwards from the own network is a proxy without a name; from outside it may be anybody."""
    assert unnamed_proxy(remote, TRUSTED, forwards=forwards) == kind
