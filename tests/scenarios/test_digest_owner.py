"""Whose digest an order's lines go to, through the whole bot: its owner's, and after silence the next one's."""

from collections import defaultdict

from sqlalchemy import text

from sandbox.client import Person
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, order_of, placed
from tests.scenarios.test_reminders import at, invoiced, live_until

FOR_OWNER = "за Петра Лебедева, заявка № 0123-0001"


async def digests(stage: Stage) -> dict[str, list[int]]:
    """Return who has had a digest on each day."""
    query = text("SELECT dedupe FROM outbox WHERE kind = 'digest' ORDER BY seq")
    found: dict[str, list[int]] = defaultdict(list)
    for (dedupe,) in await stage.app.database.run(lambda c: c.execute(query).all()):
        _, _, day, _, account = str(dedupe).split(":")
        found[day].append(int(account))
    return {day: sorted(accounts) for day, accounts in found.items()}


async def at_order(person: Person, *labels: str) -> None:
    """Open the order and press what leads there."""
    await person.send(f"/status {NUMBER}")
    await person.wait_for("1 ученик")
    for label in labels:
        await person.press(label)
    if labels:
        await person.wait_for("ведёт Пётр")


async def led(stage: Stage) -> tuple[Person, Person, Person]:
    """Place an order with an invoice; return its owner, the substitute and another manager of the centre."""
    owner, mate = await stage.manager("Пётр Лебедев"), await stage.manager("Анна Орлова")
    third = await stage.manager("Вера")
    await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at_order(owner, "Ещё", "Взять")
    await at_order(mate, "Ещё", "Замещать")
    return owner, mate, third


async def handed_over(stage: Stage) -> list[tuple[str, str, str]]:
    """Return what the audit knows of lines that came over: who did it, from whom, to whom."""
    query = text("SELECT actor, before, after FROM audit WHERE action = 'order.handed_over' ORDER BY id")
    rows = await stage.app.database.run(lambda c: c.execute(query).all())
    return [tuple(row) for row in rows]


async def test_unopened_lines_come_over_and_go_back(stage: Stage) -> None:
    """After two working days unopened the substitute has the lines too; a button of the owner's brings them back."""
    owner, mate, _ = await led(stage)
    await live_until(stage, "2027-03-18")
    told = await owner.wait_for("На сегодня: 1 дело", after=0)
    assert "Лебедева" not in told.text
    assert await digests(stage) == {"2027-03-17": [owner.id]}
    await at_order(mate)
    await live_until(stage, "2027-03-19")
    said = await mate.wait_for("На сегодня: 1 дело", after=0)
    assert FOR_OWNER in said.text
    assert await handed_over(stage) == [("clock", "Пётр Лебедев", "Анна Орлова")]
    both = sorted([owner.id, mate.id])
    assert await digests(stage) == {"2027-03-17": [owner.id], "2027-03-19": both}
    await owner.press("1. Отложить", told)
    await owner.wait_for("До какого дня отложить")
    await live_until(stage, "2027-03-23")
    await owner.wait_for("Курс скоро начнётся", after=0)
    assert await digests(stage) == {"2027-03-17": [owner.id], "2027-03-19": both, "2027-03-23": [owner.id]}
    assert len(await handed_over(stage)) == 1


async def test_from_a_silent_substitute_to_everybody(stage: Stage) -> None:
    """What the substitute leaves unopened as well is everybody's, once."""
    owner, mate, third = await led(stage)
    await live_until(stage, "2027-03-18")
    await at_order(mate)
    await live_until(stage, "2027-03-23")
    said = await third.wait_for("На сегодня: 2 дела", after=0)
    assert said.text.count(FOR_OWNER) == 2
    found = await digests(stage)
    assert list(found) == ["2027-03-17", "2027-03-19", "2027-03-23"]
    assert found["2027-03-23"] == sorted([owner.id, mate.id, third.id])
    assert [after for _, _, after in await handed_over(stage)] == ["Анна Орлова", "Вера"]


async def test_a_withdrawn_owner_is_absent_at_once(stage: Stage) -> None:
    """The lines of an owner who has no role any more are the substitute's the same day."""
    owner, mate, _ = await led(stage)
    uow = stage.app.database.uow(stage.clock)
    member = next(one for one in await uow.centre_staff("0123") if one.user_id == owner.id)
    uow.withdraw_staff(member.id, stage.clock.now())
    await uow.commit()
    await at(stage, "2027-03-17 09:35")
    said = await mate.wait_for("На сегодня: 1 дело", after=0)
    assert FOR_OWNER in said.text
    assert await digests(stage) == {"2027-03-17": [mate.id]}


async def test_lines_without_an_owner_are_everybody_s(stage: Stage) -> None:
    """A line of an order that nobody leads goes to every manager, without a word on anybody else."""
    mates = [await stage.manager("Пётр Лебедев"), await stage.manager("Анна Орлова")]
    await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-17 09:35")
    said = await mates[1].wait_for("На сегодня: 1 дело", after=0)
    assert "Лебедева" not in said.text
    assert await digests(stage) == {"2027-03-17": sorted(mate.id for mate in mates)}


async def test_staff_are_noted_once_an_hour(stage: Stage) -> None:
    """Of all that a manager writes within an hour the first moment is kept."""
    manager = await stage.manager()

    async def seen() -> str:
        rows = await stage.app.database.run(lambda c: c.execute(text("SELECT seen_at FROM staff")).all())
        return str(rows[0][0])

    found = []
    for minutes in (0, 59, 1):
        stage.clock.move(minutes=minutes)
        await manager.send("/status нет такого")
        await manager.wait_for("не наш")
        found.append(await seen())
    assert found[0] == found[1] < found[2]
