"""Notices about the curators' queue and conversations with students, as chat messages: one short function a kind."""

from collections.abc import Callable
from typing import Any

from bot.replies import Screen

WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {}
