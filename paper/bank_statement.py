"""Bank statements in the format 1CClientBankExchange: read whole or refused whole (REGULATIONS P1)."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from paper.statement_text import Section, StatementRefused, read_amount, read_date, sections_of
from school.billing import Payment
from school.money import Kopecks
from school.names import tidy
from school.purpose import joined

__all__ = ["AccountTotals", "BankDocument", "Statement", "StatementRefused", "payment_of", "read_statement"]

_PURPOSE = ("НазначениеПлатежа", *(f"НазначениеПлатежа{place}" for place in range(1, 7)))
_PAYER_ACCOUNTS = ("ПлательщикСчет", "ПлательщикРасчСчет")
_PAYEE_ACCOUNTS = ("ПолучательСчет", "ПолучательРасчСчет")
_NAMED_INN = re.compile(r"ИНН[\s:№]*(\d{12}|\d{10})(?!\d)[\s/,]*(?:(?:КПП\s*)?\d{9}(?!\d))?[\s,;]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """One of our accounts: `told` is the file's own sum of receipts (None where it gives none), `counted` is ours."""

    account: str
    told: Kopecks | None
    counted: Kopecks


@dataclass(frozen=True, slots=True)
class BankDocument:
    """A document of the statement. `number` is the payment order's, never the invoice's.

    `account` is the account of ours that received the money, None where the document is not incoming; `own_transfer`
    tells that the money came from another account of ours. `key` is the same for the same document in whatever file.
    """

    kind: str
    number: str
    dated: date
    amount: Kopecks
    payer_name: str
    payer_inn: str | None
    payer_account: str
    purpose: str
    account: str | None
    received_on: date | None
    own_transfer: bool
    key: str


@dataclass(frozen=True, slots=True)
class OddDocument:
    """A document that brought no money and cannot be read: its number, its line in the file, what is odd in it."""

    number: str
    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole statement; `period` is its first and last day where the file tells them, `sha256` of the file in hex.

    `odd` are documents that decide nothing, since no money came by them, and that cannot be read.
    """

    accounts: tuple[AccountTotals, ...]
    documents: tuple[BankDocument, ...]
    period: tuple[date, date] | None
    sha256: str
    odd: tuple[OddDocument, ...] = ()

    @property
    def incoming(self) -> tuple[BankDocument, ...]:
        """The money that others paid us."""
        return tuple(one for one in self.documents if one.account is not None and not one.own_transfer)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Our accounts whose sum of receipts the file does not tell: people are warned of them."""
        return tuple(one.account for one in self.accounts if one.told is None)


def read_statement(content: bytes) -> Statement:
    """Read a statement: incoming is what has a day of receipt and an account of ours (РасчСчет) as the payee's.

    Raises `StatementRefused`, see its reasons. May take seconds: call it off the loop.
    """
    header, sections = sections_of(content)
    accounts = [section for section in sections if section.kind == "account"]
    # An account that only the header names is ours too, but nothing tells its sum.
    told = _told(accounts) | {account: None for account in header.all("РасчСчет") if account not in _named(accounts)}
    if not told:
        raise StatementRefused("own_account_missing")
    read, odd = _documents([section for section in sections if section.kind == "document"], told)
    documents, totals = _checked(read, told)
    sha256 = hashlib.sha256(content).hexdigest()
    return Statement(totals, tuple(documents), _period([header, *accounts]), sha256, odd)


def payment_of(document: BankDocument, payment_id: str, centre: str) -> Payment:
    """Return an incoming document as a payment of the centre. ValueError where it is not incoming."""
    if document.received_on is None or document.account is None:
        raise ValueError("only incoming documents are payments")
    return Payment(
        payment_id,
        centre,
        document.received_on,
        document.amount,
        document.payer_inn,
        document.payer_name,
        document.purpose,
        "statement",
        document.key,
    )


def _named(accounts: Sequence[Section]) -> set[str]:
    return {section.get("РасчСчет") for section in accounts}


def _told(accounts: Sequence[Section]) -> dict[str, Kopecks | None]:
    """Return what the file tells of every account: days add up, a section that comes twice counts once."""
    days: dict[str, dict[tuple[str, ...], Kopecks | None]] = defaultdict(dict)
    for section in accounts:
        account = section.get("РасчСчет")
        if not account:
            raise StatementRefused("own_account_missing", {"line": section.line})
        text = section.get("ВсегоПоступило")
        days[account][section.values] = read_amount(text, section) if text else None
    return {account: _sum(sums.values()) for account, sums in days.items()}


def _sum(sums: Iterable[Kopecks | None]) -> Kopecks | None:
    known = list(sums)
    return None if None in known else sum(one for one in known if one is not None)


def _documents(
    sections: Sequence[Section], ours: Mapping[str, object]
) -> tuple[list[BankDocument], tuple[OddDocument, ...]]:
    """Read the documents; what is wrong in one that brought no money refuses nothing and is named."""
    read, odd = [], []
    for section in sections:
        try:
            read.append(_document(section, ours))
        except StatementRefused as refused:
            if section.get("ДатаПоступило") and any(section.get(key) in ours for key in _PAYEE_ACCOUNTS):
                raise
            odd.append(OddDocument(section.get("Номер"), section.line, str(refused.data.get("value", ""))))
    return read, tuple(odd)


def _document(section: Section, ours: Mapping[str, object]) -> BankDocument:
    day, amount = read_date(section.get("Дата"), section), read_amount(section.get("Сумма"), section)
    received_on = read_date(section.get("ДатаПоступило"), section)
    if day is None:
        raise StatementRefused("bad_date", {"line": section.line, "number": section.get("Номер"), "value": ""})
    account = next((section.get(key) for key in _PAYEE_ACCOUNTS if section.get(key) in ours), None)
    name, inn = _payer(section)
    made = BankDocument(
        kind=section.title,
        number=section.get("Номер"),
        dated=day,
        amount=amount,
        payer_name=name,
        payer_inn=inn,
        payer_account=next((section.get(key) for key in _PAYER_ACCOUNTS if section.get(key)), ""),
        purpose=_purpose(section),
        account=account if received_on else None,
        received_on=received_on,
        own_transfer=any(section.get(key) in ours for key in _PAYER_ACCOUNTS),
        key="",
    )
    return replace(made, key=_key(made, account or ""))


def _payer(section: Section) -> tuple[str, str | None]:
    """Return the payer's name without the ИНН that banks put before it, and the ИНН; people's addresses are cut off."""
    name = tidy(section.get("Плательщик") or section.get("Плательщик1"))
    named = _NAMED_INN.match(name)
    inn = "".join(section.get("ПлательщикИНН").split())
    if not re.fullmatch(r"\d{10}|\d{12}", inn) or not inn.strip("0"):
        inn = named[1] if named else ""
    if named:
        name = name[named.end() :] or tidy(section.get("Плательщик1"))
    return name.split("//")[0].strip(), inn or None


def _purpose(section: Section) -> str:
    """Return the purpose: the whole of it, or its numbered pieces where they hold more."""
    whole, *pieces = (joined(section.get(key).split("\n")) for key in _PURPOSE)
    rest = joined(pieces)
    if not rest or tidy(rest) in tidy(whole):
        return whole
    return rest if tidy(rest).startswith(tidy(whole)) else joined([*whole.split("\n"), *rest.split("\n")])


def _key(document: BankDocument, account: str) -> str:
    """Return the digest that tells a document; of the purpose only letters and digits, as encodings lose the rest."""
    purpose = re.sub(r"[\W_]+", "", document.purpose.casefold().replace("ё", "е"))
    parts = (
        account,
        document.number,
        document.dated.isoformat(),
        str(document.amount),
        document.payer_inn or "",
        document.payer_account,
        purpose,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _checked(
    read: Sequence[BankDocument], told: Mapping[str, Kopecks | None]
) -> tuple[list[BankDocument], tuple[AccountTotals, ...]]:
    """Return the documents without repeats and the accounts with their control sums; raises control_sum.

    Documents alike in everything are one that the file repeats, unless only all of them make the sum it tells.
    """
    every, once = _counted(read), _counted({one.key: one for one in read}.values())
    all_count = {account for account, total in told.items() if total is not None and every[account] == total}
    for account, total in told.items():
        if total is not None and account not in all_count and once[account] != total:
            raise StatementRefused("control_sum", {"account": account, "told": total, "counted": once[account]})
    counted = {account: (every if account in all_count else once)[account] for account in told}
    totals = tuple(AccountTotals(account, total, counted[account]) for account, total in told.items())
    return list(_kept(read, all_count)), totals


def _counted(documents: Iterable[BankDocument]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one in documents:
        if one.account is not None:
            counted[one.account] += one.amount
    return counted


def _kept(read: Sequence[BankDocument], all_count: set[str]) -> Iterator[BankDocument]:
    """Yield the documents; of those alike that all count, the second and later get keys of their own."""
    seen: Counter[str] = Counter()
    for one in read:
        seen[one.key] += 1
        if seen[one.key] == 1:
            yield one
        elif one.account in all_count:
            yield replace(one, key=hashlib.sha256(f"{one.key}\x1f{seen[one.key]}".encode()).hexdigest())


def _period(sections: Sequence[Section]) -> tuple[date, date] | None:
    starts = [day for section in sections if (day := read_date(section.get("ДатаНачала"), section))]
    ends = [day for section in sections if (day := read_date(section.get("ДатаКонца"), section))]
    return (min(starts), max(ends)) if starts and ends else None
