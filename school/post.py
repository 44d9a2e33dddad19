"""Post: addresses that documents are sent to, and ids of what was sent (docs/regulations.md: payer, people)."""

import re
from dataclasses import dataclass

from school.errors import BadAnswer

MAX_ADDRESS = 400


@dataclass(frozen=True, slots=True)
class Address:
    """A post address: the line as given, its index, and the line without the index."""

    raw: str
    index: str
    rest: str


_INDEX = re.compile(r"(?<!\d)[1-6]\d{5}(?!\d)")
_NUMBER = r"№?\s*\d+\s?[а-яa-z]?(?:\s?[/-]\s?\d*[а-яa-z]?)*"
_INSIDE = (
    r"(?:кв|квартира|оф|офис|пом|помещение|ком|комн|комната|каб|кабинет|этаж|эт|подъезд|под|мкр|микрорайон|тел|км)"
)
# A house said by its word, or a post box or a military unit, which have none.
_SAID = re.compile(
    r"(?<![а-яё-])(?:д|дом|вл|влад|владение|зд|здание|стр|строение|корп|корпус|уч|участок|домовладение|двлд)"
    rf"\.?\s*{_NUMBER}(?![а-яё])|[ап]/я\s*№?\s*\d|абонентский ящик|в/ч\s*№?\s*\d",
    re.IGNORECASE,
)
_BOX = re.compile(r"[ап]/я\s*№?\s*\d|абонентский ящик", re.IGNORECASE)
# What no address holds: a phone, an account or another long number, an address of mail.
_OTHER = re.compile(
    r"(?<!\d)(?:\+7|[78])[ (–-]{0,2}\d{3}[ )–-]{0,2}\d{3}[ –-]{0,2}\d{2}[ –-]{0,2}\d{2}(?!\d)|(?<!\d)\d{10}|@"
)
_QUOTES = str.maketrans("", "", "\"'«»“”„")
# A bare number that ends a piece between commas or stands before a flat: «проспект, 22», «Ленина 5 офис 12».
_BARE = re.compile(
    rf"(?:^|\s){_NUMBER}\s*(?:$|(?:к|стр|корп|кв|оф|офис|пом|лит)\.?\s*\d.*$|лит(?:ера?)?\.?\s*[а-я]$)", re.IGNORECASE
)
_BEFORE_INSIDE = re.compile(rf"(?<![а-яё]){_INSIDE}\.?\s*{_NUMBER}", re.IGNORECASE)


def parse_address(text: str) -> Address:
    """Read a post address with a Russian index anywhere in it and a house (or a post box).

    Problems: address_short, address_long (data: limit), address_other (a phone, a long number or mail inside),
    address_index (data: found), address_no_house.
    """
    raw = " ".join(text.split())
    if len(raw) > MAX_ADDRESS:
        raise BadAnswer("address_long", text, limit=MAX_ADDRESS)
    if sum(mark.isalpha() for mark in raw) < 5:
        raise BadAnswer("address_short", text)
    if _OTHER.search(raw):
        raise BadAnswer("address_other", text)
    index = _INDEX.search(raw)
    if index is None:
        near = re.search(r"(?<!\d)\d{5,7}(?!\d)", raw)
        raise BadAnswer("address_index", text, found=near[0] if near else None)
    rest = re.sub(r"\s*,(?:\s*,)+\s*", ", ", raw[: index.start()] + raw[index.end() :]).strip(" ,;.")
    # A post box needs no street: its town alone is a whole address.
    least = 1 if _BOX.search(rest) else 2
    if sum(mark.isalpha() for mark in rest) < 5 or len(re.findall(r"[^\W\d_]{2,}", rest)) < least:
        raise BadAnswer("address_short", text)
    if not _has_house(rest):
        raise BadAnswer("address_no_house", text)
    return Address(raw, index[0], rest)


def parse_tracking(text: str) -> str:
    """Return a postal id: 14 digits inside the country, S10 («RA123456785RU») across borders.

    Problems: tracking_form (data: length), tracking_checksum.
    """
    code = re.sub(r"[\s–—-]", "", text).upper()
    if re.fullmatch(r"[0-9]{14}", code):
        good = code.strip("0") != "" and int(code[-1]) == _domestic_check(code)
    elif re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", code):
        good = int(code[10]) == _s10_check(code)
    else:
        raise BadAnswer("tracking_form", text, length=len(code))
    if not good:
        raise BadAnswer("tracking_checksum", text)
    return code


def _has_house(rest: str) -> bool:
    rest = rest.translate(_QUOTES)  # the house 22 «А» is 22 А
    if _SAID.search(rest):
        return True
    pieces = (_BEFORE_INSIDE.sub(" ", piece).strip() for piece in re.split(r"[,;()]", rest))
    return any(_BARE.search(piece) for piece in pieces)


def _domestic_check(code: str) -> int:
    odd = sum(int(digit) for digit in code[0:13:2])
    even = sum(int(digit) for digit in code[1:13:2])
    return (10 - (3 * odd + even) % 10) % 10


def _s10_check(code: str) -> int:
    total = sum(int(digit) * weight for digit, weight in zip(code[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
