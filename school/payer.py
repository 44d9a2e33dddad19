"""The payer (плательщик): its kind, name, registration numbers and account keys (docs/regulations.md: payer)."""

import re
from enum import StrEnum

from school.errors import BadAnswer
from school.names import parse_full_name, tidy, to_latin


class PayerKind(StrEnum):
    """Who pays: an organisation, a sole trader (ИП) or an individual."""

    ORGANISATION = "organisation"
    SOLE_TRADER = "sole_trader"
    INDIVIDUAL = "individual"


_INN_KPP = re.compile(r"[\s/\\,;:|–—-]*(\d.*?\d)[\s/\\,;|–—-]+([0-9A-Z]{9})", re.DOTALL)
_LABEL = re.compile(r"\b(?:инн|кпп|огрнип|огрн|бик|inn|kpp)\b[\s:.№]*", re.IGNORECASE)
_SOLE_TRADER = re.compile(r"^(?:ИП|индивидуальный предприниматель)\b[\s.:,]*", re.IGNORECASE)
# The name goes into letters to people whom a stranger may have named: nothing there is to be pressed or to be markup.
_LINK = re.compile(
    r"[<>]|://|\bwww\.|\w\.\w{2,}/\S|\w@\w"
    r"|\w\.(?:ru|su|рф|com|net|org|info|biz|me|io|ly|cc|pro|site|online|shop|store|club|top|xyz|link|click|live|app)\b",
    re.IGNORECASE,
)
# A pasted card of requisites, or a phone: no name holds a line break, a phone or a long number.
_CARD = re.compile(
    r"\S[^\S\n]*\n\s*\S|(?<!\d)\d{9}"
    r"|(?<!\d)(?:\+7|[78])[ (–-]{0,2}\d{3}[ )–-]{0,2}\d{3}[ –-]{0,2}\d{2}[ –-]{0,2}\d{2}(?!\d)"
)
# Bank of Russia, regulation 515: weights 7, 1, 3 over 3 digits of the bank and 20 of the account.
_KEY_WEIGHTS = (7, 1, 3)


def parse_inn(text: str, kind: PayerKind) -> str:
    """Return the digits of an ИНН: 10 for an organisation, 12 for a person.

    Problems: inn_letters, inn_length (data: digits, expected), inn_zero, inn_checksum (data: expected).
    """
    from stdnum.ru import inn

    digits = _digits(text, "inn_letters")
    expected = 10 if kind is PayerKind.ORGANISATION else 12
    if len(digits) != expected:
        raise BadAnswer("inn_length", text, digits=len(digits), expected=expected)
    if not digits.strip("0"):
        raise BadAnswer("inn_zero", text, expected=expected)
    if not inn.is_valid(digits):
        raise BadAnswer("inn_checksum", text, expected=expected)
    return digits


def parse_kpp(text: str) -> str:
    """Return a КПП, 9 characters; it has no check digit and need not begin like the ИНН. Problem: kpp_form."""
    kpp = to_latin(_compact(text).upper())
    if not re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", kpp) or not kpp.strip("0"):
        raise BadAnswer("kpp_form", text, length=len(kpp))
    return kpp


def parse_inn_kpp(text: str, kind: PayerKind = PayerKind.ORGANISATION) -> tuple[str, str | None]:
    """Read an ИНН alone or with its КПП behind it («5039002841/503901001»), as people paste them.

    Problems: those of `parse_inn` and `parse_kpp`, and kpp_not_needed where a person has none.
    """
    whole = to_latin(_LABEL.sub(" ", text).strip().upper())
    glued = _compact(text)
    found = _INN_KPP.fullmatch(whole)
    if found and len(_compact(found[1])) >= 9:
        inn, kpp = found[1], found[2]
    elif len(glued) == 19:
        inn, kpp = glued[:10], glued[10:]
    else:
        return parse_inn(text, kind), None
    if kind is not PayerKind.ORGANISATION:
        raise BadAnswer("kpp_not_needed", text, kpp=kpp)
    return parse_inn(inn, kind), parse_kpp(kpp)


def parse_ogrn(text: str) -> str:
    """Return an ОГРН (13 digits) or ОГРНИП (15). Problems: ogrn_letters, ogrn_length (data: digits), ogrn_checksum."""
    digits = _digits(text, "ogrn_letters")
    if len(digits) not in (13, 15):
        raise BadAnswer("ogrn_length", text, digits=len(digits))
    divisor = 11 if len(digits) == 13 else 13
    # stdnum forgets the second remainder of an ОГРНИП, so the sum is taken here.
    if digits[0] == "0" or int(digits[:-1]) % divisor % 10 != int(digits[-1]):
        raise BadAnswer("ogrn_checksum", text)
    return digits


def parse_bik(text: str) -> str:
    """Return a bank's БИК: 9 digits, the first 0. Problem: bik_form (data: digits)."""
    digits = _digits(text, "bik_form")
    if len(digits) != 9 or digits[0] != "0" or not digits.strip("0"):
        raise BadAnswer("bik_form", text, digits=len(digits))
    return digits


def check_account(bik: str, account: str) -> str:
    """Return the 20 digits of a settlement account whose key fits the bank.

    Problems: account_length (data: digits), account_key (data: bik).
    """
    return _check_key(bik, account, bik[-3:])


def check_corr_account(bik: str, account: str) -> str:
    """Return the 20 digits of a correspondent account («301…») whose key fits the bank. Problems as `check_account`."""
    digits = _check_key(bik, account, "0" + bik[4:6])
    if not digits.startswith("301"):
        raise BadAnswer("account_key", account, bik=bik)
    return digits


def parse_payer_name(text: str, kind: PayerKind) -> str:
    """Return the payer's name: an organisation's as given, a person's as a full name without «ИП».

    Problems: payer_name_short, payer_name_long (data: limit), payer_name_letters, payer_name_card (a line break, a
    phone or a long number: more than the name was pasted), payer_name_link (an address of a site
    or of mail, angle brackets), and those of `parse_full_name`.
    """
    name = " ".join(text.split())
    card = _CARD.search(text.strip())
    if kind is not PayerKind.ORGANISATION:
        if card:
            raise BadAnswer("payer_name_card", text)
        return parse_full_name(_SOLE_TRADER.sub("", tidy(name)).strip('"«»“” ')).full
    if len(name) < 2:
        raise BadAnswer("payer_name_short", text)
    if not any(mark.isalpha() for mark in name):
        raise BadAnswer("payer_name_letters", text)
    if card:
        raise BadAnswer("payer_name_card", text)
    if len(name) > 300:
        raise BadAnswer("payer_name_long", text, limit=300, length=len(name))
    if _LINK.search(name):
        raise BadAnswer("payer_name_link", text)
    return name


def _compact(text: str) -> str:
    """Drop labels, spaces, dashes and slashes."""
    return re.sub(r"[\s/\\,;|.:№–—‑-]", "", _LABEL.sub(" ", text))


def _digits(text: str, problem: str) -> str:
    """Return the digits of a number written with spaces or dashes inside; anything else is the problem."""
    digits = re.sub(r"[\s.–—‑-]", "", _LABEL.sub(" ", text))
    if not re.fullmatch(r"[0-9]+", digits):
        raise BadAnswer(problem, text, digits=sum(mark in "0123456789" for mark in digits))
    return digits


def _check_key(bik: str, account: str, bank: str) -> str:
    digits = re.sub(r"[\s.–—‑-]", "", account)
    if not re.fullmatch(r"[0-9]{20}", digits):
        raise BadAnswer("account_length", account, digits=sum(mark in "0123456789" for mark in digits))
    total = sum(int(digit) * _KEY_WEIGHTS[at % 3] for at, digit in enumerate(bank + digits))
    if total % 10 or not digits.strip("0"):
        raise BadAnswer("account_key", account, bik=bik)
    return digits
