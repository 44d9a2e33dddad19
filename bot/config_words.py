"""What is said of a mistake in the configuration: one Russian line that names the key and the mend."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

_TOKENLESS = (
    "не задан telegram.token: получите его у @BotFather и впишите в config.toml или в переменную BOT__TELEGRAM__TOKEN"
)


class ConfigError(Exception):
    """The configuration cannot be used; the text is one line for the operator."""


def variable(key: str) -> str:
    """Name the variable of a dotted key."""
    return "BOT__" + key.upper().replace(".", "__")


def unknown_variable(name: str, known: Mapping[str, Sequence[str]]) -> str:
    """Say that there is no such variable and which was probably meant."""
    names = [variable(f"{section}.{key}") for section, keys in known.items() for key in keys]
    close = get_close_matches(name.upper(), names, 1, 0.75)
    hint = f" — похоже, имелась в виду {close[0]}" if close else ": проверьте имя по config.example.toml или уберите её"
    return f"неизвестная переменная {name}{hint}"


def explain(errors: Sequence[Any], file: str, from_env: set[str], known: Mapping[str, Sequence[str]]) -> str:
    """Choose the mistake that explains the most (a misspelt key also leaves the right one unset) and word it."""
    error = min(errors, key=lambda e: e["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in error["loc"][:2])
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return f"{file}: {_unknown(key, known)}"
    if key in ("telegram", "telegram.token") and (kind == "missing" or _is_empty(given)):
        return _TOKENLESS
    if kind == "missing":
        return f"{file}: не задан {key}, впишите его или уберите раздел [{key.partition('.')[0]}]"
    if kind == "value_error" and "." not in key:
        # The check of a whole section or of the whole file names its keys itself.
        return f"{file}: {error['ctx']['error']}"
    place = f"переменная {variable(key)}" if key in from_env else f"{file}: {key}"
    return f"{place}: {_wrong(error, key)}"


def syntax_fault(error: Exception) -> str:
    """Say where a TOML file is broken."""
    place = re.search(r"at line (\d+)", str(error))
    where = f"строка {place[1]}" if place else "последняя строка"
    return f'{where} написана не по правилам TOML; нужно: ключ = "значение", строки в кавычках, без повторов'


def _is_empty(given: object) -> bool:
    secret = getattr(given, "get_secret_value", None)
    return not (secret() if secret else given)


def _unknown(key: str, known: Mapping[str, Sequence[str]]) -> str:
    section, dot, name = key.partition(".")
    if not dot:
        close = get_close_matches(section, known, 1, 0.6)
        owner = next((s for s, keys in known.items() if section in keys), None)
        hint = f"[{close[0]}]" if close else f"ключ {owner}.{section}" if owner else None
        return f"неизвестный раздел {section}" + _meant(hint)
    close = get_close_matches(name, known[section], 1, 0.6)
    owner = next((s for s, keys in known.items() if name in keys), None)
    hint = f"{section}.{close[0]}" if close else f"{owner}.{name}" if owner else None
    return f"неизвестный ключ {key}" + _meant(hint)


def _meant(hint: str | None) -> str:
    return f" — похоже, имелось в виду {hint}" if hint else ": уберите его, все ключи — в config.example.toml"


def _wrong(error: Any, key: str) -> str:
    kind, given, ctx = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "value_error":
        return str(ctx["error"])
    if kind == "literal_error":
        options = str(ctx["expected"]).replace("'", "").replace(" or ", ", ")
        return f"«{given}» не подходит, бывает: {options}"
    if kind in ("int_parsing", "int_type", "int_from_float"):
        return f"«{given}» — не целое число; пример: 8080"
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"{given} не подходит, нужно число от 1 до 65535"
    if kind in ("bool_parsing", "bool_type"):
        return f"«{given}» не подходит, бывает: true, false"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"это раздел, пишите [{key}] и ключи под ним"
    if kind in ("tuple_type", "list_type"):
        return 'нужен список в квадратных скобках; пример: ["snils", "birth_date"]'
    if kind == "string_too_short":
        return "значение пустое, впишите его или уберите раздел"
    return "значение нужно в кавычках, как строка"
