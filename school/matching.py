"""Which payment settles which invoice by itself, and what a person is offered for the rest (REGULATIONS P1).

A payment settles invoices without a person only when number, sum and ИНН agree and the hit is unique.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from school.billing import Invoice, Payment
from school.names import fold
from school.purpose import invoice_numbers, loose_number, normal_number

Reason = Literal[
    "number",
    "leading_zeros",
    "same_sum_and_inn",
    "several_make_sum",
    "sum_and_name",
    "same_inn",
    "sum_only",
    "part_sum",
    "over_sum",
    "other_payer",
    "treasury_payer",
    "unknown_inn",
    "not_unique",
    "other_numbers",
    "before_issue",
    "settled_here",
]
"""Why a hit is offered. The first of a hit's reasons says what agrees, the others what does not or is doubtful."""

MAX_HITS = 3
_MANY = 50  # invoices of one payer or sum beyond which a guess among them is no help
_TREASURY = ("уфк", "управление федерального казначейства", "федеральное казначейство", "оуфк", "казначейство")
_ORDER: tuple[Reason, ...] = (
    "number", "leading_zeros", "same_sum_and_inn", "several_make_sum", "sum_and_name", "same_inn", "sum_only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settled:
    """Number, sum and ИНН agree, and no other invoices do: nobody needs to be asked."""

    invoice_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Invoices that the payment may be for, and why: what agrees first, then what is doubtful."""

    invoice_ids: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """At most `MAX_HITS` hits for a person to choose from, the likeliest first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No invoice looks like the one that is paid."""


Verdict = Settled | Suggestions | Nothing


@dataclass(frozen=True, slots=True)
class Match:
    """A payment with what was found for it."""

    payment: Payment
    verdict: Verdict


def match(payments: Sequence[Payment], invoices: Iterable[Invoice]) -> tuple[Match, ...]:
    """Match payments of one file with the invoices, in the payments' order.

    Only open invoices of the payment's own centre count. All that settles itself is found first, the earlier payment
    before the later one, so no invoice is settled twice and none that is settled is offered without saying so.
    """
    index = _Index(invoices)
    numbers = [invoice_numbers(payment.purpose) for payment in payments]
    settled: dict[int, tuple[str, ...]] = {}
    taken: set[str] = set()
    for place, payment in enumerate(payments):
        if found := _settles(payment, numbers[place], index, taken):
            settled[place] = found
            taken.update(found)
    return tuple(
        Match(payment, Settled(settled[place]) if place in settled else _suggest(payment, numbers[place], index, taken))
        for place, payment in enumerate(payments)
    )


def is_treasury(payer_name: str) -> bool:
    """Tell that a treasury pays (УФК по …): for whom, only the ИНН says."""
    return fold(payer_name).lstrip(" «\"'").startswith(_TREASURY)


class _Index:
    """The open invoices by what payments are matched by; every key begins with the centre."""

    def __init__(self, invoices: Iterable[Invoice]) -> None:
        self.by_number: dict[tuple[str, str], list[Invoice]] = defaultdict(list)
        self.by_number_inn: dict[tuple[str, str, str], list[Invoice]] = defaultdict(list)
        self.by_loose: dict[tuple[str, str], list[Invoice]] = defaultdict(list)
        self.by_inn: dict[tuple[str, str], list[Invoice]] = defaultdict(list)
        self.by_inn_sum: dict[tuple[str, str, int], list[Invoice]] = defaultdict(list)
        self.by_sum: dict[tuple[str, int], list[Invoice]] = defaultdict(list)
        self.by_sum_name: dict[tuple[str, int, str], list[Invoice]] = defaultdict(list)
        for invoice in invoices:
            if invoice.state == "open" and invoice.rest > 0:
                self._add(invoice)

    def _add(self, invoice: Invoice) -> None:
        centre, number = invoice.centre, normal_number(invoice.number)
        self.by_number[centre, number].append(invoice)
        self.by_loose[centre, loose_number(invoice.number)].append(invoice)
        self.by_sum[centre, invoice.rest].append(invoice)
        self.by_sum_name[centre, invoice.rest, fold(invoice.payer_name)].append(invoice)
        if invoice.payer_inn:
            self.by_number_inn[centre, number, invoice.payer_inn].append(invoice)
            self.by_inn[centre, invoice.payer_inn].append(invoice)
            self.by_inn_sum[centre, invoice.payer_inn, invoice.rest].append(invoice)


def _settles(payment: Payment, numbers: Sequence[str], index: _Index, taken: set[str]) -> tuple[str, ...]:
    """Return the invoices that the payment settles by itself, in the order of naming; none where there is any doubt."""
    if payment.payer_inn is None or payment.amount <= 0:
        return ()
    found: list[Invoice] = []
    for number in numbers:
        named = index.by_number_inn.get((payment.centre, normal_number(number), payment.payer_inn), [])
        if len(numbers) == 1:
            named = [invoice for invoice in named if invoice.rest == payment.amount]
        if len(named) != 1 or named[0].id in taken or named[0].issued_on > payment.received_on:
            return ()
        found += named
    if sum(invoice.rest for invoice in found) != payment.amount:
        return ()
    return tuple(invoice.id for invoice in found)


def _suggest(payment: Payment, numbers: Sequence[str], index: _Index, taken: set[str]) -> Suggestions | Nothing:
    """Return the likeliest hits: by number, then by payer, then by sum. A refund is nobody's invoice."""
    if payment.amount <= 0:
        return Nothing()
    hits: dict[frozenset[str], Hit] = {}
    for hit in (*_by_number(payment, numbers, index, taken), *_by_payer(payment, index, taken)):
        hits.setdefault(frozenset(hit.invoice_ids), hit)
    if not hits:
        for hit in _by_sum(payment, index, taken):
            hits.setdefault(frozenset(hit.invoice_ids), hit)
    ranked = sorted(hits.values(), key=lambda hit: (_doubts(hit), _ORDER.index(hit.reasons[0])))
    return Suggestions(tuple(ranked[:MAX_HITS])) if ranked else Nothing()


def _doubts(hit: Hit) -> int:
    """Return the rank of a hit: a number whose sum and payer both disagree is less likely than a payer's own sum."""
    doubts = set(hit.reasons[1:])
    grave = bool(doubts & {"settled_here"}) * 4
    if hit.reasons[0] in ("number", "leading_zeros"):
        wrong_sum, wrong_payer = bool(doubts & {"part_sum", "over_sum"}), bool(doubts & {"other_payer", "unknown_inn"})
        return grave + wrong_sum * wrong_payer * 2 + ("not_unique" in doubts)
    if hit.reasons[0] in ("same_sum_and_inn", "several_make_sum"):
        return grave + 1
    return grave + 3


def _by_number(payment: Payment, numbers: Sequence[str], index: _Index, taken: set[str]) -> list[Hit]:
    exact = [index.by_number.get((payment.centre, normal_number(number)), []) for number in numbers]
    own = [_own(payment, candidates) for candidates in exact]
    if len(numbers) > 1 and all(len(candidates) == 1 for candidates in own):
        return [_hit(payment, [candidates[0] for candidates in own], "number", taken)]
    hits = []
    for number, candidates in zip(numbers, own, strict=True):
        reason: Reason = "number" if candidates else "leading_zeros"
        alike = candidates or _own(payment, index.by_loose.get((payment.centre, loose_number(number)), []))
        doubts: list[Reason] = ["not_unique"] if len(alike) > 1 else []
        doubts += ["other_numbers"] if len(numbers) > 1 else []
        hits += [_hit(payment, [invoice], reason, taken, doubts) for invoice in alike[:MAX_HITS]]
    return hits


def _own(payment: Payment, candidates: list[Invoice]) -> list[Invoice]:
    """Return the candidates of the payer's ИНН, the right sums first; all candidates where none is the payer's."""
    own = [one for one in candidates if payment.payer_inn is not None and one.payer_inn == payment.payer_inn]
    return sorted(own or candidates, key=lambda one: (one.rest != payment.amount, -one.issued_on.toordinal()))


def _by_payer(payment: Payment, index: _Index, taken: set[str]) -> list[Hit]:
    if payment.payer_inn is None:
        return []
    same = _left(index.by_inn_sum.get((payment.centre, payment.payer_inn, payment.amount), []), taken)
    doubts: tuple[Reason, ...] = ("not_unique",) if len(same) > 1 else ()
    hits = [_hit(payment, [invoice], "same_sum_and_inn", taken, doubts) for invoice in same[:MAX_HITS]]
    theirs = _left(index.by_inn.get((payment.centre, payment.payer_inn), []), taken)
    if len(theirs) > _MANY:
        return hits
    hits += [_hit(payment, group, "several_make_sum", taken) for group in _groups(theirs, payment.amount)]
    return hits or [_hit(payment, [invoice], "same_inn", taken) for invoice in theirs[-MAX_HITS:][::-1]]


def _groups(theirs: Sequence[Invoice], amount: int) -> list[list[Invoice]]:
    """Return the invoices of one payer that add up to the sum: pairs of them, or all of them together."""
    groups: list[list[Invoice]] = []
    by_rest: dict[int, list[Invoice]] = defaultdict(list)
    for invoice in theirs:
        groups += [[other, invoice] for other in by_rest.get(amount - invoice.rest, [])]
        by_rest[invoice.rest].append(invoice)
    groups = groups[:MAX_HITS]
    if len(theirs) > 2 and sum(invoice.rest for invoice in theirs) == amount:
        groups.append(list(theirs))
    return groups


def _by_sum(payment: Payment, index: _Index, taken: set[str]) -> list[Hit]:
    """Return hits of the same sum: of the payer's name, or any where they are few enough to choose from."""
    if not is_treasury(payment.payer_name):
        named = _left(index.by_sum_name.get((payment.centre, payment.amount, fold(payment.payer_name)), []), taken)
        if named:
            return [_hit(payment, [invoice], "sum_and_name", taken) for invoice in named[:MAX_HITS]]
    same = _left(index.by_sum.get((payment.centre, payment.amount), []), taken)
    return [_hit(payment, [invoice], "sum_only", taken) for invoice in same] if len(same) <= MAX_HITS else []


def _left(invoices: Iterable[Invoice], taken: set[str]) -> list[Invoice]:
    """Return the first invoices that this file has not settled: one more than are looked through."""
    return list(islice((invoice for invoice in invoices if invoice.id not in taken), _MANY + 1))


def _hit(
    payment: Payment, invoices: Sequence[Invoice], reason: Reason, taken: set[str], doubts: Sequence[Reason] = ()
) -> Hit:
    """Return the hit with everything that is doubtful about it."""
    reasons: list[Reason] = [reason]
    rest = sum(invoice.rest for invoice in invoices)
    if payment.amount != rest:
        reasons.append("part_sum" if payment.amount < rest else "over_sum")
    if payment.payer_inn is None or any(invoice.payer_inn is None for invoice in invoices):
        reasons.append("unknown_inn")
    elif any(invoice.payer_inn != payment.payer_inn for invoice in invoices):
        reasons.append("treasury_payer" if is_treasury(payment.payer_name) else "other_payer")
    if any(invoice.issued_on > payment.received_on for invoice in invoices):
        reasons.append("before_issue")
    if any(invoice.id in taken for invoice in invoices):
        reasons.append("settled_here")
    return Hit(tuple(invoice.id for invoice in invoices), (*reasons, *doubts))
