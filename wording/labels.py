"""Labels of an order's facts, of payer kinds and of what a manager should look at, for letters and files."""

from wording.fields import PAYER_KINDS

PAYER_KIND_LABELS: dict[str, str] = PAYER_KINDS

ORDER_LABELS: dict[str, str] = {
    "number": "Номер заявки",
    "centre": "Сервисный центр",
    "placed_at": "Оформлена",
    "filled_in_by": "Кто заполнил",
    "payer": "Плательщик",
    "payer_kind": "Вид плательщика",
    "payer_name": "Плательщик",
    "inn": "ИНН",
    "kpp": "КПП",
    "address": "Почтовый адрес",
    "orderer": "Заказчик",
    "student": "Ученик",
    "name": "ФИО",
    "mobile": "Телефон",
    "email": "Электронная почта",
    "course": "Курс",
    "tariff": "Тариф",
    "dates": "Даты обучения",
    "starts": "Начало обучения",
    "ends": "Окончание обучения",
    "price": "Цена, руб.",
    "total": "Итого, руб.",
}

FILLED_IN_BY_STAFF = "менеджер сервисного центра за клиента"
FILLED_IN_BY_CLIENT = "сам клиент"

FLAG_LABELS: dict[str, str] = {
    "suffix_mailbox": "ящик похож на общий, заказчик подтвердил, что он личный",
    "latin": "имя написано латиницей, сверьте с документом",
    "mixed_script": "в имени были латинские буквы, мы заменили их русскими, сверьте с документом",
}
# REGULATIONS A1: admission may take 3 working days.
STARTS_SOON_LABEL = "обучение начинается раньше, чем истекут 3 рабочих дня на зачисление, предупредите клиента"
