"""Reading the configuration: the file, the variables over it, and every mistake of both at once."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from bot.config import Settings
from bot.config_words import ConfigError, Sources, explain, syntax_fault, unknown_variable, variable
from bot.system_words import system_fault

PREFIX = "BOT__"
DEFAULT_PATH = Path("config.toml")
# Stands in for a required value that is wrong, so that the checks behind it are made too: all of them take it.
_STAND_IN = "1:stand-in"
_MOST_ROUNDS = 10


class Variables(EnvSettingsSource):
    """The variables of these dotted keys, from the mapping given; an empty one counts as not set."""

    def __init__(self, settings_cls: type[BaseSettings], env: Mapping[str, str], keys: set[str]) -> None:
        names = {variable(key) for key in keys}
        self._given = {name.lower(): value for name, value in env.items() if value and name in names}
        super().__init__(settings_cls, env_prefix=PREFIX, env_nested_delimiter="__")

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Leave lists as text: `bot.config_values.listed` reads them, whatever way they are written."""
        return value


def load(path: Path | None, env: Mapping[str, str]) -> Settings:
    """Read the file (None: `config.toml` if it is there) and put the variables over it.

    Raises `ConfigError` with a line for each mistake.
    """
    file = path or DEFAULT_PATH
    known = known_keys()
    from_env, unknown = _variables(env, known)
    try:
        values = _from_file(file, must_exist=path is not None)
    except ConfigError as error:
        raise ConfigError("\n".join([*unknown, str(error)])) from None
    values = _over(values, Variables(Settings, env, from_env)())
    try:
        settings = Settings(**values)
    except ValidationError as error:
        wrong = explain(_all_errors(error, values), Sources(str(file), from_env, known))
        raise ConfigError("\n".join([*unknown, *wrong])) from None
    if unknown:
        raise ConfigError("\n".join(unknown))
    return settings


def known_keys() -> dict[str, list[str]]:
    """Return the keys of every section."""
    return {name: list(section.model_fields) for name, section in _sections().items()}


def _sections() -> dict[str, type[BaseModel]]:
    found = {}
    for name, field in Settings.model_fields.items():
        kinds = getattr(field.annotation, "__args__", (field.annotation,))
        found[name] = next(k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel))
    return found


def _over(values: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Put the variables over the file; a section that is no section is left for the check to find."""
    for section, keys in given.items():
        below = values.get(section, {})
        values[section] = {**below, **keys} if isinstance(below, dict) else below
    return values


def _all_errors(first: ValidationError, values: dict[str, Any]) -> list[Any]:
    """Return every mistake: the checks of whole sections wait for their keys, so what is wrong is mended and rechecked.

    A later mistake is of interest only where no key that it names was mended.
    """
    found: list[Any] = list(first.errors(include_url=False))
    mended = deepcopy(values)
    new = found
    for _ in range(_MOST_ROUNDS):
        if not all(_mend(mended, error) for error in new):
            break
        try:
            Settings(**mended)
        except ValidationError as error:
            told = {".".join(map(str, known["loc"][:2])) for known in found}
            new = list(error.errors(include_url=False))
            found += [one for one in new if not any(key in str(one["ctx"]["error"]) for key in told if "." in key)]
        else:
            break
    return found


def _mend(values: dict[str, Any], error: Any) -> bool:
    """Take what is wrong out, or put a stand-in; False where nothing can be taken out."""
    place = [str(part) for part in error["loc"][:2]]
    if not place:
        return False
    section = values.get(place[0])
    kind = _sections().get(place[0])
    if kind is None or len(place) == 1 or not isinstance(section, dict):
        values.pop(place[0], None)
        if kind is not None and Settings.model_fields[place[0]].is_required():
            values[place[0]] = {key: _STAND_IN for key, field in kind.model_fields.items() if field.is_required()}
        return True
    section.pop(place[1], None)
    if place[1] in kind.model_fields and kind.model_fields[place[1]].is_required():
        section[place[1]] = _STAND_IN
    return True


def _from_file(file: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"файла {file} нет: проверьте путь или скопируйте config.example.toml") from None
        return {}
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: файл не в UTF-8, сохраните его в этой кодировке") from None
    except OSError as error:
        raise ConfigError(f"{file}: файл не читается ({system_fault(error)}), проверьте путь и права") from None
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {syntax_fault(error)}") from None


def _variables(env: Mapping[str, str], known: Mapping[str, list[str]]) -> tuple[set[str], list[str]]:
    """Return the dotted keys that variables give, and a line for each variable that nobody reads."""
    given, unknown = set(), []
    for name, value in sorted(env.items()):
        if not name.startswith(PREFIX):
            continue
        section, _, key = name.removeprefix(PREFIX).lower().partition("__")
        if name != name.upper() or key not in known.get(section, ()):
            unknown.append(unknown_variable(name, known))
        elif value:
            given.add(f"{section}.{key}")
    return given, unknown
