"""Labels, questions, hints and examples of the forms' fields, shared by every face."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldWords:
    """`label` names the fact, `question` asks, `hint` says why or how, `example` shows a good answer."""

    label: str
    question: str
    hint: str = ""
    example: str = ""


FIELDS: dict[str, FieldWords] = {
    "consent": FieldWords("Согласие", "Согласие на обработку персональных данных"),
    "payer_kind": FieldWords("Плательщик", "Кто оплачивает обучение?", "От этого зависят счёт и договор."),
    "payer_name": FieldWords(
        "Плательщик", "Название организации", "Так, как в уставе: оно попадёт в счёт и договор.", "ООО «Ромашка»"
    ),
    "payer_name:person": FieldWords(
        "Плательщик",
        "Фамилия, имя и отчество плательщика",
        "Они попадут в счёт и договор.",
        "Соколова Любовь Андреевна",
    ),
    "payer_inn": FieldWords(
        "ИНН", "ИНН организации", "10 цифр. Можно прислать сразу с КПП, через дробь.", "5039002841/503901001"
    ),
    "payer_inn:person": FieldWords("ИНН", "ИНН", "12 цифр.", "500100732259"),
    "payer_kpp": FieldWords("КПП", "КПП организации", "9 знаков, есть в карточке организации.", "503901001"),
    "payer_address": FieldWords(
        "Адрес",
        "Почтовый адрес",
        "Индекс, город, улица, дом. На этот адрес отправим документы об обучении.",
        "127018, г. Москва, ул. Полковая, дом 3",
    ),
    "orderer_name": FieldWords(
        "Заявку оформляет",
        "Как вас зовут?",
        "Фамилия, имя и отчество. Мы обратимся к вам, если по заявке будут вопросы.",
        "Белова Ирина Петровна",
    ),
    "orderer_mobile": FieldWords(
        "Ваш телефон", "Ваш мобильный телефон", "Позвоним, если письмо не дойдёт.", "8 933 933-33-33"
    ),
    "orderer_email": FieldWords(
        "Ваша почта", "Ваша электронная почта", "Сюда пришлём счёт и договор.", "belova.i@yandex.ru"
    ),
    "education": FieldWords("Образование учеников", "Кто может учиться"),
    "name": FieldWords(
        "ФИО",
        "Фамилия, имя и отчество ученика",
        "Можно прислать сразу с телефоном и почтой или весь список: по ученику в строке.",
        "Соколова Любовь Андреевна, 8 933 933-33-33, sokolova.l@yandex.ru",
    ),
    "mobile": FieldWords(
        "Телефон", "Мобильный телефон ученика", "По нему ученик подтвердит, что анкета его.", "8 933 933-33-33"
    ),
    "email": FieldWords(
        "Почта",
        "Электронная почта ученика",
        "На неё откроем доступ к обучению. Общий ящик (info@, buh@) не подойдёт.",
        "sokolova.l@yandex.ru",
    ),
    "course": FieldWords("Курс", "Какой курс?", "Нажмите номер курса."),
    "run": FieldWords("Даты обучения", "Когда учиться?", "Выберите даты."),
    "tariff": FieldWords("Тариф", "Какой тариф?", "Цена указана за одного ученика."),
    "rights": FieldWords("Право передать данные", "Данные учеников"),
}

QUESTIONNAIRE: dict[str, FieldWords] = {
    "consent": FieldWords("Согласие", "Согласие на обработку персональных данных"),
    "surname": FieldWords("Фамилия", "Ваша фамилия", "Как в паспорте.", "Соколова"),
    "name": FieldWords("Имя", "Ваше имя", "Как в паспорте.", "Любовь"),
    "patronymic": FieldWords("Отчество", "Ваше отчество", "Если его нет, нажмите «Пропустить».", "Андреевна"),
    "mobile": FieldWords("Телефон", "Ваш мобильный телефон", "Позвоним, если письмо не дойдёт.", "8 933 933-33-33"),
    "education": FieldWords(
        "Образование", "Какое у вас образование?", "Если ещё учитесь, вместо диплома понадобится справка об учёбе."
    ),
    "same_surname": FieldWords(
        "Фамилия в дипломе", "Фамилия в дипломе та же?", "Если вы меняли фамилию после диплома, нажмите «Другая»."
    ),
    "diploma_surname": FieldWords("Фамилия в дипломе", "Какая фамилия в дипломе?", "", "Иванова"),
    "diploma": FieldWords(
        "Диплом",
        "Пришлите диплом",
        "Нужен разворот с фамилией, специальностью и номером. Снимите его целиком при хорошем свете "
        "или пришлите файл PDF. Страниц может быть несколько.",
    ),
    "diploma:receiving": FieldWords(
        "Справка об учёбе",
        "Пришлите справку об учёбе",
        "Её выдаёт деканат: в ней фамилия, вуз или колледж, курс и печать. Снимите её целиком при хорошем свете "
        "или пришлите файл PDF.",
    ),
    "name_change": FieldWords(
        "Документ о смене фамилии",
        "Пришлите документ о смене фамилии",
        "Подойдёт свидетельство о браке, справка ЗАГС или страница трудовой книжки с отметкой.",
    ),
    "birth_date": FieldWords(
        "Дата рождения", "Дата рождения", "Нужна для государственного реестра дипломов.", "14.05.1986"
    ),
    "sex": FieldWords("Пол", "Ваш пол", "Нужен для государственного реестра дипломов."),
    "snils": FieldWords(
        "СНИЛС", "Номер СНИЛС", "11 цифр, нужен для государственного реестра дипломов.", "112-233-445 95"
    ),
    "citizenship": FieldWords("Гражданство", "Ваше гражданство", "Нажмите кнопку или пришлите страну.", "Россия"),
    "diploma_series": FieldWords("Серия диплома", "Серия диплома", "Как в дипломе.", "ВСГ"),
    "diploma_number": FieldWords("Номер диплома", "Номер диплома", "Как в дипломе.", "1234567"),
}
EDUCATIONS = {"higher": "Высшее", "secondary": "Среднее профессиональное", "receiving": "Ещё учусь"}
SAME_SURNAME = {"yes": "Та же", "no": "Другая"}
SEXES = {"female": "Женский", "male": "Мужской"}

PAYER_KINDS = {"organisation": "Юридическое лицо", "sole_trader": "ИП", "individual": "Физическое лицо"}

EDUCATION = (
    "Учиться могут только те, у кого есть высшее или среднее профессиональное образование, "
    "и те, кто его сейчас получает: вуз, техникум, колледж."
)
RIGHTS = (
    "Вы передаёте нам фамилии, телефоны и почту учеников. "
    "Подтвердите, что они об этом знают и вы вправе передать эти данные. "
    "В письме мы скажем каждому ученику, кто и зачем передал его данные."
)
REQUIREMENTS = (
    "Для занятий нужны компьютер или ноутбук с Windows 10, macOS 12 или новее, свежий браузер, "
    "звук и интернет от 5 Мбит/с."
)


def field_words(key: str, payer_kind: str | None = None) -> FieldWords:
    """Return the words of a field; a person who pays is asked otherwise than an organisation."""
    person = f"{key}:person"
    return FIELDS[person] if payer_kind in ("sole_trader", "individual") and person in FIELDS else FIELDS[key]


def words_of(form: str, key: str, answers: Mapping[str, Any]) -> FieldWords:
    """Return the words of a form's field as these answers ask for them."""
    if form != "questionnaire":
        return field_words(key, answers.get("payer_kind"))
    variant = f"{key}:{answers.get('education')}"
    return QUESTIONNAIRE.get(variant) or QUESTIONNAIRE[key]
