"""A curator's buttons: documents, decisions, picking what to return, declining, taking a decision back (Q4, Q5)."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.callbacks import ReviewButton
from bot.context import Talk
from bot.looking import send_originals
from bot.replies import Screen
from bot.routers.filters import Filling, HasText
from bot.routers.queue import acting, deal, frame_of, put, say_card, show_documents
from bot.views import review as view
from bot.views.closed import problem_words, staff_rows
from bot.views.queue import NEXT
from school.draft import Draft
from school.errors import BadAnswer
from school.questionnaire import AlreadyDecided, TooLateToUndo, WrongState
from school.use_cases import ask_aside, decide_questionnaire, pick_remarks, review_questionnaire
from school.use_cases.decide_questionnaire import Decision
from school.use_cases.review_questionnaire import Look
from wording.reasons import DECLINE_REASONS, RETURN_REASONS

router = Router(name="review")
# Where chats carry no personal data, documents are opened and decisions made on the page of staff.
STILL_IN_CHAT = ("next", "skip", "open", "card", "undo")
NO_WORDS = "Своими словами причину в переписке не пишем: так решила школа. Выберите её кнопкой под анкетой."


@router.callback_query(ReviewButton.filter())
async def pressed(_: CallbackQuery, callback_data: ReviewButton, talk: Talk) -> None:
    """Do what the button says; who was slower is told who decided, and sees the card as it is."""
    act = ACTS.get(callback_data.act)
    if act is None:
        talk.replies.say(Screen("Этой кнопки больше нет. Откройте очередь заново: /queue."))
        return
    review_questionnaire.require_reviewer(acting(talk))
    if not talk.settings.in_chat and talk.settings.public_url is not None and callback_data.act not in STILL_IN_CHAT:
        await _shown_anew(talk, callback_data)
        talk.replies.toast = "Откройте анкету на странице"
        return
    try:
        await act(talk, callback_data)
    except AlreadyDecided:
        await _told_who_decided(talk, callback_data)
    except TooLateToUndo:
        await _too_late(talk, callback_data)
    except WrongState:
        await _shown_anew(talk, callback_data)


async def _told_who_decided(talk: Talk, button: ReviewButton) -> None:
    seen = await review_questionnaire.look(talk.uow, acting(talk), button.line)
    put(talk, _as_it_is(talk, seen))
    line = view.decision_line(seen.questionnaire, frame_of(talk))
    talk.replies.toast = "Решение уже принято"
    talk.replies.say(Screen(f"Решение по этой анкете уже принято.\n{line}", ((NEXT,),)))


async def _too_late(talk: Talk, button: ReviewButton) -> None:
    seen = await review_questionnaire.look(talk.uow, acting(talk), button.line)
    put(talk, view.decided(seen.about, seen.questionnaire, frame_of(talk)))
    talk.replies.say(view.too_late(seen, frame_of(talk, button.line)))


async def _shown_anew(talk: Talk, button: ReviewButton) -> None:
    seen = await review_questionnaire.look(talk.uow, acting(talk), button.line)
    put(talk, _as_it_is(talk, seen))
    talk.replies.toast = "Анкета изменилась, посмотрите ещё раз"


def _as_it_is(talk: Talk, seen: Look) -> Screen:
    frame = frame_of(talk, seen.about.line.id)
    return view.approved(seen, frame) if view.is_settled(seen, talk.now) else view.card(seen, frame)


async def _next(talk: Talk, _: ReviewButton) -> None:
    await deal(talk)


async def _skip(talk: Talk, button: ReviewButton) -> None:
    await deal(talk, skipped=button.line)


async def _card(talk: Talk, button: ReviewButton) -> None:
    """Return from the pickers to the card; what was picked is forgotten."""
    await _shown_anew(talk, button)
    talk.replies.toast = ""
    await ask_aside.end_asides(talk.uow, talk.user_id, talk.now)


async def _open(talk: Talk, button: ReviewButton) -> None:
    """Show a student's card below: of an approved questionnaire with the way to change it (Q5)."""
    seen = await review_questionnaire.look(talk.uow, acting(talk), button.line)
    show_documents(talk, seen)
    say_card(talk, button.line, _as_it_is(talk, seen))


async def _originals(talk: Talk, button: ReviewButton) -> None:
    """Send the files as they came."""
    if not talk.settings.in_chat:
        talk.replies.say(Screen("Документы открываются только на защищённой странице школы."))
        return
    about, found = await review_questionnaire.documents(talk.uow, acting(talk), button.line)
    for document, files in found.items():
        send_originals(talk, files, view.caption(about, document))
    if not found:
        talk.replies.say(Screen("К этой анкете документы не приложены. Верните её или отклоните."))


async def _approve(talk: Talk, button: ReviewButton) -> None:
    await _announce(talk, await decide_questionnaire.approve(talk.uow, acting(talk), button.line, button.version))


async def _declined(talk: Talk, button: ReviewButton) -> None:
    who = acting(talk)
    await pick_remarks.look_submitted(talk.uow, who, button.line, button.version)
    reason = await pick_remarks.decline_reason(talk.uow, who, button.line, button.version, button.value)
    await _announce(talk, await decide_questionnaire.decline(talk.uow, who, button.line, button.version, reason))


async def _send(talk: Talk, button: ReviewButton) -> None:
    """Return, or open, what was picked."""
    who, line, version = acting(talk), button.line, button.version
    picked = await pick_remarks.picked(talk.uow, who, line, version)
    if not picked.picked:
        put(talk, view.picker(picked, in_chat=talk.settings.in_chat))
    elif picked.mode == "return":
        await _announce(talk, await decide_questionnaire.send_back(talk.uow, who, line, version, picked.picked))
    else:
        fields = [remark.field for remark in picked.picked]
        opened = await decide_questionnaire.reopen(talk.uow, who, line, version, fields)
        screen = view.decided(opened.about, opened.questionnaire, frame_of(talk))
        _change_cards(talk, opened, screen, screen)
        put(talk, screen)
        talk.replies.toast = "Ученику сообщили"
        await ask_aside.end_asides(talk.uow, talk.user_id, talk.now)


async def _announce(talk: Talk, decision: Decision) -> None:
    """Change the card for everybody, with the way back for the one who decided, and deal the next."""
    about, questionnaire, frame = decision.about, decision.questionnaire, frame_of(talk)
    own = view.decided(about, questionnaire, frame, undo=True)
    _change_cards(talk, decision, own, view.decided(about, questionnaire, frame))
    await ask_aside.end_asides(talk.uow, talk.user_id, talk.now)
    await deal(talk, but=about.line.id)


def _change_cards(talk: Talk, decision: Decision, own: Screen, others: Screen) -> None:
    for card in decision.cards:
        talk.replies.change_for(card.chat_id, card.notice_id, own if card.chat_id == talk.chat_id else others)
    if all(card.chat_id != talk.chat_id for card in decision.cards):
        put(talk, own)


async def _undo(talk: Talk, button: ReviewButton) -> None:
    who = acting(talk)
    undone = await decide_questionnaire.undo(talk.uow, who, button.line)
    seen = await review_questionnaire.seen_as(talk.uow, undone.about, undone.questionnaire)
    screen = view.card(seen, frame_of(talk, button.line))
    _change_cards(talk, undone, screen, screen)
    talk.replies.toast = "Решение отменено"


async def _return(talk: Talk, button: ReviewButton) -> None:
    found = await pick_remarks.start(talk.uow, acting(talk), button.line, button.version, "return")
    put(talk, view.picker(found, in_chat=talk.settings.in_chat))


async def _reopen(talk: Talk, button: ReviewButton) -> None:
    found = await pick_remarks.start(talk.uow, acting(talk), button.line, button.version, "reopen")
    put(talk, view.picker(found, in_chat=talk.settings.in_chat))


async def _field(talk: Talk, button: ReviewButton) -> None:
    found = await pick_remarks.pick_field(talk.uow, acting(talk), button.line, button.version, button.value)
    put(talk, view.picker(found, in_chat=talk.settings.in_chat))


async def _reason(talk: Talk, button: ReviewButton) -> None:
    if button.value == pick_remarks.OTHER and not talk.settings.in_chat:
        talk.replies.say(Screen(NO_WORDS))
        return
    if all(button.value != code for reasons in RETURN_REASONS.values() for code, _ in reasons):
        await _shown_anew(talk, button)
        return
    found = await pick_remarks.pick_reason(talk.uow, acting(talk), button.line, button.version, button.value)
    put(talk, view.picker(found, in_chat=talk.settings.in_chat))


async def _decline(talk: Talk, button: ReviewButton) -> None:
    seen = await pick_remarks.look_submitted(talk.uow, acting(talk), button.line, button.version)
    put(talk, view.decline_reasons(seen, in_chat=talk.settings.in_chat))


async def _why(talk: Talk, button: ReviewButton) -> None:
    who = acting(talk)
    if button.value == pick_remarks.OTHER and not talk.settings.in_chat:
        talk.replies.say(Screen(NO_WORDS))
        return
    if button.value == pick_remarks.OTHER:
        seen = await pick_remarks.ask_decline_words(talk.uow, who, button.line, button.version)
        put(talk, view.decline_words_asked(seen, in_chat=talk.settings.in_chat))
        return
    seen = await pick_remarks.look_submitted(talk.uow, who, button.line, button.version)
    if button.value not in dict(DECLINE_REASONS):
        put(talk, view.decline_reasons(seen, in_chat=talk.settings.in_chat))
        return
    reason = await pick_remarks.decline_reason(talk.uow, who, button.line, button.version, button.value)
    put(talk, view.decline_sure(seen, reason, in_chat=talk.settings.in_chat))


ACTS: dict[str, Callable[[Talk, ReviewButton], Awaitable[None]]] = {
    "next": _next,
    "skip": _skip,
    "open": _open,
    "card": _card,
    "docs": _originals,
    "ok": _approve,
    "return": _return,
    "field": _field,
    "reason": _reason,
    "send": _send,
    "decline": _decline,
    "why": _why,
    "declined": _declined,
    "undo": _undo,
    "reopen": _reopen,
}


@router.message(Filling("return"), HasText())
async def typed_reason(_: Message, text: str, talk: Talk) -> None:
    """Take a typed reason of returning a field."""
    draft = _draft(talk)
    if _kept_out(talk, draft):
        return
    with _told(talk, draft):
        found = await pick_remarks.type_reason(talk.uow, acting(talk), draft, text)
        _show_typed(talk, draft, view.picker(found, in_chat=talk.settings.in_chat) if found is not None else None)


@router.message(Filling("decline"), HasText())
async def typed_decline(_: Message, text: str, talk: Talk) -> None:
    """Take a typed reason of declining and ask to confirm it."""
    draft = _draft(talk)
    if _kept_out(talk, draft):
        return
    with _told(talk, draft):
        found = await pick_remarks.type_decline_words(talk.uow, acting(talk), draft, text)
        _show_typed(
            talk, draft, view.decline_sure(*found, in_chat=talk.settings.in_chat) if found is not None else None
        )


@contextmanager
def _told(talk: Talk, draft: Draft) -> Iterator[None]:
    """Say what is wrong with a typed reason, or that the card is decided by now."""
    try:
        yield
    except BadAnswer as problem:
        talk.replies.say(Screen(problem_words(problem, talk.settings)))
    except (WrongState, AlreadyDecided):
        _gone(talk, draft)


def _show_typed(talk: Talk, draft: Draft, screen: Screen | None) -> None:
    if screen is None:
        _not_asked(talk, draft)
    else:
        say_card(talk, draft.answers["line"], screen)


@router.message(Filling("return"))
@router.message(Filling("decline"))
async def not_text(_: Message, talk: Talk) -> None:
    """A reason is written in words."""
    talk.replies.say(Screen("Причину напишите словами или выберите кнопкой под анкетой."))


def _draft(talk: Talk) -> Draft:
    assert talk.session.draft is not None
    return talk.session.draft


def _kept_out(talk: Talk, draft: Draft) -> bool:
    """Say that people's own words are not for this chat, and tell whether it is so."""
    if talk.settings.in_chat:
        return False
    ask_aside.end_aside(talk.uow, draft, talk.now)
    talk.replies.say(Screen(NO_WORDS, staff_rows(talk.settings.public_url, str(draft.answers.get("line", "")))))
    return True


def _gone(talk: Talk, draft: Draft) -> None:
    ask_aside.end_aside(talk.uow, draft, talk.now)
    talk.replies.say(Screen("Эта анкета уже не ждёт вашего решения.", ((NEXT,),)))


def _not_asked(talk: Talk, draft: Draft) -> None:
    """What was typed was not asked for: nothing is guessed."""
    ask_aside.end_aside(talk.uow, draft, talk.now)
    talk.replies.say(
        Screen(
            "Это сообщение я ни к чему не отнёс. Чтобы вернуть или отклонить анкету, нажмите кнопку под ней.",
            ((NEXT,),),
        )
    )
