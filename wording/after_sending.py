"""What comes after a questionnaire is handed in: the same words in chat and on the page (REGULATIONS A1)."""

from datetime import date

from school.admission import ADMISSION_DAYS
from wording.dates import no_later_than
from wording.plurals import plural

CHANGES = "Изменить что-то теперь можно через куратора."


def admission_term(admit_by: date | None) -> str:
    """Say when the student is admitted; `admit_by` is None while the payment has not come."""
    if admit_by is not None:
        return f"Оплата уже пришла, зачислим вас {no_later_than(admit_by)}."
    return f"Зачислим в течение {plural(ADMISSION_DAYS, 'рабочего дня', 'рабочих дней', 'рабочих дней')} после оплаты."
