"""Cancel an order or one place in it: from the order's card, asked about before it is done."""

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import texts
from bot.callbacks import CancelButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.queue import put
from bot.views import cancelling as view
from school.cancelling import OrderCancelled, Reason
from school.numbers import whole
from school.use_cases import cancel_order as use_case
from school.use_cases.billing_desk import Desk
from school.use_cases.cancel_order import Cancelled
from wording.cancelling import REASONS

router = Router(name="cancelling")
Press = Callable[[Talk, CancelButton], Awaitable[None]]


@router.callback_query(CancelButton.filter())
async def pressed(_: CallbackQuery, callback_data: CancelButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    act = ACTS.get(callback_data.act)
    if act is None:
        talk.replies.toast = texts.STALE
        return
    await act(talk, callback_data)


def _desk(talk: Talk) -> Desk:
    return Desk(talk.session, talk.now, talk.settings.zone, talk.settings.confirm)


async def _choose(talk: Talk, button: CancelButton) -> None:
    """Offer the students where there are several, else go on to the only one."""
    order = await use_case.order_of_staff(talk.uow, _desk(talk), button.key)
    if order.cancelled:
        raise OrderCancelled
    if len(order.living) == 1:
        await _line(talk, CancelButton(act="line", key=order.living[0].id))
        return
    put(talk, view.choose(order, whole(button.value, 0), talk.settings))


async def _line(talk: Talk, button: CancelButton) -> None:
    plan = await use_case.plan_line(talk.uow, _desk(talk), button.key)
    put(talk, view.confirm(plan, None if plan.whole else button.key, talk.settings))


async def _order(talk: Talk, button: CancelButton) -> None:
    plan = await use_case.plan_order(talk.uow, _desk(talk), button.key)
    put(talk, view.confirm(plan, None, talk.settings))


def _reason(button: CancelButton) -> Reason:
    return next((code for code in REASONS if code == button.value), "other")


async def _cancel_line(talk: Talk, button: CancelButton) -> None:
    _done(talk, await use_case.cancel_line(talk.uow, _desk(talk), button.key, _reason(button)))


async def _cancel_order(talk: Talk, button: CancelButton) -> None:
    _done(talk, await use_case.cancel_order(talk.uow, _desk(talk), button.key, _reason(button)))


def _done(talk: Talk, found: Cancelled) -> None:
    put(talk, view.done(found, talk.settings, manages=talk.manages(found.order.centre)))


async def _stop(talk: Talk, button: CancelButton) -> None:
    order = await use_case.order_of_staff(talk.uow, _desk(talk), button.key)
    put(talk, Screen(view.NOTHING_DONE, ((view.back(order),),)))


ACTS: dict[str, Press] = {
    "choose": _choose,
    "line": _line,
    "order": _order,
    "line!": _cancel_line,
    "order!": _cancel_order,
    "stop": _stop,
}
