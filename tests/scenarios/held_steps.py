"""Orders of strangers in the scenarios: confirmed as the letter says, or by a mailbox that is known already."""

import re
from typing import Any

from sqlalchemy import text

from school.letter_caps import hash_of
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import answers, letter_to
from tests.scenarios.page_steps import browsing

CLIENT = "belova.i@yandex.ru"


def confirm_path(letter: dict[str, Any]) -> str:
    """Return the path of the link that confirms the order of a letter."""
    found = re.search(r"(/confirm/[\w-]+)", letter["text"])
    assert found is not None, letter["text"]
    return found[1]


async def confirmed(stage: Stage, base: str, email: str = CLIENT) -> None:
    """Press the link of the newest letter that asks the mailbox to confirm an order."""
    told = await letter_to(stage, email, "/confirm/")
    async with browsing(base) as owner:
        await owner.open(confirm_path(told))
        shown = await owner.press("Подтвердить заявку")
        assert "Заявка подтверждена" in shown.text, shown.text


async def counted(stage: Stage, what: str) -> int:
    """Count rows of a table, with a condition behind it."""
    return int(await stage.app.database.run(lambda c: c.execute(text(f"SELECT count(*) FROM {what}")).scalar_one()))  # noqa: S608


async def confirmed_by_mail(stage: Stage, email: str = CLIENT) -> None:
    """Answer the letter that asks the mailbox to confirm an order."""
    await answers(stage, await letter_to(stage, email, "Подтвердите заявку"), "Подтверждаю", sender=email)


async def known(stage: Stage, email: str = CLIENT) -> None:
    """Let the mailbox be one that has confirmed an order before: its orders wait for nothing."""
    uow = stage.app.database.uow(stage.clock)
    uow.know_mailbox(hash_of(email), stage.clock.now())
    await uow.commit()
