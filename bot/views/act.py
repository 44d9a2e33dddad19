"""Screens of closing documents: the list of acts, an act's card with what to do first, the questions about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape

from bot.callbacks import act as button
from bot.context import Settings
from bot.replies import Button, Rows, Screen
from bot.views.payment import number_buttons
from school.closing import final_state, is_closed, original_closed, original_due, scan_closed
from school.order import Order
from school.payer import PayerKind
from school.use_cases.client_scan import Handed
from school.use_cases.make_acts import Opened
from school.use_cases.move_act import Moved
from school.use_cases.take_scan import Question
from wording.closing import (
    ASK,
    ASK_EXAMPLE,
    BUTTONS,
    DONE,
    REASON_BUTTONS,
    REFUSED,
    REOPEN_BUTTONS,
    REOPEN_REASON_BUTTONS,
    RETURN_REASONS,
    THANKS,
    UPLOADED_BEFORE,
    next_step,
    state_lines,
)
from wording.dates import period_with_year
from wording.names import bare
from wording.plurals import plural
from wording.sums import format_sum

PAGE = 5
MOST = 4  # buttons of a card
REASON_BY_BUTTON = "Своими словами причину в переписке не пишем: так решила школа. Выберите её кнопкой."
HOW = "Акт одной заявки: /act и её номер, например <code>/act 0123-0042</code>."
NOTHING = f"✅ По закрывающим документам ничего не ждём.\n{HOW}"
MAILBOX = (
    "Документы с подписями в переписке не берём и не показываем: так решила школа. "
    "Пришлите скан с почты центра ({email}) в ответ на письмо о заявке, а здесь отметьте, что сделано."
)
LOOK_BY_MAIL = (
    "Акт в переписку не отправляем: так решила школа. Письмо с ним ушло на почту центра ({email}). "
    "Клиент получит такое же, когда вы нажмёте «Отправить клиенту»."
)
WHICH = "Не видно, к какому акту этот файл. Откройте акт, нажмите «Скан у меня» и пришлите файл ещё раз."
TO_CLIENT = (
    "📎 Акт по заявке № {number}. Подпишите его и верните в сервисный центр. "
    "Такой же файл мы отправили на почту из заявки."
)
CLIENT_MAILBOX = (
    "Документы с подписями в переписке не берём. "
    "Пришлите скан подписанного акта ответом на письмо, в котором он пришёл."
)
WHICH_OF_CLIENT = (
    "К какой заявке этот файл? Пришлите его ещё раз и напишите под ним номер заявки. Акты ждём по заявкам: {numbers}."
)
PAGE_REPEATED = "Эта страница у нас уже есть. Пришлите остальные, если они есть."
STALE = "Этот вопрос уже закрыт. Откройте акт заново: /act."


def no_acts(order: Order) -> Screen:
    """Say that there is nothing to make an act of yet."""
    return Screen(
        f"По заявке № {order.number} акта пока нет: на курс никого не зачислили. "
        "Акт появится, когда ученики пройдут обучение. Что ждём по заявке — /orders."
    )


def listed(found: Sequence[Opened], total: int, page: int, settings: Settings, today: date) -> Screen:
    """Return a page of acts that wait for something; the number under it opens one."""
    if not found:
        return Screen(NOTHING)
    first = page * PAGE
    pages = (total + PAGE - 1) // PAGE
    head = f"<b>Закрывающие документы: {total}</b>" + (f" · страница {page + 1} из {pages}" if pages > 1 else "")
    rows = [
        f"{place}. {_short(one, settings)}\n{_next(one, settings, today)}" for place, one in enumerate(found, first + 1)
    ]
    numbers = [Button(str(place), button("card", one.act.id)) for place, one in enumerate(found, first + 1)]
    turn = [Button("‹ Назад", button("list", value=str(page - 1)))] if page else []
    if page + 1 < pages:
        turn.append(Button("Дальше ›", button("list", value=str(page + 1))))
    return Screen("\n\n".join([head, *rows, HOW]), (*number_buttons(numbers), *([tuple(turn)] if turn else [])))


def of_order(found: Sequence[Opened], order: Order, settings: Settings, today: date) -> Screen:
    """Return the acts of an order that has several, one a run."""
    head = f"<b>Акты по заявке № {order.number}</b>"
    rows = [f"{place}. {_short(one, settings)}\n{_next(one, settings, today)}" for place, one in enumerate(found, 1)]
    numbers = [Button(str(place), button("card", one.act.id)) for place, one in enumerate(found, 1)]
    return Screen("\n\n".join([head, *rows]), number_buttons(numbers))


def card(opened: Opened, settings: Settings, today: date, *, moved: Moved | None = None, start: int = 0) -> Screen:
    """Return an act: what was just done, what to do first, how it stands, and the likeliest buttons."""
    act = opened.act
    local = replace(act, sent_at=act.sent_at.astimezone(settings.zone)) if act.sent_at else act
    told = [f"✅ {DONE[moved.move]}", ""] if moved is not None else []
    text = [
        *told,
        f"<b>Акт № {escape(act.number)}</b> · {_facts(opened, settings)}",
        _next(opened, settings, today),
        "",
        *(escape(line) for line in state_lines(local, today)),
        *_address(opened, settings),
    ]
    return Screen("\n".join(text), _buttons(opened, start, moved.undo if moved is not None else ""))


def thanks(handed: Handed, order_number: str) -> Screen:
    """Thank a client for what they have handed in."""
    pages = plural(sum(page.pages for page in handed.pages), "страница", "страницы", "страниц")
    if handed.act is None:
        return Screen(f"Спасибо, передали файл менеджеру центра: заявка № {escape(order_number)}, {pages}.")
    return Screen(f"✅ {THANKS.format(number=escape(handed.act.number))[:-1]}: {pages}.")


def undone(opened: Opened, settings: Settings, today: date) -> Screen:
    """Return the card of an act whose last change was taken back."""
    shown = card(opened, settings, today)
    return Screen(f"Изменение отменили.\n\n{shown.text}", shown.buttons)


def refused(why: object, act_id: str | None) -> Screen:
    """Say why it cannot be done, with the way to the act."""
    text = REFUSED.get(str(why), "Сейчас это сделать нельзя: акт за это время изменился.")
    return Screen(f"⚠️ {text}", ((Button("Открыть акт", button("card", act_id)),),) if act_id else ())


def problem(words: str, act_id: str) -> Screen:
    """Say what is wrong with an answer (`words` as HTML); the question stays open."""
    return Screen(words, (_stop(act_id),))


def question(asked: Question, settings: Settings) -> Screen:
    """Ask for what the move needs, with its quick answers."""
    act = asked.opened.act
    kind = "tracking" if asked.wants == "tracking" else "remark" if "remark" in asked.draft.answers else asked.move
    text = [f"<b>{ASK[kind]}</b>", f"Акт № {escape(act.number)}, заявка № {asked.opened.order.number}."]
    if asked.wants in ASK_EXAMPLE:
        text.append(f"Например: <code>{ASK_EXAMPLE[asked.wants]}</code>")
    rows: list[tuple[Button, ...]] = []
    if asked.wants == "tracking":
        text += _post_address(settings)
    if asked.wants == "day":
        rows.append((Button("Сегодня", button("day", act.id, "0")), Button("Вчера", button("day", act.id, "1"))))
    if asked.wants == "reason":
        labels = REOPEN_REASON_BUTTONS if asked.move == "reopen" else REASON_BUTTONS
        reasons = [Button(label, button("why", act.id, code)) for code, label in labels.items()]
        rows += [tuple(reasons[at : at + 2]) for at in range(0, len(reasons), 2)]
    return Screen("\n".join(text), (*rows, _stop(act.id)))


def kept(moved: Moved, pages: int) -> Screen:
    """Tell what the files were taken for, how many there are, and the way back."""
    act = moved.opened.act
    what = "скан акта" if moved.move == "scan" else "акт"
    count = plural(pages, "страница", "страницы", "страниц")
    stands = moved.move == "scan" and scan_closed(act)
    text = [
        f"📎 Приняли как {what} № {escape(act.number)}, заявка № {moved.opened.order.number}: {count}.",
        "Ещё страницы пришлите следом.",
        UPLOADED_BEFORE if stands else DONE[moved.move],
    ]
    if stands:
        return Screen("\n".join(text), (_after_file(moved),))
    then = "uploaded" if moved.move == "scan" else "send"
    return Screen("\n".join(text), ((Button(BUTTONS[then], button(then, act.id)),), _after_file(moved)))


def _after_file(moved: Moved) -> tuple[Button, ...]:
    return (Button("Отменить", button("undo", moved.undo)), Button("К акту", button("card", moved.opened.act.id)))


def incomplete(act_id: str, labels: Sequence[str]) -> Screen:
    """Say which of the centre's details are missing to make an act of the template."""
    missing = "\n".join(f"— {escape(label)}" for label in labels)
    return Screen(
        "⚠️ Акт по шаблону пока не сделать: не заполнены реквизиты центра.\n"
        f"{missing}\nИх вносит администратор. Пока можно загрузить готовый акт.",
        ((Button(BUTTONS["upload"], button("upload", act_id)), Button("К акту", button("card", act_id))),),
    )


def moves(opened: Opened) -> list[str]:
    """Return what this person may do with the act, the likeliest first."""
    act, found = opened.act, list[str]()
    if opened.school and act.scan in ("at_centre", "uploaded") and act.diadoc != "signed":
        found += ["confirm", "return"]
    if opened.school and act.posted_on is not None and act.received_on is None:
        found.append("received")
    if opened.leads and act.diadoc != "signed":
        found += _of_centre(opened)
    if act.scan_pages:
        found.append("show")
    if opened.school and act.diadoc != "signed":
        found += [*(["return"] if act.scan == "confirmed" else []), *(["received"] if not act.received_on else [])]
    if opened.school and final_state(act) is not None:
        found.append("reopen")
    return list(dict.fromkeys(found))


def _of_centre(opened: Opened) -> list[str]:
    act = opened.act
    if scan_closed(act):
        first = ["posted"] if act.posted_on is None else []
        found = [*first, "signed", "show" if act.scan_pages else "scan", "posted", "diadoc", "make", "upload", "send"]
    elif act.scan == "at_centre":
        found = ["uploaded", "signed", "show", "scan", "posted", "diadoc", "promised", "make", "upload", "send"]
    elif act.scan == "returned":
        found = ["scan", "uploaded", "make", "upload", "send", "diadoc", "promised", "signed", "posted"]
    elif not act.paper:
        found = ["make", "scan", "upload", "uploaded", "diadoc", "promised", "signed", "posted"]
    elif act.sent_at is None:
        found = ["send", "scan", "make", "uploaded", "diadoc", "promised", "upload", "signed", "posted"]
    else:
        found = ["scan", "uploaded", "diadoc", "promised", "signed", "posted", "send", "make", "upload"]
    barred = {
        "promised": act.diadoc == "promised",
        "send": not act.paper,
        "scan": act.scan == "confirmed",
        "posted": act.received_on is not None,
        "uploaded": scan_closed(act),
        "show": not act.scan_pages,
    }
    return [move for move in found if not barred.get(move, False)]


def _buttons(opened: Opened, start: int, undo: str) -> Rows:
    """Return four buttons at most: moves from the place `start` on, the way back, and «Ещё» for the other moves."""
    found, act_id = moves(opened), opened.act.id
    room = MOST - bool(undo)
    room -= len(found) > room
    at = start if start < len(found) else 0
    labels = BUTTONS | ({"make": "Сделать заново"} if opened.act.paper else {})
    labels |= {"scan": "Заменить скан"} if opened.act.scan_pages else {}
    state = final_state(opened.act)
    labels |= {"reopen": REOPEN_BUTTONS[state]} if state is not None else {}
    buttons = [Button(labels[move], button(move, act_id)) for move in found[at : at + room]]
    if undo:
        buttons.append(Button("Отменить", button("undo", undo)))
    if len(found) > room:
        following = at + room if at + room < len(found) else 0
        buttons.append(Button("Ещё", button("more", act_id, str(following))))
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def _short(opened: Opened, settings: Settings) -> str:
    return f"заявка № {opened.order.number} · {_facts(opened, settings)}"


def _facts(opened: Opened, settings: Settings) -> str:
    act, order = opened.act, opened.order
    line = opened.lines[0] if opened.lines else None
    course = f"\n{escape(line.course_title)}, {period_with_year(line.starts, line.ends)}" if line is not None else ""
    count = plural(len(act.line_ids), "ученик", "ученика", "учеников")
    return f"{count} · {format_sum(act.total)}\n{_payer(order, settings)}{course}"


def _payer(order: Order, settings: Settings) -> str:
    named = settings.in_chat or order.payer.kind is PayerKind.ORGANISATION
    return escape(order.payer.name if named else bare(order.payer.name))


def _next(opened: Opened, settings: Settings, today: date) -> str:
    act = opened.act
    if not settings.in_chat and act.return_reason and act.return_reason not in RETURN_REASONS.values():
        act = replace(act, return_reason="причина в письме на почту центра")
    if opened.school and not opened.leads and act.scan in ("at_centre", "uploaded") and not is_closed(act):
        return "⚠️ Проверьте скан: подтвердите или верните с причиной."
    return escape(next_step(act, today))


def _address(opened: Opened, settings: Settings) -> list[str]:
    act = opened.act
    if not opened.leads or is_closed(act) or original_closed(act) or original_due(act) is None:
        return []
    return _post_address(settings)


def _post_address(settings: Settings) -> list[str]:
    if settings.originals_address:
        return [f"Адрес для оригиналов: {escape(settings.originals_address)}"]
    ask = f" Спросите у куратора: {escape(settings.curator_email)}." if settings.curator_email else ""
    return [f"Адрес для оригиналов школа ещё не указала.{ask or ' ' + settings.support()}"]


def _stop(act_id: str) -> tuple[Button, ...]:
    return (Button("← К акту", button("stop", act_id)),)
