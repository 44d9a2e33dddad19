"""The section [reminders]: what it reads into the policy, and the line it says of every mistake."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.config_load import load
from bot.config_words import ConfigError
from bot.reminder_config import Reminders
from school.reminders import DEFAULT_POLICY, Step
from school.working_hours import Hours

GOOD = '[telegram]\ntoken = "123456789:AAH-invented-token"\n[reminders]\n'
EXAMPLE = '{ after = 3, days = "working", to = "client" }'
MISTAKES = [
    ("working_hours = 9", "working_hours: «9» — не часы работы, пишите в кавычках; пример: 9-18"),
    ('working_hours = "18-9"', "working_hours: «18-9»: начало позже конца; пример: 9-18"),
    ('working_hours = "9-25"', "working_hours: «25» — не время; пример: 9:30"),
    ('digest_at = "25:00"', "digest_at: «25:00» — не время; пример: 9:30"),
    ("draft_after = 0", "draft_after: «0» не подходит, нужно целое число от 1 до 365"),
    ('unpaid_invoice = "3"', f"unpaid_invoice: нужен список шагов; пример: [{EXAMPLE}]"),
    ("unpaid_invoice = [3]", f"unpaid_invoice: «3» — не шаг; пример: {EXAMPLE}"),
    ('unpaid_invoice = [{ aftr = 3, to = "client" }]', "в шаге нет ключа «aftr», похоже, имелось в виду after"),
    ('unpaid_invoice = [{ to = "client" }]', f"в шаге нужно одно из двух: after или before; пример: {EXAMPLE}"),
    ("unpaid_invoice = [{ after = 3 }]", f"в шаге нет to — кому напомнить: client, manager; пример: {EXAMPLE}"),
    ('scan_due = [{ before = 3, to = "client" }]', "to = «client» не подходит, бывает: manager"),
    ('scan_due = [{ before = -1, to = "manager" }]', "before = «-1» не подходит, нужно число от 0 до 365"),
    ('scan_due = [{ before = 1, days = "week", to = "manager" }]', "days = «week» не подходит, бывает: working"),
    ('scan_due = [{ before = 1, times = 3, to = "manager" }]', "times без repeat"),
    ('scandue = []', "неизвестный ключ reminders.scandue — похоже, имелось в виду reminders.scan_due"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), MISTAKES)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    """Every mistake is one Russian line that names the key and the mend."""
    file = tmp_path / "config.toml"
    file.write_text(GOOD + text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    line = str(caught.value)
    assert says in line
    assert f"reminders.{text.partition(' ')[0]}" in line
    assert "\n" not in line


def test_nothing_set_is_the_default_policy() -> None:
    """Without a section the policy is the school's own, and drafts wait three hours."""
    section = Reminders()
    assert set(section.policy().steps) == set(DEFAULT_POLICY.steps)
    assert (section.policy().hours, section.policy().digest_at) == (Hours(time(9), time(18)), time(9, 30))
    assert section.drafts().nudge_after == timedelta(hours=3)


def test_steps_are_read_in_full(tmp_path: Path) -> None:
    """A kind named replaces its steps, an empty list switches it off, the others stay as they are."""
    file = tmp_path / "config.toml"
    steps = '[{ before = 2, days = "calendar", to = "manager", useful = 5, repeat = 1, times = 3 }]'
    file.write_text(f'{GOOD}unpaid_invoice = {steps}\nscan_due = []\nworking_hours = "10:30–24"', "utf-8")
    settings = load(file, {"BOT__REMINDERS__DIGEST_AT": "11:00"})
    policy = settings.reminders.policy()
    mine = [step for step in policy.steps if step.kind == "unpaid_invoice"]
    assert mine == [Step("unpaid_invoice", "manager", 2, "calendar", "before", 5, 1, 3)]
    assert not any(step.kind == "scan_due" for step in policy.steps)
    assert any(step.kind == "scan_overdue" for step in policy.steps)
    assert (policy.hours.opens, policy.hours.closes, policy.digest_at) == (time(10, 30), time.max, time(11))


def test_a_digest_outside_of_the_hours_moves_into_them() -> None:
    """A digest at seven waits for the working hours to begin."""
    assert Reminders(digest_at="7:00").policy().digest_at == time(9)


def test_the_settings_are_plain_data() -> None:
    """The section can be written out and read again."""
    section = Reminders(scan_due=[{"before": 1, "to": "manager"}])
    assert Reminders(**section.model_dump()).policy() == section.policy()


def test_steps_by_a_variable(tmp_path: Path) -> None:
    """A variable gives steps as JSON; what is no JSON is one line too."""
    file = tmp_path / "config.toml"
    file.write_text(GOOD, "utf-8")
    settings = load(file, {"BOT__REMINDERS__SCAN_DUE": '[{"before": 1, "to": "manager"}]'})
    assert [s.offset for s in settings.reminders.policy().steps if s.kind == "scan_due"] == [1]
    with pytest.raises(ConfigError, match="BOT__REMINDERS__SCAN_DUE"):
        load(file, {"BOT__REMINDERS__SCAN_DUE": "завтра"})
