"""Why a curator returns a field or declines a student (REGULATIONS Q4): button labels, and sentences for the student.

Plain text: the faces escape it in their own way. Codes stand in callbacks and in the database, so they stay.
"""

Reasons = tuple[tuple[str, str], ...]

OTHER = "other"  # the reason is typed by the curator
ASKED = "asked"  # the student asked for the change of an approved one (Q5)

FIELD_NAMES: dict[str, str] = {
    "consent": "Согласие",
    "surname": "Фамилия",
    "name": "Имя",
    "patronymic": "Отчество",
    "mobile": "Телефон",
    "education": "Образование",
    "same_surname": "Фамилия в дипломе та же",
    "diploma_surname": "Фамилия в дипломе",
    "diploma": "Диплом",
    "name_change": "Документ о смене фамилии",
    "birth_date": "Дата рождения",
    "sex": "Пол",
    "snils": "СНИЛС",
    "citizenship": "Гражданство",
    "diploma_series": "Серия диплома",
    "diploma_number": "Номер диплома",
}

_TYPO = ("typo", "Опечатка")
_DIFFERS = ("differs", "Не как в дипломе")
_UNREADABLE = ("unreadable", "Не читается")
_CROPPED = ("cropped", "Обрезан край")
_INCOMPLETE = ("incomplete", "Не все страницы")
_FOREIGN_PERSON = ("someone_else", "Чужой документ")
_OTHER = (OTHER, "Своими словами")
_NAME_PART: Reasons = (_DIFFERS, _TYPO, _OTHER)
_FACT: Reasons = (_TYPO, _OTHER)
_NUMBER: Reasons = (_DIFFERS, _TYPO, _OTHER)

# Field -> (code, button label) in the order of the buttons. Consent is given or not: nobody returns it.
RETURN_REASONS: dict[str, Reasons] = {
    "surname": _NAME_PART,
    "name": _NAME_PART,
    "patronymic": (("absent", "Нет отчества"), *_NAME_PART),
    "mobile": (("no_answer", "Не отвечает"), *_FACT),
    "education": (("not_matching", "Не как в документе"), _OTHER),
    "same_surname": (("surnames_differ", "В дипломе другая"), _OTHER),
    "diploma_surname": _NAME_PART,
    "diploma": (
        _UNREADABLE,
        ("wrong_page", "Не та страница"),
        _CROPPED,
        ("not_diploma", "Это не диплом"),
        _INCOMPLETE,
        _FOREIGN_PERSON,
        ("foreign", "Нужен перевод"),
        _OTHER,
    ),
    "name_change": (
        _UNREADABLE,
        _CROPPED,
        ("wrong_document", "Не тот документ"),
        ("names_differ", "Фамилии не сходятся"),
        _OTHER,
    ),
    "birth_date": _FACT,
    "sex": _FACT,
    "snils": _FACT,
    "citizenship": _FACT,
    "diploma_series": _NUMBER,
    "diploma_number": _NUMBER,
}

DECLINE_REASONS: Reasons = (
    ("no_education", "Нет образования"),
    ("foreign_document", "Иностранный диплом"),
    ("forged", "Документ сомнителен"),
    ("refused", "Отказался сам"),
    (OTHER, "Своими словами"),
)

_SENTENCES: dict[str, str] = {
    "typo": "здесь опечатка. Проверьте и напишите ещё раз.",
    "differs": "в дипломе иначе. Напишите так, как в дипломе.",
    "absent": "в дипломе отчество есть. Напишите его.",
    "no_answer": "по этому номеру не отвечают. Пришлите мобильный, который всегда с вами.",
    "not_matching": "в документе другое. Выберите уровень образования так, как в документе.",
    "surnames_differ": "в дипломе другая фамилия. Ответьте «Другая» и напишите её.",
    "unreadable": "снимок не читается. Снимите документ целиком при хорошем свете.",
    "wrong_page": "это не та страница. Снимите ту, где фамилия, номер и дата выдачи.",
    "cropped": "край документа обрезан. Снимите так, чтобы были видны все четыре угла.",
    "not_diploma": "это не диплом. Пришлите диплом об образовании, а если ещё учитесь — справку об учёбе.",
    "incomplete": "пришли не все страницы. Пришлите документ целиком.",
    "someone_else": "документ выдан другому человеку. Пришлите свой.",
    "foreign": "документ не на русском языке. Приложите к нему нотариальный перевод.",
    "wrong_document": "это не тот документ. Подойдут свидетельство о браке, справка ЗАГС или копия страницы "
    "трудовой книжки с отметкой.",
    "names_differ": "фамилии в нём не сходятся с анкетой и дипломом. Пришлите документ, где есть обе.",
    ASKED: "вы просили это исправить. Пришлите новый ответ.",
}
_UNKNOWN = "это нужно исправить. Если не ясно, что именно, спросите куратора."

_DECLINES: dict[str, str] = {
    "no_education": "Учиться на курсе могут те, у кого есть высшее или среднее профессиональное образование, "
    "и те, кто его сейчас получает. Документа об этом в анкете нет.",
    "foreign_document": "Диплом выдан за границей, и по нему мы не можем зачислить вас на курс.",
    "forged": "Нам не удалось убедиться в подлинности документа об образовании.",
    "refused": "Вы сообщили, что не будете учиться на этом курсе.",
}
_DECLINE_UNKNOWN = "Причину объяснит куратор."


def field_name(field: str) -> str:
    """Return what people call the field; a field that is not known is «Анкета»."""
    return FIELD_NAMES.get(field, "Анкета")


def remark_line(field: str, reason: str, words: str = "") -> str:
    """Tell the student what is wrong with a field and how to mend it, in one line without a line break.

    A reason that is not known any more and has no words of the curator's still says what to do.
    """
    typed = sentence(words)
    told = _SENTENCES.get(reason, "" if typed else _UNKNOWN)
    return f"{field_name(field)}: {' '.join(part for part in (told, typed) if part)}"


def decline_words(reason: str, words: str = "") -> str:
    """Tell the student politely why they are not admitted, in whole sentences."""
    typed = sentence(words)
    told = _DECLINES.get(reason, "" if typed else _DECLINE_UNKNOWN)
    return " ".join(part for part in (told, typed) if part)


def reason_label(field: str, reason: str) -> str:
    """Return the button's label of a returned field's reason, for staff; an unknown one is «Своими словами»."""
    return dict(RETURN_REASONS.get(field, ())).get(reason, "По просьбе ученика" if reason == ASKED else _OTHER[1])


def sentence(words: str) -> str:
    """Return typed words as one line that ends with a full stop; none stay none."""
    line = " ".join(words.split())
    return line if not line or line[-1] in ".!?…" else f"{line}."
