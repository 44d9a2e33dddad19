"""The payment QR of an invoice by ГОСТ Р 56042-2014: the text inside, and its picture (REGULATIONS P1)."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from paper.typeset import printable
from school.money import Kopecks
from school.seller import Seller

if TYPE_CHECKING:
    import segno

Encoding = Literal["utf-8", "cp1251"]

MAX_NAME = 160
MAX_BANK = 34
MAX_PURPOSE = 210

_MARKS: dict[Encoding, str] = {"cp1251": "1", "utf-8": "2"}
_BY_MARK = {mark: encoding for encoding, mark in _MARKS.items()}
_SEPARATORS = "|~^;#$%&*+/\\@!?_"
# What a bank's name can lose: its form is known by three letters.
_SHORTER = (
    (r"публичное\s+акционерное\s+общество", "ПАО"),
    (r"(?:открытое|закрытое|непубличное)\s+акционерное\s+общество", "АО"),
    (r"акционерное\s+общество", "АО"),
    (r"общество\s+с\s+ограниченной\s+ответственностью", "ООО"),
    (r"акционерный\s+коммерческий\s+банк", "АКБ"),
    (r"коммерческий\s+банк", "КБ"),
    (r"филиал", "Ф-Л"),
    (r"отделение", "ОТД."),
)
_LOOSE_END = re.compile(r"(?:[\s,;:(«\"–—-]|\s(?:г|в|во|на|по|и|с|им|имени)\.?(?=$))+$", re.IGNORECASE)


def payment_payload(seller: Seller, kopecks: Kopecks, purpose: str, encoding: Encoding = "utf-8") -> str:
    """Return the text of the QR. A character that cp1251 lacks becomes «?» there; longer values are shortened."""
    name = seller.name if len(printable(seller.name)) <= MAX_NAME else seller.short_name
    pairs = [
        ("Name", shorten(name, MAX_NAME)),
        ("PersonalAcc", seller.account),
        ("BankName", bank_name(seller.bank_name)),
        ("BIC", seller.bik),
        ("CorrespAcc", seller.corr_account),
        ("PayeeINN", seller.inn),
        *([("KPP", seller.kpp)] if seller.kpp else []),
        ("Sum", str(kopecks)),
        ("Purpose", shorten(purpose, MAX_PURPOSE)),
    ]
    values = [value.encode(encoding, "replace").decode(encoding) for _, value in pairs]
    separator = _separator(values)
    fields = (f"{key}={value}" for (key, _), value in zip(pairs, values, strict=True))
    return separator.join([f"ST0001{_MARKS[encoding]}", *fields])


def bank_name(name: str) -> str:
    """Shorten a bank's name to 34 characters: its legal form to letters, then whole words from the end."""
    short = " ".join(printable(name).split())
    if len(short) > MAX_BANK:
        for long, letters in _SHORTER:
            short = re.sub(long, letters, short, flags=re.IGNORECASE)
    return shorten(short, MAX_BANK)


def shorten(text: str, limit: int) -> str:
    """Cut a line at a word so that it fits, without a quote or a preposition left hanging."""
    line = " ".join(printable(text).split())
    if len(line) <= limit:
        return line
    head = line[: limit + 1].rsplit(" ", 1)[0] if " " in line[: limit + 1] else line[:limit]
    return _LOOSE_END.sub("", head) or line[:limit]


def qr_svg(payload: str) -> bytes:
    """Draw the QR as SVG with its quiet zone; the same bytes for the same text."""
    picture = BytesIO()
    _code(payload).save(picture, kind="svg", border=4, xmldecl=False, nl=False)
    return picture.getvalue()


def qr_png(payload: str, scale: int = 8) -> bytes:
    """Draw the QR as PNG with its quiet zone, `scale` pixels a module."""
    picture = BytesIO()
    _code(payload).save(picture, kind="png", border=4, scale=scale)
    return picture.getvalue()


def _code(payload: str) -> "segno.QRCode":
    import segno

    # Bytes, not text: the standard names the encoding itself, and segno would announce its own.
    return segno.make_qr(payload.encode(_BY_MARK[payload[6]]), error="m")


def _separator(values: Iterable[str]) -> str:
    taken = "".join(values)
    return next(mark for mark in _SEPARATORS if mark not in taken)
