"""What Telegram says of who opened a Mini App is believed only when it is signed, fresh and names a person."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from aiogram.utils.web_app import check_webapp_signature

from tests.init_data import NOW, TOKEN, key, signed
from web.mini_app import AHEAD, LASTS, Untrusted, read_init_data


def test_data_of_telegram_name_the_account() -> None:
    """Right data, with Russian names and a signature, give the account; another implementation agrees to them."""
    data = signed()
    assert check_webapp_signature(TOKEN, data)
    opened = read_init_data(data, key(), NOW)
    assert opened.account == 5123456789
    assert opened.expires_at == NOW + LASTS
    assert read_init_data(signed(signature=None), key(), NOW).account == 5123456789


def test_known_vector() -> None:
    """A vector reckoned once by the rule stays right: the order of fields and the encoding do not drift."""
    text = (
        "user=%7B%22id%22%3A1%7D&auth_date=1700000000&hash="
        "9301be613f30c136f89e4828769122904219f1f140cae4408a73e9661654419b"
    )
    moment = datetime.fromtimestamp(1_700_000_000, UTC)
    assert read_init_data(text, key(), moment).account == 1


def test_each_opening_is_known_by_itself() -> None:
    """Two openings differ, the same one looks the same however its fields are ordered."""
    first, second = signed(), signed(query_id="BBHdF6IQAAAAAN0XohDhrOrc")
    assert read_init_data(first, key(), NOW).seen != read_init_data(second, key(), NOW).seen
    turned = "&".join(reversed(first.split("&")))
    assert read_init_data(first, key(), NOW).seen == read_init_data(turned, key(), NOW).seen


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hash=",
        "nonsense",
        "user",
        "%FF%FE=1&hash=00",
        signed()[:-1] + "0" if not signed().endswith("0") else signed()[:-1] + "1",
        signed().replace("5123456789", "5123456780"),
        signed().replace("&auth_date", "&chat=1&auth_date"),
        signed(token=f"{TOKEN}1"),
        signed().split("&hash=")[0],
        f"{signed()}&user=%7B%22id%22%3A7%7D",
        f"user=%7B%22id%22%3A7%7D&{signed()}",
        f"{signed()}&hash=0",
        signed(auth_date=int((NOW - LASTS).timestamp()) - 1),
        signed(auth_date=int((NOW + AHEAD).timestamp()) + 1),
        signed(auth_date="вчера"),
        signed(auth_date="99999999999"),
        signed(auth_date="-1"),
        signed(auth_date=None),
        signed(user=None),
        signed(user="{}"),
        signed(user="[1]"),
        signed(user="null"),
        signed(user='{"id":"5123456789"}'),
        signed(user='{"id":true}'),
        signed(user='{"id":1.5}'),
        signed(user='{"id":0}'),
        signed(user='{"id":-5}'),
        signed(user=json.dumps({"id": 2**60})),
        signed(user="[" * 5000),
        signed(query_id="a\nb"),
        signed(**{f"x{number}": str(number) for number in range(60)}),
    ],
)
def test_all_else_is_refused(data: str) -> None:
    """Forged, foreign, doubled, stale, early, nameless and broken data are refused, and nothing else is raised."""
    with pytest.raises(Untrusted):
        read_init_data(data, key(), NOW)


def test_data_live_an_hour() -> None:
    """The last second of the hour is good, and so is a clock that is a little ahead."""
    assert read_init_data(signed(), key(), NOW + LASTS)
    assert read_init_data(signed(), key(), NOW - AHEAD)
    with pytest.raises(Untrusted):
        read_init_data(signed(), key(), NOW + LASTS + timedelta(seconds=1))
