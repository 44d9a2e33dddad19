"""A form in chat, whichever it is: typed answers and the buttons that every form has."""

from collections.abc import Mapping

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import FormButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers import conversation, order, questionnaire
from bot.routers.filters import Filling, HasContact, HasText
from bot.routers.pressing import Press
from bot.views import form as form_view
from school.errors import BadAnswer
from school.forms.engine import Step
from school.numbers import whole
from school.use_cases import fill_form
from school.use_cases.attach_page import expects_file
from wording import fields

router = Router(name="filling")
FORMS = ("order", "questionnaire")
# What ends a form works in any case: nothing is asked by it.
ENDING = ("cancel", "cancel!", "pause", "wipe", "refuse")
MOBILES = ("mobile", "orderer_mobile")


@router.message(Filling(*FORMS), HasText())
async def typed(_: Message, text: str, talk: Talk) -> None:
    """Take a typed answer."""
    if await conversation.closed_in_chat(talk):
        return
    if text.startswith("/"):
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
        return
    if await conversation.asked_anew(talk):
        return
    await conversation.open_form(talk)
    await _consent_if_given(talk, await fill_form.answer_typed(talk.uow, talk.session, text, talk.today), None)


@router.message(Filling(*FORMS), HasContact())
async def contact(_: Message, mobile: str, own: bool, talk: Talk) -> None:
    """Take a shared contact where a telephone is asked for; of a student only the sender's own."""
    if await conversation.closed_in_chat(talk) or await conversation.asked_anew(talk):
        return
    await conversation.open_form(talk)
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if not isinstance(asked.at, Step) or asked.at.field.key not in MOBILES:
        _not_fitting(talk, asked)
    elif talk.filled is not None and not own:
        talk.replies.say(Screen(texts.FOREIGN_CONTACT_IN_FORM))
    else:
        asked = await fill_form.answer_typed(talk.uow, talk.session, mobile, talk.today)
        conversation.settle(talk, asked, None)


@router.message(Filling(*FORMS))
async def other(_: Message, talk: Talk) -> None:
    """Answer a photo, a voice message, a sticker: the step needs words or a button."""
    if await conversation.closed_in_chat(talk):
        return
    await conversation.open_form(talk)
    _not_fitting(talk, await fill_form.resume(talk.uow, talk.session, talk.today))


def _not_fitting(talk: Talk, asked: fill_form.Asked) -> None:
    what = f"Сейчас: {form_view.step_name(asked)}."
    if expects_file(asked):
        talk.replies.say(form_view.problem(BadAnswer("file_needed")))
        return
    if isinstance(asked.at, Step):
        example = fields.words_of(asked.draft.form, asked.at.field.key, asked.draft.answers).example
        what += f" Например: {example}" if example else ""
    talk.replies.say(Screen(texts.NEED_TEXT.format(what=what)))


async def _consent_if_given(talk: Talk, asked: fill_form.Asked, pressed: int | None) -> None:
    if asked.answered is not None and asked.answered.field.key == "consent":
        document = conversation.consent_of(talk)
        text = fill_form.ConsentText(document.key, document.version, document.sha256)
        fill_form.give_consent(talk.uow, asked.draft, text, talk.now)
        if talk.filled is not None:
            talk.uow.requeue_letters(talk.filled.about.line.id)
    conversation.settle(talk, asked, pressed)


@router.callback_query(FormButton.filter())
async def pressed(query: CallbackQuery, callback_data: FormButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    if not conversation.is_current(talk, callback_data.draft):
        await conversation.turn_to(talk, callback_data.draft)
    draft = talk.session.draft
    if draft is None or not conversation.is_current(talk, callback_data.draft):
        await _old_button(talk, callback_data)
        return
    act = {**ACTS, **OWN_ACTS[draft.form]}.get(callback_data.act)
    if act is None or talk.message_id is None:
        talk.replies.toast = texts.STALE
        return
    if callback_data.act not in ENDING and await conversation.closed_in_chat(talk, sent=False):
        return
    await conversation.open_form(talk)
    await act(talk, callback_data, talk.message_id)


async def _old_button(talk: Talk, button: FormButton) -> None:
    order = await talk.uow.order_by_draft(button.draft)
    if order is not None and order.placed_by == talk.user_id:
        talk.replies.say(Screen(texts.SENT_BEFORE.format(number=order.number)))
    else:
        talk.replies.say(Screen(f"{texts.OLD_BUTTON}\n\n{talk.settings.support()}"))


async def _choose(talk: Talk, button: FormButton, message: int) -> None:
    asked = await fill_form.choose(talk.uow, talk.session, button.step, button.value, talk.today)
    await _consent_if_given(talk, asked, message)


async def _skip(talk: Talk, button: FormButton, message: int) -> None:
    conversation.settle(talk, await fill_form.skip(talk.uow, talk.session, button.step, talk.today), message)


async def _back(talk: Talk, _: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.go_back(talk.uow, talk.session, talk.today), message)


async def _page(talk: Talk, button: FormButton, message: int) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if not isinstance(asked.at, Step) or asked.at.path != button.step or whole(button.value) < 0:
        talk.replies.toast = texts.STALE
        return
    talk.replies.change(message, form_view.question(asked, conversation.consent_of(talk), whole(button.value)))


async def _fix(talk: Talk, _: FormButton, message: int) -> None:
    asked = await fill_form.decide_doubt(talk.uow, talk.session, fix=True, today=talk.today)
    conversation.settle(talk, asked, message)


async def _keep(talk: Talk, _: FormButton, message: int) -> None:
    asked = await fill_form.decide_doubt(talk.uow, talk.session, fix=False, today=talk.today)
    conversation.settle(talk, asked, message)


async def _show(talk: Talk, _: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.resume(talk.uow, talk.session, talk.today), message)


async def _resume(talk: Talk, _: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.resume(talk.uow, talk.session, talk.today), message)


async def _go(talk: Talk, button: FormButton, message: int) -> None:
    conversation.replace_question(talk, await fill_form.go_to(talk.uow, talk.session, button.step, talk.today), message)


ACTS: Mapping[str, Press] = {
    "c": _choose,
    "skip": _skip,
    "back": _back,
    "p": _page,
    "fix": _fix,
    "keep": _keep,
    "show": _show,
    "resume": _resume,
    "go": _go,
}
OWN_ACTS: Mapping[str, Mapping[str, Press]] = {"order": order.ACTS, "questionnaire": questionnaire.ACTS}
