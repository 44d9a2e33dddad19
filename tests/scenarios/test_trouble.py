"""What goes wrong outside: the bot is killed, many write at once, the mail server is away."""

import asyncio
import re

from tests.scenarios.conftest import Stage
from tests.scenarios.steps import FINISH, ORGANISATION, STUDENT, WHOLE, place, play, to_address

BAD = (
    ("payer_inn", "5039002840", "5039002840"),
    ("payer_inn", "5039002814", "5039002814"),
    ("payer_inn", "0000000000", "нулей"),
    ("payer_inn", "500100732295", "10"),
    ("payer_inn", "ромашка", "ромашка"),
    ("payer_kpp", "5039", "5039"),
    ("payer_address", "12701, Москва, Полковая, дом 3", "Индекс 12701"),
    ("payer_address", "127018, г. Москва, Полковая", "дом"),
    ("orderer_name", "Белова И. П.", "Белова И. П."),
    ("orderer_mobile", "88005009551", "88005009551"),
    ("orderer_mobile", "12", "12"),
    ("orderer_email", "belova", "belova"),
)
BEFORE = {
    "payer_inn": 3,
    "payer_kpp": 4,
    "payer_address": 5,
    "orderer_name": 6,
    "orderer_mobile": 7,
    "orderer_email": 8,
}


async def test_every_bad_value_is_refused_in_chat(stage: Stage) -> None:
    """Each bad vector gets a sentence that names it, and the question stays open."""
    client = await stage.client()
    done = 0
    for field, value, words in BAD:
        await play(client, ORGANISATION[done : BEFORE[field]])
        done = BEFORE[field]
        await client.send(value)
        refused = await client.wait_for(lambda m: m.sender == "bot")
        assert words in refused.text, (field, value, refused.text)
    await play(client, (*ORGANISATION[done:], *STUDENT, *FINISH))
    await client.press("Отправить")
    await client.wait_for("принята")


async def test_twenty_clients_at_once(stage: Stage) -> None:
    """Twenty clients whose messages interleave get twenty orders of different numbers and their own letters."""

    async def one(number: int) -> str:
        client = await stage.client(f"Клиент{number}")
        acts = [
            (
                how,
                what.replace("sokolova.l@", f"sokolova{number}@")
                .replace("Ромашка", f"Ромашка {number}")
                .replace("Соколова", f"Соколова{chr(ord('а') + number)}"),
            )
            for how, what in WHOLE
        ]
        accepted = await place(client, acts)
        assert f"Ромашка {number}" in accepted.text
        found = re.search(r"№ (\S+)", accepted.text)
        assert found is not None
        return found[1]

    numbers = await asyncio.gather(*(one(n) for n in range(20)))
    assert len(set(numbers)) == 20
    for n in range(20):
        await stage.sandbox.wait_letter(to_address(f"sokolova{n}@yandex.ru"), timeout=40)


async def test_thirty_messages_in_a_second(stage: Stage) -> None:
    """Thirty messages of one client in a burst are all answered, in their order."""
    client = await stage.client()
    await play(client, ORGANISATION[:3])
    before = (await client.last()).rev
    for n in range(30):
        await client.send(f"не ИНН {n}")
    await client.wait_for("не ИНН 29", after=before)
    answers = [m.text for m in await client.messages() if m.sender == "bot" and "не ИНН" in m.text]
    numbers = [int(found[1]) for a in answers if (found := re.search(r"не ИНН (\d+)", a))]
    assert numbers == list(range(30))


async def test_mail_server_down_for_the_whole_order(stage: Stage) -> None:
    """With the mail server away the order is taken, and every letter arrives once when it is back."""
    await stage.sandbox.smtp("down")
    client = await stage.client()
    await place(client)
    assert (await stage.sandbox.letters())["count"] == 0
    await stage.sandbox.smtp("up")
    for _ in range(20):
        stage.clock.move(hours=1)
        stage.app.wake()
        await asyncio.sleep(0.1)
        if (await stage.sandbox.letters())["count"] == 2:
            break
    await stage.sandbox.wait_letter(lambda letter: "centre@example.ru" in letter["to"])
    await stage.sandbox.wait_letter(lambda letter: "sokolova.l@yandex.ru" in letter["to"])
    ids = [letter["message_id"] for letter in (await stage.sandbox.letters())["letters"]]
    assert len(ids) == len(set(ids)) == 2


async def test_clean_stop_hands_everything_over(stage: Stage) -> None:
    """What is written while the bot is stopped is answered when it is back."""
    client = await stage.client()
    await play(client, ORGANISATION[:2])
    await stage.app.stop()
    await client.send("ООО «Ромашка»")
    await client.send("5039002841")
    from bot.app import App

    stage.app = App(stage.settings, clock=stage.clock)
    await stage.app.start()
    await client.wait_for("КПП организации")
