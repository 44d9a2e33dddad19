"""The parameters of a call, however they came: query, JSON, form or multipart."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from sandbox.updates import ApiError

UPLOAD_LIMIT = 50 * 1024 * 1024
BODY_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file sent with a call."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Params:
    """Values by name (text, or JSON's own types) and files by the name of their part."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a value as text; absent is empty."""
        value = self.values.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number; absent and unreadable is the default, as Telegram takes it."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """Tell whether a value is true in one of Telegram's spellings."""
        return self.text(name).lower() in ("true", "yes", "1")

    def json(self, name: str) -> Any:
        """Return a value of JSON or None; raise `ApiError` when it is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise ApiError(400, f"Bad Request: can't parse {name} JSON object") from None

    def names(self, name: str) -> list[str] | None:
        """Return a list of names, or None when the parameter is absent."""
        value = self.json(name)
        return [str(item) for item in value] if isinstance(value, list) else None


async def read_params(request: web.Request) -> Params:
    """Read the parameters of a request; raise `ApiError` for a body that cannot be read."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.can_read_body:
        return Params(values)
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _read_parts(request, values)
    body = await request.read()
    if kind == "application/json":
        try:
            told = json.loads(body) if body else {}
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse JSON object") from None
        if not isinstance(told, dict):
            raise ApiError(400, "Bad Request: object expected as JSON")
        values.update(told)
    elif body:
        values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Params(values)


async def _read_parts(request: web.Request, values: dict[str, Any]) -> Params:
    files: dict[str, Upload] = {}
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read(decode=False))
        if part.filename is None:
            values[part.name] = content.decode("utf-8", "replace")
        elif len(content) > UPLOAD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        else:
            mime = part.headers.get("Content-Type", "").partition(";")[0].strip()
            files[part.name] = Upload(part.filename, "" if mime == "application/octet-stream" else mime, content)
    return Params(values, files)
