"""What every handler of a form's button is."""

from collections.abc import Awaitable, Callable

from bot.callbacks import FormButton
from bot.context import Talk

Press = Callable[[Talk, FormButton, int], Awaitable[None]]
