"""What a student's letter says, line by line: «Поле: значение» in any order, and single words that answer as well."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from school.people import fold
from school.use_cases.fill_by_mail import DIPLOMA_SURNAME, FULL_NAME, NONE, SAME

_LABELS: dict[str, tuple[str, ...]] = {
    "consent": ("согласие", "согласие на обработку", "согласие на обработку персональных данных"),
    FULL_NAME: ("фио", "ф.и.о", "фамилия имя отчество", "фамилия, имя, отчество"),
    "surname": ("фамилия", "моя фамилия"),
    "name": ("имя", "мое имя"),
    "patronymic": ("отчество", "мое отчество"),
    "mobile": ("телефон", "тел", "мобильный", "мобильный телефон", "номер телефона", "моб", "сотовый"),
    "education": ("образование", "мое образование", "уровень образования"),
    DIPLOMA_SURNAME: (
        "фамилия в дипломе", "фамилия по диплому", "фамилия на дипломе", "фамилия в документе", "девичья фамилия",
        "прежняя фамилия", "другая фамилия", "фамилия другая", "в дипломе", "фамилия в дипломе та же",
    ),
    "birth_date": ("дата рождения", "родился", "родилась", "день рождения", "др"),
    "sex": ("пол",),
    "snils": ("снилс", "номер снилс"),
    "citizenship": ("гражданство", "страна"),
    "diploma_series": ("серия диплома", "серия"),
    "diploma_number": ("номер диплома", "диплом номер", "диплом №"),
    "prefers": ("писать мне", "пишите мне", "писать", "куда писать", "куда мне писать", "канал связи", "связь"),
}  # fmt: skip
_KEYS = {fold(label): key for key, labels in _LABELS.items() for label in labels}

_LINE = re.compile(
    r"\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)?(?P<label>[^\W\d_][^:=\n]{0,50}?)\s*(?P<mark>[:=]|\s[-–—]\s)\s*(?P<value>.*\S)?\s*"
)
_AGREED = re.compile(
    r"(?:(?:да|ок|хорошо)\s+)?(?:я\s+)?(?:согласен(?:\s*\(на)?|согласна|даю(?:\s+свое)?\s+согласие|согласие\s+даю)"
    r"(?:\s+(?:на|с)\s+обработк\w+(?:\s+\w+){0,3})?"
)
_HEDGE = re.compile(r"\W*(?:но|только|лишь|если|кроме|однако|при условии|за исключением)\b", re.IGNORECASE)
# «…я не», or our own letter's «Например:» in a quote that no client marked, wrapped right before the word.
_TOLD_TO_WRITE = re.compile(r"\b(?:не|например|напишите|ответьте|словом)[\s:]*$", re.IGNORECASE)
_YES = frozenset({"да", "даю", "есть", "согласен", "согласна", "даю согласие", "подтверждаю", "верно", "конечно"})
_EDUCATION = re.compile(
    r"(?:мое\s+)?(?:образование\s+)?(?:(?:у\s+меня\s+)?(?P<whole>высшее|среднее\s+(?:профессиональное|специальное)|среднее\s+спец\w*)"
    r"|(?:я\s+)?(?:пока\s+|еще\s+)*(?P<now>учусь|студент(?:ка)?|получаю)(?:\s+(?:высшее|среднее\s+\w+))?)"
    r"(?:\s+образование)?"
)
_SAME = re.compile(
    r"(?:фамилия\s+)?(?:в\s+дипломе\s+)?(?:та\s+же|такая\s+же|прежняя)(?:\s+(?:фамилия|самая))?(?:\s+в\s+дипломе)?"
    r"|фамили[юя]\s+не\s+менял[аи]?(?:сь)?|не\s+менял[аи]?\s+фамилию"
)
# «Фамилия в дипломе Петрова (девичья)»: no colon, and what kind of surname it is behind it.
_DIPLOMA_IS = re.compile(
    r"\s*(?:фамилия (?:в|по|на) диплом\w{0,2}|девичья фамилия|в дипломе(?: фамилия)?)\s+"
    r"(?P<value>(?-i:[А-ЯЁ])[\w’'-]{1,40}(?:\s+(?-i:[А-ЯЁ])[\w’'-]{1,40})?)(?:\s*\([^()]{0,40}\))?\s*[.!]?\s*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\([^()]{0,40}\)$")
_UNCHANGED = frozenset({"да", "не менялась", "не менял", "не меняла", "как в паспорте"})
_CHANGED = frozenset({"нет", "другая", "не та", "сменил", "сменила", "менял", "меняла", "отличается"})
_NONE = frozenset({"нет", "-", "–", "—", "отсутствует", "не имею", "без отчества"})
_MAIL = re.compile(r"(?:на\s+|по\s+)?(?:электронн\w+\s+)?(?:почт\w*|письм\w*|e-?mail|имейл)")
_CHAT = re.compile(r"(?:в\s+)?(?:телеграмм?е?|telegram|тг|чат|бот)")
_DONE = frozenset({"готово", "отправить", "отправляйте", "все", "больше ничего"})
_POLITE = re.compile(
    r"(?<!\w)(?:здравствуйте|добр(?:ый|ое|ого)\s+(?:день|дня|вечер|утро|времени суток)|уважаем\w+|коллеги|спасибо|"
    r"благодарю|заранее|пожалуйста|с уважением|хорошего дня|прошу принять|"
    r"прилага\w+|приклады\w+|прикреп\w+|высыла\w+|направля\w+|отправля\w+|посыла\w+|шлю|"
    r"(?:во\s+)?вложени\w+|диплом\w*|справк\w*|свидетельств\w*|о браке|загс\w*|трудов\w+|книжк\w+|копи\w+|скан\w*|"
    r"фото\w*|документ\w*|файл\w*|анкет\w*|приложени\w+|к диплому|смен\w+ фамилии|об образовании|об учебе|"
    r"да|ок|хорошо|вот|ниже|см|смотрите|мо[йияе]|мою|свой|свою|вам|мне|ответ\w*|данные|страниц\w*|разворот\w*|и|в|на|к|с|о|об|для)(?!\w)"
)
_PIECES = re.compile(r"[,;]|(?<=[^\W\d_])[.!](?=\s|$)")
_UNKNOWN_LABEL = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}")
_DOCUMENTS = (
    ("name_change", re.compile(r"свидетельств|брак|загс|трудов|смен\w* фамил|перемен\w* (?:имени|фамил)|"
                               r"svidetel|brak|zags|trudov|smen", re.IGNORECASE)),
    ("diploma", re.compile(r"диплом|справк|приложени|diplom|spravk", re.IGNORECASE)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MailLines:
    """A letter read: `fields` are keys with what was typed, `unknown` lines that look like a field and are none.

    `words` is what is left to a person, without greetings; `prefers` where the student wants to be written to.
    """

    fields: tuple[tuple[str, str], ...] = ()
    agreed: bool = False
    prefers: Literal["chat", "mail", ""] = ""
    done: bool = False
    unknown: tuple[str, ...] = ()
    words: str = ""


def read_lines(text: str) -> MailLines:
    """Read a letter's own words. A line may hold several answers, divided by commas."""
    found = MailLines()
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        pieces = [piece for piece in _PIECES.split(line) if piece.strip(" .,;!")]
        read = [_read_piece(piece) for piece in pieces]
        whole, several = _read_piece(line), sum(one is not None for one in read)
        if several > 1 or (several and whole is None):
            # «Согласна, но…» is no consent: beside it only other answers and greetings may stand.
            clean = _is_clean(line) and _stands_alone(lines, place)
            for piece, one in zip(pieces, read, strict=True):
                counts = clean or one is None or one[0] != "consent"
                found = _taken(found, piece, one if counts else None, alone=False)
        else:
            counts = whole is None or whole[0] != "consent" or _stands_alone(lines, place)
            found = _taken(found, line, whole if counts else None, alone=counts)
    return found


def _stands_alone(lines: Sequence[str], place: int) -> bool:
    """Tell whether a line is no piece of a sentence that says otherwise: «…я не / согласна», «Согласна / только…»."""
    before = lines[place - 1].rstrip() if place else ""
    if _TOLD_TO_WRITE.search(before):
        return False
    begins = lines[place].lstrip(' \t-*•«"(')[:1].isupper()
    if before and not begins and before[-1] not in ".!?:;…»)" and not _is_clean(before):
        return False
    after = lines[place + 1].lstrip() if place + 1 < len(lines) else ""
    if after and after[0].islower() and not _is_clean(after):
        return False
    following = next((line for line in lines[place + 1 :] if line.strip()), "")
    return not _HEDGE.match(following)


def _is_clean(line: str) -> bool:
    """Tell whether a line holds only answers, greetings and what is enclosed."""
    if _read_piece(line) is not None:
        return True
    pieces = [piece for piece in _PIECES.split(line) if piece.strip(" .,;!")]
    return not any(_read_piece(piece) is None and left_words(piece, "") for piece in pieces)


def _read_piece(piece: str) -> tuple[str, str] | None:
    """Return (key, value) of one answer; the keys "consent", "prefers" and "done" beside those of fields."""
    bare = _bare(piece)
    if _AGREED.fullmatch(bare):
        return "consent", "да"
    if bare in _DONE:
        return "done", ""
    if found := _EDUCATION.fullmatch(bare):
        return "education", found["whole"] or "учусь"
    if _SAME.fullmatch(bare):
        return DIPLOMA_SURNAME, SAME
    line = _LINE.fullmatch(piece)
    key = _KEYS.get(_bare(line["label"])) if line else None
    if key is None and (named := _DIPLOMA_IS.fullmatch(piece)):
        return DIPLOMA_SURNAME, named["value"]
    return (key, _value(key, (line["value"] or "").strip(' \t;,.!"«»'))) if line and key else None


def _value(key: str, value: str) -> str:
    """Bring a value typed after a label to what the form's check reads."""
    bare = _bare(value)
    if key == DIPLOMA_SURNAME and (_SAME.fullmatch(bare) or bare in _UNCHANGED):
        return SAME
    if key == DIPLOMA_SURNAME and bare in _CHANGED:
        return ""  # which one it is has not been said
    if key == DIPLOMA_SURNAME:
        return _REMARK.sub("", value)
    if key == "patronymic" and (bare in _NONE or value in _NONE):
        return NONE
    if key == "education" and (found := _EDUCATION.fullmatch(bare)):
        return found["whole"] or "учусь"
    return value


def _taken(found: MailLines, piece: str, read: tuple[str, str] | None, *, alone: bool) -> MailLines:
    if read is None:
        line = _LINE.fullmatch(piece)
        if alone and line and line["mark"] in ":=" and line["value"] and "?" not in piece and _looks_like_field(line):
            return replace(found, unknown=(*found.unknown, " ".join(piece.split())[:100]))
        return replace(found, words=f"{found.words}\n{piece.strip()}".strip())
    key, value = read
    if key == "done":
        return replace(found, done=True)
    if key == "consent" and (_bare(value) in _YES or _AGREED.fullmatch(_bare(value))):
        return replace(found, agreed=True)
    if key == "prefers":
        channel: Literal["chat", "mail", ""] = (
            "mail" if _MAIL.fullmatch(_bare(value)) else "chat" if _CHAT.fullmatch(_bare(value)) else ""
        )
        unknown = found.unknown if channel else (*found.unknown, " ".join(piece.split())[:100])
        return replace(found, prefers=channel or found.prefers, unknown=unknown)
    if not value:
        return found
    return replace(found, fields=(*(field for field in found.fields if field[0] != key), (key, value)))


def _looks_like_field(line: re.Match[str]) -> bool:
    label = _bare(line["label"])
    return bool(_UNKNOWN_LABEL.fullmatch(label)) and not _POLITE.match(label) and label not in ("вопрос", "тема", "ps")


def _bare(text: str) -> str:
    """Return the words in small letters, without marks at the ends and with one space between."""
    return " ".join(fold(text).strip(' \t.,;:!"«»()').split())


def left_words(words: str, name: str) -> str:
    """Return the words where they say more than greetings and what is enclosed, else an empty text.

    `name` is the student's own, which letters are signed with.
    """
    rest = _POLITE.sub(" ", fold(words))
    own = {fold(part) for part in name.split()}
    left = [word for word in re.findall(r"[^\W\d_]{2,}", rest) if word not in own]
    return words.strip() if left or "?" in words else ""


def document_of(text: str) -> str | None:
    """Return the document that a file's name or a letter's words name; None where none or both are named."""
    found = named_documents(text)
    return found[0] if len(found) == 1 else None


def named_documents(text: str) -> tuple[str, ...]:
    """Return the documents that a text names, in the order they are named; «справка ЗАГС» is one of a new name."""
    text = re.sub(r"(?i)справк\w+ (?:из |о )?(?:загс|брак)\w*", "загс", text)
    places = [(found.start(), document) for document, words in _DOCUMENTS if (found := words.search(text))]
    return tuple(document for _, document in sorted(places))
