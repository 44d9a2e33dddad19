"""Closing documents without a chat: states, clocks, dates people type, words and the buttons of a card."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.context import Settings
from bot.views import act as view
from school import closing
from school.centre import Centre
from school.closing import Act, ActState
from school.dates_typed import check_past, parse_day
from school.errors import BadAnswer
from school.order import Order, Orderer, OrderLine
from school.questionnaire import Page
from school.use_cases.make_acts import Opened
from school.use_cases.move_act import MOVES
from tests.papers import PAYER
from wording.closing import (
    ASK,
    BUTTONS,
    DONE,
    REASON_BUTTONS,
    REOPEN_BUTTONS,
    REOPEN_REASON_BUTTONS,
    REOPEN_REASONS,
    RETURN_REASONS,
    next_step,
    state_lines,
)

NOW = datetime(2027, 5, 4, 9, tzinfo=UTC)
TODAY = date(2027, 5, 4)
PAGE = Page("a" * 32, "b" * 64, "image/jpeg", 1000, "скан.jpg", flags=("small",))
OTHER = replace(PAGE, id="c" * 32, sha256="d" * 64)
ACT = Act("1" * 32, "2" * 32, "0123", "osno-a-0", date(2027, 4, 30), ("l1",), "0123-0042", 2_450_000)


def line(line_id: str, run: str, *, admitted: bool = True, price: int = 2_450_000) -> OrderLine:
    """Make a student of a run."""
    at = NOW if admitted else None
    return OrderLine(
        line_id, "Соколова Анна Петровна", "+79330000000", "a@example.ru", "osno-a", run, "base", "Курс", "Базовый",
        price, date(2027, 3, 30), date(2027, 4, 30), admitted_at=at,
    )  # fmt: skip


def order(*lines: OrderLine) -> Order:
    """Make an order with these students."""
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru")
    return Order("2" * 32, "0123-0042", "0123", "d", PAYER, orderer, lines, datetime(2027, 3, 1, tzinfo=UTC), 1)


def opened(act: Act, *, leads: bool = True, school: bool = False) -> Opened:
    """Open the act for a person of these rights."""
    return Opened(act, order(line("l1", "osno-a-0")), Centre("0123", "СЦ", "c@example.ru"), leads, school)


def test_only_the_upload_the_school_or_diadoc_stop_the_scan_clock() -> None:
    """A scan at the centre and a promise stop nothing; upload, confirmation and a signature in Диадок do (C1, C2)."""
    scanned = closing.with_scan(ACT, (PAGE,), TODAY)
    assert closing.next_deadline(ACT) == closing.next_deadline(scanned) == closing.scan_due(ACT) == date(2027, 5, 18)
    assert not closing.scan_closed(closing.promised_in_diadoc(scanned))
    uploaded = closing.uploaded(scanned, TODAY)
    assert closing.scan_closed(uploaded)
    assert closing.next_deadline(uploaded) == closing.original_due(uploaded) == date(2027, 6, 3)
    assert closing.scan_closed(closing.confirmed(ACT, TODAY))
    signed = closing.signed_in_diadoc(ACT, TODAY)
    assert closing.is_closed(signed)
    assert closing.next_deadline(signed) is None


def test_the_original_counts_from_the_signature_else_from_the_scan() -> None:
    """Thirty calendar days after signing, moved to a working day; from the scan where no signing is told (C3)."""
    scanned = closing.with_scan(ACT, (PAGE,), date(2027, 5, 6))
    assert closing.original_due(ACT) is None
    assert closing.original_due(scanned) == date(2027, 6, 7)  # 5 June is a Saturday
    assert closing.original_due(closing.signed_on_paper(scanned, date(2027, 5, 3))) == date(2027, 6, 2)


def test_a_scan_sent_after_the_upload_does_not_start_the_clock_anew() -> None:
    """Who uploads first and sends the scan to chat later keeps the clock stopped; after a return it runs."""
    uploaded = closing.uploaded(ACT, TODAY)
    assert closing.scan_closed(closing.with_scan(uploaded, (PAGE,), TODAY))
    returned = closing.scan_returned(uploaded, "нет подписи")
    assert not closing.scan_closed(returned)
    assert closing.with_scan(returned, (PAGE,), TODAY).scan == "at_centre"


@pytest.mark.parametrize(
    ("act", "move", "why"),
    [
        (closing.signed_in_diadoc(ACT, TODAY), "uploaded", "signed_in_diadoc"),
        (closing.confirmed(ACT, TODAY), "uploaded", "confirmed"),
        (closing.confirmed(ACT, TODAY), "scan", "confirmed"),
        (ACT, "return", "no_scan"),
        (ACT, "sent", "no_paper"),
    ],
)
def test_what_makes_no_sense_is_refused(act: Act, move: str, why: str) -> None:
    """A move out of its state raises, and the reason has words."""
    from school.use_cases.move_act import Given

    with pytest.raises(ActState) as caught:
        MOVES[move](act, Given(TODAY, NOW, pages=(PAGE,)))  # type: ignore[index]
    assert caught.value.data["why"] == why
    assert "Сейчас это сделать нельзя" not in view.refused(why, None).text


def test_an_act_belongs_to_an_order_and_a_run() -> None:
    """Two runs make two acts with numbers of their own, about those admitted; a run without any makes none."""
    whole = order(line("l1", "a"), line("l2", "b"), line("l3", "b"), line("l4", "b", admitted=False))
    first, second = (closing.act_of(whole, run, run) for run in ("a", "b"))
    assert first is not None
    assert second is not None
    assert (first.number, first.line_ids, first.total) == ("0123-0042-1", ("l1",), 2_450_000)
    assert (second.number, second.line_ids, second.total) == ("0123-0042-2", ("l2", "l3"), 4_900_000)
    assert closing.act_of(order(line("l1", "a", admitted=False)), "a", "x") is None
    assert closing.with_lines(second, whole.lines[1:3], {"l2": 1_00}).total == 2_450_100


def test_an_act_survives_being_written_down() -> None:
    """The act kept for «Отменить» comes back as it was; the audit tells what differs, pages by their ids."""
    act = closing.sent(closing.with_paper(closing.with_scan(ACT, (PAGE, OTHER), TODAY), (PAGE,), TODAY), NOW)
    assert closing.load(closing.dump(act)) == act
    before, after = closing.differences(ACT, closing.with_scan(ACT, (PAGE, OTHER), TODAY))
    assert '"scan": "none"' in before
    assert PAGE.id in after
    assert PAGE.sha256 not in after


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 мая", date(2027, 5, 5)),
        ("5 мая 2027 г.", date(2027, 5, 5)),
        ("05.05.2027", date(2027, 5, 5)),
        ("5.5.27", date(2027, 5, 5)),
        ("05/05", date(2027, 5, 5)),
        ("2027-05-05", date(2027, 5, 5)),
        ("28 декабря", date(2026, 12, 28)),
        ("1 марта", date(2027, 3, 1)),
        ("29 февраля 2028", date(2028, 2, 29)),
        ("Вчера", date(2027, 5, 3)),
        ("сегодня.", TODAY),
        ("30-го апреля", date(2027, 4, 30)),
        ("12 авг", date(2027, 8, 12)),
    ],
)
def test_dates_are_read_as_people_type_them(text: str, day: date) -> None:
    """Words, digits with and without the year; without one it is the nearest to today."""
    near = date(2027, 1, 3) if "декабря" in text else TODAY
    assert parse_day(text, near) == day


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("не помню", "day_form"),
        ("5 маленьких", "day_form"),
        ("57", "day_form"),
        ("31 апреля", "day_absent"),
        ("32.01.2027", "day_absent"),
        ("29.02.2027", "day_absent"),
        ("5 мая", "day_future"),
        ("5 мая 2025", "day_early"),
    ],
)
def test_wrong_dates_are_named(text: str, problem: str) -> None:
    """What is no date, no day, not yet or long before the order is told by its own problem."""
    with pytest.raises(BadAnswer) as caught:
        check_past(parse_day(text, TODAY), text, date(2027, 3, 1), TODAY)
    assert caught.value.problem == problem


def test_every_move_has_its_words() -> None:
    """Each move says what was done; what is asked has a question; each reason has a button."""
    assert set(DONE) == set(MOVES)
    assert set(RETURN_REASONS) == set(REASON_BUTTONS)
    asked = {"scan", "paper", "signed", "diadoc", "received", "tracking", "posted", "return", "remark", "reopen"}
    assert asked == set(ASK)
    assert set(REOPEN_REASONS) == set(REOPEN_REASON_BUTTONS)


@pytest.mark.parametrize(
    ("flaw", "starts"),
    [("unsigned", 21), ("wrong", 21), ("unreadable", 4), ("pages", 4), ("", 4)],
)
def test_only_what_was_no_act_starts_the_originals_term_anew(flaw: str, starts: int) -> None:
    """The original's term stays where the first scan put it, unless that was unsigned or another document (C3)."""
    first = closing.with_scan(ACT, (PAGE,), TODAY)
    assert closing.with_scan(first, (OTHER,), date(2027, 5, 20)).scanned_on == TODAY
    again = closing.with_scan(closing.scan_returned(first, "слова", flaw), (OTHER,), date(2027, 5, 21))
    assert (again.scanned_on, again.scan_pages) == (date(2027, 5, starts), (OTHER,))


@pytest.mark.parametrize(
    ("act", "state", "fits"),
    [
        (closing.signed_in_diadoc(ACT, TODAY), "diadoc", ACT),
        (closing.uploaded(ACT, TODAY), "uploaded", ACT),
        (closing.confirmed(ACT, TODAY), "confirmed", ACT),
        (closing.received(closing.uploaded(ACT, TODAY), TODAY), "received", closing.uploaded(ACT, TODAY)),
        (closing.confirmed(closing.uploaded(ACT, TODAY), TODAY), "confirmed", closing.uploaded(ACT, TODAY)),
        (
            closing.uploaded(closing.with_scan(ACT, (PAGE,), TODAY), date(2027, 5, 6)),
            "uploaded",
            closing.with_scan(ACT, (PAGE,), TODAY),
        ),
    ],
)
def test_a_final_state_is_taken_back(act: Act, state: str, fits: Act) -> None:
    """The act is as it was before the final state was noted; both clocks run as they did."""
    assert closing.final_state(act) == state
    assert closing.reopened(act) == fits


def test_an_open_act_is_not_reopened() -> None:
    """What is not final is refused by its reason."""
    with pytest.raises(ActState) as caught:
        closing.reopened(closing.with_scan(ACT, (PAGE,), TODAY))
    assert caught.value.data["why"] == "not_final"


STATES = (
    ACT,
    closing.with_paper(ACT, (), TODAY),
    closing.sent(closing.with_paper(ACT, (PAGE,), TODAY), NOW),
    closing.with_scan(ACT, (PAGE,), TODAY),
    closing.promised_in_diadoc(ACT),
    closing.uploaded(ACT, TODAY),
    closing.confirmed(closing.with_scan(ACT, (PAGE,), TODAY), TODAY),
    closing.scan_returned(closing.uploaded(ACT, TODAY), "нет <подписи>"),
    closing.posted(closing.uploaded(ACT, TODAY), TODAY, "10283512004231"),
    closing.received(closing.uploaded(ACT, TODAY), TODAY),
    closing.signed_in_diadoc(ACT, TODAY),
    replace(ACT, ends=date(2028, 5, 30)),
)


@pytest.mark.parametrize("act", STATES)
@pytest.mark.parametrize("rights", [(True, False), (False, True), (True, True)])
def test_a_card_reads_well_in_every_state(act: Act, rights: tuple[bool, bool]) -> None:
    """At most four buttons, all that may be done within reach, nothing twice, no unescaped word and no «None»."""
    settings = Settings("Europe/Moscow", "bot", curator_email="kurator@example.ru")
    one = opened(act, leads=rights[0], school=rights[1])
    reached, start = [], 0
    for _ in range(6):
        shown = view.card(one, settings, TODAY, start=start)
        assert sum(len(row) for row in shown.buttons) <= 4
        assert "None" not in shown.text
        assert "<подписи>" not in shown.text
        labels = [found.label for row in shown.buttons for found in row]
        assert len(set(labels)) == len(labels)
        reached += [label for label in labels if label != "Ещё"]
        if "Ещё" not in labels:
            break
        start += len(labels) - 1
    renamed = {"make": {"Сделать заново"}, "scan": {"Заменить скан"}, "reopen": set(REOPEN_BUTTONS.values())}
    for move in view.moves(one):
        assert (renamed.get(move, set()) | {BUTTONS.get(move)}) & set(reached)


def test_the_day_of_a_year_without_a_calendar_is_marked() -> None:
    """A term that falls into a year without decreed days off says that it is provisional."""
    assert "предварительно" in next_step(replace(ACT, ends=date(2028, 5, 30)), TODAY)
    assert "предварительно" not in next_step(ACT, TODAY)


def test_overdue_is_said() -> None:
    """After the last day the card says that it is over and since when."""
    assert "срок прошёл 18 мая" in next_step(ACT, date(2027, 5, 19))
    assert any("срок прошёл 18 мая" in told for told in state_lines(ACT, date(2027, 5, 19)))


def test_without_the_schools_address_it_says_whom_to_ask() -> None:
    """The address for originals stands on the card; absent, it names who tells it (C3)."""
    act = closing.uploaded(ACT, TODAY)
    told = view.card(opened(act), Settings("Europe/Moscow", "bot", originals_address="101000, Москва"), TODAY)
    assert "Адрес для оригиналов: 101000, Москва" in told.text
    asked = view.card(opened(act), Settings("Europe/Moscow", "bot", curator_email="k@example.ru"), TODAY)
    assert "Спросите у куратора: k@example.ru" in asked.text


def test_a_scan_without_our_act_says_nothing_of_an_act() -> None:
    """Once the signed scan is there, «Акт: ещё не сделан» would be wrong: it was made somewhere else."""
    scanned = closing.uploaded(closing.with_scan(ACT, (PAGE,), ACT.ends), ACT.ends)
    assert not any(line.startswith("Акт:") for line in state_lines(scanned, ACT.ends))
    assert "Акт: ещё не сделан" in state_lines(ACT, ACT.ends)
