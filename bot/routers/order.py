"""The order form's own buttons: students added and removed, the summary, sending."""

from collections.abc import Mapping
from dataclasses import replace

from bot import texts
from bot.callbacks import FormButton
from bot.context import Talk
from bot.page_links import PageLinks
from bot.replies import Screen
from bot.routers import conversation
from bot.routers.pressing import Press
from bot.views import closed
from bot.views import form as form_view
from bot.views import summary as summary_view
from school.forms import engine
from school.forms.engine import SUMMARY
from school.numbers import whole
from school.use_cases import fill_form
from school.use_cases.hand_draft import hand_over_draft
from school.use_cases.hold_order import Placer
from school.use_cases.place_order import LooksRepeated, place_order


async def _add(talk: Talk, _: FormButton, message: int) -> None:
    draft = fill_form.active(talk.session)
    conversation.replace_question(talk, await fill_form.add_student(talk.uow, talk.session, draft, talk.today), message)


async def _done(talk: Talk, _: FormButton, message: int) -> None:
    draft = fill_form.active(talk.session)
    asked = await fill_form.finish_students(talk.uow, talk.session, draft, talk.today)
    conversation.replace_question(talk, asked, message)


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
    draft = fill_form.active(talk.session)
    sure = form_view.cancel_sure(draft)
    talk.replies.say(replace(sure, buttons=(*sure.buttons, *conversation.page_row(talk, draft))))


async def _page(talk: Talk, _: FormButton, __: int) -> None:
    draft = fill_form.active(talk.session)
    address = PageLinks(talk.settings.public_url).handed(draft.centre, hand_over_draft(talk.uow, draft, talk.now))
    if address is None:
        talk.replies.toast = texts.STALE
        return
    talk.replies.say(closed.handed_over(address))


async def _cancel_sure(talk: Talk, _: FormButton, message: int) -> None:
    fill_form.cancel(talk.uow, talk.session, talk.now)
    talk.replies.change(message, Screen(texts.CANCELLED))


async def _edit(talk: Talk, button: FormButton, message: int) -> None:
    talk.replies.change(message, summary_view.edit_menu(fill_form.active(talk.session), max(0, _index(button))))


async def _part(talk: Talk, button: FormButton, message: int) -> None:
    talk.replies.change(message, summary_view.part_menu(fill_form.active(talk.session), button.value))


async def _drop_sure(talk: Talk, button: FormButton, message: int) -> None:
    talk.replies.change(message, summary_view.drop_sure(fill_form.active(talk.session), _index(button)))


async def _drop(talk: Talk, button: FormButton, message: int) -> None:
    if button.value != engine.seal(fill_form.active(talk.session).answers) or whole(button.step) < 0:
        talk.replies.toast = texts.STALE
        return
    asked = await fill_form.remove_student(talk.uow, talk.session, whole(button.step), talk.today)
    conversation.replace_question(talk, asked, message)


def _index(button: FormButton) -> int:
    return whole(button.value)


async def _send(talk: Talk, button: FormButton, message: int) -> None:
    await _place(talk, button, message, repeat=False)


async def _send_again(talk: Talk, button: FormButton, message: int) -> None:
    await _place(talk, button, message, repeat=True)


async def _place(talk: Talk, button: FormButton, message: int, *, repeat: bool) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if asked.at != SUMMARY or button.value != engine.seal(asked.draft.answers):
        talk.replies.say(Screen(texts.STALE_SUMMARY))
        conversation.ask(talk, asked)
        return
    try:
        placer = Placer(account=talk.user_id, caps=talk.settings.caps)
        placed = await place_order(talk.uow, talk.session, asked.draft, talk.now, placer, repeat=repeat)
    except LooksRepeated as known:
        numbers = [str(n) for n in known.data["numbers"]]  # type: ignore[attr-defined]
        talk.replies.say(summary_view.repeated(asked.draft, numbers))
        return
    talk.replies.change(message, summary_view.sent(placed.order))


ACTS: Mapping[str, Press] = {
    "add": _add,
    "done": _done,
    "restart": _restart,
    "refuse": _refuse,
    "cancel": _cancel,
    "cancel!": _cancel_sure,
    "page": _page,
    "edit": _edit,
    "part": _part,
    "drop?": _drop_sure,
    "drop": _drop,
    "send": _send,
    "again": _send_again,
}
