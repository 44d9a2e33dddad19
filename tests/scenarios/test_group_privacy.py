"""What a centre's group is told over whole stories of people who pay for themselves: numbers, and nobody's name."""

import pytest

from sandbox.state import Chat
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, order_of
from tests.scenarios.steps import Act, place
from tests.scenarios.test_cancelling import cancel
from tests.scenarios.test_groups import bound, said
from tests.scenarios.test_reminders import at, invoiced

ADDRESS = "127018, г. Москва, ул. Полковая, дом 3"
PAYER = "Белова Ирина Петровна"
CONTACTS: tuple[Act, ...] = (
    ("send", ADDRESS), ("press", "Это я"), ("send", "8 (916) 123-45-67"), ("send", "belova.i@yandex.ru"),
    ("press", "Понятно"),
)  # fmt: skip
OTHER_STUDENT: tuple[Act, ...] = (
    ("send", "Соколова Любовь Андреевна"), ("send", "8 933 933-33-33"), ("send", "sokolova.l@yandex.ru"),
)  # fmt: skip
COURSE: tuple[Act, ...] = (("press", "1"), ("press", "–"), ("press", "Базовый"), ("press", "Дальше"))
CONFIRMED: Act = ("press", "Подтверждаю")
TRADER: tuple[Act, ...] = (("press", "Даю согласие"), ("press", "ИП"), ("send", PAYER), ("send", "500100732259"))
PERSON: tuple[Act, ...] = (("press", "Даю согласие"), ("press", "Физическое лицо"), ("send", PAYER))
PERSONAL = (
    "белов", "ирин", "петров", "соколов", "любов", "андреев", "б. и. п", "с. л. а", "и. п.", "л. а.", "ип ",
    "предпринимател", "500100732259", "916", "933", "yandex", "@", "полковая", "пользовател",
)  # fmt: skip


def texts(chat: Chat) -> str:
    """Return the words of the group's messages as people see them, folded."""
    found = [str(post.body.get("text", "")) + str(post.body.get("reply_markup", "")) for post in chat.posts.values()]
    return "\n".join(found).casefold()


@pytest.mark.parametrize(
    "acts",
    [
        (*TRADER, *CONTACTS, *OTHER_STUDENT, *COURSE, CONFIRMED),
        (*TRADER, *CONTACTS, ("press", "Учиться буду я"), *COURSE),
        (*PERSON, ("press", "Пропустить"), *CONTACTS, *OTHER_STUDENT, *COURSE, CONFIRMED),
        (*PERSON, ("send", "500100732259"), *CONTACTS, ("press", "Учиться буду я"), *COURSE),
    ],
    ids=["trader-for-another", "trader-for-himself", "person-for-another", "person-for-himself"],
)
async def test_a_group_hears_nobody_s_name(stage: Stage, acts: tuple[Act, ...]) -> None:
    """An order placed, a morning's digest with its invoice, and a cancel: each is told by number, nobody is named."""
    manager = await stage.manager("Пётр")
    chat = await bound(stage, manager)
    await place(await stage.client("Ирина Белова"), acts)
    await said(chat, f"Новая заявка № {NUMBER}")
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-11 10:00")
    await said(chat, "Сводка на сегодня")
    await cancel(manager)
    await said(chat, f"Отменили заявку № {NUMBER} · 1 ученик")
    assert not [word for word in PERSONAL if word in texts(chat)]
