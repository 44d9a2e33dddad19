"""What a centre writes in an answer to a letter, read line by line."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from school.people import fold
from school.use_cases.mail_actor import Action, Verb

MOST_ACTIONS = 30
LONGEST_ACTION = 300
EXAMPLES: dict[str, str] = {
    "счет": "Счёт: 57 от 5 мая, 49 000",
    "оплач": "Оплачено: 57 12.05",
    "оплат": "Оплачено: 57 12.05",
    "диадок": "Диадок: подписан 12.05",
    "скан": "Скан: загружен",
    "оригинал": "Оригинал: 10283512004231 от 20.05",
    "почта": "Почта ученика: Соколова — sokolova@yandex.ru",
    "статус": "Статус 5039002841",
    "отлож": "Отложить до 20 мая",
    "напомн": "Напомнить",
    "отмен": "Отменить",
    "принять заявку": "Принять заявку",
    "код": "Код 123456",
}
_PLACE = re.compile(r"(?:строка\s*|п\.?\s*)?(\d{1,3})\s*[:.)—–-]\s*(?=[^\W\d])")
_ORDER = re.compile(r"(?:заявка\s*)?№?\s*(\d{2,8}[-–—]\d{1,8})\s*[:,.—–-]\s*(?=[^\W\d])", re.IGNORECASE)
_POLITE = re.compile(
    r"(?:добрый (?:день|вечер)|доброе утро|здравствуйте|спасибо|благодар\w+|хорошо|ок|ok|принято|приняли|понятно"
    r"|с уважением|всего доброго|до свидания|большое спасибо|коллеги)[^\d]{0,60}"
)
_SIX = re.compile(r"(?:код\s*[:—–-]?\s*)?((?:\d\s?){6})\W*")
_ACCOUNT = re.compile(r"\d{20}")
_OWN = re.compile(r"это наш счет\b.*")
_ACT = re.compile(r"акт\s*[:№]*\s*(\d{2,8}-\d{1,8}(?:-\d{1,3})?)\W*")
_SEVERAL = re.compile(r"(?:счета?\s+)?(№?\s*\d[\w/-]*(?:\s*(?:,|;|\s+и\s+)\s*\d[\w/-]*)*)\s+оплач\w+\s*(.*)")
_NUMBERS = re.compile(
    r"(?:счет\w*\s*)?№?\s*((?!\d{1,2}[./]\d)\d[\w/-]*(?:\s*[,;]\s*(?!\d{1,2}[./]\d)\d[\w/-]*(?!\s\d{3}))*)"
    r"(?:[\s,]+(.+))?"
)
_DAY_ONLY = re.compile(r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{1,2} [а-я]{3,8}(?: \d{4})?|сегодня|вчера|позавчера")
_SERVICE = re.compile(r"^в клиент-?\s?сервис\w*\s*", re.IGNORECASE)
_TRACKING = re.compile(
    r"(?:отправлен\w*\s+|№\s*)?([a-z]{2}\d{9}[a-z]{2}|\d[\d ]{12,20}\d)\s*,?\s*(?:от\s+)?", re.IGNORECASE
)
_DAYS = {"день": 1, "неделю": 7, "две недели": 14, "2 недели": 14, "месяц": 30}


@dataclass(frozen=True, slots=True)
class MailRead:
    """The own words of a letter: what to do, what looks so and was not understood, and the rest.

    `code` is a one-time code, `act` the number of the act that files are of, `owns` whether an account is owned up to.
    """

    actions: tuple[Action, ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    code: str = ""
    undo: bool = False
    owns: bool = False
    act: str = ""


def read_actions(text: str) -> MailRead:
    """Read the words line by line; a line without a meaning of its own is a note."""
    found = _Reading()
    for raw in text.splitlines():
        if raw.lstrip().startswith(">"):
            continue  # somebody else's words
        line = " ".join(raw.replace("*", " ").split()).strip(" •")
        if re.search(r"\w", line) and not _POLITE.fullmatch(fold(line).rstrip(" .!,;)(")):
            found.take(line)
    return found.done()


class _Reading:
    def __init__(self) -> None:
        self._actions: list[Action] = []
        self._unread: list[str] = []
        self._notes: list[str] = []
        self._code = self._act = ""
        self._undo = self._owns = False

    def take(self, line: str) -> None:
        plain = fold(line)
        if len(line) > LONGEST_ACTION or _ACCOUNT.search(plain.replace(" ", "")):
            # Bank details below a name begin as an invoice does: «Счёт: 4070…».
            self._notes.append(line)
        elif found := _SIX.fullmatch(plain):
            self._code = "".join(mark for mark in found[1] if mark.isdigit())
        elif _OWN.fullmatch(plain):
            self._owns = True
        elif found := _ACT.fullmatch(plain):
            self._act = found[1]
        elif re.fullmatch(r"отмен(?:ить|а|ите)[\s.,!;:)]*", plain):
            self._undo = True
        elif (action := read_line(line)) is not None:
            self._actions.append(action)
        elif looks_like_action(line):
            self._unread.append(line)
        else:
            self._notes.append(line)

    def done(self) -> MailRead:
        kept, over = self._actions[:MOST_ACTIONS], self._actions[MOST_ACTIONS:]
        unread = (*self._unread, *(action.line for action in over))
        notes = tuple(self._notes)
        return MailRead(tuple(kept), unread, notes, self._code, self._undo, self._owns, self._act)


def looks_like_action(line: str) -> bool:
    """Tell whether the line begins as an action does."""
    return example_of(line) != ""


def example_of(line: str) -> str:
    """Return how the action that the line begins as is written well, "" where it begins as none."""
    bare = fold(_bare(line)[2])
    return next((example for start, example in EXAMPLES.items() if bare.startswith(start)), "")


def read_line(line: str) -> Action | None:
    """Read one line as an action, None where it is none or was not understood."""
    place, order, rest = _bare(line)
    if (several := _SEVERAL.fullmatch(fold(rest))) and place is None:
        return Action("paid", line, {"numbers": _split(several[1]), "money": several[2].strip(" .")})
    for start, reader in _READERS:
        if found := start.match(fold(rest)):
            read = reader(rest[found.end() :].strip(" ."))
            return Action(read[0], line, read[1], place, order) if read else None
    return None


def _bare(line: str) -> tuple[int | None, str, str]:
    """Return the number of a digest's line, the order's number, and what is left."""
    if found := _ORDER.match(line):
        return None, re.sub("[–—]", "-", found[1]), line[found.end() :]
    if found := _PLACE.match(line):
        return int(found[1]), "", line[found.end() :]
    return None, "", line


_Read = tuple[Verb, dict[str, str]] | None


def _split(numbers: str) -> str:
    return ",".join(one.strip(" №") for one in re.split(r"[,;]|\s+и\s+", numbers) if one.strip(" №"))


def _invoice(rest: str) -> _Read:
    return ("invoice", {"text": rest}) if re.search(r"\d.*\s.*\d", rest) else None


def _paid(rest: str) -> _Read:
    plain = fold(rest)
    if not plain or _DAY_ONLY.fullmatch(plain):
        return "paid", {"money": rest}
    found = _NUMBERS.fullmatch(plain)
    return (
        ("paid", {"numbers": _split(found[1]), "money": (found[2] or "").removeprefix("от ").strip()})
        if found
        else None
    )


def _diadoc(rest: str) -> _Read:
    plain = fold(rest)
    if re.match(r"подпишут|обеща\w+|будет|будут", plain):
        return "promised", {}
    found = re.match(r"подписа(?:н|но|ли)\b\s*(?:от\s+)?", plain)
    return ("diadoc", {"day": rest[found.end() :].strip()}) if found else None


def _scan(rest: str) -> _Read:
    found = re.match(r"загру(?:жен|зили|жено)\b\s*", fold(rest))
    if not found:
        return None
    return "uploaded", {"day": _SERVICE.sub("", rest[found.end() :]).strip()}


def _original(rest: str) -> _Read:
    found = _TRACKING.match(rest)
    if not found:
        return None
    tracking, day = found[1], rest[found.end() :].strip()
    return "posted", {"tracking": tracking, "day": day}


def _email(rest: str) -> _Read:
    found = re.fullmatch(r"(?:(.*?)(?:\s*[—–:,]\s*|\s+-\s+|\s+))?<?([^\s<>—–]+@[^\s<>]+)>?", rest)
    return ("email", {"name": found[1] or "", "email": found[2]}) if found else None


def _status(rest: str) -> _Read:
    inn = re.fullmatch(r"(?:инн\s*)?(\d{10}|\d{12})", fold(rest).rstrip(" ?"))
    return ("status", {"inn": inn[1]} if inn else {}) if inn or not rest.strip(" ?") else None


def _snooze(rest: str) -> _Read:
    plain = fold(rest)
    if found := re.fullmatch(r"до (.+)", plain):
        return "snooze", {"until": found[1]}
    found = re.fullmatch(r"на (?:(\d{1,3}) дн\w+|(.+))", plain)
    days = (int(found[1]) if found[1] else _DAYS.get(found[2], 0)) if found else 0
    return ("snooze", {"until": f"+{days}"}) if days else None


def _nudge(rest: str) -> _Read:
    name = re.sub(r"^(?:учени\w+|всем|об анкете)\b\s*", "", rest, flags=re.IGNORECASE)
    return "nudge", {"name": name}


def _accept(rest: str) -> _Read:
    """Take «Принять» and «Принять заявку»; «Принять к оплате» says nothing of an order."""
    return ("accept", {}) if re.fullmatch(r"(?:заявк\w*)?[\s.!]*", fold(rest)) else None


def _head(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})\s*[:—–-]?\s*")


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], _Read]], ...] = (
    (_head(r"счет(?:\s*№|\b(?!а))"), _invoice),
    (_head(r"оплачено|оплачен\w*|оплата"), _paid),
    (_head(r"диадок\w*"), _diadoc),
    (_head(r"скан(?:\s+акта)?\b"), _scan),
    (_head(r"оригинал(?:\s+акта)?\b"), _original),
    (_head(r"(?:почта|адрес)(?:\s+ученика)?\b"), _email),
    (_head(r"статус\b"), _status),
    (_head(r"отлож(?:ить|ите)\b"), _snooze),
    (_head(r"напомн(?:ить|ите)\b"), _nudge),
    (_head(r"при(?:нять|мите)\b"), _accept),
)
