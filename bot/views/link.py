"""Screens of a centre's links: the links themselves, and what goes with a QR picture."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import link
from bot.context import Settings
from bot.page_links import PageLinks
from bot.replies import Button, Rows, Screen
from school.catalogue import Discipline
from school.centre import Centre
from school.use_cases.make_link import Links
from wording.links import ALL_COURSES, invitation
from wording.shorten import shortened

ASK_CENTRE = "<b>Ссылки какого центра?</b>\nПришлите команду с номером центра, например: <code>/link 0123</code>"
NO_CENTRE = "Такого центра среди ваших нет. Проверьте номер: <code>/link 0123</code>. Ваши ссылки — /link."
_LONGEST_LABEL = 24


def address(settings: Settings, centre: Centre, discipline: Discipline | None) -> str:
    """Return the link that a client is to open: the page's where chats take no orders, else the chat's."""
    page = _page(settings, centre, discipline)
    return page if page is not None and not settings.in_chat else _chat(settings, centre, discipline)


def _chat(settings: Settings, centre: Centre, discipline: Discipline | None) -> str:
    tail = f"_{discipline.key}" if discipline is not None else ""
    return f"https://t.me/{settings.bot_username}?start=sc_{centre.number}{tail}"


def listed(found: Links, settings: Settings) -> Screen:
    """Show all links of a centre; the buttons send each as a QR picture with a text to be forwarded."""
    centre = found.centre
    head = f"<b>Ссылки для клиентов: центр {centre.number}</b>\n{escape(centre.name)}"
    if centre.closed:
        return Screen(
            f"{head}\n\n⚠️ Центр закрыт: по его ссылкам заявку не оформить. Чтобы он снова принимал заявки, "
            f"напишите администратору школы.\n\n{settings.support()}"
        )
    kinds: list[Discipline | None] = [*found.disciplines, None]
    lines = [f"{escape(one.title) if one else ALL_COURSES}\n{_both(settings, centre, one)}" for one in kinds]
    if (by_mail := settings.order_address(centre.number)) is not None:
        lines.append(f"Заявка по почте\nВ ответ на любое письмо придёт форма: <code>{escape(by_mail)}</code>")
    asked = "Нажмите кнопку: пришлём QR-картинку и текст, готовые переслать клиенту."
    return Screen("\n\n".join([head, *lines, asked]), _buttons(centre, kinds))


def _both(settings: Settings, centre: Centre, discipline: Discipline | None) -> str:
    """Return the link to the chat and, where there are pages, the one to the page."""
    page = _page(settings, centre, discipline)
    if page is not None and not settings.in_chat:
        return f"<code>{escape(page)}</code>"
    chat = f"<code>{escape(_chat(settings, centre, discipline))}</code>"
    return f"Ссылка для Telegram: {chat}\nСсылка на страницу: <code>{escape(page)}</code>" if page else chat


def _page(settings: Settings, centre: Centre, discipline: Discipline | None) -> str | None:
    return PageLinks(settings.public_url).order(centre.number, discipline.key if discipline else None)


def _buttons(centre: Centre, kinds: Sequence[Discipline | None]) -> Rows:
    rows = []
    for one in kinds:
        title = one.title if one else ALL_COURSES
        label = shortened(title, _LONGEST_LABEL)
        rows.append((Button(f"QR: {label}", link("qr", centre.number, one.key if one else "")),))
    return tuple(rows)


def choose(centres: Sequence[Centre]) -> Screen:
    """Ask a manager of several centres whose links are wanted."""
    lines = [f"{centre.number} — {escape(centre.name)}{' (закрыт)' if centre.closed else ''}" for centre in centres]
    buttons = [Button(f"Центр {centre.number}", link("open", centre.number)) for centre in centres]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Screen("\n".join(["<b>Ссылки какого центра?</b>", *lines]), rows)


def caption(found: Links, discipline: Discipline | None, settings: Settings) -> str:
    """Return the text that goes with the picture and is ready to be forwarded, as HTML."""
    title = discipline.title if discipline else ""
    url, page = address(settings, found.centre, discipline), _page(settings, found.centre, discipline)
    return escape(invitation(found.centre.name, title, url, None if page == url else page))
