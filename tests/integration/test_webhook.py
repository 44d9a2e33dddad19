"""The webhook as Telegram calls it."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from web import webhook

SECRET = "secret-of-the-tests"


@pytest.mark.parametrize(
    ("header", "body", "status"),
    [
        (SECRET, b'{"update_id": 1}', 200),
        (None, b'{"update_id": 1}', 403),
        ("another", b'{"update_id": 1}', 403),
        ("тайна", b'{"update_id": 1}', 403),
        (SECRET, b"not json", 400),
        (SECRET, b"[]", 400),
        (SECRET, b'{"update_id": "x"}', 200),
        (SECRET, b"[" + b"1" * (2 * 1024 * 1024) + b"]", 413),
    ],
)
async def test_webhook_takes_only_what_is_telegrams(header: str | None, body: bytes, status: int) -> None:
    """Only an update with the secret header is stored; a 200 means that it is."""
    taken: list[Any] = []

    async def take(updates: Sequence[dict[str, Any]]) -> None:
        taken.extend(updates)

    headers = {webhook.SECRET_HEADER: header} if header else {}
    async with TestClient(TestServer(webhook.application(SECRET, take))) as client:
        answer = await client.post(webhook.PATH, data=io.BytesIO(body), headers=headers)
        assert answer.status == status
    assert len(taken) == (1 if status == 200 else 0)
