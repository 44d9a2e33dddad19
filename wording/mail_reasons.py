"""Why a letter was left to a person, in words for administrators and curators."""

REASONS: dict[str, str] = {
    "no_curator": "ученик пишет куратору, а кураторов нет",
    "no_consent": "ученик ещё не дал согласия",
    "no_topic": "непонятно, о какой заявке письмо",
    "wrong_sender": "ответ пришёл не с того адреса, на который писали",
    "no_sender": "отправитель не указан",
    "unclear": "непонятно, что нужно сделать",
    "bounce": "отчёт о недоставке, непонятно какого письма",
    "list": "письмо рассылки",
    "bulk": "массовое письмо",
    "failed": "письмо не удалось обработать",
    "gone": "содержимое письма удалено",
    "too_big": "письмо слишком большое",
    "client_files": "заказчик приложил файлы: передайте их менеджеру центра",
    "code_over": "центр не подтвердил письмо кодом, срок кода прошёл",
    "unproved": "отправителя не подтвердил почтовый сервер",
}


def reason_words(reason: str) -> str:
    """Return the words of a reason; of an unknown one, that a person is needed."""
    return REASONS.get(reason, "нужно решение человека")
