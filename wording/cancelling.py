"""Words of cancelling a place or an order: the reasons, and what is to be done about money."""

from school.cancelling import Reason
from school.money import Kopecks
from wording.sums import format_sum

REASONS: dict[Reason, str] = {
    "client": "Клиент передумал",
    "mistake": "Ошибка в заявке",
    "repeat": "Повтор",
    "other": "Другое",
}


def money_back(kopecks: Kopecks) -> str:
    """Say that money is to be given back."""
    return f"⚠️ По заявке оплачено {format_sum(kopecks)}: верните деньги клиенту."
