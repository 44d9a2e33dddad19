"""How the report is worded on every face: its parts, columns, marks and the picture's labels (REGULATIONS C4)."""

from datetime import date

from school.report import Part, Row, Stage, Total, What
from wording.dates import date_long, date_short
from wording.plurals import plural
from wording.sums import format_sum

SHIPPING = "Счета без отгрузки"
PART_NAMES: dict[Part, str] = {
    "overdue": "Просрочены",
    "week": "Акты на этой неделе",
    "not_shipped": SHIPPING,
    "unpaid": "Не оплачены",
}
PART_HINTS: dict[Part, str] = {
    "overdue": "Срок скана или оригинала акта прошёл. Начните отсюда.",
    "week": "Скан или оригинал нужен в ближайшие 7 дней.",
    "not_shipped": "Оплачено, обучение закончилось, а закрытого акта нет.",
    "unpaid": "Счёт выставлен, деньги не пришли или пришли не все.",
}
SUMMARY = "Сводка"
SUMMARY_COLUMNS = ("Раздел", "Строк", "Сумма, ₽")
COLUMNS = (
    "Заявка",
    "Сервисный центр",
    "Плательщик",
    "Чего ждём",
    "Номер",
    "Учеников",
    "Сумма, ₽",
    "С какого дня",
    "Срок",
    "Дней",
    "Отметка",
)
_WAITS: dict[What, str] = {
    "invoice": "оплату",
    "act": "акт",
    "scan": "скан акта в Клиент-Сервисе",
    "original": "оригинал акта почтой",
}
_PAPERS: dict[What, str] = {"invoice": "счёт", "act": "счёт", "scan": "акт", "original": "акт"}

STAGE_NAMES: dict[Stage, str] = {
    "ordered": "Заявки",
    "invoiced": "Счёт выставлен",
    "paid": "Оплачено",
    "admitted": "Зачислены",
    "finished": "Закончили",
    "closed": "Закрыты",
}
AGE_NAMES = ("0–7 дней", "8–14 дней", "15–30 дней", "больше 30")


def waits_for(row: Row) -> str:
    """Say what the row waits for."""
    return _WAITS[row.what]


def document(row: Row) -> str:
    """Name the row's paper: «счёт № 57», "" where it has no number yet."""
    return f"{_PAPERS[row.what]} № {row.document}" if row.document else ""


def term(row: Row, *, late: bool) -> str:
    """Say until when the row waits, with the years whose days off are not decreed marked as such; "" without a term."""
    if row.due is None:
        return ""
    mark = ", дата предварительная" if row.provisional else ""
    if late:
        return f"⚠️ срок прошёл {date_short(row.due)}{mark}"
    word = "действует до" if row.what == "invoice" else "не позднее"
    return f"{word} {date_short(row.due)}{mark}"


def age(row: Row) -> str:
    """Say how long it waits: «12 дней»."""
    return plural(row.age, "день", "дня", "дней")


def total(found: Total) -> str:
    """Say a count and a sum: «3 · 73 500 ₽»; «нет» for nothing."""
    return f"{found.count} · {format_sum(found.amount)}" if found.count else "нет"


def whose(centre: str | None, name: str = "") -> str:
    """Say whose report it is; plain text."""
    if centre is None:
        return "все центры"
    return f"{name}, {centre}" if name else f"центр {centre}"


def as_of(day: date) -> str:
    """Say the day of the report: «на 12 мая 2027»."""
    return f"на {date_long(day)}"
