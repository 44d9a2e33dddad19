"""Migrations on both databases, from the schema of an earlier release with rows in it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from school.facts import QuestionnaireFacts
from school.tokens import digest
from storage.database import Database
from tests.integration.storage_samples import CENTRE, CLOCK, NOW

LINE = (
    '{"name":"Соколова Любовь Андреевна","mobile":"+79339333333","course":"usn","tariff":"usn-std",'
    '"course_title":"УСН","tariff_title":"Обычный","price":2450000,"starts":"2027-06-20","ends":"2027-08-20",'
    '"flags":["latin"]}'
)
ROWS = (
    "INSERT INTO centres VALUES ('0123', 'СЦ «Пример»', 'sc0123@example.ru', false, 2, '{\"bank\":\"ПАО СБЕРБАНК\"}')",
    "INSERT INTO orders VALUES ('o1', '0123-0001', '0123', 'd1', NULL, NULL, 'x', "
    '\'{"kind":"individual","name":"X","inn"\\:null,"kpp"\\:null,"address":"A"}\', '
    '\'{"name":"X","mobile":"+79339333334","email":"x@example.ru"}\', '
    "'2027-05-03 09:30:00.000000', 77, false, 1, '{}')",
    "INSERT INTO order_lines VALUES ('l1', 'o1', 0, 'соколова любовь андреевна', 's@example.ru', 'usn-0620', "
    "'not_started', 'unpaid', NULL, :line, 500)",
)


QUESTIONNAIRE = (
    "INSERT INTO questionnaires VALUES ('l1', 'o1', '{}', 'returned', NULL, '[]', 'null', 500, 'Анна', "
    "'2027-05-04 09:30:00.000000', NULL, 3)"
)


def to_first(connection: Connection) -> None:
    """Bring an empty database to the first release's schema and put rows in."""
    upgrade(connection, "0001")
    for row in ROWS:
        connection.execute(text(row), {"line": LINE} if ":line" in row else {})


def to_second(connection: Connection) -> None:
    """Bring an empty database to the second release's schema and put rows in: more lines than a page of filling."""
    to_first(connection)
    upgrade(connection, "0002")
    connection.execute(text(QUESTIONNAIRE))
    connection.execute(text("UPDATE order_lines SET payment = 'paid' WHERE id = 'l1'"))
    copy = text(
        "INSERT INTO order_lines (id, order_id, position, folded, email, run, questionnaire, payment, data) "
        "SELECT :id, order_id, :at, folded, email, run, questionnaire, payment, data FROM order_lines WHERE id = 'l1'"
    )
    connection.execute(copy, [{"id": f"m{at}", "at": at} for at in range(1, 5201)])


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the schema to a revision."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path("storage/migrations").resolve()))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_rows_of_the_first_schema_are_kept(database_url: str) -> None:
    """An order of the first release is read whole after the migration, and its line can be saved."""
    opened = await Database.open(database_url)
    try:
        await opened.write(to_first)
        await opened.migrate()
        unit = opened.uow(CLOCK)
        found = await unit.order("o1")
        assert found is not None
        (line,) = found.lines
        assert found.placed_at == datetime(2027, 5, 3, 9, 30, tzinfo=UTC)
        assert (line.starts, line.flags, line.student_id) == (date(2027, 6, 20), ("latin",), 500)
        assert (line.version, line.admit_by, line.submitted_at, line.test, line.paid_at) == (
            1,
            None,
            None,
            "none",
            None,
        )
        assert await unit.centre("0123") == replace(CENTRE, next_order=2)
        unit.save_line("o1", line)
        unit.audit("test", "line.saved", line.id)
        await unit.commit()
        assert await opened.uow(CLOCK).next_to_review(1, NOW) is None
        assert await opened.uow(CLOCK).lines_of_email("S@example.ru", 5) == ["l1"]
    finally:
        await opened.close()


async def test_rows_of_the_second_schema_are_found_by_the_new_columns(database_url: str) -> None:
    """After the migration every line has its run's end, address and centre, and every order is looked at."""
    opened = await Database.open(database_url)
    try:
        await opened.write(to_second)
        await opened.migrate()
        unit = opened.uow(CLOCK)
        ended = date(2027, 8, 21)
        assert await unit.orders_without_act(date(2027, 8, 20), 5) == []
        assert await unit.orders_without_act(ended, 5) == [("o1", "usn-0620")]
        assert (await unit.report_unshipped("0123", ended, 1, 0))[1] == 5201
        assert len(await unit.lines_of_email("s@example.ru", 6000)) == 5201
        assert await unit.orders_to_look(datetime.now(UTC), 5) == ["o1"]
        (facts,) = await unit.facts(["o1"])
        assert facts.questionnaires == (QuestionnaireFacts("l1", "returned", datetime(2027, 5, 4, 9, 30, tzinfo=UTC)),)
        (line, *_) = facts.order.lines
        unit.save_line("o1", line)
        await unit.commit()
    finally:
        await opened.close()


async def test_messages_given_up_before_lose_their_secrets(database_url: str) -> None:
    """A letter given up under an earlier release keeps the hash of its link's secret, not the secret."""
    secret = "AbCdefghijklmnopqrstuvwx"
    opened = await Database.open(database_url)
    try:
        await opened.write(lambda c: upgrade(c, "0012"))
        row = text(
            "INSERT INTO outbox (id, kind, channel, recipient, data, dedupe, bulk, state, fence, due_at, created_at) "
            "VALUES ('n1', 'questionnaire_invite', 'mail', 's@example.ru', :data, 'd1', false, 'dead', 1, "
            "'2027-05-03 09:30:00.000000', '2027-05-03 09:30:00.000000')"
        )
        await opened.write(lambda c: c.execute(row, {"data": f'{{"secret":"{secret}","name":"Анна"}}'}).close())
        await opened.migrate()
        found = await opened.uow(CLOCK).given_up("n1")
        assert found is not None
        assert found.data == {"secret": f"sha256:{digest(secret)}", "name": "Анна"}
    finally:
        await opened.close()
