"""The one place that turns a problem's code into words: what was wrong, and what a good answer looks like.

Plain text: the faces escape it in their own way. Every sample is invented.
"""

from collections.abc import Callable
from datetime import date

from school.errors import BadAnswer
from wording.dates import date_long
from wording.plurals import plural, plural_word
from wording.shorten import shortened
from wording.sums import format_sum

Sentence = str | Callable[[BadAnswer], str]

_SHOWN = 60


def explain(problem: BadAnswer) -> str:
    """Say in Russian what is wrong with the answer and show a good one. A code without a sentence raises KeyError."""
    sentence = SENTENCES[problem.problem]
    if callable(sentence):
        return sentence(problem)
    return sentence.format(value=shown(problem.value))


def shown(value: str) -> str:
    """Return what the person sent in one line of bearable length."""
    return shortened(" ".join(value.split()), _SHOWN)


def _which_act(problem: BadAnswer) -> str:
    acts = str(problem.data.get("acts", ""))
    first = acts.partition(", ")[0]
    return f"В заявке несколько актов: {acts}. Добавьте строку с нужным, например: «Акт {first}»."


def _number(problem: BadAnswer, key: str) -> int:
    found = problem.data.get(key, 0)
    return found if isinstance(found, int) else 0


def _digits(count: int) -> str:
    return plural(count, "цифра", "цифры", "цифр")


def _inn_length(problem: BadAnswer) -> str:
    return (
        f"В ИНН {shown(problem.value)} {_digits(_number(problem, 'digits'))}, а нужно {_number(problem, 'expected')}.\n"
        "У организации 10 цифр, у ИП и физлица — 12. Пришлите ИНН ещё раз, например: "
        f"{_inn_sample(problem)}."
    )


def _inn_checksum(problem: BadAnswer) -> str:
    return (
        f"В ИНН {shown(problem.value)} ошибка: контрольная цифра не сходится.\n"
        "Проверьте и пришлите ещё раз. У организации 10 цифр, у ИП и физлица — 12."
    )


def _note_long(problem: BadAnswer) -> str:
    length = len(problem.value)
    return f"В заметке {length} знаков, а помещается {problem.data.get('longest', 2000)}. Пришлите короче."


def _inn_zero(problem: BadAnswer) -> str:
    return f"ИНН из одних нулей не бывает. Пришлите настоящий, например: {_inn_sample(problem)}."


def _inn_sample(problem: BadAnswer) -> str:
    return "500100732259" if _number(problem, "expected") == 12 else "5039002841"


def _ogrn_length(problem: BadAnswer) -> str:
    return (
        f"В ОГРН {shown(problem.value)} {_digits(_number(problem, 'digits'))}.\n"
        "У организации 13 цифр, у ИП — 15. Например: 1026605606620."
    )


def _account_length(problem: BadAnswer) -> str:
    return (
        f"В номере счёта {shown(problem.value)} {_digits(_number(problem, 'digits'))}, а нужно 20.\n"
        "Например: 40702810138250123017."
    )


def _account_key(problem: BadAnswer) -> str:
    return (
        f"Счёт {shown(problem.value)} не подходит к БИК {problem.data.get('bik', '')}: контрольная цифра не сходится.\n"
        "Проверьте оба номера. Например: БИК 044525225, счёт 40702810138250123017."
    )


def _too_long(what: str) -> Callable[[BadAnswer], str]:
    def sentence(problem: BadAnswer) -> str:
        limit = _number(problem, "limit")
        return (
            f"{what} «{shown(problem.value)}» длиннее {limit} {plural_word(limit, 'знака', 'знаков', 'знаков')}. "
            "Пришлите короче."
        )

    return sentence


def _name_letters(problem: BadAnswer) -> str:
    return (
        f"В имени «{shown(problem.value)}» лишнее: {problem.data.get('wrong', '')}\n"
        "Пришлите фамилию, имя и отчество буквами, например: Соколова Любовь Андреевна."
    )


def _address_index(problem: BadAnswer) -> str:
    found = problem.data.get("found")
    fault = f"Индекс {found} не подходит: в нём 6 цифр, первая от 1 до 6." if found else "В адресе нет индекса."
    return f"{fault} Вы прислали: «{shown(problem.value)}».\nНапример: 127018, г. Москва, ул. Сущёвский Вал, д. 18."


_EMAIL_FAULTS = {
    "no_at": "в нём нет знака @",
    "several": "в нём несколько знаков @, а нужен один адрес",
    "space": "внутри есть пробел",
    "cyrillic": "в нём есть русские буквы",
    "form": "он написан с ошибкой",
}


def _email_bad(problem: BadAnswer) -> str:
    fault = _EMAIL_FAULTS[str(problem.data.get("reason", "form"))]
    hint = problem.data.get("hint")
    good = f"Может быть, {hint}?" if hint else "Например: sokolova.l@yandex.ru."
    return f"Адрес «{shown(problem.value)}» не подходит: {fault}.\nПроверьте и пришлите ещё раз. {good}"


def _email_repeated(problem: BadAnswer) -> str:
    other = problem.data.get("other")
    return (
        f"Адрес {shown(problem.value)} уже указан у другого ученика{f': {other}' if other else ''}.\n"
        f"Пришлите адрес, которым пользуется только {_owner(problem)}. Например: sokolova.l@yandex.ru."
    )


def _not_personal(fault: str) -> Callable[[BadAnswer], str]:
    def sentence(problem: BadAnswer) -> str:
        return (
            f"Ящик {shown(problem.value)} {fault}.\n"
            f"Пришлите адрес, которым пользуется только {_owner(problem)}. Например: sokolova.l@yandex.ru."
        )

    return sentence


def _owner(problem: BadAnswer) -> str:
    return str(problem.data.get("name") or "этот ученик")


def _sum_large(problem: BadAnswer) -> str:
    limit = format_sum(_number(problem, "limit"))
    return f"Сумма {shown(problem.value)} слишком велика: принимаем до {limit}. Например: 24 500,50."


_CONTACT_SAMPLE = "Например: Соколова Любовь Андреевна, 8 933 933-33-33, sokolova.l@yandex.ru."
_NAME_SAMPLE = "Например: Соколова Любовь Андреевна."
_TRACKING_SAMPLE = "Внутри России 14 цифр, например 10283512004231; международный — RA123456785RU."


def _day_early(problem: BadAnswer) -> str:
    found = problem.data.get("earliest")
    since = f": заявка оформлена {date_long(date.fromisoformat(found))}" if isinstance(found, str) else " для заявки"
    return f"Дата {shown(problem.value)} слишком ранняя{since}. Проверьте день, месяц и год и пришлите ещё раз."


SENTENCES: dict[str, Sentence] = {
    "document_title_length": "Название документа должно занимать от 3 до 100 знаков.\n"
    "Пришлите другое, например: Оферта на обучение, 2027.",
    "document_title_taken": "Документ «{value}» уже есть. Назовите иначе или замените файл в нём.",
    "document_same_file": "Этот самый файл уже стоит в документе «{value}». Пришлите новую версию.",
    "centre_form": "«{value}» не читается. Пришлите номер, название и почту центра одним сообщением, например:\n"
    "0456 СЦ «Пример» centre@example.ru.",
    "centre_number": "Номер центра «{value}» не подходит: нужно от 2 до 8 цифр, например: 0456.",
    "centre_name": "Название центра должно занимать от 2 до 100 знаков. Пришлите другое, например: СЦ «Пример».",
    "day_old": "Дата {value} больше года назад. Проверьте год и пришлите ещё раз, например: 5 мая.",
    "invoice_form": "«{value}» не читается. Пришлите номер, дату и сумму счёта, например: 57 от 5 мая, 49 000.",
    "payment_form": "«{value}» не читается. Пришлите сумму и дату, например: 49 000 12.05. Возврат: возврат 24 500.",
    "day_form": "«{value}» не похоже на дату. Пришлите день и месяц, например: 5 мая или 05.05.2027. "
    "Можно словом: сегодня, вчера.",
    "order_number": "Заявки «{value}» нет. Повторите с верным номером, например: 0123-0042.",
    "mail_which_order": "Непонятно, о какой заявке речь. Начните строку с её номера, например: «0123-0042: оплачено».",
    "mail_line_absent": "Строки {value} в сводке нет. Проверьте номер, например: «3: оплачено».",
    "mail_invoice_absent": "Открытого счёта № {value} у вашего центра нет. Проверьте номер, "
    "например: «Оплачено: 57 12.05».",
    "invoice_paid": "Счёт уже оплачен: № {value}. Если деньги пришли сверх него, пришлите сумму и дату, "
    "например: 5 000 12.05.",
    "mail_invoice_paid": "Счёт № {value} уже оплачен. Если деньги пришли сверх счёта, назовите сумму, "
    "например: «Оплачено: {value}, 5 000».",
    "mail_which_invoice": "Непонятно, какой счёт оплачен. Назовите его номер, например: «Оплачено: 57 12.05».",
    "mail_no_act": "Акта по заявке № {value} пока нет: он появится после зачисления учеников. "
    "Пришлите файл ещё раз после конца курса.",
    "mail_which_act": _which_act,
    "mail_which_student": "Такого ученика в заявке не нашли или их несколько. Назовите фамилию и имя, "
    "например: «Почта ученика: Соколова Любовь — sokolova@yandex.ru».",
    "mail_no_orders": "Заявок плательщика с ИНН {value} в вашем центре нет. Проверьте номер, например: "
    "«Статус 5039002841».",
    "mail_nothing_waits": "По заявке № {value} напоминать не о чем: откладывать нечего. Чтобы увидеть её, "
    "ответьте: «Статус».",
    "mail_nobody_to_remind": "По заявке № {value} напоминать некому: анкеты у всех учеников отправлены.",
    "day_absent": "Такого дня нет: {value}. Проверьте и пришлите ещё раз, например: 5 мая.",
    "day_future": "Дата {value} ещё не наступила. Пришлите день, когда это случилось, например: вчера.",
    "day_early": _day_early,
    "file_not_asked": "Здесь нужен ответ текстом или кнопкой, а не файл. Чтобы прислать скан, откройте акт.",
    "scan_repeated": "Эта страница уже есть. Пришлите следующую или откройте акт.",
    "scan_too_long": "Страниц уже {value}, больше не вмещается. Пришлите всё одним файлом PDF.",
    "inn_length": _inn_length,
    "inn_checksum": _inn_checksum,
    "inn_zero": _inn_zero,
    "inn_letters": "В ИНН «{value}» есть не только цифры. Пришлите одни цифры, например: 5039002841.\n"
    "У организации 10 цифр, у ИП и физлица — 12.",
    "kpp_form": "КПП «{value}» не подходит: в нём 9 знаков, обычно одни цифры.\nНапример: 503901001.",
    "kpp_not_needed": "Вы прислали «{value}»: у ИП и физлица КПП нет.\n"
    "Пришлите только ИНН, 12 цифр, например: 500100732259.",
    "ogrn_length": _ogrn_length,
    "ogrn_letters": "В ОГРН «{value}» есть не только цифры. Пришлите одни цифры, например: 1026605606620.",
    "ogrn_checksum": "В ОГРН {value} ошибка: контрольная цифра не сходится.\n"
    "Проверьте и пришлите ещё раз. Например: 1026605606620.",
    "bik_form": "БИК «{value}» не подходит: в нём 9 цифр, первая — 0.\nНапример: 044525225.",
    "account_length": _account_length,
    "account_key": _account_key,
    "payer_name_short": "Название «{value}» слишком короткое. Пришлите его целиком, например: ООО «Ромашка».",
    "typed_long": lambda problem: (
        f"Слишком длинно: вмещается {plural(_number(problem, 'limit'), 'знак', 'знака', 'знаков')}. Напишите короче."
    ),
    "payer_name_long": _too_long("Название"),
    "payer_name_letters": "В названии «{value}» нет ни одной буквы. Пришлите его целиком, например: ООО «Ромашка».",
    "payer_name_card": "Здесь больше, чем название: есть номера или несколько строк. Пришлите только название одной "
    "строкой, например: ООО «Ромашка». Остальные реквизиты спросим дальше.",
    "payer_name_link": "В названии есть адрес сайта, почты или угловые скобки: в письма они не попадут. "
    "Пришлите одно название, например: ООО «Ромашка».",
    "name_long": _too_long("Имя"),
    "name_letters": _name_letters,
    "name_initials": "В имени «{value}» инициалы, а для документов нужны полные имя и отчество.\n" + _NAME_SAMPLE,
    "name_parts": "Пришлите фамилию, имя и отчество, если оно есть. Вы прислали: «{value}».\n"
    "Двойную фамилию или имя напишите через дефис. " + _NAME_SAMPLE,
    "phone_bad": "Номер «{value}» не похож на телефон. Пришлите мобильный с кодом, например: +7 933 933-33-33.",
    "phone_toll_free": "Номер {value} — бесплатная линия, а нужен мобильный самого человека.\n"
    "Например: +7 933 933-33-33.",
    "phone_not_mobile": "Номер {value} — не мобильный. Пришлите мобильный, например: +7 933 933-33-33.",
    "email_bad": _email_bad,
    "mailbox_of_centre": "Почта {value} — общий ящик центра, его читают несколько человек. Укажите собственную.",
    "mailbox_taken": "Почта {value} уже записана за другим сотрудником. У каждого должна быть своя: укажите другую.",
    "contact_no_name": "В строке «{value}» нет имени. Добавьте фамилию, имя и отчество.\n" + _CONTACT_SAMPLE,
    "contact_no_phone": "В строке «{value}» нет телефона. Добавьте мобильный.\n" + _CONTACT_SAMPLE,
    "contact_no_email": "В строке «{value}» нет электронной почты. Добавьте адрес.\n" + _CONTACT_SAMPLE,
    "contact_several_phones": "В строке «{value}» несколько мобильных. Оставьте один; "
    "каждого человека пишите с новой строки.\n" + _CONTACT_SAMPLE,
    "contact_several_emails": "В строке «{value}» несколько адресов почты. Оставьте один; "
    "каждого человека пишите с новой строки.\n" + _CONTACT_SAMPLE,
    "address_short": "Адрес «{value}» неполный. Пришлите индекс, город, улицу и дом.\n"
    "Например: 127018, г. Москва, ул. Сущёвский Вал, д. 18.",
    "address_long": _too_long("Адрес"),
    "address_other": "В адресе есть телефон, почта или номер счёта. Пришлите только адрес: индекс, город, улицу и дом.",
    "address_index": _address_index,
    "address_no_house": "В адресе «{value}» не видно номера дома. Добавьте дом или абонентский ящик.\n"
    "Например: 127018, г. Москва, ул. Сущёвский Вал, д. 18.",
    "tracking_form": "Номер отправления «{value}» не подходит. " + _TRACKING_SAMPLE,
    "tracking_checksum": "В номере отправления {value} ошибка: контрольная цифра не сходится.\n"
    "Проверьте и пришлите ещё раз. " + _TRACKING_SAMPLE,
    "sum_form": "Сумма «{value}» не читается. Пришлите рубли и, если есть, копейки, например: 24 500,50.",
    "sum_zero": "Сумма «{value}» — это ноль. Пришлите сумму больше нуля, например: 24 500,50.",
    "sum_large": _sum_large,
    "email_repeated": _email_repeated,
    "email_role": _not_personal("похож на общий: через него доступ получат и другие сотрудники"),
    "email_of_centre": _not_personal("— ящик сервисного центра"),
    "email_of_orderer": _not_personal("вы указали как свой"),
    "payer_kind": "«{value}» не подходит. Выберите, кто платит: организация, ИП или физлицо.",
    "course_unknown": "Курса «{value}» среди предложенных нет. Нажмите кнопку с курсом или пришлите его номер, "
    "например: 1.",
    "run_unknown": "Дат «{value}» среди предложенных нет. Нажмите кнопку с датами или пришлите их номер, например: 1.",
    "tariff_unknown": "Тарифа «{value}» среди предложенных нет. Нажмите кнопку с тарифом или пришлите его номер, "
    "например: 1.",
    "consent_not_confirmed": "Вы прислали «{value}». Без согласия на обработку данных оформить заявку нельзя.\n"
    "Прочитайте согласие и нажмите кнопку под ним или пришлите: да.",
    "education_not_confirmed": "Вы прислали «{value}». Учиться могут те, у кого есть высшее или среднее "
    "профессиональное образование, и те, кто его получает.\nЕсли у всех учеников так, пришлите: да.",
    "rights_not_confirmed": "Вы прислали «{value}». Данные других людей можно передать, только если они не против.\n"
    "Если это так, пришлите: да.",
    "field_missing": "Здесь пусто, а ответ нужен. Впишите его, например так, как в образце рядом.",
    "may_not_skip": "Этот шаг пропустить нельзя. Пришлите ответ или нажмите «Назад».",
    "press_a_button": "Здесь нужна кнопка, а не «{value}». Выберите одну из кнопок под вопросом.",
    "students_too_many": "В заявке уже {value} учеников, больше одна заявка не вмещает. "
    "Оформите её, а остальных добавьте в новую.",
    "name_part": "Пришлите одно слово, а вы прислали: «{value}». Двойную фамилию или имя напишите через дефис.\n"
    "Например: Римский-Корсаков.",
    "questionnaire_consent": "Вы прислали «{value}». Без согласия на обработку данных принять анкету нельзя.\n"
    "Прочитайте согласие и нажмите кнопку под ним или пришлите: да.",
    "education_unknown": "«{value}» не подходит. Нажмите кнопку: высшее, среднее профессиональное или ещё учусь.",
    "same_surname_unknown": "«{value}» не подходит. Фамилия в дипломе та же, что сейчас? Нажмите «Та же» или «Другая».",
    "file_needed": "Здесь нужен снимок или файл. Нажмите на скрепку, выберите фото или PDF и отправьте.",
    "page_repeated": "Эта страница уже приложена. Пришлите следующую или нажмите «Готово».",
    "pages_too_many": "Приложено уже {value} страниц, больше один документ не вмещает. "
    "Нажмите «Готово» или пришлите всё одним файлом PDF.",
    "birth_date": "Дата «{value}» не подходит. Пришлите день, месяц и год рождения, например: 14.05.1986.",
    "sex_unknown": "«{value}» не подходит. Нажмите кнопку: женский или мужской.",
    "snils_form": "СНИЛС «{value}» не подходит: в нём 11 цифр.\nНапример: 112-233-445 95.",
    "snils_checksum": "В СНИЛС {value} ошибка: контрольное число не сходится.\nПроверьте и пришлите ещё раз. "
    "Например: 112-233-445 95.",
    "citizenship_form": "«{value}» не похоже на страну. Пришлите её название, например: Россия.",
    "diploma_mark": "«{value}» не подходит: в серии и номере диплома только буквы и цифры.\nНапример: ВСГ или 1234567.",
    "reason_long": "Причина должна быть от одного слова до 500 знаков. Напишите короче, например: диплом не читается.",
    "message_empty": "Напишите сообщение словами.",
    "message_long": "В сообщении больше 2 000 знаков. Разделите его на два.",
    "last_digits": "«{value}» не подходит: нужны последние 4 цифры мобильного, указанного в заявке.\nНапример: 3333.",
    "seller_incomplete": "Реквизиты продавца заполнены не все: счёт и договор пока не составить.\n"
    "Допишите недостающее и повторите.",
    "seller_text_long": _too_long("Текст"),
    "seller_vat": "НДС «{value}» не подходит. Укажите 5, 7, 10 или 22, а если НДС не облагается — нет.",
    "seller_valid_days": "Срок счёта «{value}» не подходит. Укажите число дней от 1 до 365, например: 5.",
    "note_empty": "Заметка пустая. Напишите хотя бы слово, например: перезвонить в среду.",
    "note_long": _note_long,
    "status_short": "«{value}» — слишком коротко. Пришлите две буквы фамилии или названия, ИНН или номер заявки.",
    "status_words": "По «{value}» найдётся всё. Добавьте слово из названия, например: Ромашка.",
    "snooze_past": "Отложить можно только на будущее, а вы прислали «{value}». Пришлите дату после сегодняшней.",
    "snooze_far": "Отложить можно не дольше чем на год, а вы прислали «{value}». Пришлите дату поближе.",
}
