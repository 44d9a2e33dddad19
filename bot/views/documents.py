"""Screens of the documents for clients, and where help is to be had (docs/regulations.md: S1, S2, S4)."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import document as button
from bot.context import Settings
from bot.replies import Button, Rows, Screen
from school.ports_school import DOCUMENT_KINDS, DocumentKind, SchoolDocument
from school.use_cases.keep_document import Versions
from wording.dates import date_long
from wording.plurals import plural

PAGE = 8
_NUMBERS_A_ROW = 4
KINDS: dict[DocumentKind, str] = {
    "offer": "Оферты",
    "rules": "Правила",
    "requirements": "Требования",
    "other": "Другие документы",
}
ASK_KIND = "<b>Какой это документ?</b>\nВыберите раздел: в нём документ увидят клиенты."
ASK_TITLE = (
    "<b>Как назвать документ?</b>\nПо этому названию его будут искать.\nНапример: <code>Оферта на обучение, 2027</code>"
)
CLOSED = "Закрыли, ничего не изменили. Документы — /documents."
NOT_FETCHED = "Файл не скачался. Пришлите его ещё раз."
_SIZES = ((1024 * 1024, "МБ"), (1024, "КБ"))
_CLOSE = (Button("Отменить", button("close")),)


def listed(found: Sequence[SchoolDocument], page: int, words: str, *, admin: bool) -> Screen:
    """Return a page of the documents by kind, each with the button that sends it."""
    pages = max((len(found) + PAGE - 1) // PAGE, 1)
    at = min(max(page, 0), pages - 1)
    shown = list(enumerate(found, 1))[at * PAGE : (at + 1) * PAGE]
    if not shown:
        return _empty(words, admin=admin)
    head = f"Нашлось по словам «{escape(words)}»" if words else "Документы школы"
    # A search is not kept in a button: its words may be longer than one holds.
    turned = pages > 1 and not words
    lines = [f"<b>{head}: {len(found)}</b>" + (f" · страница {at + 1} из {pages}" if turned else "")]
    kind = ""
    for number, one in shown:
        if one.kind != kind:
            kind = one.kind
            lines += ["", f"<b>{KINDS[one.kind]}</b>"]
        lines.append(f"{number}. {escape(one.title)}{' (скрыт)' if one.hidden_at else ''}")
    if words and pages > 1:
        lines += ["", f"Показали первые {PAGE}. Добавьте слово из названия или откройте все: /documents."]
    lines += ["", "Нажмите номер, чтобы получить документ. Поиск: <code>/documents оферта</code>"]
    buttons = [Button(str(number), button("card" if admin else "get", one.id)) for number, one in shown]
    rows = [tuple(buttons[n : n + _NUMBERS_A_ROW]) for n in range(0, len(buttons), _NUMBERS_A_ROW)]
    turns = _turns(at, pages) if turned else []
    return Screen("\n".join(lines), (*rows, *turns, *_admins(admin=admin)))


def _empty(words: str, *, admin: bool) -> Screen:
    if words:
        text = f"По словам «{escape(words)}» документов нет. Напишите короче, например: <code>/documents оферта</code>"
        return Screen(text, ((Button("Все документы", button("page")),), *_admins(admin=admin)))
    text = "Документов пока нет. Если нужен определённый, спросите в поддержке: /support."
    return Screen("Документов пока нет. Добавьте первый." if admin else text, _admins(admin=admin))


def _turns(at: int, pages: int) -> list[tuple[Button, ...]]:
    turn = [Button("‹ Назад", button("page", page=at - 1))] if at else []
    if at + 1 < pages:
        turn.append(Button("Ещё ›", button("page", page=at + 1)))
    return [tuple(turn)] if turn else []


def _admins(*, admin: bool) -> Rows:
    return ((Button("Добавить", button("add")),),) if admin else ()


def caption(one: SchoolDocument, settings: Settings) -> str:
    """Say what is sent, as HTML."""
    return f"📎 {escape(one.title)}, {_since(one, settings)}"


def file_data(one: SchoolDocument, settings: Settings) -> dict[str, object]:
    """Return the data of the notice "documents" that sends this version."""
    page = {"id": one.page_id, "media": one.media, "name": "", "title": one.title.replace("/", "-")}
    return {"pages": [page], "caption": caption(one, settings)}


def _since(one: SchoolDocument, settings: Settings) -> str:
    return f"от {date_long(one.added_at.astimezone(settings.zone).date())}"


def card(found: Versions, settings: Settings) -> Screen:
    """Show an administrator a document, its versions, and what may be done with it."""
    present = found.all[0]
    lines = [f"<b>{escape(present.title)}</b>", f"Раздел: {KINDS[present.kind]}"]
    if present.hidden_at is not None:
        lines.append("⚠️ Скрыт: клиенты его не видят.")
    versions = plural(len(found.all), "версия", "версии", "версий")
    lines += ["", f"{versions}, новая сверху:", *(_version(one, settings) for one in found.all[:PAGE])]
    if len(found.all) > PAGE:
        lines.append(f"…и ещё {len(found.all) - PAGE}")
    older = [Button(f"Версия {one.version}", button("get", one.id)) for one in found.all[1:PAGE]]
    hidden = Button("Показать", button("show", present.id)) if present.hidden_at else None
    rows: list[tuple[Button, ...]] = [
        (Button("Прислать", button("get", present.id)), Button("Заменить", button("replace", present.id))),
        (hidden or Button("Скрыть", button("hide", present.id)), Button("← К списку", button("page"))),
        *(tuple(older[n : n + 3]) for n in range(0, len(older), 3)),
    ]
    return Screen("\n".join(lines), tuple(rows))


def _version(one: SchoolDocument, settings: Settings) -> str:
    unit, name = next(((u, n) for u, n in _SIZES if one.size >= u), (1, "байт"))
    return f"{one.version} — {_since(one, settings)}, {one.size // unit} {name}"


def ask_kind() -> Screen:
    """Ask where a new document belongs."""
    buttons = [Button(KINDS[kind], button("kind", kind)) for kind in DOCUMENT_KINDS]
    return Screen(ASK_KIND, (tuple(buttons[:2]), tuple(buttons[2:]), _CLOSE))


def ask_title() -> Screen:
    """Ask how a new document is called."""
    return Screen(ASK_TITLE, (_CLOSE,))


def ask_file(title: str) -> Screen:
    """Ask for the file of a document."""
    return Screen(f"<b>{escape(title)}</b>\nПришлите файл: PDF до 20 МБ и до 30 страниц или снимок.", (_CLOSE,))


def not_taken(words: str) -> Screen:
    """Say in a plain sentence what is wrong; the question stays."""
    return Screen(escape(words), (_CLOSE,))


def kept(one: SchoolDocument) -> Screen:
    """Say that the document is there for everybody."""
    done = "Добавили" if one.version == 1 else f"Заменили, теперь версия {one.version}; прежние сохранены"
    seen = "Клиенты найдут его в /documents."
    if one.hidden_at is not None:
        seen = "Он скрыт: нажмите «Открыть», чтобы показать клиентам."
    rows = ((Button("Открыть", button("card", one.id)), Button("← К списку", button("page"))),)
    return Screen(f"✅ {done}: {escape(one.title)}.\n{seen}", rows)


def support(settings: Settings) -> Screen:
    """Say where a person helps, and give the links that the school has configured."""
    buttons = [Button(title, url=url) for title, url in settings.links]
    return Screen(settings.support(), tuple((one,) for one in buttons))
