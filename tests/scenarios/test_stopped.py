"""A file or a letter whose reading is stopped: its sender gets a clear sentence, and the administrators hear of it."""

import pytest

from tests.integration.job_steps import instead
from tests.scenarios.billing_steps import document, statement, with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.test_mail_orders import ADDRESS, form_with, hand_in, letter, post
from tests.scenarios.test_payments import two_billed

__all__ = ["post"]

OVER_TIME = "import os, signal; os.read(0, 8); os.kill(os.getpid(), signal.SIGXCPU)"


@pytest.mark.parametrize(
    ("name", "content", "said", "kind"),
    [
        (
            "kl_to_1c.txt",
            statement("24500.00", document("24500.00", "Оплата по счету № 57")),
            "Выписка устроена слишком сложно",
            "банковскую выписку",
        ),
        ("oplaty.xlsx", b"PK\x03\x04", "Таблица устроена слишком сложно", "таблицу оплат"),
    ],
)
async def test_a_stopped_file_of_payments_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str, kind: str
) -> None:
    """The manager learns that the file is made too hard, not that it is large, and that nothing is recorded."""
    await with_seller(stage)
    admin, manager = await stage.admin(), await stage.manager()
    await two_billed(stage, manager)
    instead(monkeypatch, OVER_TIME)
    await manager.upload(content, name)
    told = await manager.wait_for(said, timeout=60)
    assert "записан" in told.text
    assert "больш" not in told.text
    heard = await admin.wait_for(kind, timeout=60)
    assert "слишком сложно" in heard.text


async def test_a_stopped_letter_waits_for_a_person(post: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that could not be read within the limits is set aside with its reason, and the administrators hear."""
    admin = await post.admin()
    instead(monkeypatch, OVER_TIME)
    await hand_in(post, letter(ADDRESS, "Заявка во вложении", await form_with()))
    await admin.wait_for("Письмо не удалось обработать", timeout=60)
    await admin.send("/mail")
    await admin.wait_for("Непонятые письма: 1")
    await admin.press("Разобрать (1)")
    await admin.wait_for("слишком сложно устроено", timeout=60)
