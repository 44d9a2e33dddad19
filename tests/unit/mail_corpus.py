"""Letters made for the tests of `mail.parse`: each as the bytes that a server would hand over."""

import base64
import struct

HEAD = (
    b"From: =?utf-8?B?0JjRgNC40L3QsA==?= <irina@mail.ru>\r\nTo: shkola@example.ru\r\n"
    b"Date: Wed, 5 May 2027 10:00:00 +0300\r\n"
)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 200 + b"\xff\xd9"
LOGO = b"\x89PNG\r\n\x1a\n" + b"\x00" * 900
HEIC = b"\x00\x00\x00\x18ftypheic" + b"\x01" * 60_000


def letter(
    body: str | bytes = "",
    *,
    subject: str = "Диплом",
    content_type: str = 'text/plain; charset="utf-8"',
    encoding: str = "8bit",
    extra: str = "",
) -> bytes:
    """A letter of one part; `extra` are whole header lines."""
    head = f"Subject: {subject}\r\nMIME-Version: 1.0\r\n{extra}Content-Type: {content_type}\r\n"
    data = body.encode() if isinstance(body, str) else body
    return HEAD + head.encode() + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + data


def part(content: bytes | str, content_type: str = "text/plain; charset=utf-8", extra: str = "") -> bytes:
    """An entity; bytes go as base64, text as it is."""
    if isinstance(content, str):
        return f"Content-Type: {content_type}\r\n{extra}\r\n{content}".encode()
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n{extra}\r\n"
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def multipart(
    *parts: bytes, kind: str = "mixed", boundary: str = "b0", closed: bool = True, head: bytes = HEAD
) -> bytes:
    """A letter or an entity of several parts."""
    out = head + f'MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    for piece in parts:
        out += f"--{boundary}\r\n".encode() + piece + b"\r\n"
    return out + (f"--{boundary}--\r\n".encode() if closed else b"")


def attachment(content: bytes, name: str, media: str = "image/jpeg") -> bytes:
    """A file with a plain name."""
    return part(content, f'{media}; name="{name}"', f'Content-Disposition: attachment; filename="{name}"\r\n')


def tnef(name: str, content: bytes, body: str = "") -> bytes:
    """A winmail.dat with one file and a body in cp1251."""

    def entry(level: int, kind: int, attribute: int, value: bytes) -> bytes:
        return struct.pack("<BHHI", level, attribute, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    long_name = name.encode("utf-16-le") + b"\x00\x00"
    padded = long_name + b"\x00" * (-len(long_name) % 4)
    properties = struct.pack("<I", 1) + struct.pack("<HHII", 0x1F, 0x3707, 1, len(long_name)) + padded
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + entry(1, 8, 0x9006, struct.pack("<I", 0x10000))
        + entry(1, 6, 0x9007, struct.pack("<II", 1251, 0))
        + entry(1, 2, 0x800C, body.encode("cp1251") + b"\x00")
        + entry(2, 6, 0x9002, b"\x01" * 14)
        + entry(2, 1, 0x8010, b"DIPLOM~1.JPG\x00")
        + entry(2, 6, 0x800F, content)
        + entry(2, 6, 0x9005, properties)
    )


def dsn(
    *blocks: str, text: str = "Delivery report", original: str = "<row1@example.ru>", boundary: str = "r0"
) -> bytes:
    """A delivery report of RFC 3464 with these blocks about recipients."""
    status = (
        "Reporting-MTA: dns; mx.example.ru\r\nArrival-Date: Wed, 5 May 2027 10:00:00 +0300\r\n\r\n"
        + "\r\n\r\n".join(blocks)
    )
    head = (
        b"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.ru>\r\nSubject: Undelivered Mail\r\n"
    )
    returned = f"Message-ID: {original}\r\nFrom: shkola@example.ru\r\nSubject: Welcome\r\n\r\n"
    return multipart(
        part(text),
        part(status, "message/delivery-status"),
        part(returned, "message/rfc822"),
        kind="report; report-type=delivery-status",
        boundary=boundary,
        head=head,
    )


def machine(
    body: str, *, sender: str = "mailer-daemon@mail.ru", subject: str = "Не доставлено", charset: str = "utf-8"
) -> bytes:
    """A bounce in plain text, as servers of the elder kind write it."""
    head = f"Return-Path: <>\r\nFrom: {sender}\r\nSubject: ".encode() + subject.encode(charset)
    return head + f"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode() + body.encode(charset)


WHOLE = {
    "plain": letter("Добрый день!\r\n\r\n-- \r\nИрина"),
    "html": letter("<p>Добрый день!</p><script>1</script>", content_type="text/html; charset=utf-8"),
    "photo": multipart(part("Вот диплом"), attachment(JPEG, "diplom.jpg")),
    "related": multipart(
        part("<p>Привет</p><img src=cid:logo>", "text/html; charset=utf-8"),
        part(LOGO, "image/png", "Content-ID: <logo>\r\n"),
        kind="related",
    ),
    "forward": multipart(
        part("Пересылаю"),
        part(multipart(part("Внутри"), attachment(JPEG, "inner.jpg"), boundary="in").decode(), "message/rfc822"),
    ),
    "winmail": multipart(
        part(""), attachment(tnef("Диплом.jpg", JPEG, "Здравствуйте"), "winmail.dat", "application/ms-tnef")
    ),
    "bounce": dsn("Final-Recipient: rfc822; a@b.ru\r\nAction: failed\r\nStatus: 5.1.1"),
    "machine": machine("Не удалось доставить сообщение следующим получателям:\r\n\r\na@b.ru\r\n"),
    "quoted": letter("=D0=9F=D1=80=D0=B8=\r\n=D0=B2=D0=B5=D1=82", encoding="quoted-printable"),
}
