"""The curators' queue when there is no card to deal."""

from html import escape

from bot.callbacks import review
from bot.replies import Button, Screen
from school.ports import QueueState
from wording.plurals import plural

NO_OTHERS = "Других анкет сейчас нет"
NEXT = Button("Следующая анкета", review("next"))


def nothing_to_deal(state: QueueState) -> Screen:
    """Say that nothing waits, or who looks at what is left."""
    again = ((Button("Проверить ещё раз", review("next")),),)
    if not state.waiting:
        return Screen("✅ Все анкеты проверены. О новых сообщим раз в час.", again)
    if not state.looked_at:
        return Screen("⏳ Для вас анкет нет: оставшиеся проверит другой куратор.", again)
    named = ", ".join(f"{escape(name)} — {count}" for name, count in state.looked_at)
    left = plural(state.waiting, "анкета", "анкеты", "анкет")
    return Screen(f"⏳ Свободных анкет нет. На проверке {left}: {named}.", again)
