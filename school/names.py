"""Names of people: reading, capitals, initials and comparison (docs/regulations.md: people)."""

import re
import unicodedata
from dataclasses import dataclass

from school.errors import BadAnswer
from school.typed import typed, visible

MAX_NAME = 150
_PIECE = 200

# Foreign patronymic endings stay lower-case and belong to the word before them.
_PARTICLES = frozenset(
    ("оглы", "оглу", "огли", "угли", "ўғли", "кызы", "кизи", "қызы", "қизи", "улы", "ұлы", "уулу",
     "ogly", "oglu", "ogli", "kyzy", "kizi", "qizi", "uly", "uulu")
)  # fmt: skip
# What stands before a surname and belongs to it: «де Толли», «фон Дервиз». The others are also whole names in the East
# («Ван Ли»), so only small letters, or another of them behind, make them a part of the next word.
_SURE_PREFIXES = frozenset({"де", "фон", "дер", "von", "der"})
_PREFIXES = _SURE_PREFIXES | {
    "ван", "ден", "ди", "да", "дос", "дель", "делла", "ла", "ле", "лос", "тер", "цу", "аль", "эль", "бен", "бин", "ибн",
    "van", "den", "de", "di", "da", "dos", "del", "la", "le", "al", "el", "bin", "ibn",
}  # fmt: skip
_PATRONYMIC = re.compile(r"[а-яё]{2,}(?:вич|ьич|вна|ична)", re.IGNORECASE)
_LONE = frozenset("АЕЁИОУЫЭЮЯаеёиоуыэюяAEIOUYaeiouy")
"""One-letter names of people are vowels («Ю», «О»); a consonant is an initial that has lost its dot."""
_MOST_PARTS = 6
_CYRILLIC_LOOKS = "АВЕКМНОРСТХУаеорсух"
_LATIN_LOOKS = "ABEKMHOPCTXYaeopcyx"
_TO_CYRILLIC = str.maketrans(_LATIN_LOOKS, _CYRILLIC_LOOKS)
_TO_LATIN = str.maketrans(_CYRILLIC_LOOKS, _LATIN_LOOKS)
_TIDY = {ord(mark): "-" for mark in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
_TIDY |= {ord(mark): "'" for mark in "\u2018\u2019\u02bc\u02b9\u0060\u00b4\u2032"}

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_WORD = re.compile(r"[^\W\d_]+")
_NAME_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u052f]+(?:[-'][A-Za-z\u00c0-\u024f\u0400-\u052f]+)*'?")
_INITIALS = re.compile(r"[^\W\d_]\.")


@dataclass(frozen=True, slots=True)
class FullName:
    """A person's name in parts; `flags` may hold "latin" and "mixed_script", which a curator looks at."""

    surname: str
    name: str
    patronymic: str | None = None
    flags: frozenset[str] = frozenset()

    @property
    def full(self) -> str:
        """The whole name, surname first: «Соколова Любовь Андреевна»."""
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part)

    @property
    def initials(self) -> str:
        """Surname and initials: «Соколова Л. А.»."""
        return " ".join([self.surname, *(f"{part[0]}." for part in (self.name, self.patronymic) if part)])

    @property
    def greeting(self) -> str:
        """First name and patronymic, as one addresses a person: «Любовь Андреевна»."""
        return f"{self.name} {self.patronymic}" if self.patronymic else self.name


def tidy(text: str) -> str:
    """Compose (NFC), unify dashes and apostrophes, drop invisible marks, make every run of spaces one."""
    if text.isascii():
        return " ".join(text.translate(_TIDY).split())
    return " ".join(" ".join(map(_composed, visible(text).split())).translate(_TIDY).split())


def _composed(word: str) -> str:
    """Compose a word (NFC) by pieces: the time grows with the square of a run of marks, and no word is so long."""
    return "".join(unicodedata.normalize("NFC", word[at : at + _PIECE]) for at in range(0, len(word), _PIECE))


def to_cyrillic(text: str) -> str:
    """Replace the Latin letters that look Cyrillic, whatever stands around them."""
    return text.translate(_TO_CYRILLIC)


def to_latin(text: str) -> str:
    """Replace the Cyrillic letters that look Latin, whatever stands around them."""
    return text.translate(_TO_LATIN)


def is_mixed(word: str) -> bool:
    """Tell whether a word holds both Latin and Cyrillic letters."""
    return bool(_LATIN.search(word) and _CYRILLIC.search(word))


def has_cyrillic(text: str) -> bool:
    """Tell whether any letter is Cyrillic."""
    return bool(_CYRILLIC.search(text))


def fold(text: str) -> str:
    """Fold for search and comparison: `tidy`, look-alikes inside mixed-script words, casefold, ё=е."""
    unmixed = _WORD.sub(lambda found: to_cyrillic(found[0]) if is_mixed(found[0]) else found[0], tidy(text))
    return unmixed.casefold().replace("ё", "е")


def same_surname(one: str, other: str) -> bool:
    """Compare two surnames as the regulations do: case, ё/е, dashes and look-alike letters do not matter."""
    return fold(one) == fold(other)


def parse_full_name(text: str) -> FullName:
    """Read surname, name and, where there is one, patronymic.

    Latin letters are accepted and flagged, since a curator decides on them.
    Problems: name_long, name_letters (data: wrong), name_initials, name_parts (data: parts).
    """
    clean = tidy(typed(text)).strip(" .,;:")
    if len(clean) > MAX_NAME:
        raise BadAnswer("name_long", text, limit=MAX_NAME)
    words = clean.replace(" - ", "-").split()
    if _holds_initials(clean, words):
        raise BadAnswer("name_initials", text)
    strange = sorted({mark for word in words for mark in word if not (mark.isalpha() or mark in "-'")})
    if strange:
        raise BadAnswer("name_letters", text, wrong=" ".join(strange))
    readings = [_read_word(word, text) for word in words]
    parts = _join_particles(_join_prefixes([word for word, _ in readings]))
    flags = frozenset[str]().union(*(found for _, found in readings))
    named = None if any(part.lower() in _PARTICLES for part in parts) else _in_parts(parts, words)
    if named is None:
        raise BadAnswer("name_parts", text, parts=len(parts))
    return FullName(*named, flags)


def _holds_initials(clean: str, words: list[str]) -> bool:
    """Tell whether a name has initials: a letter with a dot, a lone consonant, or two lone letters."""
    lone = [word for word in words if len(word) == 1 and word.isalpha()]
    return bool(_INITIALS.search(clean)) or len(lone) > 1 or any(word not in _LONE for word in lone)


def _in_parts(parts: list[str], typed_words: list[str]) -> tuple[str, str, str | None] | None:
    """Return surname, name and patronymic; None where the words are too few, too many or of two people.

    Behind two surnames stand a name and a patronymic («Гарсия Лопес Мария Ивановна»); four words and more without a
    patronymic are a surname and a name of several words («Нгуен Тхи Лан Ань»), if all were typed with capitals: «Я хочу
    записаться на курс» is no name.
    """
    if len(parts) in (2, 3):
        return parts[0], parts[1], parts[2] if len(parts) == 3 else None
    if not 3 < len(parts) <= _MOST_PARTS:
        return None
    fathers = [part for part in parts if _PATRONYMIC.fullmatch(part)]
    if fathers == [parts[-1]]:
        return " ".join(parts[:-2]), parts[-2], parts[-1]
    written = all(word[0].isupper() and len(word) > 1 for word in typed_words if word.lower() not in _PREFIXES)
    return (parts[0], " ".join(parts[1:]), None) if written and not fathers else None


def _read_word(word: str, text: str) -> tuple[str, frozenset[str]]:
    """Return a word with its capitals and one script, and the flags it earned."""
    flags = set()
    if is_mixed(word):
        flags.add("mixed_script")
        mapped = to_cyrillic(word)
        word = to_latin(word) if _LATIN.search(mapped) else mapped
    if is_mixed(word) or not _NAME_WORD.fullmatch(word):
        raise BadAnswer("name_letters", text, wrong=word)
    if _LATIN.search(word):
        flags.add("latin")
    return "-".join(_capitalise(piece) for piece in word.split("-")), frozenset(flags)


def _capitalise(piece: str) -> str:
    """Give capitals to a piece typed all in one case; «О'Нил» has two, «Лук'янова» one, «оглы» none."""
    if piece.lower() in _PARTICLES:
        return piece.lower()
    if piece in _PREFIXES or (piece.isupper() and piece.lower() in _SURE_PREFIXES):
        return piece.lower()
    if not (piece.isupper() or piece[0].islower()):
        return piece
    head, mark, tail = piece.partition("'")
    if not mark:
        return piece.capitalize()
    return head.capitalize() + mark + (tail.capitalize() if len(head) == 1 else tail.lower())


def _join_prefixes(words: list[str]) -> list[str]:
    """Attach «де», «фон», «ван дер» to the surname behind them, where a name is left behind that."""
    end = 0
    while end < len(words) and words[end].lower() in _PREFIXES:
        end += 1
    surely = end > 0 and words[0].lower() in _SURE_PREFIXES
    probably = end > 1 or (end == 1 and words[0].islower())
    if surely or (probably and len(words) > end + 1):
        return [" ".join(words[: end + 1]), *words[end + 1 :]]
    return [word.capitalize() if word in _PREFIXES else word for word in words]


def _join_particles(words: list[str]) -> list[str]:
    """Attach «оглы», «кызы», «улы» to the father's name before them."""
    parts: list[str] = []
    for word in words:
        if word in _PARTICLES and len(parts) == 3:
            parts[-1] = f"{parts[-1]} {word}"
        else:
            parts.append(word)
    return parts


def parse_name_part(text: str) -> tuple[str, frozenset[str]]:
    """Read one part of a name alone (surname, name or patronymic) and the flags it earned, as `FullName` has them.

    Problems: name_long, name_letters (data: wrong), name_initials, name_part (more than one word).
    """
    clean = tidy(typed(text)).strip(" .,;:").replace(" - ", "-")
    if len(clean) > MAX_NAME:
        raise BadAnswer("name_long", text, limit=MAX_NAME)
    if _holds_initials(clean, clean.split()):
        raise BadAnswer("name_initials", text)
    strange = sorted({mark for mark in clean if not (mark.isalpha() or mark in "-' ")})
    if strange or not clean:
        raise BadAnswer("name_letters", text, wrong=" ".join(strange) or "пусто")
    readings = [_read_word(word, text) for word in clean.split()]
    words = [word for word, _ in readings]
    ends = len(words) == 2 and words[1].lower() in _PARTICLES
    if len(words) > 1 and not ends and not all(word.lower() in _PREFIXES for word in words[:-1]):
        raise BadAnswer("name_part", text)
    return " ".join(words), frozenset[str]().union(*(found for _, found in readings))
