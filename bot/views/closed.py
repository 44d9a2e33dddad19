"""Screens where chats carry no personal data: the page's link, and why, in a sentence."""

import re
from html import escape

from bot.callbacks import student
from bot.context import Settings
from bot.page_links import PageLinks, page_button
from bot.replies import Button, Rows, Screen
from bot.texts import NOT_IN_CHAT
from school.centre import Centre
from school.errors import BadAnswer
from wording.problems import explain

WHY = "В Telegram личные данные и документы не собираем: по закону они хранятся только на сервере школы."
NOT_KEPT = "Присланное не сохранили."
REPLY_TO_LETTER = "Ответьте на письмо со ссылкой и приложите диплом."
BY_LINK = "Заполните анкету по ссылке из письма или ответьте на это письмо и приложите диплом."
LINK_BY_MAIL = "Ссылку на страницу отправим на почту из заявки."
# Words, addresses, telephones and ИНН of a person: what may be personal in what was typed.
PERSONAL = re.compile(r"[^\W\d_]{2}|@|(?:\d[\s()+-]*){10}")
OPEN_PAGE = "Открыть на странице"
ON_PAGE = "Заполнить на странице"
OF_STAFF = "Документы учеников открывайте на странице школы."
BY_MAIL = "Пришлите с почты центра: ответьте на письмо о заявке."


def questionnaire(settings: Settings, secret: str | None) -> Screen:
    """Say where the questionnaire is filled in; `secret` of a link to it, None where there is none at hand."""
    address = PageLinks(settings.public_url).questionnaire(secret) if secret is not None else None
    if address is None:
        how = REPLY_TO_LETTER if secret is not None else BY_LINK
        return Screen(f"{WHY} {how}\n\n{settings.support()}", drop_keyboard=True)
    return Screen(
        f"<b>Заполните анкету на странице школы</b>\n{escape(address)}\n{WHY} Нужно минут пять и фото диплома.",
        ((page_button("Заполнить анкету", address),),),
    )


def either_way(address: str) -> Screen:
    """Offer the page beside the chat, where chats take the answers too."""
    return Screen("Здесь быстрее. Если неудобно, заполните анкету на странице.", ((page_button(ON_PAGE, address),),))


def order(settings: Settings, centre: Centre | None, discipline: str | None = None) -> Screen:
    """Say where an order is placed: on the page, without one by the centre's mail."""
    address = PageLinks(settings.public_url).order(centre.number, discipline) if centre is not None else None
    if address is None:
        email = centre.email if centre is not None else "почта центра"
        return Screen(f"{NOT_IN_CHAT.format(email=escape(email))}\n\n{settings.support()}")
    return Screen(
        f"<b>Оформите заявку на странице школы</b>\n{escape(address)}\n{WHY} Нужно минут пять.",
        ((page_button("Оформить заявку", address),),),
    )


def handed(settings: Settings, address: str | None) -> Screen:
    """Say that an order begun on the page goes on there."""
    if address is None:
        return Screen(f"{WHY}\n\n{settings.support()}")
    return Screen(
        f"<b>Продолжите заявку на странице школы</b>\n{escape(address)}\n{WHY}",
        ((page_button("Продолжить заявку", address),),),
    )


def handed_over(address: str) -> Screen:
    """Give the link by which an order begun in chat goes on on the page."""
    return Screen(
        "Продолжите заявку на странице. Ссылка действует час и открывается один раз.",
        ((page_button("Открыть страницу", address),),),
    )


def link_by_mail(settings: Settings, line_id: str) -> Screen:
    """Offer to send the link to the address in the order, where the account is not known to be the student's."""
    return Screen(
        f"{WHY} {LINK_BY_MAIL}\n\n{settings.support()}", ((Button("Прислать ссылку", student("link", line_id)),),)
    )


def problem_words(problem: BadAnswer, settings: Settings) -> str:
    """Say what is wrong with an answer, as HTML; chats without personal data repeat no words and long numbers."""
    if not settings.in_chat and PERSONAL.search(problem.value):
        problem = BadAnswer(problem.problem, "…", **problem.data)
    return escape(explain(problem))


def not_kept(where: Screen) -> Screen:
    """Say that what was sent to the chat is not kept, before where it belongs."""
    return Screen(f"⚠️ {NOT_KEPT}\n{where.text}", where.buttons, drop_keyboard=where.drop_keyboard)


def of_staff(settings: Settings, *, reviews: bool) -> Screen:
    """Say to a member of staff where documents are handled; `reviews`: to whom the page opens questionnaires."""
    rows = staff_rows(settings.public_url) if reviews else ()
    return Screen(f"{WHY} {OF_STAFF if rows else BY_MAIL}", rows)


def staff_rows(public_url: str | None, line_id: str = "") -> Rows:
    """Return the button to the page where staff have signed in, to one student's questionnaire; none without pages."""
    links = PageLinks(public_url)
    address = links.case(line_id) if line_id else links.staff()
    # A browser's: the link that signs staff in comes by mail, and opens there.
    return ((Button(OPEN_PAGE, url=address),),) if address is not None else ()
