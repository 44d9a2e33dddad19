"""The forms' turn-taking, shared by their routers: greet, ask, settle what was answered."""

from dataclasses import replace
from html import escape

from bot import texts
from bot.callbacks import form
from bot.context import Talk
from bot.page_links import PageLinks, page_button
from bot.replies import Button, Rows, Screen, Target
from bot.views import closed
from bot.views import form as form_view
from bot.views import questionnaire as questionnaire_view
from bot.views import summary as summary_view
from school.centre import Centre
from school.draft import Draft
from school.errors import NotFound
from school.forms import engine
from school.forms.engine import SUMMARY, Step
from school.forms.field import Kind, NeedsConfirmation
from school.forms.questionnaire import KEY as QUESTIONNAIRE
from school.use_cases import fill_form, fill_questionnaire
from school.use_cases.fill_form import Asked
from school.use_cases.own_link import own_link
from wording.consents import ConsentDocument, order_consent, quoted, student_consent

FORMS = ("order", QUESTIONNAIRE)


async def greet(talk: Talk, centre: Centre, discipline: str | None) -> None:
    """Greet with the centre's name and begin, or offer to go on with what was begun."""
    if talk.session.draft is not None and talk.session.draft.form == QUESTIONNAIRE:
        await turn_to(talk)
    draft = talk.session.draft
    if draft is not None and draft.form == "order" and draft.answers:
        await offer_to_continue(talk, discipline)
        return
    if not talk.settings.in_chat:
        talk.replies.say(closed.order(talk.settings, centre, discipline))
        return
    if not talk.session.catalogue.offered_courses(talk.today, discipline):
        talk.replies.say(Screen(f"{texts.NOTHING_ON_SALE}\n\n{talk.settings.support()}"))
        return
    talk.replies.say(
        Screen(
            f"Здравствуйте! Это {escape(quoted(centre.name))}.\n"
            "Здесь оформляют заявку на обучение: плательщик, ученики, курс. Нужно минут пять, "
            "можно прерваться и продолжить позже.",
            _on_page(PageLinks(talk.settings.public_url).order(centre.number, discipline)),
        )
    )
    talk.session = replace(talk.session, centre=centre)
    asked = await fill_form.start_order(
        talk.uow, talk.session, talk.user_id, talk.chat_id, discipline, talk.now, talk.today
    )
    ask(talk, asked)


def page_row(talk: Talk, draft: Draft) -> Rows:
    """Return the button that hands an order over to the page, none where there are no pages."""
    return ((Button("Продолжить на странице", form("page", draft.id)),),) if talk.settings.public_url else ()


def _on_page(address: str | None) -> Rows:
    return ((page_button(closed.ON_PAGE, address),),) if address is not None else ()


async def offer_to_continue(talk: Talk, discipline: str | None = None) -> None:
    """Offer the exact step of an order begun before; starting anew takes the discipline of the link just opened."""
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    step = form_view.step_name(asked)
    rows = (
        (Button("Продолжить", form("resume", asked.draft.id)),),
        *page_row(talk, asked.draft),
        (Button("Начать заново", form("restart", asked.draft.id, value=discipline or "")),),
    )
    talk.replies.say(Screen(f"<b>Продолжить заявку?</b>\nВы остановились здесь: {escape(step)}.", rows))


async def turn_to(talk: Talk, draft_id: str | None = None) -> None:
    """Turn to the other form of this person that is still open, to any or to the one whose button was pressed."""
    latest = talk.session.draft
    if latest is None:
        return
    for key in FORMS:
        found = await talk.uow.active_draft(talk.user_id, key) if key != latest.form else None
        if found is not None and draft_id in (None, found.id):
            centre = await talk.uow.centre(found.centre)
            talk.session = replace(talk.session, draft=found, centre=centre)
            return


async def open_form(talk: Talk) -> None:
    """Load what the draft points at: a questionnaire's answers live outside it. Raises as `fill_questionnaire.load`."""
    draft = talk.session.draft
    if draft is not None and draft.form == QUESTIONNAIRE and talk.filled is None:
        talk.filled = await fill_questionnaire.load(talk.uow, talk.session)
        talk.session = talk.filled.session


async def closed_in_chat(talk: Talk, *, sent: bool = True) -> bool:
    """Say where a form is filled in when chat takes no personal data (any more); tell whether that is so.

    `sent`: it answers what was sent to the chat, which is not kept.
    """
    if talk.settings.in_chat:
        return False
    draft = talk.session.draft
    if draft is not None and draft.form == QUESTIONNAIRE:
        screen = await own_page(talk, str(draft.answers.get("line", "")))
    else:
        screen = closed.order(talk.settings, talk.session.centre, draft.discipline if draft else None)
    talk.replies.say(closed.not_kept(screen) if sent else screen)
    return True


async def own_page(talk: Talk, line_id: str) -> Screen:
    """Return the way to this student's questionnaire on the page: a fresh link for the account that is bound to it."""
    if talk.settings.public_url is None:
        return closed.questionnaire(talk.settings, None)
    try:
        return closed.questionnaire(talk.settings, await own_link(talk.uow, line_id, talk.user_id, talk.now))
    except (fill_questionnaire.NothingToFill, fill_questionnaire.BeingDecided) as error:
        return Screen(f"{escape(texts.error(error))}\n\n{talk.settings.support()}")
    except NotFound:
        return closed.link_by_mail(talk.settings, line_id)


def save(talk: Talk, asked: Asked, question: str | None) -> None:
    """Keep the form as it stands, with the message that asks."""
    if talk.filled is not None and asked.draft.form == QUESTIONNAIRE:
        fill_questionnaire.save(talk.uow, talk.filled, asked.draft, question, talk.now)
    else:
        fill_form.save(talk.uow, asked.draft, question, talk.now)


def consent_of(talk: Talk) -> ConsentDocument:
    """Return the consent document as this person sees it."""
    if talk.filled is not None:
        centre = talk.session.centre.name if talk.session.centre else talk.filled.about.order.centre
        return student_consent(centre, register=bool(talk.filled.switched))
    return order_consent(talk.session.centre.name if talk.session.centre else "")


def screen_of(talk: Talk, asked: Asked) -> Screen:
    """Return the screen of the present step or the summary."""
    if asked.at == SUMMARY and asked.draft.form == QUESTIONNAIRE:
        return questionnaire_view.summary(asked, engine.seal(asked.draft.answers))
    if asked.at == SUMMARY:
        shown = summary_view.summary(asked.draft, asked.context)
        return replace(shown, buttons=(*shown.buttons, *page_row(talk, asked.draft)))
    shown = form_view.question(asked, consent_of(talk))
    if asked.draft.form == "order" and isinstance(asked.at, Step) and asked.at.field.kind is Kind.CONSENT:
        shown = replace(shown, buttons=(*shown.buttons, *page_row(talk, asked.draft)))
    return shown


def ask(talk: Talk, asked: Asked) -> None:
    """Send the present question and keep the draft with it."""
    question = talk.replies.say(screen_of(talk, asked))
    save(talk, asked, question)


def replace_question(talk: Talk, asked: Asked, target: Target) -> None:
    """Put the present question in the place of the message that was pressed; the page's answers ask it anew."""
    if answered_elsewhere(asked.draft):
        ask(talk, asked)
        return
    talk.replies.change(target, screen_of(talk, asked))
    save(talk, asked, asked.draft.question)


def settle(talk: Talk, asked: Asked, pressed: int | None) -> None:
    """Answer an input: the old question becomes the fact and the next is asked, or say what was wrong."""
    if isinstance(asked.problem, NeedsConfirmation):
        if asked.answered is not None and asked.draft.question is not None:
            talk.replies.change(asked.draft.question, form_view.fact(asked.answered, asked))
        talk.replies.say(form_view.doubt(asked, asked.problem))
        save(talk, asked, asked.draft.question)
        return
    if asked.problem is not None:
        talk.replies.say(form_view.problem(asked.problem))
        return
    if asked.stale:
        talk.replies.toast = texts.STALE
        ask(talk, asked)
        return
    target: Target | None = pressed or asked.draft.question
    if asked.answered is not None and target is not None:
        talk.replies.change(target, form_view.fact(asked.answered, asked))
    if asked.bad_lines or asked.taken:
        talk.replies.say(form_view.listed(asked.bad_lines, asked.taken))
    ask(talk, asked)


def answered_elsewhere(draft: Draft) -> bool:
    """Tell whether the page has gone on with the order since chat asked its last question."""
    return draft.form == "order" and draft.question is None


async def asked_anew(talk: Talk) -> bool:
    """Ask the present question where the page has answered the last one; tell whether that was so.

    What was typed answers a question that stands no more: taken, it would land in a field the person does not see.
    """
    draft = talk.session.draft
    if draft is None or not answered_elsewhere(draft):
        return False
    talk.replies.say(Screen(texts.WENT_ON_ON_PAGE))
    ask(talk, await fill_form.resume(talk.uow, talk.session, talk.today))
    return True


def is_current(talk: Talk, draft_id: str) -> bool:
    """Tell whether a button belongs to the draft that is being filled in."""
    draft: Draft | None = talk.session.draft
    return draft is not None and draft.state == "active" and draft.id == draft_id
