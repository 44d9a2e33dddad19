"""What is shown of orders and their students."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot import menus
from bot.context import Settings
from bot.replies import LONGEST_TEXT, Screen, message_params
from bot.views import home, orders, staff, students
from school.centre import Role, StaffMember
from school.forms.field import NeedsConfirmation
from school.order import Enrolment, Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.ports import QueueState
from school.ports_audit import Trouble
from school.use_cases.replace_student import Newcomer
from school.use_cases.whats_waiting import OfCentres, Waiting
from school.use_cases.withdraw_staff import Withdrawn
from tests.samples import CENTRE, NOW, catalogue
from wording.conditions import PAYER_WAITS, Reader

SETTINGS = Settings("Europe/Moscow", "shkola_bot")
TITLE = "Бухгалтерский учёт при ОСНО <&> " + "с очень длинным названием " * 2


def line(number: int = 0, **values: Any) -> OrderLine:
    """One student of an order."""
    given: dict[str, Any] = {
        "id": f"{number:032x}",
        "name": "Соколова Любовь Андреевна",
        "mobile": "+79339333333",
        "email": "sokolova.l@yandex.ru",
        "course": "osno-a",
        "run": "osno-a-0",
        "tariff": "osno-a-base",
        "course_title": TITLE,
        "tariff_title": "Базовый",
        "price": 2_450_000,
        "starts": date(2027, 4, 25),
        "ends": date(2027, 5, 25),
    }
    return OrderLine(**{**given, **values})


def order(*lines: OrderLine, number: str = "0123-0042") -> Order:
    """An order of these students."""
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка» <&>", "5039002841", "503901001", "127018, г. Москва")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru")
    return Order("0" * 32, number, "0123", "0" * 12, payer, orderer, lines, NOW, 1)


def shown(found: OrderLine, reader: Reader = "client", **settings: Any) -> list[str]:
    """Return the conditions as the reader sees them."""
    return orders.conditions(found, replace(SETTINGS, **settings), reader, pays=reader == "client")


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ({}, "⚠️ оплатите счёт"),
        ({"payment": "paid"}, "⚠️ заполните анкету"),
        ({"payment": "paid", "questionnaire": "filling"}, "⚠️ ученик заполняет анкету"),
        ({"payment": "paid", "questionnaire": "returned"}, "⚠️ анкету исправляет ученик"),
        ({"payment": "paid", "questionnaire": "submitted"}, "⏳ анкету проверяет куратор"),
        ({"questionnaire": "submitted"}, "⚠️ оплатите счёт"),
        ({"questionnaire": "approved"}, "⚠️ оплатите счёт"),
    ],
)
def test_what_blocks_comes_first(values: dict[str, Any], first: str) -> None:
    """The condition that blocks is said first, and every other one after it."""
    words = shown(line(**values))
    assert words[0] == first
    assert len(words) == 2


def test_registration_is_shown_where_it_is_switched_on() -> None:
    """The school's own registration is a condition only where the school says so."""
    ready = line(payment="paid", questionnaire="approved")
    assert shown(ready) == ["✅ оплачено", "✅ анкета подтверждена"]
    assert shown(ready, registration=True)[0] == "⚠️ ученик не зарегистрирован на сайте школы"
    assert shown(ready, "student", registration=True)[0] == "⚠️ зарегистрируйтесь на сайте школы"
    assert "✅ регистрация на сайте школы есть" in shown(replace(ready, registered_at=NOW), registration=True)


def test_student_is_told_in_own_words() -> None:
    """The student is asked to act; a payment that is another's is only waited for."""
    assert shown(line(questionnaire="returned"), "student") == [PAYER_WAITS, "⚠️ исправьте анкету"]


def test_term_and_what_follows_admission() -> None:
    """The last day of A1 is told once it is known; after admission come training, test and the parcel."""
    due = line(payment="paid", questionnaire="submitted", admit_by=date(2027, 4, 20))
    assert shown(due)[-1] == "зачислим не позднее 20 апреля"
    done = replace(due, admitted_at=NOW, training="finished", test="passed", tracking="80<1>")
    assert shown(done) == [
        "✅ зачислен, доступ открыт",
        "обучение: завершено",
        "итоговый тест: сдано",
        "документы отправлены, трек 80&lt;1&gt;",
    ]


def test_cards_stay_short() -> None:
    """Three orders of fifty students are one message, those who are waited for first."""
    lines = [line(n, payment="paid", questionnaire="approved") for n in range(49)]
    many = order(*lines, line(49, name="Орлова Екатерина Владимировна"))
    screen = home.orders([many] * 3, 9, 1, SETTINGS)
    assert len(screen.text) < LONGEST_TEXT
    card = orders.order_card(many, SETTINGS)
    assert card.index("Орлова") < card.index("Соколова")
    assert "…и ещё 46 учеников" in card


WAITING = Waiting(OfCentres(2, 3, date(2027, 3, 12)), QueueState(12, 3, 1, (), None), 2, Trouble(1, 2, 5))


def _screens() -> list[Screen]:
    one = order(line(1), line(2, admitted_at=NOW))
    about = Enrolment(one, one.lines[0])
    newcomer = Newcomer("Лебедева Татьяна Ивановна", "+79052223344", "lebedeva.t@yandex.ru")
    member = StaffMember("0" * 32, 7, 7, Role.MANAGER, "0123", "<b>Пётр", datetime(2027, 3, 1, tzinfo=UTC))
    return [
        students.listed(order(*(line(n) for n in range(50))), 2, SETTINGS),
        students.one(about, SETTINGS, leads=True, note="✅ Напомнили."),
        students.one(about, replace(SETTINGS, in_chat=False), leads=False),
        students.ask(about, "email"),
        students.ask(about, "mobile"),
        students.ask(about, "replace"),
        students.more(about, replace(newcomer, email="")),
        students.doubt(about, NeedsConfirmation("email_typo", "a@yandx.ru", "a@yandex.ru")),
        students.doubt(about, NeedsConfirmation("email_suffix", "buh.sokolova@yandex.ru")),
        students.replace_sure(about, newcomer),
        staff.listed([member] * 25, 1, SETTINGS),
        staff.one(member, SETTINGS),
        staff.withdrawn(Withdrawn(member)),
        staff.withdrawn(Withdrawn(member, passed=2, freed=1)),
        staff.ask_centre([CENTRE]),
        staff.invitation(Role.MANAGER, CENTRE, "secret", SETTINGS),
        home.courses([about, Enrolment(one, one.lines[1])], SETTINGS, catalogue()),
        home.student_card(about, SETTINGS, catalogue()),
        home.staff_home([member], Waiting()),
        home.staff_home([member], WAITING),
        home.help_([member], SETTINGS.support()),
    ]


@pytest.mark.parametrize("screen", _screens())
def test_screens_fit_and_escape(screen: Screen) -> None:
    """Every screen fits Telegram's limits and escapes what people typed."""
    params = message_params(screen, 1)
    assert params["text"] == screen.text
    assert "None" not in screen.text
    assert "<b>Пётр" not in screen.text
    assert "<&>" not in screen.text
    for row in params.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            assert len(button["callback_data"].encode()) <= 64
            assert len(button["text"]) <= 24


def test_initials_stand_for_names_where_chats_hold_none() -> None:
    """Without personal data in chat the student's screen has neither name nor contacts."""
    one = order(line(1, name="Соколова Любовь Андреевна"))
    screen = students.one(Enrolment(one, one.lines[0]), replace(SETTINGS, in_chat=False), leads=True)
    assert "С. Л. А." in screen.text
    assert not [word for word in ("Любовь", "sokolova", "933") if word in screen.text]
    assert not [b for row in screen.buttons for b in row if "почту" in b.label or "телефон" in b.label]


def test_menus_join_roles() -> None:
    """A person of two roles has the commands of both, one of none a client's."""
    both = menus.commands_of([Role.MANAGER, Role.CURATOR])
    assert {"order", "paid", "queue"} <= set(both)
    assert "staff" not in both
    assert both["order"] == "Заявка за клиента"
    assert menus.commands_of([])["order"] == "Новая заявка"
