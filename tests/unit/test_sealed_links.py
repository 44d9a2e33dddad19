"""What is kept of a message's secrets once it was given up."""

import pytest

from school.sealed_links import MARK, sealed, unsealed
from school.tokens import digest

SECRET = "AbC-_fghijklmnopqrstuvwx"
KEPT = f"{MARK}{digest(SECRET)}"


@pytest.mark.parametrize(
    ("channel", "data", "kept"),
    [
        ("mail", {"secret": SECRET, "name": "Анна"}, {"secret": KEPT, "name": "Анна"}),
        ("mail", {"clients": [{"number": "1", "secret": SECRET}]}, {"clients": [{"number": "1", "secret": KEPT}]}),
        ("mail", {"held": "cap", "confirm": {"secret": SECRET}}, {"held": "cap", "confirm": {"secret": KEPT}}),
        ("mail", {"lines": [{"at": 1}, {"secret": SECRET}]}, {"lines": [{"at": 1}, {"secret": KEPT}]}),
        ("mail", {"code": "123456", "sum": 5, "no": None}, {"code": MARK, "sum": 5, "no": None}),
        ("mail", {"link": f"https://s.example/a/staff/in/{SECRET}"}, {"link": f"https://s.example/a/staff/in/{KEPT}"}),
        ("chat", {"text": f"t.me/b?start=staff_{SECRET}."}, {"text": f"t.me/b?start=staff_{KEPT}."}),
        ("chat", {"text": f"t.me/b?start=q_{SECRET}"}, {"text": f"t.me/b?start=q_{KEPT}"}),
        ("chat", {"rows": [[{"url": f"https://s.example/me/{SECRET}"}]]}, {"rows": [[{"url": f"https://s.example/me/{KEPT}"}]]}),
        ("chat", {"url": f"https://s.example/order/0123/from/{SECRET}"}, {"url": f"https://s.example/order/0123/from/{KEPT}"}),
        ("chat", {"secret": SECRET}, {"secret": SECRET}),
        ("chat", {"url": f"https://s.example/q/{SECRET}longer"}, {"url": f"https://s.example/q/{SECRET}longer"}),
        ("chat", {"url": "https://s.example/blog/2027-06-01-novye-kursy-x"}, {"url": "https://s.example/blog/2027-06-01-novye-kursy-x"}),
    ],
)  # fmt: skip
def test_only_hashes_of_links_secrets_are_kept(channel: str, data: dict[str, object], kept: dict[str, object]) -> None:
    """A letter's secrets and whole links lose their secrets; a button's data of a chat and other words stay."""
    assert sealed(channel, data) == kept  # type: ignore[arg-type]  # both channels are in the table
    assert sealed(channel, kept) == kept  # type: ignore[arg-type]


async def test_each_hash_is_renewed_once() -> None:
    """What is kept gets one new secret for each hash, wherever it stands; a code gets what "" is renewed to."""
    asked: list[str] = []

    async def renew(sha256: str) -> str:
        asked.append(sha256)
        return f"new{len(asked)}"

    data = sealed("mail", {"secret": SECRET, "lines": [{"secret": SECRET}], "link": f"/q/{SECRET}", "code": "123456"})
    renewed = await unsealed(data, renew)
    assert renewed == {"secret": "new1", "lines": [{"secret": "new1"}], "link": "/q/new1", "code": "new2"}
    assert asked == [digest(SECRET), ""]
