"""A letter's bytes become a `Letter`, whatever they are."""

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.parse import MAX_LETTER, Letter, parse
from tests.unit.mail_corpus import HEAD, HEIC, JPEG, WHOLE, attachment, letter, multipart, part, tnef

OWN = frozenset({"shkola@example.ru"})


def read(raw: bytes) -> Letter:
    """Parse as the school does."""
    return parse(raw, authserv_id="mx.example.ru", own_addresses=OWN)


def test_a_plain_letter_is_told_in_full() -> None:
    """Sender, recipients, date in UTC, subject and own words are read."""
    found = read(
        b"Message-ID: <1@mail.ru>\r\nIn-Reply-To: <row@example.ru>\r\nReferences: <a@x>\r\n <row@example.ru>\r\n"
        + WHOLE["plain"]
    )
    assert (found.message_id, found.in_reply_to) == ("<1@mail.ru>", ("<row@example.ru>",))
    assert found.references == ("<a@x>", "<row@example.ru>")
    assert found.sender is not None
    assert (found.sender.address, found.sender.name) == ("irina@mail.ru", "Ирина")
    assert found.recipients == ("shkola@example.ru",)
    assert found.date == datetime(2027, 5, 5, 7, 0, tzinfo=UTC)
    assert (found.subject, found.text) == ("Диплом", "Добрый день!")
    assert found.whole_text.endswith("Ирина")
    assert not found.faults
    assert found.automatic is None


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "cp866", "utf-8", "utf-16"])
@pytest.mark.parametrize("named", [None, "unknown-8bit", "us-ascii", "utf-8", "no-such-charset", "iso-8859-1", "hex"])
def test_a_charset_is_found_whatever_the_letter_says(charset: str, named: str | None) -> None:
    """Russian text is read although its charset is wrongly named, unknown or not named at all."""
    text = "Здравствуйте! Отправляю диплом об образовании."
    content_type = f"text/plain; charset={named}" if named else "text/plain"
    assert read(letter(text.encode(charset), content_type=content_type)).text == text


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "utf-8"])
def test_raw_headers_are_read(charset: str) -> None:
    """A subject, a name and a file's name in raw 8-bit are read."""
    raw = (
        "From: Ирина Петрова <irina@mail.ru>\r\nSubject: Отправляю диплом\r\n"
        "Content-Type: image/jpeg; name=Диплом Петровой.jpg\r\n\r\n"
    )
    found = read(raw.encode(charset) + JPEG)
    assert found.sender is not None
    assert found.sender.name == "Ирина Петрова"
    assert found.subject == "Отправляю диплом"
    assert [file.name for file in found.files] == ["Диплом Петровой.jpg"]


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?B?0J/RgNC4?= =?utf-8?Q?=D0=B2=D0?= =?utf-8?Q?=B5=D1=82?=", "Привет"),
        ("=?KOI8-R?B?5MnQzM/N?=", "Диплом"),
        ("=?windows-1251?Q?=C4=E8=EF=EB=EE=EC_?=\r\n =?windows-1251?Q?=E3=EE=F2=EE=E2?=", "Диплом готов"),
        ("=?utf-8?B?0JTQuNC/0LvQvtC8?", "=?utf-8?B?0JTQuNC/0LvQvtC8?"),
        ("=?x?Q?abc?=", "abc"),
        ("a\u202egnp.exe", "agnp.exe"),
    ],
)
def test_subjects_are_decoded(raw: str, subject: str) -> None:
    """Words of RFC 2047 are joined and decoded, broken ones stay, tricks of direction are dropped."""
    assert read(letter("x", subject=raw)).subject == subject


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=UTF-8''%D0%94%D0%B8%D0%BF%D0%BB%D0%BE%D0%BC.jpg", "Диплом.jpg"),
        ("attachment; filename*0*=koi8-r''%E4%C9%D0; filename*1*=%CC%CF%CD.jpg", "Диплом.jpg"),
        ('attachment; filename="=?utf-8?B?0JTQuNC/0LvQvtC8LmpwZw==?="', "Диплом.jpg"),
        ("attachment; filename=Диплом.jpg", "Диплом.jpg"),
        ('attachment; filename="C:\\Users\\a\\Диплом.jpg"', "Диплом.jpg"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; name*=a; name*0*=b; filename*=x; filename*0*=y; filename*1=z", "file.jpg"),
        ("attachment", "file.jpg"),
    ],
)
def test_names_of_files_are_decoded(disposition: str, name: str) -> None:
    """Names by RFC 2231, 2047 and raw are read, folders in them are not."""
    found = read(multipart(part("x"), part(JPEG, "image/jpeg", f"Content-Disposition: {disposition}\r\n")))
    assert [file.content for file in found.files] == [JPEG]
    assert name == "file.jpg" or found.files[0].name == name


def test_photos_without_a_type_are_known() -> None:
    """What a file is shows in its bytes, then in its name."""
    found = read(
        multipart(
            part("Фото"),
            attachment(JPEG, "IMG_1.bin", "application/octet-stream"),
            attachment(HEIC, "IMG_2", "application/octet-stream"),
            attachment(b"PK\x03\x04", "order.xlsx", "application/octet-stream"),
        )
    )
    assert [file.media.rpartition("/")[2] for file in found.files] == [
        "jpeg", "heic", "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]  # fmt: skip


def test_logos_are_told_from_documents() -> None:
    """A small inline picture is decoration, a photo that a telephone puts inline is not."""
    found = read(WHOLE["related"])
    assert [(file.inline, file.decoration, file.content_id) for file in found.files] == [(True, True, "logo")]
    inline = part(JPEG, "image/jpeg; name=IMG_1.jpeg", "Content-Disposition: inline; filename=IMG_1.jpeg\r\n")
    phone = read(multipart(part("Вот"), inline, part("Отправлено с iPhone")))
    assert [(file.inline, file.decoration) for file in phone.files] == [(True, False)]
    assert phone.text == "Вот"


def test_html_alone_becomes_text() -> None:
    """A letter of HTML says its text; an alternative is read once, its stub of plain text not at all."""
    assert read(WHOLE["html"]).text == "Добрый день!"
    html = part("<div>Ответ <a href='https://x.ru/1'>тут</a></div>", "text/html; charset=utf-8")
    both = read(multipart(part("Ответ"), html, kind="alternative"))
    assert both.text == "Ответ"
    stub = read(multipart(part("Your mail program does not show HTML"), html, kind="alternative"))
    assert stub.text == "Ответ тут (https://x.ru/1)"


def test_an_enclosed_letter_is_kept_apart() -> None:
    """The words of a letter forwarded as a file are not the writer's, its files are offered."""
    found = read(WHOLE["forward"])
    assert found.text == "Пересылаю"
    assert found.forwarded == ("Внутри",)
    assert [file.name for file in found.files] == ["inner.jpg"]


def test_winmail_is_opened() -> None:
    """Files and the body of winmail.dat are taken out; a broken one is offered as it is, with a fault."""
    found = read(WHOLE["winmail"])
    assert [(file.name, file.media, file.content) for file in found.files] == [("Диплом.jpg", "image/jpeg", JPEG)]
    assert found.text == "Здравствуйте"
    broken = read(multipart(part("x"), attachment(tnef("a.jpg", JPEG)[:90], "winmail.dat", "application/ms-tnef")))
    assert broken.faults == ("winmail",)
    assert [file.name for file in broken.files] == ["winmail.dat"]


def test_broken_frames_lose_nothing() -> None:
    """A missing end, a boundary that is not the one named, and no boundary at all still give text and files."""
    open_end = read(multipart(part("Вот"), attachment(JPEG, "a.jpg"), closed=False))
    assert (open_end.text, len(open_end.files), open_end.faults) == ("Вот", 1, ("no_end_boundary",))
    assert open_end.files[0].content == JPEG
    other = read(multipart(part("Вот"), attachment(JPEG, "a.jpg")).replace(b'boundary="b0"', b'boundary="zz"'))
    assert (other.text, len(other.files), other.faults) == ("Вот", 1, ("broken_mime",))
    none = read(letter("Просто текст", content_type="multipart/mixed; boundary=q"))
    assert (none.text, none.faults) == ("Просто текст", ("broken_mime",))


def test_a_boundary_that_begins_another_is_told_from_it() -> None:
    """A boundary which is the beginning of an inner one cuts nothing."""
    inner = multipart(part("Ответ"), part("<p>Ответ</p>", "text/html"), kind="alternative", boundary="b01", head=b"")
    found = read(multipart(inner, attachment(JPEG, "a.jpg")))
    assert (found.text, len(found.files), found.faults) == ("Ответ", 1, ())


def test_wrapped_letters_are_told() -> None:
    """Signatures are no files, encrypted and opaque letters carry a fault."""
    signed = multipart(part("Привет"), attachment(b"0\x82", "smime.p7s", "application/pkcs7-signature"), kind="signed")
    assert (read(signed).text, read(signed).files) == ("Привет", ())
    opaque = letter(
        b"MAo=", content_type="application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", encoding="base64"
    )
    assert read(opaque).faults == ("signed_opaque",)
    assert "encrypted" in read(letter("-----BEGIN PGP MESSAGE-----\n\nabc")).faults
    clear = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nПривет\n- - раз\n"
        "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----"
    )
    assert read(letter(clear)).text == "Привет\n- раз"


def test_an_invitation_is_a_file() -> None:
    """A calendar's invitation says nothing in the text."""
    found = read(
        multipart(part("Встреча"), part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"), kind="alternative")
    )
    assert (found.text, [file.name for file in found.files]) == ("Встреча", ["file.ics"])


def test_an_empty_letter_is_a_letter() -> None:
    """No body and no headers are no error."""
    assert read(HEAD + b"\r\n").text == ""
    empty = read(b"")
    assert (empty.sender, empty.text, empty.files, empty.too_big) == (None, "", (), False)
    assert "no_sender" in empty.faults


def test_a_letter_over_the_limit_is_read_by_its_head() -> None:
    """Of a letter over the limit the headers and the beginning are told, no files."""
    found = read(multipart(part("Вот"), attachment(b"\x00" * 100, "a.bin") + b"A" * MAX_LETTER))
    assert (found.too_big, found.text, found.files) == (True, "Вот", ())


def test_thirty_megabytes_fit_in_twice_their_size() -> None:
    """A letter of 30 MB is read in less than 2.2 times its size, itself apart."""
    raw = multipart(part("Вот"), attachment(b"\xff\xd8\xff" + bytes(22 * 2**20), "a.jpg"))
    tracemalloc.start()
    try:
        found = read(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.files[0].content) == 22 * 2**20 + 3
    assert peak < 2.2 * len(raw)


def test_bombs_of_parts_end_soon() -> None:
    """Thousands of parts, endless nesting and endless boundaries are cut off with a fault."""
    many = read(multipart(*[part("x")] * 3000))
    assert "too_many_parts" in many.faults
    nest = HEAD + b"".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(500)
    )
    assert "too_many_parts" in read(nest).faults
    assert read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b--b" * 500_000).text is not None


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(raw: bytes) -> None:
    """Random bytes are some letter or other."""
    read(raw)


@given(st.sampled_from(sorted(WHOLE)), st.data())
@settings(max_examples=400, deadline=None)
def test_no_damaged_letter_raises(name: str, data: st.DataObject) -> None:
    """Real letters with bytes cut, doubled and overwritten are read without an error."""
    raw = bytearray(WHOLE[name][:6000])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw)))
        size = data.draw(st.sampled_from([0, 1, 2, 30]))
        raw[place : place + size] = data.draw(st.one_of(st.binary(max_size=12), st.sampled_from(_SPLINTERS)))
    read(bytes(raw))


_SPLINTERS = [
    b"\r\n\r\n", b"--b0\r\n", b"--b0--", b"=?utf-8?B?", b"?=", b'"',
    b"charset=punycode", b"charset=utf-16", b"\x00\x00",
    b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: text/html\r\n",
    b"filename*0*=x; filename*=y;", b"<![", b"<!--", b"@", b"<", b"(", b"xn--a-b.xn--",
    b"\x78\x9f\x3e\x22", b"From: \r\n",
    b"Content-Type: message/delivery-status\r\n", b"Final-Recipient: utf-8; \\x{FFFFFF}@x.ru\r\n",
    b"Date: Wed, 99 May 99999 10:00:00 +9999\r\n",
]  # fmt: skip
