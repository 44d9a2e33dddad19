"""Names of mailboxes on the wire: modified UTF-7 (RFC 3501, 5.1.3), quoted."""

import re
from base64 import b64encode

_RUNS = re.compile(r"&|[^\x20-\x7e]+")


def encoded(name: str) -> str:
    """Return the name in modified UTF-7: «Обработано» becomes «&BB4EMQRABDAEMQQ+BEIEMAQ9BD4-»."""
    return _RUNS.sub(lambda run: "&-" if run[0] == "&" else f"&{_base64(run[0])}-", name)


def on_wire(name: str) -> str:
    """Return the name as an argument of a command: modified UTF-7 in quotes."""
    escaped = encoded(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _base64(run: str) -> str:
    return b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
