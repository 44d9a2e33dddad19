"""Names and posts in the genitive, as «в лице …» needs them. What is not known for sure stays as it was given."""

import re
from collections.abc import Callable

from school.names import FullName

_RUSSIAN = re.compile("[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?")
# Posts that sign contracts; another one is named in brackets in the nominative rather than declined by guess.
_POSTS = {
    "директор": "директора",
    "генеральный директор": "генерального директора",
    "исполнительный директор": "исполнительного директора",
    "коммерческий директор": "коммерческого директора",
    "заместитель директора": "заместителя директора",
    "руководитель": "руководителя",
    "управляющий": "управляющего",
    "президент": "президента",
    "председатель": "председателя",
    "председатель правления": "председателя правления",
    "ректор": "ректора",
    "главный бухгалтер": "главного бухгалтера",
}


def represented_by(post: str, person: FullName) -> str:
    """Write who signs: «директора Ивановой Марии Петровны, действующей»; an unknown post goes in brackets."""
    known = _POSTS.get(post.casefold())
    name = genitive(person)
    who = f"{known} {name}" if known else f"{name} (должность: {post})"
    return f"{who}, {_by_gender(person, 'действующего', 'действующей')}"


def acting(person: FullName) -> str:
    """Write «действующий» or «действующая», both where the name does not tell."""
    return _by_gender(person, "действующий", "действующая")


def genitive(person: FullName) -> str:
    """Write a full name in the genitive: «Ивановой Марии Петровны».

    A Latin name, and one whose gender the name does not tell, stay as they are.
    """
    from pytrovich.enums import Case, Gender, NamePart
    from pytrovich.maker import PetrovichDeclinationMaker

    female = _is_female(person)
    if female is None or "latin" in person.flags:
        return person.full
    gender, maker = Gender.FEMALE if female else Gender.MALE, PetrovichDeclinationMaker()
    words = [(NamePart.LASTNAME, person.surname), (NamePart.FIRSTNAME, person.name)]
    declined = [maker.make(part, gender, Case.GENITIVE, word) for part, word in words]
    if person.patronymic:
        foreign = " " in person.patronymic
        declined.append(
            person.patronymic if foreign else maker.make(NamePart.MIDDLENAME, gender, Case.GENITIVE, person.patronymic)
        )
    return " ".join(declined)


def _is_female(person: FullName) -> bool | None:
    """Tell by the patronymic, else by name and surname where they do not contradict; None where they do not tell."""
    from pytrovich.detector import PetrovichGenderDetector
    from pytrovich.enums import Gender

    # One part at a time: asked about several, the detector logs the names that contradict each other.
    detect: Callable[..., object] = PetrovichGenderDetector().detect
    parts = [{"middlename": person.patronymic}] if person.patronymic else []
    parts = parts or [{"firstname": person.name}, {"lastname": person.surname}]
    told = {detect(**part) for part in parts} - {Gender.ANDROGYNOUS}
    return told == {Gender.FEMALE} if len(told) == 1 else None


def _by_gender(person: FullName, male: str, female: str) -> str:
    known = _is_female(person)
    if known is None:
        return f"{male} ({female})"
    return female if known else male


def genitive_of(name: str) -> str:
    """Write a chat account's name in the genitive: «Петра Лебедева»; it is given name first where it has two words.

    A name that is not of Russian letters alone, and one whose gender it does not tell, stay as they are.
    """
    words = name.split()
    if not 1 <= len(words) <= 3 or not all(_RUSSIAN.fullmatch(word) for word in words):
        return name
    if len(words) == 3:
        return genitive(FullName(words[0], words[1], words[2]))
    given, surname = words[0], words[1] if len(words) == 2 else ""
    return _given_first(given, surname) or name


def _given_first(given: str, surname: str) -> str:
    from pytrovich.enums import Case, Gender, NamePart
    from pytrovich.maker import PetrovichDeclinationMaker

    female = _is_female(FullName(surname, given)) if surname else _is_female_given(given)
    if female is None:
        return ""
    gender, maker = Gender.FEMALE if female else Gender.MALE, PetrovichDeclinationMaker()
    parts = [(NamePart.FIRSTNAME, given), (NamePart.LASTNAME, surname)]
    return " ".join(maker.make(part, gender, Case.GENITIVE, word) for part, word in parts if word)


def _is_female_given(given: str) -> bool | None:
    from pytrovich.detector import PetrovichGenderDetector
    from pytrovich.enums import Gender

    detect: Callable[..., object] = PetrovichGenderDetector().detect
    told = detect(firstname=given)
    return None if told == Gender.ANDROGYNOUS else told == Gender.FEMALE
