"""Take a bank statement in: what is known is dropped, what is certain is settled, the rest waits (REGULATIONS P1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from school.billing import AskWhom, Invoice, Payment
from school.centre import Centre
from school.errors import NotFound, SchoolError
from school.matching import Settled, match
from school.ports import Token, UnitOfWork
from school.use_cases.billing_desk import Desk, is_aside, offer
from school.use_cases.books import AT_ONCE, Books
from school.use_cases.find import who
from school.use_cases.receive_payment import tell_school
from school.use_cases.settle_payment import FORM, has_by_hand
from school.use_cases.side_form import end, wait_for

_FOR_EVER = timedelta(days=36_500)
_KIND = "bank_account"


class ForeignAccount(SchoolError):
    """The statement is of another account than the centre's details say (data: theirs, ours)."""

    code = "foreign_account"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A payment of the statement and the account of ours that received it."""

    payment: Payment
    account: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a statement has come to: counts and kopecks; `ask` are accounts to be owned up to, nothing is recorded then.

    `settled` settled themselves, `waiting` need a person, `repeated` were known, `skipped` are of other accounts.
    """

    centre: str
    settled: int = 0
    settled_sum: int = 0
    waiting: int = 0
    repeated: int = 0
    skipped: int = 0
    ask: tuple[str, ...] = ()
    undo: str = ""
    waits: bool = False


def own_centre(desk: Desk) -> str:
    """Return the centre whose statements the person may bring. Raises `NotFound`."""
    centres = desk.own_centres()
    if not centres:
        raise NotFound
    return centres[0]


async def take_statement(uow: UnitOfWork, desk: Desk, accounts: Sequence[str], incoming: Sequence[Incoming]) -> Taken:
    """Record a statement's payments; `accounts` are those that it says are the reader's own.

    An account that is neither in the centre's details nor owned up to before is asked about once. Raises `NotFound`,
    `ForeignAccount`.
    """
    centre = await _centre_of(uow, desk, accounts)
    ours, unknown = await _accounts(uow, centre, accounts)
    if unknown and not ours:
        await wait_for(uow, desk.session, FORM, centre.number, {"accounts": list(unknown)}, desk.now)
        return Taken(centre.number, ask=unknown)
    mine = [replace(one.payment, centre=centre.number) for one in incoming if one.account in ours]
    known = await _known(uow, centre.number, [payment.dedupe for payment in mine])
    unknown_ones = {payment.dedupe: payment for payment in mine if payment.dedupe not in known}
    fresh = [payment for payment in unknown_ones.values() if not await is_aside(uow, payment)]
    taken = await _record(uow, desk, centre.number, fresh)
    return replace(taken, repeated=len(mine) - len(fresh), skipped=len(incoming) - len(mine))


async def own_accounts(uow: UnitOfWork, desk: Desk) -> str:
    """Remember that the accounts asked about are the centre's; return its number. Raises `NotFound`."""
    draft = await end(uow, desk.session, FORM, desk.now)
    if draft is None or "accounts" not in draft.answers or draft.centre not in desk.own_centres():
        raise NotFound
    await remember_accounts(uow, desk, draft.centre, draft.answers["accounts"])
    return draft.centre


async def remember_accounts(uow: UnitOfWork, desk: Desk, centre: str, accounts: Sequence[str]) -> None:
    """Stage that these accounts are the centre's. Raises `NotFound`."""
    desk.require_lead(centre)
    for account in accounts:
        if await uow.token(_account_key(centre, account)) is None:
            uow.save_token(_owned(centre, account, desk.now, who(desk.session)))
            uow.audit(desk.actor, "bank_account.owned", centre, after=str(account))


async def strange_accounts(uow: UnitOfWork, desk: Desk, accounts: Sequence[str]) -> tuple[str, ...]:
    """Return accounts that would be asked about, none where one of them is known. Raises as `take_statement`."""
    centre = await _centre_of(uow, desk, accounts)
    ours, unknown = await _accounts(uow, centre, accounts)
    return () if ours else unknown


async def _centre_of(uow: UnitOfWork, desk: Desk, accounts: Sequence[str]) -> Centre:
    """Return the person's centre that this statement is of: by account, else the only or first one."""
    found = [await uow.centre(number) for number in desk.own_centres()]
    centres = [centre for centre in found if centre is not None]
    if not centres:
        raise NotFound
    by_account = [centre for centre in centres if _seller_account(centre) in accounts]
    return (by_account or centres)[0]


def _seller_account(centre: Centre) -> str:
    return "".join(mark for mark in centre.settings.get("seller_account", "") if mark.isdigit())


async def _accounts(uow: UnitOfWork, centre: Centre, accounts: Sequence[str]) -> tuple[set[str], tuple[str, ...]]:
    """Return the accounts that are the centre's and those nobody has owned up to."""
    configured = _seller_account(centre)
    ours = {account for account in accounts if account == configured}
    for account in accounts:
        if account not in ours and await uow.token(_account_key(centre.number, account)) is not None:
            ours.add(account)
    if configured and not ours:
        raise ForeignAccount(theirs=accounts[0][-4:] if accounts else "", ours=configured[-4:])
    return ours, tuple(account for account in accounts if account not in ours)


def _account_key(centre: str, account: str) -> str:
    return sha256(f"{_KIND}:{centre}:{account}".encode()).hexdigest()


def _owned(centre: str, account: str, now: datetime, user_id: int) -> Token:
    """What remembers an owned account: found by its hash, opens nothing."""
    return Token(_account_key(centre, account), _KIND, centre, now + _FOR_EVER, {"by": str(user_id)})


async def _known(uow: UnitOfWork, centre: str, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for at in range(0, len(keys), AT_ONCE):
        known |= await uow.known_payments(centre, keys[at : at + AT_ONCE])
    return known


async def _record(uow: UnitOfWork, desk: Desk, centre: str, payments: Sequence[Payment]) -> Taken:
    for payment in payments:
        uow.add_payment(payment, desk.now, desk.actor)
    if not payments:
        return Taken(centre)
    total = sum(payment.amount for payment in payments)
    uow.audit(desk.actor, "statement.read", centre, after=f"{len(payments)} {total}")
    undo = offer(uow, desk, "payments", centre, {"payments": ",".join(payment.id for payment in payments)})
    if not desk.may_confirm(centre):
        await tell_school(uow, centre, len(payments), total, payments[0].id)
        return Taken(centre, waiting=len(payments), undo=undo, waits=True)
    invoices = {invoice.id: invoice for invoice in await uow.open_invoices(centre)}
    sure = [(one.payment, one.verdict) for one in match(payments, invoices.values())]
    named = {one for _, verdict in sure if isinstance(verdict, Settled) for one in verdict.invoice_ids}
    books = await Books.of(uow, [invoices[one] for one in invoices if one in named])
    settled = [
        payment
        for payment, verdict in sure
        if isinstance(verdict, Settled)
        and not await _by_hand(uow, payment, [invoices[one] for one in verdict.invoice_ids])
        and _pay(books, payment, verdict)
    ]
    books.stage(uow, desk)
    amount = sum(payment.amount for payment in settled)
    return Taken(centre, len(settled), amount, len(payments) - len(settled), undo=undo)


async def _by_hand(uow: UnitOfWork, payment: Payment, invoices: Sequence[Invoice]) -> bool:
    """Tell whether a person must say that this is not what somebody has recorded by hand."""
    return any([await has_by_hand(uow, payment, one) for one in invoices])


def _pay(books: Books, payment: Payment, verdict: Settled) -> bool:
    return not isinstance(books.pay(payment, verdict.invoice_ids, None), AskWhom)
