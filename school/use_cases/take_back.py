"""Take a change of invoices or payments back within 24 hours (REGULATIONS P1): by a one-time secret in a button."""

import json
from dataclasses import dataclass, replace
from typing import cast

from school.billing import Allocation, Invoice
from school.errors import NotFound
from school.ports import Token, UnitOfWork
from school.tokens import digest
from school.use_cases.billing_desk import UNDO, ConfirmedBySchool, Desk, TooLate, Undone, bring_back, payment_of_text
from school.use_cases.books import AT_ONCE, Books
from school.use_cases.find import who
from school.use_cases.revise_invoice import put_back


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was undone: payments erased or unsettled, one put back, an invoice as it was."""

    what: Undone
    count: int
    invoice: Invoice | None = None


async def take_back(uow: UnitOfWork, desk: Desk, secret: str) -> TakenBack:
    """Undo what the secret stands for. Raises `NotFound`, `TooLate`, `AdmittedPaid`, `PaidAlready`,
    `ConfirmedBySchool`.
    """
    token = await uow.token(digest(secret))
    if token is None or token.kind != UNDO:
        raise NotFound
    what = cast("Undone", token.data["what"])
    _require(desk, token.subject, what)
    if token.used_at is not None or token.expires_at <= desk.now:
        raise TooLate
    uow.save_token(replace(token, used_at=desk.now, used_by=who(desk.session)))
    if what == "dropped":
        payment = payment_of_text(token.data["payment"])
        uow.add_payment(payment, desk.now, desk.actor)
        await bring_back(uow, desk, payment)
        uow.audit(desk.actor, "payment.put_back", payment.id, after=str(payment.amount))
        return TakenBack(what, 1)
    if what == "invoice":
        return TakenBack(what, 1, await put_back(uow, desk, json.loads(token.data["before"])))
    kept = [Allocation(**part) for part in json.loads(token.data.get("kept", "[]"))]
    return await _payments(uow, desk, token, what, kept)


async def _payments(uow: UnitOfWork, desk: Desk, token: Token, what: Undone, kept: list[Allocation]) -> TakenBack:
    """Unsettle the payments but for what was `kept` of them; erase them where they were recorded by what is undone."""
    centre, ids = token.subject, token.data["payments"].split(",")
    invoice_ids: dict[str, None] = {}
    for at in range(0, len(ids), AT_ONCE):
        invoice_ids |= dict.fromkeys(one.invoice_id for one in await uow.allocations_of((), ids[at : at + AT_ONCE]))
    if invoice_ids and not desk.may_confirm(centre):
        raise ConfirmedBySchool
    books = await Books.open(uow, list(invoice_ids), ids)
    living = [one for one in ids if await uow.payment(one) is not None]
    for payment_id in living:
        books.take_back(payment_id, kept)
    books.stage(uow, desk)
    for payment_id in living:
        if what == "payments":
            uow.drop_payment(payment_id)
        uow.audit(desk.actor, "payment.erased" if what == "payments" else "payment.unsettled", payment_id)
    return TakenBack(what, len(living))


def _require(desk: Desk, centre: str, what: Undone) -> None:
    """A manager takes back what managers may do; where the school confirms, only the school unsettles."""
    if what in ("invoice", "payments"):
        desk.require_view(centre)
    else:
        desk.require_confirm(centre)
