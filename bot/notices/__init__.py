"""Notices that the bot sends by itself, as chat messages: one short function a kind, a module an area."""

from collections.abc import Callable
from typing import Any

from bot.notices import admission, orders, questionnaire, review, tasks
from bot.replies import Screen

WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = (
    orders.WORDED | questionnaire.WORDED | review.WORDED | admission.WORDED | tasks.WORDED
)
