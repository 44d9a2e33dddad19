"""Why a sheet sent back to us was not taken, and what to do about it (REGULATIONS D1, M2).

Plain text: the faces escape it in their own way.
"""

from collections.abc import Mapping
from typing import Protocol

from wording.plurals import plural
from wording.problems import shown


class Refusal(Protocol):
    """A refused sheet, as `paper.results_sheet.SheetRefused`: a stable `reason` and the `data` of its sentence."""

    @property
    def reason(self) -> str:
        """sheet_broken, sheet_too_big, sheet_too_hard or sheet_no_columns."""

    @property
    def data(self) -> Mapping[str, object]:
        """What the sentence needs."""


RESULT_COLUMNS: dict[str, str] = {
    "reference": "Номер",
    "name": "ФИО",
    "email": "Электронная почта",
    "course": "Курс",
    "dates": "Даты",
    "test": "Итоговое тестирование",
    "training": "Обучение",
    "tracking": "Номер отправления",
}

HOW_TO_FILL = (
    "Заполните столбцы «Итоговое тестирование», «Обучение» и «Номер отправления». Остальные менять не нужно.",
    "Статусы выберите из списка в ячейке. Номер отправления — 14 цифр с чека Почты России.",
    "Пустая ячейка ничего не меняет. Столбцы можно переставить, лишние строки удалить.",
    "По столбцу «Номер» бот находит ученика: не меняйте его.",
    "Сохраните файл в формате XLSX и пришлите боту. Он покажет, что изменится, и спросит, записать ли.",
)

_BROKEN = (
    "Файл не открывается как таблица. Пришлите таблицу Excel в формате XLSX, без пароля.\n"
    "Проще всего скачать её у бота заново и заполнить."
)

_TOO_HARD = (
    "Таблица устроена слишком сложно, прочитать её не удалось. Ничего не записано.\n"
    "Скопируйте данные в новую таблицу Excel и пришлите её."
)


def explain_sheet(error: Refusal) -> str:
    """Say in Russian why the sheet was not taken and what to send instead."""
    if error.reason == "sheet_too_big":
        rows, size = error.data.get("rows"), error.data.get("megabytes")
        limit = plural(rows, "строки", "строк", "строк") if isinstance(rows, int) else "5000 строк"
        return f"Таблица слишком большая: берём не больше {limit} и {size} МБ. Разделите её на части."
    if error.reason == "sheet_too_hard":
        return _TOO_HARD
    if error.reason == "sheet_no_columns":
        missing = error.data.get("missing")
        titles = [str(title) for title in missing] if isinstance(missing, list | tuple) else []
        named = ", ".join(f"«{title}»" for title in titles)
        return f"В таблице нет столбцов: {named}. Верните заголовки в первую строку или скачайте таблицу у бота заново."
    return _BROKEN


def no_reference() -> str:
    """Say that a filled row does not tell whose it is."""
    return "Не указан номер. Впишите его, как в таблице от бота, например: 0123-0042/2."


def bad_reference(value: str) -> str:
    """Say that a number does not look like a student's."""
    return f"Номер «{shown(value)}» не подходит. Нужен номер заявки и ученика, например: 0123-0042/2."


def repeated_reference(first: int) -> str:
    """Say that the same student stands in an earlier row, by its number in the sheet."""
    return f"Этот ученик уже есть в строке {first}. Оставьте одну строку."


def unknown_status(value: str, allowed: tuple[str, ...]) -> str:
    """Say that a status is not known and which are."""
    return f"Статус «{shown(value)}» не понятен. Напишите одно из: {', '.join(allowed)}."


def repeated_column(title: str) -> str:
    """Say that two columns have the same title."""
    return f"Столбец «{title}» встречается дважды. Оставьте один."
