"""One call of the Bot API: its parameters as any client sends them, its files, and the refusal it may end in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


class Refusal(Exception):
    """Telegram's refusal: the code, the description word for word and the `parameters` of the response."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(words: str) -> Refusal:
    """Return a refusal 400 with Telegram's words after `Bad Request: `."""
    return Refusal(400, f"Bad Request: {words}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """The parameters of a call; a nested one is an object or its JSON text, as clients send either."""

    values: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a parameter as text; an absent one is empty."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a parameter as a whole number; raise a refusal when it is not one."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f'parameter "{name}" must be an integer') from None

    def flag(self, name: str) -> bool:
        """Return a parameter as yes or no: `True`, `true`, `1` and `yes` are yes."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def nested(self, name: str) -> Any:
        """Return a nested parameter, `None` when absent; raise a refusal on broken JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            words = {"reply_markup": "object expected as reply markup", "media": "can't parse media JSON object"}
            raise bad(words.get(name, f"can't parse {name.replace('_', ' ')} JSON object")) from None
