"""What is said of a mistake in the configuration: one Russian line that names the key and the mend."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_TOKENLESS = (
    "не задан telegram.token: получите его у @BotFather и впишите в config.toml или в переменную BOT__TELEGRAM__TOKEN"
)
_LIST = '["первое", "второе"]'
_LISTS = {"web.trusted_proxies": '["10.0.0.0/8"]', "school.frdo": '["snils", "birth_date"]'}


class ConfigError(Exception):
    """The configuration cannot be used; the text is for the operator, a line for each mistake."""


def variable(key: str) -> str:
    """Name the variable of a dotted key."""
    return "BOT__" + key.upper().replace(".", "__")


def unknown_variable(name: str, known: Mapping[str, Sequence[str]]) -> str:
    """Say that there is no such variable and which was probably meant."""
    names = [variable(f"{section}.{key}") for section, keys in known.items() for key in keys]
    close = get_close_matches(name.upper(), names, 1, 0.75)
    hint = f" — похоже, имелась в виду {close[0]}" if close else ": проверьте имя по config.example.toml или уберите её"
    return f"неизвестная переменная {name}{hint}"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where values came from: the file's name, the dotted keys that variables give; and the keys that there are."""

    file: str
    from_env: set[str]
    known: Mapping[str, Sequence[str]]


def explain(errors: Sequence[Any], sources: Sources) -> list[str]:
    """Word every mistake, each in a line; a key that is missing since its name is misspelt is told once."""
    meant = {_meant_key(_key(error), sources.known) for error in errors if error["type"] == "extra_forbidden"}
    misspelt = meant | {key.partition(".")[0] for key in meant if key}
    lines = [_line(error, sources) for error in errors if not (error["type"] == "missing" and _key(error) in misspelt)]
    return list(dict.fromkeys(lines))


def _key(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"][:2])


def _line(error: Any, sources: Sources) -> str:
    key, kind, given, file = _key(error), error["type"], error.get("input"), sources.file
    if kind == "extra_forbidden":
        return f"{file}: {_unknown(key, sources.known)}"
    if key in ("telegram", "telegram.token") and (kind == "missing" or _is_empty(given)):
        return _TOKENLESS
    if kind == "missing":
        return f"{file}: не задан {key}, впишите его или уберите раздел [{key.partition('.')[0]}]"
    if kind == "value_error" and "." not in key:
        # The check of a whole section or of the whole file names its keys itself.
        return f"{file}: {error['ctx']['error']}"
    place = f"переменная {variable(key)}" if key in sources.from_env else f"{file}: {key}"
    return f"{place}: {_wrong(error, key)}"


def syntax_fault(error: Exception) -> str:
    """Say where a TOML file is broken."""
    place = re.search(r"at line (\d+)", str(error))
    where = f"строка {place[1]}" if place else "последняя строка"
    return f'{where} написана не по правилам TOML; нужно: ключ = "значение", строки в кавычках, без повторов'


def _is_empty(given: object) -> bool:
    secret = getattr(given, "get_secret_value", None)
    return not (secret() if secret else given)


def _meant_key(key: str, known: Mapping[str, Sequence[str]]) -> str | None:
    """Return the key or section that an unknown one was probably meant to be."""
    section, dot, name = key.partition(".")
    looked, names, prefix = (name, known[section], f"{section}.") if dot else (section, list(known), "")
    if close := get_close_matches(looked, names, 1, 0.6):
        return prefix + close[0]
    return next((f"{owner}.{looked}" for owner, keys in known.items() if looked in keys), None)


def _unknown(key: str, known: Mapping[str, Sequence[str]]) -> str:
    meant, is_key = _meant_key(key, known), "." in key
    what = f"неизвестный ключ {key}" if is_key else f"неизвестный раздел {key}"
    if meant is None:
        return f"{what}: уберите его, все ключи — в config.example.toml"
    named = meant if is_key else f"ключ {meant}" if "." in meant else f"[{meant}]"
    return f"{what} — похоже, имелось в виду {named}"


def _range_of(key: str) -> str:
    if key.startswith("limits."):
        return "от 1 до 1000000"
    return "от 0 до 20" if key == "imap.own_hops" else "от 1 до 65535"


def _wrong(error: Any, key: str) -> str:
    kind, given, ctx = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "value_error":
        return str(ctx["error"])
    if kind == "literal_error":
        options = str(ctx["expected"]).replace("'", "").replace(" or ", ", ")
        return f"«{given}» не подходит, бывает: {options}"
    if kind in ("int_parsing", "int_type", "int_from_float"):
        return f"«{given}» — не целое число; пример: 8080"
    if kind in ("greater_than_equal", "less_than_equal", "int_parsing_size"):
        return f"{given} не подходит, нужно число {_range_of(key)}"
    if kind in ("bool_parsing", "bool_type"):
        return f"«{given}» не подходит, бывает: true, false"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"это раздел, пишите [{key}] и ключи под ним"
    if kind in ("tuple_type", "list_type"):
        return f"нужен список в квадратных скобках; пример: {_LISTS.get(key, _LIST)}"
    if kind == "string_too_short":
        return "значение пустое, впишите его или уберите раздел"
    return "значение нужно в кавычках, как строка"
