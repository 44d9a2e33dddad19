"""The school's own addresses, which have no default: what waits for each."""

from bot.cli.checks.line import Line
from bot.config import Settings
from wording.letters import LETTER_NAMES

_OWN = {
    "support_phone": "телефон поддержки",
    "curator_email": "почта куратора",
    "originals_address": "адрес для оригиналов",
}


async def check_addresses(settings: Settings) -> list[Line]:
    """Name each one that is not set, with the letters that wait for it; no line where all are."""
    from mail.letters import waiting_for

    waiting = waiting_for(settings.for_letters())
    lines = []
    for key, name in _OWN.items():
        if getattr(settings.school, key):
            continue
        letters = [LETTER_NAMES[kind] for kind, needs in waiting.items() if f"school.{key}" in needs]
        waits = f", без него ждёт: {', '.join(letters)}" if letters else ""
        lines.append(Line("warn", f"school.{key}", f"не задан ({name}){waits}"))
    return lines
