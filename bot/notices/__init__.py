"""Notices that the bot sends by itself, as chat messages: one short function a kind, a module an area."""

from collections.abc import Callable
from typing import Any

from bot.notices import (
    admission,
    billing,
    cancelling,
    closing,
    groups,
    mail_queue,
    mail_tasks,
    orders,
    questionnaire,
    reminders,
    report,
    review,
    tasks,
)
from bot.replies import Screen

WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = (
    closing.WORDED
    | billing.WORDED
    | cancelling.WORDED
    | orders.WORDED
    | questionnaire.WORDED
    | review.WORDED
    | admission.WORDED
    | mail_queue.WORDED
    | mail_tasks.WORDED
    | tasks.WORDED
    | report.WORDED
    | reminders.WORDED
    | groups.WORDED
)
