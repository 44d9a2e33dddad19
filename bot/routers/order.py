"""The order form in chat: typed answers and the form's buttons."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import FormButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers import conversation
from bot.routers.filters import Filling, HasContact, HasText
from bot.views import form as form_view
from bot.views import summary as summary_view
from school.forms.engine import SUMMARY, Step
from school.use_cases import fill_form
from school.use_cases.place_order import LooksRepeated, place_order
from wording import fields

router = Router(name="order")
Press = Callable[[Talk, FormButton, int], Awaitable[None]]


@router.message(Filling("order"), HasText())
async def typed(_: Message, text: str, talk: Talk) -> None:
    """Take a typed answer."""
    if text.startswith("/"):
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
        return
    await _consent_if_given(talk, await fill_form.answer_typed(talk.uow, talk.session, text, talk.today), None)


@router.message(Filling("order"), HasContact())
async def contact(_: Message, mobile: str, own: bool, talk: Talk) -> None:
    """Take a shared contact where a telephone is asked for."""
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if isinstance(asked.at, Step) and asked.at.field.key in ("mobile", "orderer_mobile"):
        asked = await fill_form.answer_typed(talk.uow, talk.session, mobile, talk.today)
        conversation.settle(talk, asked, None)
    else:
        _not_fitting(talk, asked)


@router.message(Filling("order"))
async def other(_: Message, talk: Talk) -> None:
    """Answer a photo, a voice message, a sticker: the step needs words or a button."""
    _not_fitting(talk, await fill_form.resume(talk.uow, talk.session, talk.today))


def _not_fitting(talk: Talk, asked: fill_form.Asked) -> None:
    what = f"Сейчас: {form_view.step_name(asked)}."
    if isinstance(asked.at, Step):
        example = fields.field_words(asked.at.field.key, asked.draft.answers.get("payer_kind")).example
        what += f" Например: {example}" if example else ""
    talk.replies.say(Screen(texts.NEED_TEXT.format(what=what)))


async def _consent_if_given(talk: Talk, asked: fill_form.Asked, pressed: int | None) -> None:
    if asked.answered is not None and asked.answered.field.key == "consent":
        document = conversation.consent_of(talk)
        text = fill_form.ConsentText(document.key, document.version, document.sha256)
        fill_form.give_consent(talk.uow, asked.draft, text, talk.now)
    conversation.settle(talk, asked, pressed)


@router.callback_query(FormButton.filter())
async def pressed(query: CallbackQuery, callback_data: FormButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    if not conversation.is_current(talk, callback_data.draft):
        await _old_button(talk, callback_data)
        return
    act = ACTS.get(callback_data.act)
    if act is None or talk.message_id is None:
        talk.replies.toast = texts.STALE
        return
    await act(talk, callback_data, talk.message_id)


async def _old_button(talk: Talk, button: FormButton) -> None:
    order = await talk.uow.order_by_draft(button.draft)
    if order is not None and order.placed_by == talk.user_id:
        talk.replies.say(Screen(texts.SENT_BEFORE.format(number=order.number)))
    else:
        talk.replies.say(Screen(f"{texts.ERRORS['no_draft']}\n\n{talk.settings.support()}"))


async def _choose(talk: Talk, button: FormButton, message: int) -> None:
    asked = await fill_form.choose(talk.uow, talk.session, button.step, button.value, talk.today)
    await _consent_if_given(talk, asked, message)


async def _skip(talk: Talk, button: FormButton, message: int) -> None:
    conversation.settle(talk, await fill_form.skip(talk.uow, talk.session, button.step, talk.today), message)


async def _back(talk: Talk, _: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.go_back(talk.uow, talk.session, talk.today), message)


async def _page(talk: Talk, button: FormButton, message: int) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if not isinstance(asked.at, Step) or asked.at.path != button.step or not button.value.isdecimal():
        talk.replies.toast = texts.STALE
        return
    talk.replies.change(message, form_view.question(asked, conversation.consent_of(talk), int(button.value)))


async def _fix(talk: Talk, _: FormButton, message: int) -> None:
    asked = await fill_form.decide_doubt(talk.uow, talk.session, fix=True, today=talk.today)
    conversation.settle(talk, asked, message)


async def _keep(talk: Talk, _: FormButton, message: int) -> None:
    asked = await fill_form.decide_doubt(talk.uow, talk.session, fix=False, today=talk.today)
    conversation.settle(talk, asked, message)


async def _add(talk: Talk, _: FormButton, message: int) -> None:
    draft = fill_form.active(talk.session)
    conversation.replace_question(talk, await fill_form.add_student(talk.uow, talk.session, draft, talk.today), message)


async def _done(talk: Talk, _: FormButton, message: int) -> None:
    draft = fill_form.active(talk.session)
    asked = await fill_form.finish_students(talk.uow, talk.session, draft, talk.today)
    conversation.replace_question(talk, asked, message)


async def _show(talk: Talk, _: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.resume(talk.uow, talk.session, talk.today), message)


async def _resume(talk: Talk, _: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.resume(talk.uow, talk.session, talk.today), message)


async def _restart(talk: Talk, button: FormButton, message: int) -> None:
    number = talk.session.visitor.centre if talk.session.visitor else None
    if number is not None:
        talk.session = replace(talk.session, centre=await talk.uow.centre(number))
    asked = await fill_form.start_order(
        talk.uow, talk.session, talk.user_id, talk.chat_id, button.value or None, talk.now, talk.today
    )
    conversation.replace_question(talk, asked, message)


async def _refuse(talk: Talk, _: FormButton, message: int) -> None:
    fill_form.cancel(talk.uow, talk.session, talk.now)
    talk.replies.change(message, Screen(f"{texts.REFUSED}\n\n{talk.settings.support()}"))


async def _cancel(talk: Talk, _: FormButton, __: int) -> None:
    talk.replies.say(form_view.cancel_sure(fill_form.active(talk.session)))


async def _cancel_sure(talk: Talk, _: FormButton, message: int) -> None:
    fill_form.cancel(talk.uow, talk.session, talk.now)
    talk.replies.change(message, Screen(texts.CANCELLED))


async def _edit(talk: Talk, button: FormButton, message: int) -> None:
    talk.replies.change(message, summary_view.edit_menu(fill_form.active(talk.session), max(0, _index(button))))


async def _part(talk: Talk, button: FormButton, message: int) -> None:
    talk.replies.change(message, summary_view.part_menu(fill_form.active(talk.session), button.value))


async def _go(talk: Talk, button: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.go_to(talk.uow, talk.session, button.step, talk.today), message)


async def _drop_sure(talk: Talk, button: FormButton, message: int) -> None:
    talk.replies.change(message, summary_view.drop_sure(fill_form.active(talk.session), _index(button)))


async def _drop(talk: Talk, button: FormButton, message: int) -> None:
    if button.value != summary_view.seal(fill_form.active(talk.session).answers) or not button.step.isdecimal():
        talk.replies.toast = texts.STALE
        return
    asked = await fill_form.remove_student(talk.uow, talk.session, int(button.step), talk.today)
    conversation.replace_question(talk, asked, message)


def _index(button: FormButton) -> int:
    return int(button.value) if button.value.isdecimal() else -1


async def _send(talk: Talk, button: FormButton, message: int) -> None:
    await _place(talk, button, message, repeat=False)


async def _send_again(talk: Talk, button: FormButton, message: int) -> None:
    await _place(talk, button, message, repeat=True)


async def _place(talk: Talk, button: FormButton, message: int, *, repeat: bool) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if asked.at != SUMMARY or button.value != summary_view.seal(asked.draft.answers):
        talk.replies.say(Screen(texts.STALE_SUMMARY))
        conversation.ask(talk, asked)
        return
    try:
        placed = await place_order(talk.uow, talk.session, asked.draft, talk.now, repeat=repeat)
    except LooksRepeated as known:
        numbers = [str(n) for n in known.data["numbers"]]  # type: ignore[attr-defined]
        talk.replies.say(summary_view.repeated(asked.draft, numbers))
        return
    talk.replies.change(message, summary_view.sent(placed.order))


ACTS: dict[str, Press] = {
    "c": _choose,
    "skip": _skip,
    "back": _back,
    "p": _page,
    "fix": _fix,
    "keep": _keep,
    "add": _add,
    "done": _done,
    "show": _show,
    "resume": _resume,
    "restart": _restart,
    "refuse": _refuse,
    "cancel": _cancel,
    "cancel!": _cancel_sure,
    "edit": _edit,
    "part": _part,
    "go": _go,
    "drop?": _drop_sure,
    "drop": _drop,
    "send": _send,
    "again": _send_again,
}
