"""The page at the first start ever without Telegram: the bot's name is not known, so no link leads into it."""

import pytest

from bot import app
from bot.config import Settings
from bot.site import page_settings
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import browsing, open_pages, placed_secret, proved
from tests.scenarios.test_page_order import FIRST, ORDERER, PAYER, begun
from web.site import PageSettings


def _nameless(settings: Settings, _: str) -> PageSettings | None:
    return page_settings(settings, "")


async def test_no_link_leads_into_a_bot_without_a_name(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof, the questionnaire and the student's page show no way to Telegram."""
    monkeypatch.setattr(app, "page_settings", _nameless)
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        pages = [await person.open(f"/q/{secret}"), await proved(person, secret), await person.open(f"/me/{secret}")]
    assert [shown.status for shown in pages] == [200, 200, 200]
    for shown in pages:
        assert "t.me/" not in str(shown.links)
        assert "Продолжить в Telegram" not in shown.text
        assert "Получать сообщения в Телеграме" not in shown.text


async def test_an_order_is_not_taken_to_a_bot_without_a_name(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form has no button to Telegram; one pressed before a restart keeps what was typed and shows the form."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        shown = await begun(person)
        assert "Продолжить в Telegram" in shown.text
        monkeypatch.setattr(app, "page_settings", _nameless)
        await stage.restart()
        shown = await person.press("Продолжить в Telegram", **(PAYER | ORDERER | FIRST))
        assert (shown.status, "Продолжить в Telegram" in shown.text) == (200, False)
        assert "Ромашка" in shown.html
