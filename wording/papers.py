"""Words of the papers made for a client: invoice, contract, act; and of the templates a centre may replace.

Plain text: the faces escape it in their own way.
"""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from school.money import Kopecks
from school.names import parse_full_name
from school.order import Payer
from school.payer import PayerKind
from school.seller import Seller, Vat
from wording.cases import acting, represented_by
from wording.dates import date_long, period_with_year
from wording.problems import shown
from wording.words_of_sums import amount

SELLER_LABELS: dict[str, str] = {
    "seller_name": "Полное наименование",
    "seller_short_name": "Краткое наименование",
    "seller_inn": "ИНН",
    "seller_kpp": "КПП",
    "seller_address": "Адрес",
    "seller_bik": "БИК банка",
    "seller_bank": "Наименование банка",
    "seller_account": "Расчётный счёт",
    "seller_corr_account": "Корреспондентский счёт",
    "seller_vat": "НДС: 5, 7, 10, 22 или «нет»",
    "seller_vat_ground": "Основание, по которому НДС не облагается",
    "seller_signatory": "Кто подписывает: фамилия, имя, отчество",
    "seller_post": "Должность подписывающего",
    "seller_accountant": "Главный бухгалтер: фамилия, имя, отчество",
    "seller_basis": "На основании чего подписывает, например: Устава",
    "seller_valid_days": "Сколько дней действует счёт",
}

# What may stand in a template between {{ and }}; the rest of the sentence is what appears there.
COMMON_FIELDS: dict[str, str] = {
    "исполнитель": "полное наименование исполнителя",
    "исполнитель в лице": "наименование исполнителя и кто за него подписывает",
    "реквизиты исполнителя": "адрес, ИНН, КПП и счёт исполнителя, в несколько строк",
    "должность исполнителя": "должность того, кто подписывает за исполнителя",
    "подпись исполнителя": "фамилия и инициалы того, кто подписывает за исполнителя",
    "заказчик": "наименование или имя заказчика",
    "заказчик в лице": "наименование заказчика и место для имени того, кто подписывает",
    "реквизиты заказчика": "адрес, ИНН и КПП заказчика, в несколько строк",
    "подпись заказчика": "фамилия и инициалы заказчика-человека, у организации — линия",
    "число учеников": "сколько учеников, цифрой",
    "сумма": "сумма в рублях цифрами",
    "сумма прописью": "сумма прописью",
    "НДС": "НДС в сумме или почему он не облагается",
    "начало обучения": "первый день обучения",
    "окончание обучения": "последний день обучения",
}
CONTRACT_FIELDS: dict[str, str] = {
    "номер договора": "номер договора",
    "дата договора": "дата договора",
    **COMMON_FIELDS,
}
ACT_FIELDS: dict[str, str] = {
    "номер акта": "номер акта",
    "дата акта": "дата акта",
    "основание": "договор или счёт, по которому шло обучение",
    **COMMON_FIELDS,
}
ROW_FIELDS: dict[str, str] = {
    "№": "номер строки таблицы",
    "ученик": "фамилия, имя и отчество ученика",
    "курс": "название курса",
    "тариф": "название тарифа",
    "даты": "даты обучения ученика",
    "стоимость": "стоимость в рублях",
}

LINE_TO_SIGN = "_" * 18


class Refusal(Protocol):
    """A refused template (`paper.docx_template.TemplateRefused`): a stable `reason`, and `data` for its sentence."""

    @property
    def reason(self) -> str:
        """A key of `TEMPLATE_SENTENCES`."""

    @property
    def data(self) -> Mapping[str, object]:
        """What the sentence needs."""


TEMPLATE_SENTENCES: dict[str, str] = {
    "template_broken": "Шаблон не открывается. Сохраните его в Word как «Документ Word (.docx)» и пришлите ещё раз.",
    "template_too_big": "Шаблон слишком большой: принимаем до {megabytes} МБ. Уберите картинки и пришлите ещё раз.",
    "template_field": "В шаблоне неизвестное поле: «{field}». Проверьте написание по списку полей "
    "и пришлите шаблон ещё раз.",
    "template_unclosed": "В шаблоне поле начато и не закончено: «{field}». Поле пишется в одном абзаце, "
    "например: {{{{ заказчик }}}}.",
    "template_row_field": "Поле «{field}» повторяется для каждого ученика: поставьте его в строку таблицы "
    "и пришлите шаблон ещё раз.",
}


def explain_template(refusal: Refusal) -> str:
    """Say why a template was not taken, and what to do."""
    data = {"field": "", "megabytes": 0, **refusal.data}
    return TEMPLATE_SENTENCES[refusal.reason].format(**{**data, "field": shown(str(data["field"]))})


def vat_line(vat: Vat, kopecks: Kopecks) -> tuple[str, str]:
    """Return the label and the figure of an invoice's VAT line."""
    if vat.rate is None:
        return f"Без НДС ({vat.ground})", "—"
    return f"В том числе НДС {vat.rate} %", amount(vat.included(kopecks))


def vat_phrase(vat: Vat, kopecks: Kopecks) -> str:
    """Say the same inside a sentence: «НДС не облагается: …», «в том числе НДС 22 % — 4 418,03 руб.»."""
    if vat.rate is None:
        return f"НДС не облагается: {vat.ground}"
    return f"в том числе НДС {vat.rate} % — {amount(vat.included(kopecks))} руб."


def payment_purpose(number: str, issued_on: date, vat: Vat, kopecks: Kopecks) -> str:
    """Return what a payer writes in the payment: invoice, what for, VAT. The ground of no VAT stays out of it."""
    tax = "НДС не облагается" if vat.rate is None else f"В т. ч. НДС {vat.rate} % {_plain(vat.included(kopecks))} руб."
    return f"Оплата по счету № {number} от {issued_on:%d.%m.%Y} за обучение. {tax}"


def line_title(course: str, tariff: str, starts: date, ends: date) -> str:
    """Name what is sold to one student: course, tariff and dates."""
    return f"Обучение по курсу «{course}», тариф «{tariff}», {period_with_year(starts, ends)}"


def requisites(name: str, inn: str | None, kpp: str | None, address: str) -> str:
    """Write a side of the deal in a line: «ООО «Ромашка», ИНН 5039002841, КПП 503901001, адрес»."""
    parts = [name, f"ИНН {inn}" if inn else "", f"КПП {kpp}" if kpp else "", address]
    return ", ".join(part for part in parts if part)


def payer_name(payer: Payer) -> str:
    """Name the payer as papers do: a sole trader with «ИП»."""
    return f"ИП {payer.name}" if payer.kind is PayerKind.SOLE_TRADER else payer.name


def seller_block(seller: Seller) -> str:
    """Write the seller's details line by line."""
    return _lines(
        seller.name,
        f"Адрес: {seller.address}",
        f"ИНН {seller.inn}" + (f", КПП {seller.kpp}" if seller.kpp else ""),
        f"Расчётный счёт {seller.account}",
        seller.bank_name,
        f"БИК {seller.bik}",
        f"Корр. счёт {seller.corr_account}",
    )


def payer_block(payer: Payer) -> str:
    """Write the payer's details line by line."""
    inn = f"ИНН {payer.inn}" if payer.inn else ""
    kpp = f", КПП {payer.kpp}" if payer.kpp else ""
    return _lines(payer_name(payer), f"Адрес: {payer.address}", f"{inn}{kpp}")


def seller_represented(seller: Seller) -> str:
    """Write the seller and who signs: «ООО … в лице директора Ивановой Марии Петровны, действующей на основании …»."""
    if seller.sole_trader:
        return f"{seller.name}, {acting(seller.signatory)} на основании {seller.basis}"
    return f"{seller.name} в лице {represented_by(seller.post, seller.signatory)} на основании {seller.basis}"


def payer_represented(payer: Payer) -> str:
    """Write the payer and room for who signs; a person signs without a representative."""
    if payer.kind is PayerKind.ORGANISATION:
        return f"{payer.name} в лице {LINE_TO_SIGN}{LINE_TO_SIGN}, действующего на основании {LINE_TO_SIGN}"
    return payer_name(payer)


def payer_signature(payer: Payer) -> str:
    """Return the name under the payer's signature: a person's with initials, a line for an organisation."""
    if payer.kind is PayerKind.ORGANISATION:
        return LINE_TO_SIGN
    return parse_full_name(payer.name).initials


def reference(what: str, number: str, day: date) -> str:
    """Name a paper by number and date: «Договор № 7 от 1 февраля 2026 г.»."""
    return f"{what} № {number} от {date_long(day)} г."


def _plain(kopecks: Kopecks) -> str:
    return f"{kopecks // 100}-{kopecks % 100:02d}"


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
