"""Whose digests lie unopened, on both databases: when staff were seen, and what managers were told of an order."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, text

from school.facts import Reminder
from storage.database import Database
from tests.integration.storage_samples import CLOCK, NOW, commit, manager, prepare
from tests.integration.test_storage_migration import upgrade


async def test_every_role_of_the_account_is_seen(database: Database) -> None:
    """Who writes is seen in every role that they hold; others, and a role withdrawn before, are left as they are."""
    await prepare(database)
    uow = database.uow(CLOCK)
    for member in (manager(7, id="a"), manager(7, id="b"), manager(7, id="c", withdrawn_at=NOW), manager(8, id="d")):
        uow.add_staff(member)
    await uow.commit()
    later = NOW + timedelta(hours=2)
    uow.see_staff(7, later)
    await uow.commit()
    found = {member.id: member.seen_at for member in await uow.staff_ever()}
    assert found == {"a": later, "b": later, "c": None, "d": None}
    assert [member.seen_at for member in (await uow.session(7)).roles] == [later, later]


async def test_what_managers_were_told(database: Database) -> None:
    """Of each order asked for the managers' reminders come with their moments, and nobody else's."""
    await prepare(database)
    told = [
        Reminder("i1", "o1", "unpaid_invoice.manager", date(2027, 5, 12), "manager", NOW),
        Reminder("i1", "o1", "unpaid_invoice.client", date(2027, 5, 12), "client", NOW),
        Reminder("i2", "o2", "unpaid_invoice.manager", date(2027, 5, 12), "manager", NOW),
    ]
    await commit(database, lambda uow: uow.add_reminders(told))
    assert await database.uow(CLOCK).digests_of(["o1", "o3"]) == {"o1": [told[0]]}


def to_sixth(connection: Connection) -> None:
    """Bring an empty database to the sixth schema with a manager in it."""
    upgrade(connection, "0006")
    connection.execute(text("INSERT INTO centres VALUES ('0123', 'СЦ', 'sc@example.ru', false, 1, '{}')"))
    moment = "2027-05-03 09:30:00.000000"
    row = f"INSERT INTO staff VALUES ('a', 7, 7, 'manager', '0123', 'Пётр', '{moment}', NULL)"  # noqa: S608 - a literal
    connection.execute(text(row.replace(":30:00", "\\:30\\:00")))


async def test_staff_of_an_earlier_release_count_as_seen(database_url: str) -> None:
    """Nobody is absent at the upgrade: whoever is there counts as seen at that moment."""
    opened = await Database.open(database_url)
    try:
        await opened.write(to_sixth)
        before = datetime.now(UTC)
        await opened.migrate()
        (member,) = await opened.uow(CLOCK).centre_staff("0123")
        assert member.seen_at is not None
        assert before <= member.seen_at <= datetime.now(UTC)
    finally:
        await opened.close()
