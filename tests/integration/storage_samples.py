"""Invented persons and organisations for the storage tests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from school.centre import Centre, Role, StaffMember
from school.draft import Draft, Visitor
from school.notices import Notice
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.ports import Token
from school.questionnaire import Page, Questionnaire
from storage.database import Database
from storage.uow import SqlUnitOfWork

NOW = datetime(2027, 5, 3, 9, 30, 15, 123456, tzinfo=UTC)

CENTRE = Centre("0123", "СЦ «Пример»", "sc0123@example.ru", settings={"bank": "ПАО СБЕРБАНК"})
PAYER = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва, дом 18")
PERSON = Payer(PayerKind.INDIVIDUAL, "Соколова Любовь Андреевна", None, None, "127018, г. Москва, дом 18")
CATALOGUE = Catalogue(
    version=1,
    disciplines=(Discipline("bukhuchet", "Школа бухгалтера"), Discipline("tenders", "Школа электронных торгов")),
    courses=(
        Course("usn", "bukhuchet", "УСН", "базовый", 120, 40, "удостоверение"),
        Course("44fz", "tenders", "44-ФЗ", "базовый", 144, 50, "удостоверение"),
    ),
    tariffs=(Tariff("usn-vip", "usn", "Личный", 3900000), Tariff("usn-std", "usn", "Обычный", 2450000)),
    runs=(
        Run("usn-0620", "usn", date(2027, 6, 20), date(2027, 8, 20), closed=False, access_url="https://example.ru/1"),
        Run("44fz-0701", "44fz", date(2027, 7, 1), date(2027, 9, 1), closed=False, access_url="https://example.ru/2"),
    ),
)


class FixedClock:
    """A clock that stands still unless it is set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        """Return the set moment."""
        return self.time


CLOCK = FixedClock()


def draft(user_id: int = 77, **changes: object) -> Draft:
    """Make a draft not stored yet."""
    made = Draft(
        id=uuid4().hex,
        user_id=user_id,
        chat_id=user_id,
        form="order",
        centre="0123",
        discipline="bukhuchet",
        answers={"inn": "5039002841", "students": [{"name": "Соколова Любовь Андреевна"}]},
        cursor=None,
        question=None,
        state="active",
        touched_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def visitor(user_id: int = 77) -> Visitor:
    """Make an account last seen at the sample centre."""
    return Visitor(user_id, user_id, "Любовь", centre="0123")


def line(name: str = "Соколова Любовь Андреевна", run: str = "usn-0620", **changes: object) -> OrderLine:
    """Make an order line."""
    made = OrderLine(
        id=uuid4().hex,
        name=name,
        mobile="+79339333333",
        email=f"{uuid4().hex}@example.ru",
        course="usn",
        run=run,
        tariff="usn-std",
        course_title="УСН",
        tariff_title="Обычный",
        price=2450000,
        starts=date(2027, 6, 20),
        ends=date(2027, 8, 20),
        flags=("latin",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def questionnaire(of_line: OrderLine, **changes: object) -> Questionnaire:
    """Make a questionnaire of a line, not stored yet."""
    made = Questionnaire(of_line.id, "order-1", {"education": "higher", "diploma": [{"id": "p1"}]})
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def page(sha256: str = "ab" * 32) -> Page:
    """Make a page of a document."""
    return Page(uuid4().hex, sha256, "image/jpeg", 120000, "диплом.jpg")


def order(sequence: int, *lines: OrderLine, payer: Payer = PAYER, **changes: object) -> Order:
    """Make an order of account 77; a later sequence was placed a minute later."""
    made = Order(
        id=uuid4().hex,
        number=f"0123-{sequence:04}",
        centre="0123",
        draft_id=uuid4().hex,
        payer=payer,
        orderer=Orderer("Петрова Анна Ивановна", "+79339333334", "petrova@example.ru"),
        lines=lines or (line(),),
        placed_at=NOW + timedelta(minutes=sequence),
        placed_by=77,
        extra={"comment": "по счёту"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def notice(recipient: str = "77", *, bulk: bool = False, dedupe: str | None = None) -> Notice:
    """Make a notice to a chat."""
    return Notice(uuid4().hex, "reply", "chat", recipient, {"text": "Готово"}, dedupe or uuid4().hex, bulk)


def manager(user_id: int, **changes: object) -> StaffMember:
    """Make a manager of the sample centre."""
    made = StaffMember(uuid4().hex, user_id, user_id, Role.MANAGER, "0123", "Орлова Вера Петровна", NOW)
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


def token(**changes: object) -> Token:
    """Make a token not stored yet."""
    made = Token(uuid4().hex * 2, "questionnaire", "line-1", NOW + timedelta(days=30), {"course": "УСН"})
    return replace(made, **changes)  # type: ignore[arg-type]  # names of fields are checked by dataclasses


async def commit(database: Database, *stage: Callable[[SqlUnitOfWork], None]) -> None:
    """Commit what the functions stage, in one unit."""
    unit = database.uow(CLOCK)
    for one in stage:
        one(unit)
    await unit.commit()


async def keep(database: Database, *lines: OrderLine, sequence: int = 1) -> Order:
    """Store one order of these lines, at the sample centre."""
    placed = order(sequence, *lines)
    await commit(database, lambda u: u.add_order(placed))
    return placed


async def prepare(database: Database) -> None:
    """Store the sample centre and catalogue."""
    await database.save_centre(CENTRE)
    await database.replace_catalogue(CATALOGUE)
