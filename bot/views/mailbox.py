"""Screens of `/page`: where the page of staff is, the mailbox that signs in there, and the question for it."""

from html import escape

from bot.callbacks import mailbox
from bot.context import Settings
from bot.page_links import PageLinks
from bot.replies import Button, Screen
from bot.views.closed import problem_words
from school.errors import BadAnswer

CLOSED = "Закрыли, ничего не изменили. Страница сотрудника — /page."
NO_PAGE = "Страница сотрудника не включена. Если она нужна, попросите администратора сервера указать web.public_url."
OPENS = "Открыть страницу"
BY_OTHERS = (
    "В чате почту не спрашиваем. Её записывает администратор школы на странице сотрудника, в разделе «Сотрудники»; "
    "первую — администратор сервера."
)


def page(address: str, settings: Settings) -> Screen:
    """Show where the page is and which mailbox signs in; without pages say so."""
    link = PageLinks(settings.public_url).staff()
    if link is None:
        return Screen(NO_PAGE)
    known = f"Ваша рабочая почта: {escape(_shown(address, settings))}. Ссылка для входа придёт на неё."
    unknown = "⚠️ Ваша рабочая почта не записана. "
    unknown += (
        "Укажите её: на неё придёт ссылка для входа." if settings.in_chat else "На неё приходит ссылка для входа."
    )
    change = Button("Сменить почту" if address else "Указать почту", mailbox("own"))
    lines = ["<b>Страница сотрудника</b>", escape(link), known if address else unknown]
    # A browser's: the link that signs staff in comes by mail, and opens there.
    opens = Button(OPENS, url=link)
    if not settings.in_chat:
        return Screen("\n".join([*lines, BY_OTHERS]), ((opens,),))
    return Screen("\n".join(lines), ((opens, change),))


def _shown(address: str, settings: Settings) -> str:
    return address if settings.in_chat else f"…@{address.rpartition('@')[2]}"


def not_here(settings: Settings) -> Screen:
    """Say who registers a mailbox where chats carry no personal data."""
    link = PageLinks(settings.public_url).staff()
    return Screen(BY_OTHERS, ((Button(OPENS, url=link),),) if link else ())


def ask_own() -> Screen:
    """Ask for the person's own mailbox."""
    return _ask(
        "Ваша рабочая почта?", "На неё придёт ссылка для входа на страницу. Нужен ящик, который читаете вы один."
    )


def ask_invited() -> Screen:
    """Ask for the mailbox of whoever was invited."""
    return _ask(
        "Рабочая почта сотрудника?", "На неё придёт ссылка для входа на страницу. Запишем, когда он примет роль."
    )


def _ask(question: str, hint: str) -> Screen:
    return Screen(f"<b>{question}</b>\n{hint}\nНапример: <code>orlova.v@example.ru</code>", ((_stop(),),))


def _stop() -> Button:
    return Button("Отменить", mailbox("stop"))


def not_taken(problem: BadAnswer, settings: Settings) -> Screen:
    """Say what is wrong with the address; the question stays."""
    return Screen(problem_words(problem, settings), ((_stop(),),))


def only_text() -> Screen:
    """Say that an address is typed."""
    return Screen("Пришлите адрес текстом.", ((_stop(),),))


def taken_own(address: str, settings: Settings) -> Screen:
    """Say that the mailbox is registered, and where to sign in."""
    link = PageLinks(settings.public_url).staff()
    way = ((Button(OPENS, url=link),),) if link else ()
    told = f"✅ Записали рабочую почту: {escape(_shown(address, settings))}."
    return Screen(f"{told}\nОткройте страницу и укажите эту почту: пришлём ссылку для входа.", way)


def taken_invited() -> Screen:
    """Say that the mailbox of the invited is noted."""
    return Screen("✅ Записали. Когда сотрудник примет роль, ссылка для входа будет приходить на эту почту.")
