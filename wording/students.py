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
REPLACES = "Курс, даты и оплата останутся. Анкету, документы и переписку прежнего ученика удалим, ссылки закроем."
NEW_MOBILE = "По нему ученик подтвердит, что ссылка его. Новую ссылку отправим на почту из заявки."
NEW_ADDRESS = (
    "На неё откроем доступ к обучению. Общий ящик (info@, buh@) не подойдёт. Прежняя ссылка перестанет действовать."
)


def doubt_words(found: NeedsConfirmation) -> str:
    """Ask about an address that people often get wrong."""
    if found.suggestion:
        return f"Возможно, опечатка: {found.value}. Вы имели в виду {found.suggestion}?"
    return (
        f"Ящик {found.value} похож на общий. Доступ получит только тот, кто читает эту почту. Это личная почта ученика?"
    )
