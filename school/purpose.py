"""The numbers of invoices in a payment's purpose (назначение платежа), as people and banks write them.

Only whole tokens behind the word for an invoice count. Dates, sums, ИНН, accounts, laws (44-ФЗ), contracts and
facture invoices (счёт-фактура) are never taken. Source: docs/regulations.md, bank statement.
"""

import re
from collections.abc import Iterable

from stdnum.ru import inn

from school.names import is_mixed, tidy, to_cyrillic

_MAX_PURPOSE = 2_000  # characters read; an order of payment holds 210
_ACCOUNT_DIGITS = 15  # no invoice has so many, an account has 20
_WORD = re.compile(r"[^\W\d_]+")
_I = re.IGNORECASE

# «123от 01.02» and «от01.02» are written in haste.
_GLUED = re.compile(r"(?<=\d)от(?=\s*\d)|(?<![^\W\d_])от(?=\d)", _I)
_DATE = (
    r"(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)|\d{4}-\d{2}-\d{2}(?!\d)"
    r"|\d{1,2}\s+(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*\.?(?:\s*\d{4}(?!\d))?)"
)
_A_DATE = re.compile(_DATE, _I)
_KEYWORD = re.compile(r"(?<![^\W\d_])сч(?:ет(?:ами|ах|ам|ов|ом|а|у|е|ы)?)?(?![^\W\d_](?<!n))", _I)
_FACTURE = re.compile(r"[\s./-]*ф(?:акт\w*|[-.\s]*р\w*)?(?![^\W\d_])", _I)
# Words before «счёт» that make it an account: р/счет, лицевой счет.
_ACCOUNT_BEFORE = re.compile(
    r"(?:(?<![^\W\d_])(?:рас|лиц|кор|банк|внутр|спец|карт|транзит|валют|депоз|накоп|текущ)[а-я]*[\s./-]*"
    r"|(?<![^\W\d_])[рлкс]\s*[./-]\s*)$",
    _I,
)
_BEFORE_NUMBER = re.compile(
    r"(?:(?:\s*[-/]\s*|\.)(?:договор|дог|оферт|заказ|контракт|заявк|извещени|спецификац|соглашени|квитанци)[а-я]*\.?)?"
    r"(?:\.?\s*\(?(?:на|к|для)\s+(?:пред)?опл[а-я]*\.?\)?|\s*(?:за|на)\s+(?:обучение|услуги)(?=\s*(?:№|n|#)))?"
    rf"(?:\.?\s*,?\s*от\s*{_DATE}\s*(?:г(?:ода)?\b\.?)?)?[\s.,:(_-]*",
    _I,
)
_SIGN = re.compile(r"(?:№+|(?<![^\W\d_])n[oо°º]?\b\.?|n[oо°º]?\.?(?=\s*\d)|#|номера?м?\b|ном\.)[\s.:№]*", _I)
_QUOTES = re.compile(r"[\"'«„“(\s]*")
# A number may have its letters apart: «№ ШК 123», «ШК - 123».
_SPACED = re.compile(r"(?!(?:от|и|за|на|по|в|с|до|для|без|или)\b)[^\W\d_]{1,5}\s*-?\s*(?=\d)", _I)
_TOKEN = re.compile(r"[^\W_]+(?:[-/_\\]+[^\W_]+|\.(?=\d)(?<=\d\.)[^\W_]+)*")
# A sum may stand behind each number of a list: «на сумму 24500-00», «- 24500 руб.».
_ITS_SUM = (
    r"(?:\s*,?\s*(?:на\s+сумму|в\s+сумме|сумма|=)\s*\d[\d ]{0,14}(?:[.,=-]\d{2})?(?:\s*(?:₽|р(?:уб[а-я]*)?\b\.?))?"
    r"|\s*[-–—]\s*\d[\d ]{0,14}(?:[.,=-]\d{2})?\s*(?:₽|р(?:уб[а-я]*)?\b\.?))?"
)
_AFTER = re.compile(rf"[\"'»“”)]*(?:\s*,?\s*\(?от\b\s*(?:{_DATE})?\s*(?:г(?:ода)?\b\.?)?\)?)?{_ITS_SUM}", _I)
_SEPARATOR = re.compile(r"\s*(?:[,;&+]\s*(?:и\s+)?|(?<![^\W\d_])и(?:\s+|(?=№))|(?=№))", _I)
# A bare number further in the list is one only where the list or the sentence goes on behind it.
_GOES_ON = re.compile(
    r"\s*(?:$|[,;)&+](?!\s*00(?!\d))|\.(?:\s|$)|(?:и|от|за|на|по|в|без|согл[а-я]*|ндс|сумма|оплата|обучение)(?![^\W\d_]))",
    _I,
)
_COUNTED = re.compile(
    r"\s*(?:%|₽|р(?:уб[а-я]*)?(?:\.|\b)|коп|шт|чел|экз|час|мес|дн[яе]|уч(?:ен|\.)|слуш|этап|кварт|год|г\b"
    r"|янв|фев|мар[та]|апр|ма[йя]\b|июн|июл|авг|сен|окт|ноя|дек)",
    _I,
)
_SUM = re.compile(r"\d+(?:\.\d{2}|[-=.]00)")
_WITHIN = "-/_\\"  # what stands inside a number
_LAW = re.compile(r"\d{1,3}-?фз", _I)
_ACCOUNT_APART = re.compile(r"\d[\d .-]{18,}")


def invoice_numbers(purpose: str) -> tuple[str, ...]:
    """Return the invoices' numbers as written, in order, each once: «по счету 123, 124 от …» → 123, 124.

    A line break is a seam where a bank has broken the text: a number that may go on behind it is not taken.
    """
    lines = [_GLUED.sub(" от ", tidy(line)) for line in purpose[:_MAX_PURPOSE].split("\n")]
    base = " ".join(filter(None, lines))
    scan, broken = _readable(base), _broken(lines)
    found: dict[str, str] = {}
    end = 0
    for keyword in _KEYWORD.finditer(scan):
        if keyword.start() < end or _is_account(scan, keyword):
            continue
        spans, end = _numbers(scan, keyword.end())
        for start, stop in spans:
            if any(start <= place <= stop for place in broken):
                continue
            found.setdefault(normal_number(base[start:stop]), base[start:stop])
    return tuple(found.values())


def normal_number(number: str) -> str:
    """Return the form in which numbers are compared: capitals, Е for Ё, one dash, no spaces and no № in front.

    Latin letters become the Cyrillic ones they look like where the number mixes scripts or holds none but such.
    """
    clean = "".join(tidy(number).upper().replace("Ё", "Е").split()).lstrip("№#").rstrip(".,")
    mapped = to_cyrillic(clean)
    latin_left = re.search(r"[A-Z]", mapped)
    return mapped if is_mixed("".join(_WORD.findall(clean))) or not latin_left else clean


def loose_number(number: str) -> str:
    """Return the normal form without leading zeros: two numbers alike in it only are a suggestion, never a hit."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", normal_number(number))


def joined(lines: Iterable[str]) -> str:
    """Join the lines of a purpose: a line break stays where it may cut a number («№ 5» and «7 от …» may be 57)."""
    whole = ""
    for line in filter(None, map(tidy, lines)):
        whole += ("\n" if _may_be_cut(whole, line) else " " if whole else "") + line
    return whole


def _may_be_cut(before: str, after: str) -> bool:
    left, right = before[-1:], after[:1]
    return bool(left) and (left.isalnum() or left in _WITHIN) and (right.isdigit() or right in _WITHIN)


def _broken(lines: list[str]) -> set[int]:
    """Return where a token ends or begins at a seam that may have cut it."""
    places: set[int] = set()
    at, before = 0, ""
    for line in filter(None, lines):
        if _may_be_cut(before, line):
            places |= {at - 1, at}
        at, before = at + len(line) + 1, line
    return places


def _readable(text: str) -> str:
    """Return a text of the same length to search in: е for ё, Cyrillic letters inside words that mix scripts."""
    unmixed = _WORD.sub(lambda word: to_cyrillic(word[0]) if is_mixed(word[0]) else word[0], text)
    return unmixed.replace("ё", "е").replace("Ё", "Е")


def _is_account(scan: str, keyword: re.Match[str]) -> bool:
    before = scan[max(0, keyword.start() - 30) : keyword.start()]
    return bool(_ACCOUNT_BEFORE.search(before) or _FACTURE.match(scan, keyword.end()))


def _numbers(scan: str, at: int) -> tuple[list[tuple[int, int]], int]:
    """Return the spans of the list of numbers that begins at `at`, and where it ends."""
    spans: list[tuple[int, int]] = []
    before = _BEFORE_NUMBER.match(scan, at)
    end = place = before.end() if before else at
    while True:
        sign = _SIGN.match(scan, place)
        quotes = _QUOTES.match(scan, sign.end() if sign else place)
        start = quotes.end() if quotes else place
        stop = _number(scan, start, signed=sign is not None, first=not spans)
        if stop is None:
            return spans, end
        spans.append((start, stop))
        after = _AFTER.match(scan, stop)
        end = after.end() if after else stop
        separator = _SEPARATOR.match(scan, end)
        if separator is None:
            return spans, end
        place = separator.end()


def _number(scan: str, start: int, *, signed: bool, first: bool) -> int | None:
    """Return where the invoice's number that starts here ends; None where this is something else."""
    apart = _SPACED.match(scan, start) if signed or first else None
    token = _TOKEN.match(scan, apart.end() if apart else start)
    if token is None or not any(mark.isdigit() for mark in token[0]) or _LAW.fullmatch(token[0]):
        return None
    if sum(mark.isdigit() for mark in token[0]) >= _ACCOUNT_DIGITS or _account_apart(scan, token.start()):
        return None
    date = _A_DATE.match(scan, token.start())
    if date and date.end() >= token.end() and (not signed or "." in date[0] or date.end() > token.end()):
        return None
    if signed:
        return token.end()
    if apart and "-" not in apart[0]:
        return None
    if _COUNTED.match(scan, token.end()) or _looks_like_inn(token[0]) or _SUM.fullmatch(token[0]):
        return None
    return token.end() if first or _GOES_ON.match(scan, token.end()) else None


def _account_apart(scan: str, start: int) -> bool:
    """Tell an account written in groups: «40702 810 1 3825 0123017»."""
    found = _ACCOUNT_APART.match(scan, start)
    return found is not None and "," not in found[0] and sum(mark.isdigit() for mark in found[0]) >= 20


def _looks_like_inn(token: str) -> bool:
    # No tax office is 00, while 1C numbers its papers 0000000057.
    return not token.startswith("00") and bool(inn.is_valid(token))
