"""What a person is told of a stored update that could not be handled."""

import json
from typing import Any

import pytest

from bot.raw_updates import Gist, gist

WHO = {"id": 7, "first_name": "Ирина"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"update_id": 1, "message": {"from": WHO, "text": "Да"}}, Gist("text", "Ирина", "Да")),
        ({"update_id": 1, "message": {"from": WHO, "text": "/start f_secret"}}, Gist("command", "Ирина", "/start")),
        ({"update_id": 1, "message": {"from": WHO, "photo": [], "caption": "Диплом"}}, Gist("file", "Ирина", "Диплом")),
        ({"update_id": 1, "message": {"from": WHO, "document": {}}}, Gist("file", "Ирина")),
        ({"update_id": 1, "message": {"text": ["odd"], "from": "odd"}}, Gist("other")),
        ({"update_id": 1, "callback_query": {"from": WHO, "data": "x"}}, Gist("button", "Ирина")),
        ({"update_id": 1, "edited_message": {"from": WHO, "text": "x"}}, Gist("edited", "Ирина")),
        ({"update_id": 1, "my_chat_member": {"from": WHO}}, Gist("member", "Ирина")),
        ({"update_id": 1, "poll": {"id": 2}}, Gist("other")),
        ({"update_id": 1}, Gist("other")),
        ([1], Gist("other")),
    ],
)
def test_the_gist_of_an_update(raw: Any, expected: Gist) -> None:
    """Its kind, the writer's first name and the words are told; what is odd is left out, so is a command's secret."""
    assert gist(json.dumps(raw)) == expected


def test_a_cut_update_has_a_gist() -> None:
    """An update that was cut to be stored is of another kind."""
    assert gist('{"update_id": 1, "message": {"te') == Gist("other")
