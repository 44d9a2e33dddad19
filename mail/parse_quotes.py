"""Where a quoted letter or a signature begins, as the clients of Russian offices write it.

No kept library knows them: mail-parser-reply has thirteen languages without Russian, quotequail two of these lines
(docs/decisions/0007-mail-in.md).
"""

import re
from collections.abc import Sequence

_MONTHS = "янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}\.? (?:{_MONTHS})\w*\.?,? \d{{4}}"
    rf"|\b(?:{_MONTHS})\w*\.? \d{{1,2}},? \d{{4}}",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d{1,2}:\d{2}\b")
_WHO = re.compile(
    r"[<(\[][^<>()\[\]\s]+@[^<>()\[\]\s]+[>)\]]|\b(?:пишет|писала?|писал\(а\)|написала?|написал\(а\)|пишете|wrote|writes)\b"
    r"|\bвы писали\b|\d от \S+@\S+|\s[\w.+-]{1,64}@[\w.-]{1,255}:\s*$",
    re.IGNORECASE,
)
_LONGEST = 400  # characters of an attribution, over at most three lines

QUOTED = re.compile(r"\s{0,3}(?:[A-ZА-ЯЁ][A-Za-zА-Яа-яЁё]{0,3})?>")
_DIVIDER = re.compile(
    r"\s*(?:[-–—_=*]{2,}\s*)?(?:исходное сообщение|оригинальное сообщение|original message|"
    r"(?:пересылаем\w+|пересланн\w+|перенаправленн\w+) (?:сообщение|письмо)|forwarded message|"
    r"начало пере(?:адресованного|сланного) сообщения|begin forwarded message|reply message|ответ на сообщение)"
    r"\s*:?\s*[-–—_=*]*\s*",
    re.IGNORECASE,
)
_HEADER_FROM = re.compile(r"\s*\*?(?:от(?: кого)?|from)\s*:\*?\s*\S", re.IGNORECASE)
_HEADER_NEXT = re.compile(
    r"\s*\*?(?:отправлено|дата|кому|копия|тема|получатель|sent|date|to|cc|subject)\s*:\*?", re.IGNORECASE
)
_RULE = re.compile(r"\s*[_-]{10,}\s*")

_SIGN_LINE = re.compile(r"--\s?|—\s?|__\s?")
_FAREWELL = re.compile(
    r"\s*(?:с (?:(?:глубоким|большим|искренним) )?уважением|с наилучшими пожеланиями|с благодарностью и уважением|"
    r"всего (?:доброго|хорошего)|искренне ваш\w*|best(?: regards| wishes)?|kind regards|warm regards|regards|"
    r"sincerely|yours (?:sincerely|faithfully|truly))\b\s*(?:[,.!;-].{0,80}|(?-i:[А-ЯЁA-Z]).{0,60})?\s*",
    re.IGNORECASE,
)
# Only programs and telephones: «Отправлено через Почту России, трек …» is what the school waits for.
_DEVICE = re.compile(
    r"\s*(?:отправлено|послано|написано|sent|get|скачать|загрузить|получить)\b.{0,40}?\b(?:iphone|ipad|айфон\w*|android|"
    r"samsung|galaxy|xiaomi|redmi|huawei|honor|blackberry|телефона|смартфона|планшета|(?:мобильн\w+|яндекс\.?) ?почты|"
    r"мобильного (?:устройства|приложения)|почты mail|mail\.ru|mymail|gmail|outlook|почты? (?:для|for) windows|"
    r"mail for windows|the bat!?|thunderbird|spark|proton ?mail|mobile)\b.{0,60}",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 15  # lines with something in them


def attribution(lines: Sequence[str], place: int) -> int:
    """How many lines from here say «on that day so-and-so wrote»: 0 if none does, up to 3 where a client wrapped it."""
    joined = ""
    for count in range(1, 4):
        if place + count > len(lines) or not (line := lines[place + count - 1].strip()) or QUOTED.match(line):
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > _LONGEST:
            return 0
        quoted_next = place + count < len(lines) and bool(QUOTED.match(lines[place + count]))
        if (
            (joined.endswith(":") or quoted_next)
            and _DATE.search(joined)
            and _TIME.search(joined)
            and _WHO.search(joined)
        ):
            # Short lines of the answer right above an attribution are no part of it.
            return 0 if any(attribution(lines, place + below) for below in range(1, count)) else count
    return 0


def history_begins(lines: Sequence[str], place: int) -> bool:
    """Whether everything from this line down is an older letter: a divider, or a block «От: … Отправлено: …»."""
    line = lines[place]
    if len(line) > _LONGEST:
        return False
    if _DIVIDER.fullmatch(line):
        return True
    if _RULE.fullmatch(line):
        following = next(
            (index for index in range(place + 1, min(place + 4, len(lines))) if lines[index].strip()), None
        )
        return following is not None and _is_header_block(lines, following)
    return _is_header_block(lines, place)


def signature_begins(lines: Sequence[str], place: int) -> bool:
    """Whether a signature begins here: a delimiter or a farewell with little below it."""
    line = lines[place]
    if len(line) > _LONGEST or not (_SIGN_LINE.fullmatch(line) or _FAREWELL.fullmatch(line)):
        return False
    return sum(1 for below in lines[place + 1 :] if below.strip()) <= _LONGEST_SIGNATURE


def is_device_line(line: str) -> bool:
    """Whether a telephone or a program signed itself: «Отправлено с iPhone»."""
    return len(line) <= _LONGEST and bool(_DEVICE.fullmatch(line))


def _is_header_block(lines: Sequence[str], place: int) -> bool:
    if not _HEADER_FROM.match(lines[place]):
        return False
    return sum(1 for line in lines[place + 1 : place + 8] if _HEADER_NEXT.match(line)) >= 2
