"""The seller: a centre's own details as checked values, from the settings of `centre set` (docs/regulations.md: P1).

Nothing is guessed: a centre without all of them issues its invoices in Клиент-Сервис and has no second numbering.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from school.errors import BadAnswer
from school.money import Kopecks
from school.names import FullName, parse_full_name
from school.payer import (
    PayerKind,
    check_account,
    check_corr_account,
    parse_bik,
    parse_inn,
    parse_kpp,
    parse_payer_name,
)

VAT_RATES = (5, 7, 10, 22)
NO_VAT = "none"
DEFAULT_VALID_DAYS = 5

REQUIRED = (
    "seller_name", "seller_short_name", "seller_inn", "seller_address", "seller_bik", "seller_bank", "seller_account",
    "seller_corr_account", "seller_vat", "seller_signatory", "seller_post", "seller_basis",
)  # fmt: skip
SOMETIMES = ("seller_kpp", "seller_vat_ground")
OPTIONAL = ("seller_accountant", "seller_valid_days")
SELLER_KEYS = (*REQUIRED, *SOMETIMES, *OPTIONAL)

_MAX_TEXT = 300
_NO_VAT_WORDS = frozenset({NO_VAT, "нет", "не облагается", "без ндс", "ндс не облагается"})


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT of everything the seller sells: a `rate` in percent, or None and the `ground` on which none is charged."""

    rate: int | None
    ground: str = ""

    def included(self, kopecks: Kopecks) -> Kopecks:
        """Return the tax inside a sum, rounded half up to a kopeck; 0 where none is charged."""
        if self.rate is None:
            return 0
        return (2 * kopecks * self.rate + 100 + self.rate) // (2 * (100 + self.rate))


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues papers. `kpp` is None for a sole trader (ИП); `basis` follows «на основании», in the genitive.

    `valid_days` is how many calendar days an invoice stands after its date.
    """

    name: str
    short_name: str
    inn: str
    kpp: str | None
    address: str
    bik: str
    bank_name: str
    account: str
    corr_account: str
    vat: Vat
    signatory: FullName
    post: str
    accountant: FullName | None
    basis: str
    valid_days: int

    @property
    def sole_trader(self) -> bool:
        """Whether the seller is a person (ИП): its ИНН has 12 digits."""
        return len(self.inn) == 12


def seller_gaps(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that still have to be set, all at once; empty when the seller is complete."""
    missing = [key for key in REQUIRED if not _value(settings, key)]
    if _is_organisation(settings) and not _value(settings, "seller_kpp"):
        missing.append("seller_kpp")
    if _no_vat(_value(settings, "seller_vat")) and not _value(settings, "seller_vat_ground"):
        missing.append("seller_vat_ground")
    return tuple(sorted(missing, key=SELLER_KEYS.index))


def seller_faults(settings: Mapping[str, str]) -> tuple[tuple[str, BadAnswer], ...]:
    """Return what is set and wrong, all at once: the key and the problem of its value."""
    faults = []
    for key in SELLER_KEYS:
        if _value(settings, key):
            try:
                check_setting(key, settings)
            except BadAnswer as problem:
                faults.append((key, problem))
    return tuple(faults)


def check_setting(key: str, settings: Mapping[str, str]) -> str:
    """Return the value of one key in its normal form; an account is checked against the БИК once that is set.

    Problems: those of `school.payer` and `school.names`, seller_text_long (data: limit), seller_vat, seller_valid_days.
    KeyError where the key is not the seller's.
    """
    text = _value(settings, key)
    return _CHECKS[key](text, settings)


def parse_seller(settings: Mapping[str, str]) -> Seller:
    """Return the seller. Problems: seller_incomplete (data: keys), and those of `check_setting`."""
    if gaps := seller_gaps(settings):
        raise BadAnswer("seller_incomplete", keys=gaps)
    value = {key: check_setting(key, settings) for key in SELLER_KEYS if _value(settings, key)}
    vat = value["seller_vat"]
    accountant = value.get("seller_accountant")
    return Seller(
        name=value["seller_name"],
        short_name=value["seller_short_name"],
        inn=value["seller_inn"],
        kpp=value["seller_kpp"] if _is_organisation(settings) else None,
        address=value["seller_address"],
        bik=value["seller_bik"],
        bank_name=value["seller_bank"],
        account=value["seller_account"],
        corr_account=value["seller_corr_account"],
        vat=Vat(None, value["seller_vat_ground"]) if vat == NO_VAT else Vat(int(vat)),
        signatory=parse_full_name(value["seller_signatory"]),
        post=value["seller_post"],
        accountant=parse_full_name(accountant) if accountant else None,
        basis=value["seller_basis"],
        valid_days=int(value.get("seller_valid_days", DEFAULT_VALID_DAYS)),
    )


def _value(settings: Mapping[str, str], key: str) -> str:
    return " ".join(settings.get(key, "").split())


def _is_organisation(settings: Mapping[str, str]) -> bool:
    return sum(mark.isdigit() for mark in _value(settings, "seller_inn")) != 12


def _no_vat(text: str) -> bool:
    return text.casefold() in _NO_VAT_WORDS


def _text(text: str, _: Mapping[str, str]) -> str:
    if len(text) > _MAX_TEXT:
        raise BadAnswer("seller_text_long", text, limit=_MAX_TEXT, length=len(text))
    return text


def _inn(text: str, settings: Mapping[str, str]) -> str:
    kind = PayerKind.ORGANISATION if _is_organisation(settings) else PayerKind.SOLE_TRADER
    return parse_inn(text, kind)


def _account(text: str, settings: Mapping[str, str]) -> str:
    return _against_bik(check_account, text, settings)


def _corr_account(text: str, settings: Mapping[str, str]) -> str:
    return _against_bik(check_corr_account, text, settings)


def _against_bik(check: Callable[[str, str], str], text: str, settings: Mapping[str, str]) -> str:
    """Check the key where there is a good БИК to check it by; until then the number of digits alone."""
    try:
        bik = parse_bik(_value(settings, "seller_bik"))
    except BadAnswer:
        digits = re.sub(r"[\s.–—‑-]", "", text)
        if not re.fullmatch(r"[0-9]{20}", digits):
            raise BadAnswer("account_length", text, digits=sum(mark in "0123456789" for mark in digits)) from None
        return digits
    return check(bik, text)


def _vat(text: str, _: Mapping[str, str]) -> str:
    if _no_vat(text):
        return NO_VAT
    rate = re.fullmatch(r"(\d{1,2})\s*%?", text)
    if rate is None or int(rate[1]) not in VAT_RATES:
        raise BadAnswer("seller_vat", text)
    return str(int(rate[1]))


def _valid_days(text: str, _: Mapping[str, str]) -> str:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 365:
        raise BadAnswer("seller_valid_days", text)
    return str(int(text))


def _name(text: str, _: Mapping[str, str]) -> str:
    return parse_payer_name(text, PayerKind.ORGANISATION)


def _person(text: str, _: Mapping[str, str]) -> str:
    return parse_full_name(text).full


_CHECKS: dict[str, Callable[[str, Mapping[str, str]], str]] = {
    "seller_name": _name,
    "seller_short_name": _name,
    "seller_inn": _inn,
    "seller_kpp": lambda text, _: parse_kpp(text),
    "seller_address": _text,
    "seller_bik": lambda text, _: parse_bik(text),
    "seller_bank": _text,
    "seller_account": _account,
    "seller_corr_account": _corr_account,
    "seller_vat": _vat,
    "seller_vat_ground": _text,
    "seller_signatory": _person,
    "seller_post": _text,
    "seller_accountant": _person,
    "seller_basis": _text,
    "seller_valid_days": _valid_days,
}
