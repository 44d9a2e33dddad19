"""Notices about admission, results and training documents, as chat messages: one short function a kind."""

from collections.abc import Callable
from typing import Any

from bot.replies import Screen

WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {}
