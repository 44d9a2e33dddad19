"""Reminders: what is due when, what stops it, and that nothing is missed or told twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from school.facts import OrderFacts, QuestionnaireFacts, Snooze
from school.payer import PayerKind
from school.reminder_kinds import AUDIENCES, CODES, matters
from school.reminders import DEFAULT_POLICY, DEFAULT_STEPS, STOPPED, Policy, Step, due, next_look, plan, still_stands
from school.terms import is_working_day
from school.working_hours import Hours, is_open, next_opening, working_days_before
from tests.reminder_orders import MOSCOW, act, at, invoice, line, order, walk

BERLIN = ZoneInfo("Europe/Berlin")
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
UNPAID = OrderFacts(order(), (invoice(),))
CLIENT_3 = Policy((Step("unpaid_invoice", "client", 3),))


def told(facts: OrderFacts, policy: Policy, now: datetime) -> list[tuple[str, date]]:
    """Return kind and date of what is due."""
    return [(d.reminder.kind, d.reminder.due_on) for d in due(facts, policy, set(), now, MOSCOW)]


def test_a_step_is_told_when_its_day_opens() -> None:
    """Three working days after Wednesday is Monday at nine, and the next look is that very moment."""
    friday = at("2027-03-12 17:59")
    assert told(UNPAID, CLIENT_3, friday) == []
    assert next_look(UNPAID, CLIENT_3, set(), friday, MOSCOW) == at("2027-03-15 09:00")
    assert told(UNPAID, CLIENT_3, at("2027-03-15 08:59")) == []
    assert told(UNPAID, CLIENT_3, at("2027-03-15 09:00")) == [("unpaid_invoice.client", date(2027, 3, 15))]


def test_a_told_step_is_never_told_again() -> None:
    """What is planned is not due, and when nothing more can come there is no next look."""
    planned = {("i1", "unpaid_invoice.client", date(2027, 3, 15))}
    made = plan(UNPAID, CLIENT_3, planned, at("2027-03-15 12:00"), MOSCOW)
    assert made.due == ()
    assert made.next_look is None


def test_evenings_and_days_off_wait() -> None:
    """A reminder that has come in the evening or on a day off waits for the next working morning."""
    assert told(UNPAID, CLIENT_3, at("2027-03-15 18:00")) == []
    assert next_look(UNPAID, CLIENT_3, set(), at("2027-03-19 18:00"), MOSCOW) == at("2027-03-22 09:00")
    assert told(UNPAID, CLIENT_3, at("2027-03-20 12:00")) == []


def test_what_is_of_no_use_any_more_is_not_told() -> None:
    """After its latest useful day a step is forgotten, not told late."""
    assert told(UNPAID, CLIENT_3, at("2027-03-29 12:00")) != []
    assert told(UNPAID, CLIENT_3, at("2027-03-30 12:00")) == []


def test_of_several_steps_only_the_latest_is_told() -> None:
    """After days of downtime one reminder catches all missed steps up."""
    policy = Policy((Step("unpaid_invoice", "client", 1, repeat=1, times=10),))
    assert told(UNPAID, policy, at("2027-03-17 10:00")) == [("unpaid_invoice.client", date(2027, 3, 17))]


@pytest.mark.parametrize(
    "facts",
    [
        replace(UNPAID, invoices=(invoice(state="paid", paid=2_450_000),)),
        replace(UNPAID, invoices=(invoice(state="cancelled"),)),
        replace(UNPAID, invoices=(invoice(paid=2_450_000),)),
        replace(UNPAID, invoices=(invoice(generated=True),)),
        replace(UNPAID, order=order(line(payment="paid"))),
        replace(UNPAID, paused_until=date(2027, 4, 1)),
        replace(UNPAID, snoozes=(Snooze("i1", "unpaid_invoice", date(2027, 4, 1)),)),
    ],
)
def test_the_fact_stops_the_reminder(facts: OrderFacts) -> None:
    """Paid, cancelled, not sent yet, paused or put off: nothing is told, also between planning and sending."""
    assert told(facts, CLIENT_3, at("2027-03-15 10:00")) == []
    assert not still_stands(facts, "i1", "unpaid_invoice.client", MOSCOW, date(2027, 3, 15))
    assert still_stands(UNPAID, "i1", "unpaid_invoice.client", MOSCOW, date(2027, 3, 15))


def test_a_pause_ends_by_itself_or_never() -> None:
    """A pause delays the look to its end; a stopped order is not looked at again."""
    now = at("2027-03-12 12:00")
    paused = replace(UNPAID, paused_until=date(2027, 3, 18))
    assert next_look(paused, CLIENT_3, set(), now, MOSCOW) == at("2027-03-18 09:00")
    assert next_look(replace(UNPAID, paused_until=STOPPED), CLIENT_3, set(), now, MOSCOW) is None


def test_what_was_put_off_comes_back_on_its_day() -> None:
    """«Отложить до» brings the manager's line back on that day, though no step falls on it, and hides no escalation."""
    policy = Policy((Step("scan_overdue", "manager", 1), Step("scan_overdue", "admin", 3)))
    put_off = (Snooze("a1", "scan_overdue", date(2027, 8, 14)),)  # a Saturday
    facts = OrderFacts(order(line(payment="paid")), acts=(act(),), snoozes=put_off)
    got = list(walk(facts, policy, at("2027-08-04 12:00"), at("2027-09-20 00:00"), None))
    assert [(when, d.reminder.kind) for when, d in got] == [
        (at("2027-08-06 09:30"), "scan_overdue.admin"),
        (at("2027-08-16 09:30"), "scan_overdue.manager"),
    ]


def test_questionnaires_are_asked_for_until_handed_in() -> None:
    """The student of a questionnaire not handed in is told, of a returned one too; else nobody."""
    policy = Policy((Step("questionnaire_missing", "student", 2), Step("questionnaire_returned", "student", 2)))
    monday = at("2027-03-15 10:00")
    assert told(OrderFacts(order(line(questionnaire="filling"))), policy, monday) == [
        ("questionnaire_missing.student", date(2027, 3, 12))
    ]
    back = QuestionnaireFacts("l1", "returned", at("2027-03-11 10:00"))
    assert told(OrderFacts(order(), questionnaires=(back,)), policy, monday) == [
        ("questionnaire_returned.student", monday.date())
    ]
    for state in ("submitted", "approved", "declined"):
        assert told(OrderFacts(order(line(questionnaire=state))), policy, monday) == []
    admitted = line(questionnaire="filling", admitted_at=monday)
    assert told(OrderFacts(order(admitted)), policy, monday) == []


def test_students_of_a_held_order_are_asked_for_nothing() -> None:
    """While an order waits for its confirmation nobody has a link; days count from the moment it was let go."""
    policy = Policy((Step("questionnaire_missing", "student", 2), Step("questionnaire_missing", "client", 2)))
    monday = at("2027-03-15 10:00")
    held = replace(order(line(questionnaire="not_started")), held_since=at("2027-03-10 10:00"), held_why="stranger")
    assert told(OrderFacts(held), policy, monday) == []
    released = replace(held, released_at=at("2027-03-15 09:00"))
    assert told(OrderFacts(released), policy, monday) == []
    assert told(OrderFacts(released), policy, at("2027-03-17 10:00")) != []


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, {"scan_due", "scan_overdue"}),
        ({"sent_at": at("2027-07-20 12:00")}, {"act_not_returned", "scan_due", "scan_overdue"}),
        ({"scan": "at_centre", "scanned_on": date(2027, 7, 22)}, {"scan_due", "scan_overdue", "original_due"}),
        ({"scan": "uploaded", "scanned_on": date(2027, 7, 22)}, {"original_due"}),
        ({"scan": "uploaded", "scanned_on": date(2027, 7, 22), "posted_on": date(2027, 8, 1)}, set()),
        ({"diadoc": "promised"}, {"scan_due", "scan_overdue"}),
        ({"diadoc": "signed", "signed_on": date(2027, 7, 22)}, set()),
        ({"scan": "returned", "scanned_on": date(2027, 7, 22)}, {"scan_due", "scan_overdue", "original_due"}),
    ],
)
def test_the_act_s_clocks(changes: dict[str, object], kinds: set[str]) -> None:
    """Having the scan stops nothing, uploading it does; «подписан в Диадоке» closes both clocks (C1–C3)."""
    facts = OrderFacts(order(line(payment="paid")), acts=(act(**changes),))
    assert {matter.kind for matter in matters(facts, MOSCOW)} == kinds


def test_a_run_without_an_act_is_due_too() -> None:
    """The clock runs from the run's end though nobody has made the act, for those who have studied."""
    studied = line(payment="paid", admitted_at=at("2027-06-20 12:00"))
    assert {m.kind for m in matters(OrderFacts(order(studied)), MOSCOW)} == {"scan_due", "scan_overdue"}
    assert not matters(OrderFacts(order(replace(studied, training="expelled"))), MOSCOW)
    assert not matters(OrderFacts(order(line(payment="paid"))), MOSCOW)


def test_the_scan_is_asked_for_before_its_day_and_overdue_after() -> None:
    """Ten working days after 20 July 2027 is 3 August: told before, on the day, and from the next day as overdue."""
    facts = OrderFacts(order(line(payment="paid")), acts=(act(),))
    got = [d.reminder for _, d in walk(facts, DEFAULT_POLICY, at("2027-07-20 12:00"), at("2027-08-10 00:00"), None)]
    assert [(r.kind, r.due_on.day) for r in got if r.kind == "scan_due.manager"] == [
        ("scan_due.manager", 27),
        ("scan_due.manager", 30),
        ("scan_due.manager", 3),
    ]
    assert next(r.due_on for r in got if r.kind == "scan_overdue.manager") == date(2027, 8, 4)
    assert next(r.due_on for r in got if r.kind == "scan_overdue.admin") == date(2027, 8, 6)


@pytest.mark.parametrize("zone", [MOSCOW, BERLIN, VLADIVOSTOK])
@pytest.mark.parametrize("month", ["2026-12-21", "2027-03-18", "2027-04-26", "2027-10-21"])
def test_following_the_next_look_misses_nothing(zone: ZoneInfo, month: str) -> None:
    """Looking only when told to gives what looking every 15 minutes does, over holidays and DST changes."""
    start = datetime.combine(date.fromisoformat(month), time(12), UTC)
    placed = order(line(questionnaire="filling", starts=start.date() + timedelta(days=9)), placed_at=start)
    facts = OrderFacts(
        placed,
        (invoice(issued_on=start.date(), valid_until=start.date() + timedelta(days=6)),),
        (act(ends=start.date() - timedelta(days=12), sent_at=start - timedelta(days=12)),),
    )
    end = start + timedelta(days=26)
    exact = list(walk(facts, DEFAULT_POLICY, start, end, None, zone))
    swept = list(walk(facts, DEFAULT_POLICY, start, end, timedelta(minutes=15), zone))
    assert [(w, d.reminder.kind, d.reminder.due_on) for w, d in exact] == [
        (w, d.reminder.kind, d.reminder.due_on) for w, d in swept
    ]
    assert len(exact) > 8
    for when, one in exact:
        assert is_open(when, Hours(), zone)
        local = when.astimezone(zone)
        opens = time(9, 30) if one.reminder.audience in ("manager", "admin") else time(9)
        assert is_working_day(local.date())
        assert local.time() >= opens


@pytest.mark.parametrize("month", ["2026-12-21", "2027-04-26"])
def test_three_days_of_downtime_are_caught_up_once(month: str) -> None:
    """After three silent days each audience hears of each matter once, and of each that still stands."""
    start = datetime.combine(date.fromisoformat(month), time(12), UTC)
    facts = OrderFacts(order(placed_at=start), acts=(act(ends=start.date() - timedelta(days=25)),))
    up = [d.reminder for _, d in walk(facts, DEFAULT_POLICY, start, start + timedelta(days=30), timedelta(days=3))]
    for one in up:
        assert sum(r.planned_at == one.planned_at and r.kind == one.kind for r in up) == 1
    assert {r.kind for r in up} >= {"scan_overdue.manager", "scan_overdue.admin"}


def test_a_centre_s_own_zone_is_its_managers() -> None:
    """A manager in Vladivostok has the digest at half past nine there; the client is told by the school's clock."""
    policy = Policy((Step("unpaid_invoice", "manager", 3), Step("unpaid_invoice", "client", 3)))
    now = at("2027-03-12 12:00")
    assert next_look(UNPAID, policy, set(), now, MOSCOW, VLADIVOSTOK) == at("2027-03-15 09:30", VLADIVOSTOK)
    early = due(UNPAID, policy, set(), at("2027-03-15 09:30", VLADIVOSTOK), MOSCOW, VLADIVOSTOK)
    assert [d.reminder.audience for d in early] == ["manager"]


def test_clocks_that_jump_keep_the_hour() -> None:
    """In Berlin the day opens at nine before and after both changes of clock, an hour apart in UTC."""
    spring = [next_opening(at(day, BERLIN), Hours(), BERLIN) for day in ("2027-03-26 19:00", "2027-03-29 19:00")]
    assert spring == [datetime(2027, 3, 29, 7, tzinfo=UTC), datetime(2027, 3, 30, 7, tzinfo=UTC)]
    autumn = [next_opening(at(day, BERLIN), Hours(), BERLIN) for day in ("2027-10-28 19:00", "2027-10-30 19:00")]
    assert autumn == [datetime(2027, 10, 29, 7, tzinfo=UTC), datetime(2027, 11, 1, 8, tzinfo=UTC)]


def test_steps_before_a_date_go_back_to_a_working_day() -> None:
    """A calendar day before a Monday is told on Friday: on Sunday nobody reads, and on Monday it is late."""
    assert working_days_before(date(2027, 3, 14), 0) == date(2027, 3, 12)
    assert working_days_before(date(2027, 3, 14), 1) == date(2027, 3, 12)
    assert working_days_before(date(2027, 1, 11), 1) == date(2026, 12, 30)
    policy = Policy((Step("course_starts_unpaid", "client", 1, "calendar", "before"),))
    assert told(OrderFacts(order()), policy, at("2027-06-18 10:00")) == [
        ("course_starts_unpaid.client", date(2027, 6, 18))
    ]


def test_a_step_before_is_of_no_use_after() -> None:
    """What was to be told before a date is never told after it."""
    policy = Policy((Step("course_starts_unpaid", "client", 1, when="before"),))
    assert told(OrderFacts(order()), policy, at("2027-06-21 10:00")) != []
    made = plan(OrderFacts(order()), policy, set(), at("2027-06-22 10:00"), MOSCOW)
    assert made.due == ()
    assert made.next_look is None


def test_years_without_a_calendar_are_marked() -> None:
    """A date in a year whose transfers of days off are not decreed is marked as provisional."""
    later = OrderFacts(order(), acts=(act(ends=date(2028, 2, 1)),))
    policy = Policy((Step("scan_due", "manager", 2, when="before"),))
    (one,) = due(later, policy, set(), at("2028-02-14 12:00"), MOSCOW)
    assert one.data["provisional"] is True
    (known,) = due(UNPAID, CLIENT_3, set(), at("2027-03-15 10:00"), MOSCOW)
    assert known.data["provisional"] is False


def test_names_of_persons_are_shortened() -> None:
    """Of a private payer and of students the initials go out, and a strange name harms nothing."""
    payer = replace(order().payer, kind=PayerKind.INDIVIDUAL, name="Соколова Любовь Андреевна")
    facts = OrderFacts(order(line(name="?"), payer=payer))
    (one,) = due(facts, Policy((Step("course_starts_unpaid", "client", 3, when="before"),)), set(),
                 at("2027-06-16 10:00"), MOSCOW)  # fmt: skip
    assert one.data["payer"] == "Соколова Л. А."
    assert one.data["students"] == ["?"]


def test_defaults_tell_only_whom_a_kind_may_be_told() -> None:
    """Every kind has steps by default, only for audiences whose deed it is, and no two codes are the same."""
    assert {step.kind for step in DEFAULT_STEPS} == set(CODES)
    assert all(step.audience in AUDIENCES[step.kind] for step in DEFAULT_STEPS)
    assert len(set(CODES.values())) == len(CODES)
