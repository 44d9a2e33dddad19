"""What strangers and broken lines send to the page: told in words, nothing of it in the logs, five guesses."""

import asyncio
import logging
import re
from urllib.parse import urlsplit

import pytest

from school.use_cases.request_link import PAUSE
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import order_of
from tests.scenarios.page_steps import PageClient, browsing, open_pages, placed_secret, proved
from tests.scenarios.steps import place
from tests.scenarios.student_steps import link_of
from tests.scenarios.test_page_me import client_link
from tests.scenarios.test_page_mini_app import init_data, told
from tests.scenarios.test_page_uploads import at_documents
from web.limits import NEW_LINKS, PAGES
from web.pages.uploads import AT_ONCE, READ_AT_ONCE

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=a"


def cookie_of(person: PageClient) -> str:
    """Return the browser's cookies as a header has them."""
    return "; ".join(f"{one.key}={one.value}" for one in person.session.cookie_jar)


def seal_of(person: PageClient) -> str:
    """Return the seal of the page that is shown."""
    assert person.page is not None
    return person.page.forms[0].fields["csrf"][0]


async def answered(base: str, asked: bytes) -> str:
    """Send these bytes; return the whole answer."""
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(asked)
    await writer.drain()
    async with asyncio.timeout(10):
        found = await reader.read()
    writer.close()
    return found.decode("utf-8", "replace")


def posted(person: PageClient, path: str, kind: str, body: bytes, *more: str) -> bytes:
    """Return a form as it goes over the line."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: school.example",
        "Connection: close",
        f"Cookie: {cookie_of(person)}",
        f"X-CSRF: {seal_of(person)}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def asked(person: PageClient, line: str) -> int:
    """Ask for a new link of this student; return the answer's status."""
    data = {"csrf": seal_of(person), "line": line}
    async with person.session.post(f"{person.base}/new-link", data=data) as answer:
        return answer.status


def file_part(seal: str, *headers: str, content: str = "abc") -> bytes:
    """Return the beginning of a form with the seal and one file."""
    name = 'Content-Disposition: form-data; name="csrf"'
    file = 'Content-Disposition: form-data; name="file"; filename="x.pdf"'
    return "\r\n".join(["--a", name, "", seal, "--a", file, *headers, "", content]).encode()


async def test_broken_forms_are_told_in_words_and_are_no_defects(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Wrong character sets, halves of characters, torn and foreign bodies get a page, no log calls them defects."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await at_documents(person, secret)
        seal = seal_of(person)
        data, files, pieces = f"/q/{secret}", f"/q/{secret}/documents/diploma", f"/q/{secret}/pieces/diploma"
        sealed = f"csrf={seal}&name=".encode()
        named = b'{"name":"\\ud800.pdf","size":3}'
        sent = [
            (posted(person, data, FORM, sealed + b"\xff\xfe"), 400),
            (posted(person, data, f"{FORM}; charset=nonsense", sealed + b"1"), 400),
            (posted(person, data, f"{FORM}; charset=unicode_escape", sealed + b"\\ud800"), 400),
            (posted(person, data, FORM, sealed + b"%ED%A0%80%00"), 400),
            (posted(person, data, FORM, b"zip", "Content-Encoding: gzip"), 400),
            (posted(person, data, FORM, sealed + b"a" * 600_000), 413),
            (posted(person, data, FORM, sealed + b"&a=1" * 20_000), 400),
            (posted(person, data, "multipart/form-data", b"x"), 400),
            (posted(person, "/new-link", FORM, f"csrf={seal}".encode()), 404),
            (posted(person, files, FORM, f"csrf={seal}".encode()), 400),
            (posted(person, files, "multipart/form-data", b"x"), 400),
            (posted(person, files, MULTIPART, b"x" * 99), 400),
            (posted(person, files, MULTIPART, file_part(seal)), 400),
            (posted(person, files, MULTIPART, file_part(seal, "Content-Type: multipart/mixed")), 400),
            (posted(person, pieces, "application/json", b"[" * 4000), 400),
            (posted(person, pieces, "application/json; charset=nonsense", named), 200),
            (posted(person, f"/q/{secret}/telegram", "text/plain", b"user=1&hash=0"), 403),
            (f"GET {data} HTTP/1.0\r\nCookie: visit=\udcff\udcfe\r\n\r\n".encode("utf-8", "surrogateescape"), 200),
            (b"GET /q/%ED%A0%80 HTTP/1.0\r\n\r\n", 410),
        ]
        with caplog.at_level(logging.WARNING):
            for number, (asked, status) in enumerate(sent):
                answer = await answered(base, asked)
                assert f" {status} " in answer.partition("\r\n")[0], (number, answer[:2000])
                assert "Cache-Control: no-store" in answer, number
                assert "Referrer-Policy: no-referrer" in answer, number
        assert not [one.getMessage() for one in caplog.records if "a page failed" in one.getMessage()]


async def test_large_order_form_is_read_whole(stage: Stage) -> None:
    """A form of two thousand fields, an order of two hundred students, is not refused for their number."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        fields = {"csrf": seal_of(person), **{f"students.{n}.name": "а" for n in range(2000)}, "digits": "3333"}
        shown = await person.session.post(f"{base}/q/{secret}/proof", data=fields)
        assert shown.status == 200
        assert "Согласие" in await shown.text()


async def test_addresses_of_links_stay_out_of_the_logs(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """What the server cannot parse is logged without its address, which holds the link's secret."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    with caplog.at_level(logging.DEBUG):
        for asked in (f"GET /q/{secret} HTTP/9.9", f"GET /q/{secret}?{'a' * 9000} HTTP/1.1"):
            assert " 400 " in await answered(base, f"{asked}\r\nHost: x\r\n\r\n".encode())
    assert any("a request failed" in one.getMessage() for one in caplog.records)
    assert secret not in caplog.text


async def test_defect_is_told_and_logged_without_words(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect gives a page without its details, and the log has its type and place but nothing that was typed."""
    base = await open_pages(stage)

    async def failing(*_: object) -> None:
        raise RuntimeError("Соколова 3333")

    monkeypatch.setattr("web.pages.door.open_door", failing)
    async with browsing(base) as person:
        with caplog.at_level(logging.DEBUG):
            shown = await person.open("/q/c2VjcmV0LW9mLWEtbGluaw")
    assert shown.status == 500
    assert "У нас неполадка" in shown.text
    assert "RuntimeError" not in shown.html
    assert any("a page failed: RuntimeError at" in one.getMessage() for one in caplog.records)
    assert "Соколова" not in shown.html + caplog.text
    assert "c2VjcmV0LW9mLWEtbGluaw" not in caplog.text


async def test_browser_that_goes_away_holds_no_turn(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Uploads broken off give their turns back and are no defects; slow ones do not hold up files in pieces."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    address = urlsplit(base)
    async with browsing(base) as person:
        await at_documents(person, secret)
        body = file_part(seal_of(person), content="a" * 1000)
        asked = posted(person, f"/q/{secret}/documents/diploma", MULTIPART, body + b"a" * 100_000)
        lines = []
        with caplog.at_level(logging.WARNING):
            for _ in range(max(AT_ONCE, READ_AT_ONCE)):
                _, writer = await asyncio.open_connection(address.hostname, address.port)
                writer.write(asked[:-90_000])
                await writer.drain()
                lines.append(writer)
            begun = posted(person, f"/q/{secret}/pieces/diploma", "application/json", b'{"name":"a.jpg","size":3}')
            upload = (await answered(base, begun)).rpartition('"id": "')[2].partition('"')[0]
            last = posted(person, f"/q/{secret}/piece/{upload}?offset=0", "application/octet-stream", b"abc")
            assert " 400 " in await answered(base, last.replace(b"POST", b"PUT", 1))
            for writer in lines:
                writer.close()
                await writer.wait_closed()
            shown = await person.press("Загрузить", files={"file": [("a.jpg", b"no picture")]})
            assert shown.status == 400
        assert "много файлов" not in shown.text
        assert not [one for one in caplog.records if "a page failed" in one.getMessage()]


async def test_new_link_gives_no_new_guesses(stage: Stage) -> None:
    """A link that anybody may ask for goes on counting the wrong digits; a locked one only people renew."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    line = (await order_of(stage)).lines[0].id
    before = (await stage.sandbox.letters())["letters"][-1]["id"]
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        for _ in range(4):
            await person.press("Продолжить", digits="0000")
        assert await asked(person, line) == 200
        renewed = (await link_of(stage, after=before)).removeprefix("q_")
        assert "Прислать новую ссылку" in (await person.open(f"/q/{secret}")).text
        await person.open(f"/q/{renewed}")
        await person.press("Продолжить", digits="٠٠٠٠")
        shown = await person.open(f"/q/{renewed}")
        assert "Ссылка закрыта" in shown.text
        assert not shown.forms
    async with browsing(base) as stranger:
        stage.clock.time += PAUSE
        await stranger.open(f"/me/{await client_link(stage)}")
        assert await asked(stranger, line) == 403


async def test_guesses_sent_at_once_count_each(stage: Stage) -> None:
    """Twenty wrong guesses in the same moment close the link as twenty in a row would."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        data = {"csrf": seal_of(person)}
        guesses = [
            person.session.post(f"{base}/q/{secret}/proof", data={**data, "digits": f"{number:04}"})
            for number in range(20)
        ]
        for answer in await asyncio.gather(*guesses):
            answer.release()
        assert "Ссылка закрыта" in (await person.press("Продолжить", digits="3333")).text


async def test_strangers_cause_few_letters(stage: Stage) -> None:
    """Of the links asked for one student only so many go out in a day; a line that is unknown is no page."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    line = (await order_of(stage)).lines[0].id
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        for _ in range(NEW_LINKS.most):
            assert await asked(person, line) == 200
            assert await asked(person, line) == 429
            stage.clock.time += PAUSE
        assert await asked(person, line) == 429
        assert await asked(person, "0" * 32) == 404


async def test_digits_of_another_script_prove(stage: Stage) -> None:
    """Arabic digits are digits."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        assert "Согласие" in (await proved(person, await placed_secret(stage), digits="٣٣٣٣")).text


async def test_other_account_in_the_same_browser_sees_nothing_proved_before(stage: Stage) -> None:
    """When Telegram tells of another account, what the first one proved is asked for anew."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await person.open(f"/me/{secret}")
        seal = await (await told(person, f"/me/{secret}", init_data(stage, 5001))).text()
        assert (await person.press("Продолжить", digits="3333", csrf=seal)).status == 200
        assert "Подтвердите" not in (await person.open(f"/me/{secret}")).text
        await told(person, f"/me/{secret}", init_data(stage, 5002), seal=seal_of(person))
        assert "Подтвердите" in (await person.open(f"/me/{secret}")).text


async def test_older_form_erases_nothing_that_came_later(stage: Stage) -> None:
    """A tab opened before another one was filled in leaves what that one gave; a fresh form can empty a field."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await proved(person, secret)
        await person.press("Даю согласие")
        shown = await person.press("Сохранить и продолжить позже", mobile="")
        assert shown.form("Дальше").fields["mobile"] == [""]
        old = person.page
        await person.press("Сохранить и продолжить позже", mobile="933 933-33-33")
        person.page = old
        shown = await person.press("Сохранить и продолжить позже", surname="Соколова-Петрова")
        values = shown.form("Дальше").fields
        assert values["surname"] == ["Соколова-Петрова"]
        assert values["mobile"] == ["+7 933 933-33-33"]


async def test_pages_work_under_a_path(stage: Stage) -> None:
    """Behind a proxy that takes a path off, every link, form, script and redirect of the pages has it before."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    await stage.reconfigure(web={"public_url": f"{base}/school"})
    async with browsing(base) as person:
        shown = await person.open(f"/q/{secret}")
        assert f'"/school/q/{secret}/proof"' in shown.html
        data = {"csrf": seal_of(person), "digits": "3333"}
        answer = await person.session.post(f"{base}/q/{secret}/proof", data=data, allow_redirects=False)
        assert answer.headers["Location"] == f"/school/q/{secret}"
        for path in (f"/q/{secret}", f"/me/{secret}", "/order/0123", "/staff", "/nothing"):
            shown = await person.open(path)
            ways = re.findall(r'(?:href|action|src|data-[a-z-]+)="(/[^"]*)"', shown.html)
            assert ways, path
            assert [way for way in ways if not way.startswith("/school/")] == [], path


async def test_too_many_requests_are_told_to_wait(stage: Stage) -> None:
    """Beyond the limit of an address a page says to wait and for how long; styles and scripts do not count."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        for _ in range(PAGES.most + 1):
            (await person.session.get(f"{base}/static/style.css")).release()
        for number in range(PAGES.most):
            (await person.session.get(f"{base}/robots.txt?{number}")).release()
        shown = await person.open("/q/nobody")
        assert shown.status == 429
        assert "Слишком много запросов" in shown.text
        assert 0 < int(shown.headers["Retry-After"]) <= PAGES.seconds
        assert (await person.session.get(f"{base}/static/style.css")).status == 200
        stage.clock.move(seconds=PAGES.seconds)
        assert (await person.open("/q/nobody")).status == 410


async def test_locked_link_offers_no_way_round_in_chat(stage: Stage) -> None:
    """After five wrong answers the chat names the manager and offers no new link."""
    await place(await stage.client())
    link = await link_of(stage)
    student = await stage.sandbox.person("Любовь")
    await student.start(link)
    await student.wait_for("последние четыре цифры", timeout=40)
    for _ in range(5):
        await student.send("0000")
    await student.wait_for("ссылка закрыта", timeout=40)
    await student.start(link)
    told_again = await student.wait_for("ссылка закрыта", timeout=40)
    assert not told_again.has_button("Прислать новую ссылку")
