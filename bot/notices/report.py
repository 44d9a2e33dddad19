"""The weekly report as a chat message: counts and sums only, the rest is a tap away (REGULATIONS C4)."""

from collections.abc import Callable
from html import escape
from typing import Any

from bot.callbacks import report
from bot.replies import Button, Screen
from school.report import Total
from wording.report import PART_NAMES, total


def report_weekly(data: dict[str, Any]) -> Screen:
    """Say what waits in the centre this week; for its managers."""
    lines = [
        f"{'⚠️ ' if one['part'] == 'overdue' else ''}{PART_NAMES[one['part']]}: "
        f"{total(Total(one['count'], one['amount']))}"
        for one in data["totals"]
        if one["count"]
    ]
    return Screen(
        "\n".join([f"<b>Отчёт за неделю: {escape(data['centre_name'])}, {escape(data['centre'])}</b>", *lines]),
        (
            (Button("Открыть отчёт", report("weekly", data["centre"])),),
            (Button("Картинка", report("picture", data["centre"])),),
        ),
    )


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {"report_weekly": report_weekly}
