"""Init data as a client of Telegram puts them together when a Mini App is opened."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

TOKEN = "123456:AAF0-invented-token-of-a-test-000000"
NOW = datetime(2027, 4, 21, 9, 30, tzinfo=UTC)
USER = {"id": 5123456789, "first_name": "Любовь", "last_name": "О'Нил & Ко", "language_code": "ru"}


def key(token: str = TOKEN) -> bytes:
    """Return the key that the Bot API makes of a token."""
    return hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()


def signed(token: str = TOKEN, **changes: Any) -> str:
    """Return init data as a client of Telegram puts it together; None leaves a field out."""
    fields = {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": json.dumps(USER, ensure_ascii=False, separators=(",", ":")),
        "auth_date": str(int(NOW.timestamp())),
        "signature": "pdJbfGfWCHeNqzcZ6iPm-Yc1nXm-1234_invented",
    } | changes
    kept = {name: str(value) for name, value in fields.items() if value is not None}
    checked = "\n".join(f"{name}={kept[name]}" for name in sorted(kept))
    made = hmac.new(key(token), checked.encode(), hashlib.sha256).hexdigest()
    return urlencode({**kept, "hash": made})
