"""Words of the figures: stages, parts of the way, days. Plain text: the faces escape it."""

from school.stats import GapName, Stage
from wording.plurals import plural

STAGE_NAMES: dict[Stage, str] = {
    "orders": "Заявки",
    "paid": "Оплачены",
    "approved": "Анкеты подтверждены",
    "admitted": "Зачислены",
    "finished": "Закончили обучение",
    "closed": "Документы закрыты",
}
GAP_NAMES: dict[GapName, str] = {
    "to_paid": "От заявки до оплаты",
    "to_approved": "От заявки до анкеты",
    "to_admitted": "От оплаты и анкеты до зачисления",
    "to_finished": "От зачисления до конца обучения",
    "to_closed": "От конца обучения до документов",
}
UNITS = "Заявки считаем по одной, остальное — по ученикам, за неделю, когда это случилось."
WEEK_COLUMNS = ("Неделя с", "Неделя по")
TOTAL = "Всего"
WEEKS_SHEET, GAPS_SHEET = "По неделям", "Сроки"
GAP_COLUMNS = ("Что считаем", "Медиана, дней", "По скольким ученикам")


def days(count: float | None) -> str:
    """Say how long something takes: «3 дня», «2,5 дня», «в тот же день»; «нет данных» for None."""
    if count is None:
        return "нет данных"
    if count == 0:
        return "в тот же день"
    if count != int(count):
        return f"{count:.1f} дня".replace(".", ",")
    return plural(int(count), "день", "дня", "дней")
