"""Bytes of a letter to text, whatever the letter says about its charset."""

import codecs
import math
import re

_NAME = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,39}")
# Python's codecs that are no charsets of letters: slow on purpose-made input or with a syntax of their own.
_NOT_CHARSETS = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_7"}
_ALIASES = {
    "windows1251": "cp1251",
    "win-1251": "cp1251",
    "win1251": "cp1251",
    "cp-1251": "cp1251",
    "x-cp1251": "cp1251",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi-8-r": "koi8-r",
    "x-koi8-r": "koi8-r",
    "cp-866": "cp866",
    "dos-866": "cp866",
    "x-mac-cyrillic": "mac_cyrillic",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
}
# With what each begins before the text speaks: a short word may be sense in two of them.
_RUSSIAN = {"cp1251": 2.0, "koi8-r": 1.4, "cp866": 0.8, "mac_cyrillic": 0.0, "iso8859-5": 0.0}
# How often a letter stands in Russian text, per mille; the score is its logarithm, chosen on a list of words.
_FREQUENCY = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф",
        (
            110,
            85,
            80,
            74,
            67,
            63,
            55,
            47,
            45,
            44,
            35,
            32,
            30,
            28,
            26,
            20,
            19,
            17,
            17,
            17,
            16,
            14,
            12,
            10,
            9,
            7,
            6,
            5,
            4,
            3,
            3,
        ),
        strict=True,
    )
)
_WEIGHTS = {letter: math.log(often * 0.3 + 0.3) for letter, often in _FREQUENCY.items()} | {"ъ": -0.9, "ё": -0.9}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE = 4096  # bytes are enough to know a charset
_HIGH = re.compile(rb"[\x80-\xff]")
_LETTER_BESIDE = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]|[\x80-\xff](?=[A-Za-z])")
# Charsets under which every byte means something, so a wrong name never shows as an error.
_ACCEPT_ALL = {"iso8859-1", "cp1252", "iso8859-15", "ascii"}


def likely_charset(data: bytes) -> str:
    """Name the charset that these bytes seem to be in: of much text more surely than of a word."""
    return _guess_codec(data)


def decode_text(data: bytes, charset: str | None = None) -> tuple[str, bool]:
    """Return the text, and whether the charset named was right (true also where none was needed)."""
    codec = _codec(charset)
    if codec is not None and codec not in _ACCEPT_ALL:
        try:
            return data.decode(codec), True
        except (UnicodeError, ValueError, LookupError):
            return _nearly(data, codec)
    if not _HIGH.search(data):
        return _without_high(data)
    if codec in ("iso8859-1", "cp1252", "iso8859-15") and _looks_western(data):
        return data.decode("cp1252", "replace"), True
    guessed = _guess_codec(data)
    return data.decode(guessed, "replace"), not charset and guessed.startswith("utf-8")


def _codec(charset: str | None) -> str | None:
    name = (charset or "").strip(" \t\"'").lower()
    name = _ALIASES.get(name, name)
    if not _NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found.replace("-", "_") in _NOT_CHARSETS else found


def _nearly(data: bytes, codec: str) -> tuple[str, bool]:
    """A text cut in the middle of a character is still in its charset; one that is full of errors is in another."""
    try:
        text = data.decode(codec, "replace")
    except (UnicodeError, ValueError, LookupError):
        return _guess(data), False
    if text.count("\ufffd") <= 1 + len(text) // 200:
        return text, False
    return _guess(data), False


def _without_high(data: bytes) -> tuple[str, bool]:
    if _looks_wide(data[:_SAMPLE]):
        return _guess(data), False
    return data.decode("ascii"), True


def _looks_wide(sample: bytes) -> bool:
    """The high byte of UTF-16 is 0 in Latin and 4 in Cyrillic, and neither byte is met in other text."""
    return len(sample) > 3 and (sample.count(0) + sample.count(4)) * 3 > len(sample)


def _looks_western(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    return len(_LETTER_BESIDE.findall(sample)) * 2 >= len(_HIGH.findall(sample))


def _guess(data: bytes) -> str:
    return data.decode(_guess_codec(data), "replace")


def _guess_codec(data: bytes) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec
    sample = data[:_SAMPLE]
    if _looks_wide(sample):
        little = sum(byte in (0, 4) for byte in sample[1::2])
        return "utf-16-le" if little * 4 >= len(sample) else "utf-16-be"
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 <= len(text):
        return "utf-8"
    if _looks_western(data):
        return "cp1252"
    return max(_RUSSIAN, key=lambda codec: _RUSSIAN[codec] + _score(sample.decode(codec, "replace")))


def _score(text: str) -> float:
    """How Russian a text looks: common letters speak for it, capitals inside words and frames against."""
    score, before = 0.0, " "
    for char in text:
        weight = _WEIGHTS.get(char.lower())
        if weight is not None:
            score += weight
            if char.isupper():
                score -= 0.3 * before.isalpha() + 4 * before.islower()
        elif char > "\x7f" and char not in "«»№—–…„“”":
            score -= 4
        before = char
    return score
