"""A question of `/status` inside callback data: within 64 bytes, with nothing kept of it on our side.

Cyrillic takes two bytes a letter there, so each letter of a folded text becomes one ASCII character.
"""

from school.status import Query

_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя "
_ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!$*+=~_"
_PACK = str.maketrans(_RUSSIAN, _ASCII)
_UNPACK = str.maketrans(_ASCII, _RUSSIAN)
_KINDS = {"inn": "i", "number": "n", "text": "t", "run": "r"}


def pack(query: Query) -> tuple[str, str]:
    """Return the kind and the value of a button, at most 1 and 40 bytes."""
    code = _KINDS[query.kind]
    if query.kind == "text":
        return code, query.value.translate(_PACK)
    return code, f"{query.value}/{query.kpp}" if query.kpp else query.value


def unpack(kind: str, value: str) -> Query | None:
    """Return the question of a button, None where there is none in it: data of buttons are never trusted."""
    if not value:
        return None
    if kind == "i":
        inn, _, kpp = value.partition("/")
        return Query("inn", inn, kpp or None)
    if kind == "n":
        return Query("number", value)
    if kind == "r":
        return Query("run", value)
    words = " ".join(value.translate(_UNPACK).split())
    return Query("text", words) if kind == "t" and words else None
