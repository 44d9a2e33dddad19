"""Curators check questionnaires: one card at a time, one decision, taken back or told."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from bot.callbacks import review
from bot.routers.review import ACTS
from sandbox.client import Message, Person
from school.centre import Role
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import (
    count,
    dealt,
    hand_in,
    keep,
    member,
    page,
    press_data,
    read,
    state_of,
    student,
    withdraw,
)


def has(label: str) -> Callable[[Message], bool]:
    """Match a message by a button."""
    return lambda m: m.has_button(label)


async def until_told(stage: Stage) -> None:
    """Let the undo run out and send what waited for it."""
    stage.clock.move(minutes=2, seconds=1)
    stage.app.wake()


async def test_two_curators_get_different_cards(stage: Stage) -> None:
    """Two curators who ask at once get two cards, the oldest first; who asks again gets the one that is left."""
    for name in ("Орлова Анна Петровна", "Лебедева Вера Ильинична", "Зуева Ольга Олеговна"):
        await hand_in(stage, name)
        stage.clock.move(minutes=1)
    first, second = await member(stage, "Петрова"), await member(stage, "Сидорова")
    cards = await asyncio.gather(dealt(first), dealt(second))
    names = {name for name in ("Орлова", "Лебедева", "Зуева") for card in cards if name in card.text}
    assert names == {"Орлова", "Лебедева"}
    assert "Зуева" in (await dealt(first)).text


async def test_lease_runs_out(stage: Stage) -> None:
    """A card nobody decided on for 10 minutes goes to the next curator, and its old buttons still count."""
    await hand_in(stage, "Орлова Анна Петровна")
    first, second = await member(stage, "Петрова"), await member(stage, "Сидорова")
    await dealt(first)
    await second.send("/queue")
    told = await second.wait_for("Свободных анкет нет", timeout=40)
    assert "Петрова — 1" in told.text
    stage.clock.move(minutes=11)
    assert "Орлова" in (await dealt(second)).text
    await first.press("Вернуть")
    await first.press("← Назад", await first.wait_for("Что вернуть", timeout=40))
    assert "Смотрит Сидорова до 12:21" in (await first.wait_for(has("Подтвердить"), timeout=40)).text
    await first.press("Подтвердить")
    await second.wait_for("Подтверждена: Петрова", after=0, timeout=40)


async def test_card_says_what_looks_odd(stage: Stage) -> None:
    """The card holds surnames, the deadline and a flag for each oddity; its documents are above it, audited."""
    await hand_in(stage, "Орлова Анна Петровна", diploma=[page("a")])
    stage.clock.move(minutes=1)
    handed = await hand_in(
        stage,
        "Лебедева Вера Ильинична",
        surname="Котова",
        same_surname="no",
        diploma_surname="Иванова",
        diploma=[page("a", flags=["blurred"])],
        flags={"surname": ["mixed_script"]},
        snils="112-233-445 95",
    )
    await keep(stage, handed)
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Подтвердить")
    card = await curator.wait_for("Котова", timeout=40)
    for words in (
        "в дипломе: Иванова", "документа о смене нет", "Имя не как в заявке", "латинские буквы", "нерезкий",
        "Такой же файл у другого ученика: 0123-0001/1", "112-233-445 95", "Проверить не позднее 15 марта",
    ):  # fmt: skip
        assert words in card.text
    await curator.press("Оригиналы", card)
    sent = await curator.wait_for(lambda m: m.file is not None and m.file["kind"] == "document", timeout=40)
    assert sent.file is not None
    audited = text("SELECT actor FROM audit WHERE action = 'document.read' AND subject = :line")
    read_by = await stage.app.database.run(lambda c: c.execute(audited, {"line": handed.line_id}).scalars().all())
    assert read_by == [f"chat:{curator.id}"] * 2


async def test_unpaid_and_overdue_are_said(stage: Stage) -> None:
    """The card says that the payment is missing, or that the term has passed."""
    await hand_in(stage, "Орлова Анна Петровна")
    curator = await member(stage, "Петрова")
    await hand_in(stage, "Лебедева Вера Ильинична", paid=False)
    stage.clock.move(days=9)
    card = await dealt(curator)
    assert "Срок прошёл 15 марта" in card.text
    assert "ждёт 9 дней" in card.text
    await curator.press("Подтвердить")
    assert "Оплаты пока нет" in (await curator.wait_for("Лебедева", timeout=40)).text


async def test_approve_undo_approve(stage: Stage) -> None:
    """An approval taken back within two minutes tells nobody; the second one does, once, and then cannot be undone."""
    bound = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", bound)
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Подтвердить")
    await curator.wait_for("Все анкеты проверены", timeout=40)
    assert (await state_of(stage, handed))[:2] == ("approved", "approved")
    await curator.press("Отменить решение")
    await curator.wait_for(lambda m: m.has_button("Подтвердить") and m.edited, timeout=40)
    assert await state_of(stage, handed) == ("submitted", "submitted", stage.clock.now())
    await until_told(stage)
    await curator.press("Подтвердить")
    decided = await curator.wait_for(lambda m: m.has_button("Отменить решение"), timeout=40)
    assert count(await bound.messages(), "подтверждена") == 0
    await until_told(stage)
    await bound.wait_for("подтверждена", after=0, timeout=40)
    await curator.press("Отменить решение", decided)
    await curator.wait_for("Ученику уже сообщили", timeout=40)
    assert count(await bound.messages(), "подтверждена") == 1
    assert (await state_of(stage, handed))[0] == "approved"


@pytest.mark.timeout(300)
async def test_fifty_approve_one_card(stage: Stage) -> None:
    """Of fifty who approve one card at once one wins; the others are told who and when, the student once."""
    bound = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", bound)
    curators = await asyncio.gather(*(member(stage, f"Куратор{n}") for n in range(50)))
    cards = []
    for curator in curators:
        cards.append(await dealt(curator))
        stage.clock.move(minutes=11)
    await asyncio.gather(*(c.press("Подтвердить", card) for c, card in zip(curators, cards, strict=True)))

    async def outcome(curator: Person) -> str:
        said = await curator.wait_for(
            lambda m: m.has_button("Отменить решение") or "уже принято" in m.text, after=0, timeout=100
        )
        return said.text

    told = await asyncio.gather(*(outcome(c) for c in curators))
    assert sum("уже принято" in text for text in told) == 49
    winner = next(text for text in told if "уже принято" not in text).split("Подтверждена: ")[1].split("\n")[0]
    assert all(f"Подтверждена: {winner}" in text for text in told)
    for curator, card in zip(curators, cards, strict=True):

        def changed(m: Message, card: Message = card) -> bool:
            return m.message_id == card.message_id and "Подтверждена" in m.text

        await curator.wait_for(changed, after=0, timeout=40)
    await until_told(stage)
    await bound.wait_for("подтверждена", after=0, timeout=40)
    assert count(await bound.messages(), "подтверждена") == 1
    assert (await state_of(stage, handed))[0] == "approved"


async def test_returned_with_preset_and_typed_reason(stage: Stage) -> None:
    """Several fields go back, one with a preset and one with a typed reason; the clock stops, the card changes."""
    bound = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", bound)
    curator, other = await member(stage, "Петрова"), await member(stage, "Сидорова")
    await dealt(other)
    stage.clock.move(minutes=11)
    card = await dealt(curator)
    await curator.press("Вернуть", card)
    fields = await curator.wait_for("Что вернуть", timeout=40)
    assert not fields.has_button("Документ о смене")
    await curator.press("Диплом")
    await curator.press("Не читается", await curator.wait_for("почему возвращаем", timeout=40))
    await curator.press("Отчество", await curator.wait_for("Диплом: не читается", timeout=40))
    await curator.press("Своими словами", await curator.wait_for("почему возвращаем", timeout=40))
    await curator.wait_for("одним сообщением", timeout=40)
    await curator.send("В дипломе <Павловна>")
    picked = await curator.wait_for("Отчество: В дипломе <Павловна>", timeout=40)
    await curator.press("Вернуть ученику", picked)
    await other.wait_for("Возвращена: Петрова", after=0, timeout=40)
    assert await state_of(stage, handed) == ("returned", "returned", None)
    await until_told(stage)
    told = await bound.wait_for("Павловна", after=0, timeout=40)
    assert "не читается" in told.text


async def test_declined_with_confirmation(stage: Stage) -> None:
    """Declining asks for a reason and a confirmation; the manager hears of it after the undo, not before."""
    bound = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", bound)
    curator, manager = await member(stage, "Петрова"), await member(stage, "Пётр", Role.MANAGER)
    await dealt(curator)
    await curator.press("Отклонить")
    await curator.press("Нет образования", await curator.wait_for("Почему отклоняем", timeout=40))
    sure = await curator.wait_for("Отклонить анкету?", timeout=40)
    assert (await state_of(stage, handed))[0] == "submitted"
    await curator.press("Отклонить анкету", sure)
    await curator.wait_for("Отклонена: Петрова", timeout=40)
    await curator.press("Отменить решение")
    again = await curator.wait_for(lambda m: m.has_button("Отклонить") and m.edited, timeout=40)
    await curator.press("Отклонить", again)
    await curator.press("Своими словами", await curator.wait_for("Почему отклоняем", timeout=40))
    await curator.wait_for("одним сообщением", timeout=40)
    await curator.send("Документ подделан")
    await curator.press("Отклонить анкету", await curator.wait_for("Отклонить анкету?", timeout=40))
    await curator.wait_for("Отклонена: Петрова", timeout=40)
    assert count(await manager.messages(), "Орлова") == 0
    await until_told(stage)
    await bound.wait_for("Документ подделан", after=0, timeout=40)
    await manager.wait_for("Орлова", after=0, timeout=40)
    assert count(await manager.messages(), "Орлова") == 1


async def test_reopened_at_the_students_wish(stage: Stage) -> None:
    """A curator opens an approved questionnaire for fields they pick, and the student is asked for them."""
    bound = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", bound)
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Подтвердить")
    decided = await curator.wait_for(has("Отменить решение"), timeout=40)
    await until_told(stage)
    await curator.press("Отменить решение", decided)
    await curator.press("Открыть для правки", await curator.wait_for("уже сообщили", timeout=40))
    await curator.press("Фамилия", await curator.wait_for("может исправить", timeout=40))
    await curator.press("Открыть ученику", await curator.wait_for("по просьбе ученика", timeout=40))
    await bound.wait_for("Фамилия", after=0, timeout=40)
    assert await state_of(stage, handed) == ("returned", "returned", None)
    assert len(review("reopen", handed.line_id, 12, "x" * 4)) <= 64


async def test_queue_of_ten_thousand(stage: Stage) -> None:
    """With 10,000 waiting the oldest deadline comes first, and at once."""
    oldest = await hand_in(stage, "Орлова Анна Петровна")
    await fill_queue(stage, 10_000)
    curator = await member(stage, "Петрова")
    loop = asyncio.get_running_loop()
    began = loop.time()
    card = await dealt(curator)
    assert loop.time() - began < 5
    assert "Орлова" in card.text
    assert (await read(stage).questionnaire(oldest.line_id)) is not None


async def fill_queue(stage: Stage, number: int) -> None:
    """Put waiting questionnaires of later deadlines straight into the tables."""

    def insert(connection: Connection) -> None:
        lines = [str(c) for c in connection.execute(text("SELECT * FROM order_lines LIMIT 1")).mappings().one()]
        took = ", ".join("id || '-' || n" if c == "id" else "n" if c == "position" else later(c) for c in lines)
        numbers = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :number)"
        connection.execute(
            text(f"{numbers} INSERT INTO order_lines ({', '.join(lines)}) SELECT {took} FROM order_lines, s"),  # noqa: S608
            {"number": number},
        )

    def later(column: str) -> str:
        return "'2027-12-01'" if column == "admit_by" else column

    await stage.app.database.write(insert)


async def test_digest_once_an_hour(stage: Stage) -> None:
    """However many arrive, curators get one message an hour, none when nothing is new, none at night."""
    curator = await member(stage, "Петрова")
    for _ in range(5):
        await hand_in(stage, "Орлова Анна Петровна")
    for _ in range(3):
        await stage.app.ticker.tick_now()
    digest = await curator.wait_for("В очереди 5 анкет", after=0, timeout=40)
    stage.clock.move(minutes=5)
    await hand_in(stage, "Орлова Анна Петровна")
    await stage.app.ticker.tick_now()
    assert count(await curator.messages(), "В очереди") == 1
    stage.clock.move(hours=1)
    await stage.app.ticker.tick_now()
    await curator.wait_for("В очереди 6 анкет", after=0, timeout=40)
    stage.clock.move(hours=1)
    await stage.app.ticker.tick_now()
    await hand_in(stage, "Орлова Анна Петровна")
    stage.clock.move(hours=10)  # past midnight in Moscow
    await stage.app.ticker.tick_now()
    assert count(await curator.messages(), "В очереди") == 2
    await curator.press("Открыть очередь", digest)
    await curator.wait_for(lambda m: m.has_button("Подтвердить"), timeout=40)


async def test_due_and_overdue(stage: Stage) -> None:
    """On the last day curators are told in the morning; after it administrators are, once a day."""
    curator, admin = await member(stage, "Петрова"), await member(stage, "Анна", Role.ADMIN)
    await hand_in(stage, "Орлова Анна Петровна")
    stage.clock.move(days=5)  # Monday, 15 March
    await stage.app.ticker.tick_now()
    await curator.wait_for("Сегодня последний день, чтобы проверить 1 анкету", after=0, timeout=40)
    stage.clock.move(days=1)
    await stage.app.ticker.tick_now()
    await admin.wait_for("Просрочена 1 анкета", after=0, timeout=40)
    stage.clock.move(hours=1)
    await stage.app.ticker.tick_now()
    assert count(await admin.messages(), "Просрочена") == 1


async def test_strangers_press_in_vain(stage: Stage) -> None:
    """Whatever a stranger, a client, a manager or a former curator presses changes nothing and shows nothing."""
    handed = await hand_in(stage, "Орлова Анна Петровна")
    stranger, manager = await student(stage, "Чужой"), await member(stage, "Пётр", Role.MANAGER)
    former = await member(stage, "Бывшая")
    await withdraw(stage, former)
    for person in (stranger, manager, former):
        for act in ACTS:
            told = await press_data(person, f"rv:{act}:{handed.line_id}:1:other")
            assert "ничего не нашлось" in told.text
        assert count(await person.messages(), "Орлова") == 0
        await person.send("/queue")
        await person.wait_for("ничего не нашлось", timeout=40)
    assert (await state_of(stage, handed))[0] == "submitted"


async def test_without_personal_data_in_chat(stage: Stage) -> None:
    """Where chat holds no personal data, a card has initials only, no document is sent and nobody writes."""
    bound = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", bound, same_surname="no", diploma_surname="Иванова")
    curator = await member(stage, "Петрова")
    closed = stage.settings.personal_data.model_copy(update={"in_chat": False})
    stage.settings = stage.settings.model_copy(update={"personal_data": closed})
    await stage.restart()
    card = await dealt(curator)
    assert "О. А. П." in card.text
    assert "Анна" not in card.text
    assert "Иванова" not in card.text
    await curator.press("Оригиналы", card)
    await curator.wait_for("на защищённой странице школы", timeout=40)
    assert "kurator@example.ru" in (await press_data(bound, f"th:write:{handed.line_id}")).text
