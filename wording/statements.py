"""Why a bank statement was refused, why a payment is only suggested, and what is wrong in a sheet of payments (P1).

Plain text: the faces escape it in their own way.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol

from school.matching import Reason
from wording.dates import date_long
from wording.problems import shown
from wording.sums import format_sum

PAYMENT_COLUMNS: dict[str, str] = {
    "number": "Счёт",
    "paid_on": "Дата оплаты",
    "amount": "Сумма",
    "payer": "Плательщик",
    "rest": "Осталось оплатить",
}

HOW_TO_FILL = (
    "Впишите «Дату оплаты» и «Сумму» у счетов, которые оплачены. Остальные строки оставьте как есть.",
    "Номер счёта — целиком, как в самом счёте, например: 57 или ШК-123/26.",
    "Дата — например, 12.05.2027. Сумма — в рублях, например: 24 500 или 24 500,50.",
    "Оплату частями пишите отдельными строками с тем же номером счёта.",
    "Сохраните файл в формате XLSX и пришлите боту. Он покажет, что изменится, и спросит, записать ли.",
)

_AGAIN = "Скачайте выписку в банке заново в формате 1С (файл .txt) и пришлите её, не открывая и не меняя."
_BY_HAND = "Если в новой то же самое, запишите эти платежи сами, по номерам счетов."
_NOTHING = "Ни один платёж из файла не записан."


class Refusal(Protocol):
    """A refused statement, as `paper.bank_statement.StatementRefused`: `reason` and the `data` of its sentence."""

    @property
    def reason(self) -> str:
        """A reason of `paper.statement_text.REASONS`."""

    @property
    def data(self) -> Mapping[str, object]:
        """What the sentence needs."""


def _where(data: Mapping[str, object]) -> str:
    number = str(data.get("number") or "")
    return f"В документе № {shown(number)}" if number else f"В строке {data.get('line', 1)}"


def _value(data: Mapping[str, object], absent: str, wrong: str) -> str:
    value = str(data.get("value") or "")
    return wrong.format(value=shown(value)) if value else absent


def _kopecks(value: object) -> str:
    return format_sum(value if isinstance(value, int) else 0)


REFUSALS: dict[str, Callable[[Mapping[str, object]], str]] = {
    "not_a_statement": lambda data: (
        "Это не выписка для 1С: файл начинается не со слова 1CClientBankExchange.\n"
        "В банке выберите выгрузку «1С» (файл .txt) и пришлите её боту. Выписка в PDF или Excel не подойдёт."
    ),
    "wrong_encoding": lambda data: f"Буквы в выписке не читаются: файл повреждён или сохранён заново.\n{_AGAIN}",
    "cut_off": lambda data: f"Выписка обрывается: в ней нет последней строки «КонецФайла». {_NOTHING}\n{_AGAIN}",
    "after_end": lambda data: (
        f"После строки «КонецФайла» в выписке есть ещё строки, начиная с {data.get('line', '')}-й. {_NOTHING}\n"
        "Если это две выписки подряд, пришлите их двумя файлами."
    ),
    "section_open": lambda data: (
        f"В выписке нарушен порядок: раздел в строке {data.get('line', '')} начат и не закончен. {_NOTHING}\n{_AGAIN}"
    ),
    "bad_amount": lambda data: (
        f"{_where(data)} {_value(data, 'нет суммы', 'сумма «{value}» не читается')}. {_NOTHING}\n"
        f"Сумма в выписке бывает такой: 24500.00. {_AGAIN} {_BY_HAND}"
    ),
    "bad_date": lambda data: (
        f"{_where(data)} {_value(data, 'нет даты', 'дата «{value}» не читается')}. {_NOTHING}\n"
        f"Дата в выписке бывает такой: 12.05.2027. {_AGAIN} {_BY_HAND}"
    ),
    "control_sum": lambda data: (
        f"По счёту {data.get('account', '')} суммы не сходятся: в выписке указано, что поступило "
        f"{_kopecks(data.get('told'))}, а документов в ней на {_kopecks(data.get('counted'))}. {_NOTHING}\n{_AGAIN}"
    ),
    "too_big": lambda data: (
        f"Выписка слишком большая: берём не больше {data.get('megabytes', 10)} МБ "
        f"и {data.get('documents', 100_000)} документов.\nВыгрузите её по частям, например по месяцам."
    ),
    "too_hard": lambda _: f"Выписка устроена слишком сложно, прочитать её не удалось. {_NOTHING}\n{_AGAIN} {_BY_HAND}",
    "own_account_missing": lambda data: (
        f"В выписке не указан ваш счёт (строка «РасчСчет»), и не понять, какие деньги пришли вам. {_NOTHING}\n{_AGAIN}"
    ),
}
"""What is said of every reason for which a statement is refused."""

HITS: dict[Reason, str] = {
    "number": "номер счёта есть в назначении",
    "leading_zeros": "номер отличается только нулями впереди",
    "same_sum_and_inn": "сумма и ИНН те же, номер счёта другой или не указан",
    "several_make_sum": "счета этого плательщика вместе дают эту сумму",
    "sum_and_name": "сходятся сумма и название плательщика",
    "same_inn": "ИНН тот же",
    "sum_only": "сходится только сумма",
    "part_sum": "заплачено меньше, чем осталось по счёту",
    "over_sum": "заплачено больше, чем осталось по счёту",
    "other_payer": "заплатил другой плательщик",
    "treasury_payer": "заплатило казначейство, ИНН другой",
    "unknown_inn": "ИНН не с чем сверить",
    "not_unique": "подходит не один счёт",
    "other_numbers": "в назначении названы и другие счета",
    "before_issue": "деньги пришли раньше, чем выставлен счёт",
    "settled_here": "этот счёт уже закрыт другим платежом из файла",
}
"""Why a person is asked, one reason at a time."""


def explain_statement(error: Refusal) -> str:
    """Say in Russian why the statement was refused and what to do. A reason without a sentence raises KeyError."""
    return REFUSALS[error.reason](error.data)


def explain_hit(reasons: Sequence[Reason]) -> str:
    """Say why a payment is only suggested: «номер счёта есть в назначении, но заплачено меньше, чем …»."""
    agrees, *doubts = (HITS[reason] for reason in reasons)
    return f"{agrees}, но {', '.join(doubts)}" if doubts else agrees


def unchecked_account(account: str) -> str:
    """Warn that the file does not tell the account's sum, so nobody can say whether it is whole."""
    return (
        f"⚠️ В выписке нет общей суммы поступлений по счёту {account}, проверить её целость нельзя.\n"
        "Сверьте список платежей с банком."
    )


def odd_document(number: str, line: int, value: str) -> str:
    """Say that a document that brought no money was passed over, since something in it cannot be read."""
    which = f"Документ № {shown(number)}" if number else f"Документ в строке {line}"
    why = f"«{shown(value)}» в нём не читается" if value else "в нём не хватает данных"
    return f"{which} пропустили: денег по нему не пришло, а {why}."


def no_number() -> str:
    """Say that a filled row does not name its invoice."""
    return "Не указан номер счёта. Впишите его, например: 57."


def no_paid_on() -> str:
    """Say that a row has a sum and no date."""
    return "Не указана дата оплаты. Впишите её, например: 12.05.2027."


def bad_paid_on(value: str) -> str:
    """Say that a date cannot be read."""
    return f"Дата «{shown(value)}» не читается. Напишите день, месяц и год, например: 12.05.2027."


def paid_later(day: date) -> str:
    """Say that the day of payment has not come yet."""
    return f"Дата оплаты {date_long(day)} ещё не наступила. Проверьте год и месяц."


def no_amount() -> str:
    """Say that a row has a date and no sum."""
    return "Не указана сумма. Впишите её в рублях, например: 24 500."


def repeated_payment(first: int) -> str:
    """Say that the same payment stands in an earlier row, by its number in the sheet."""
    return f"Такая же оплата уже есть в строке {first}. Оставьте одну строку или исправьте дату или сумму."
