"""Words about a student of a placed order, as its client and its managers read them in chat and on the page.

Plain text: the faces escape it.
"""

from school.forms.field import NeedsConfirmation

DONE: dict[str, str] = {
    "nudge": "Напомнили ученику об анкете.",
    "link": "Отправили новую ссылку на почту из заявки. Прежние больше не действуют.",
    "want": "Передали менеджеру центра: он свяжется с вами и заменит ученика.",
    "email": "Почту исправили. Новая ссылка отправлена на неё, прежняя больше не действует.",
    "mobile": "Телефон исправили. Новая ссылка отправлена на почту из заявки, прежняя больше не действует.",
    "replace": "Ученика заменили. Ссылка на анкету отправлена новому ученику.",
}
_DONE_HELD: dict[str, str] = {
    "email": "Почту исправили. Ссылку на анкету отправим на неё, когда заявку подтвердят.",
    "mobile": "Телефон исправили. Ссылку на анкету отправим, когда заявку подтвердят.",
    "replace": "Ученика заменили. Ссылку на анкету отправим ему, когда заявку подтвердят.",
}
REPLACES = "Курс, даты и оплата останутся. Анкету, документы и переписку прежнего ученика удалим, ссылки закроем."
NEW_MOBILE = "По нему ученик подтвердит, что ссылка его. Новую ссылку отправим на почту из заявки."
NEW_ADDRESS = (
    "На неё откроем доступ к обучению. Общий ящик (info@, buh@) не подойдёт. Прежняя ссылка перестанет действовать."
)


def done_words(what: str, *, held: bool) -> str:
    """Say what was done, "" for nothing known; `held`: the order's letters to students wait for a confirmation."""
    return (_DONE_HELD.get(what) if held else None) or DONE.get(what, "")


def doubt_words(found: NeedsConfirmation) -> str:
    """Ask about an address that people often get wrong."""
    if found.suggestion:
        return f"Возможно, опечатка: {found.value}. Вы имели в виду {found.suggestion}?"
    return (
        f"Ящик {found.value} похож на общий. Доступ получит только тот, кто читает эту почту. Это личная почта ученика?"
    )
