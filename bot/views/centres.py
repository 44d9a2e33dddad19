"""Screens of the service centres for administrators: the list, a centre, its details as the seller."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import centre as button
from bot.callbacks import staff
from bot.context import Settings
from bot.replies import Button, Screen
from school.centre import Centre
from school.errors import BadAnswer
from school.seller import OPTIONAL, SELLER_KEYS, seller_faults, seller_gaps
from school.use_cases.manage_centre import NEW, About, Changed
from wording.centres import ASK, SELLER_SAMPLES, shown_value
from wording.papers import SELLER_LABELS
from wording.plurals import plural
from wording.problems import explain

PAGE = 8
_A_ROW = 4
CLOSED = "Закрыли, ничего не изменили. Все центры — /centres."
_ASK_FIRST = (
    "Пришлите номер, название и почту первого центра одним сообщением, в этом порядке.\n"
    f"Например: <code>{escape(ASK[NEW][1])}</code>"
)


def listed(found: Sequence[Centre], total: int, page: int) -> Screen:
    """Return a page of all centres."""
    if not found:
        return Screen(f"<b>Сервисных центров пока нет</b>\n{_ASK_FIRST}")
    pages = (total + PAGE - 1) // PAGE
    head = f"<b>Сервисные центры: {total}</b>" + (f" · страница {page + 1} из {pages}" if pages > 1 else "")
    lines = [f"{one.number} — {escape(one.name)}{' (закрыт)' if one.closed else ''}" for one in found]
    buttons = [Button(one.number, button("open", one.number)) for one in found]
    rows = [tuple(buttons[at : at + _A_ROW]) for at in range(0, len(buttons), _A_ROW)]
    turn = [Button("‹ Назад", button("page", value=str(page - 1)))] if page else []
    if page + 1 < pages:
        turn.append(Button("Ещё ›", button("page", value=str(page + 1))))
    rows += [tuple(turn)] if turn else []
    asked = "Нажмите номер, чтобы открыть центр, или пришлите <code>/centres 0123</code>."
    return Screen("\n".join([head, "", *lines, "", asked]), (*rows, (Button("Добавить центр", button("new")),)))


def card(found: About, settings: Settings, done: str = "") -> Screen:
    """Show a centre and what may be done with it; `done` is said first."""
    one = found.centre
    lines = [done, ""] if done else []
    lines += [
        f"<b>Центр {one.number} · {escape(one.name)}</b>",
        "⚠️ Закрыт: новых заявок не принимает, прежние остались." if one.closed else "✅ Открыт, принимает заявки.",
        f"Почта: {escape(one.email)}",
        f"Менеджеры: {found.managers or 'нет, пригласите первого'}",
        _seller_line(one),
    ]
    if not one.closed:
        lines += ["", f"Ссылка для клиентов: https://t.me/{settings.bot_username}?start=sc_{one.number}"]
    state = Button("Открыть центр", button("opening", one.number)) if one.closed else _closing(one)
    invite = () if one.closed else (Button("Пригласить менеджера", staff("centre", one.number)),)
    rows = (
        (Button("Реквизиты", button("seller", one.number)), Button("Почта", button("email", one.number))),
        (Button("Название", button("name", one.number)), *invite),
        (state, Button("← К списку", button("page", value="0"))),
    )
    return Screen("\n".join(lines), rows)


def _closing(one: Centre) -> Button:
    return Button("Закрыть центр", button("closing", one.number))


def _seller_line(one: Centre) -> str:
    gaps, faults = seller_gaps(one.settings), seller_faults(one.settings)
    if gaps:
        return (
            f"⚠️ Реквизиты: не хватает {plural(len(gaps), 'значения', 'значений', 'значений')}, счёт здесь не составить"
        )
    if faults:
        return "⚠️ Реквизиты: есть ошибки, откройте их"
    return "✅ Реквизиты: все, счёт и договор составляет бот"


def sure(one: Centre) -> Screen:
    """Ask before a centre is closed or opened again."""
    name = f"{one.number} · {escape(one.name)}"
    back = Button("← Оставить", button("open", one.number))
    if one.closed:
        text = f"<b>Открыть центр {name}?</b>\nПо его ссылкам снова можно будет оформить заявку."
        return Screen(text, ((Button("Да, открыть", button("reopen", one.number)), back),))
    text = (
        f"<b>Закрыть центр {name}?</b>\nНовых заявок он не примет, ссылки для клиентов перестанут работать. "
        "Прежние заявки и менеджеры останутся."
    )
    return Screen(text, ((Button("Да, закрыть", button("close", one.number)), back),))


def ask(what: str, one: Centre | None) -> Screen:
    """Ask for a new centre, or for another name, mailbox or detail of one that is there."""
    if one is None:
        question, sample = ASK[NEW]
        return Screen(_question(question, "Одним сообщением, в этом порядке.", sample), ((_stop(),),))
    if what in ASK:
        question, sample = ASK[what]
        return Screen(_question(question, f"Сейчас: {escape(getattr(one, what))}", sample), ((_stop(),),))
    value = one.settings.get(what, "")
    now = f"Сейчас: {escape(shown_value(value))}" if value else "Сейчас не указано."
    erase = (Button("Стереть", button("erase", one.number, what)),) if value else ()
    rows = ((*erase, _stop()), (Button("← К реквизитам", button("seller", one.number)),))
    return Screen(_question(SELLER_LABELS[what], now, SELLER_SAMPLES[what]), rows)


def _question(question: str, hint: str, sample: str) -> str:
    return f"<b>{escape(question)}</b>\n{hint}\nНапример: <code>{escape(sample)}</code>"


def _stop() -> Button:
    return Button("Отменить", button("stop"))


def ask_first() -> Screen:
    """Ask for the very first centre."""
    return Screen(_ASK_FIRST)


def first_not_taken(problem: BadAnswer) -> Screen:
    """Say what is wrong with the very first centre as typed, and ask anew."""
    return Screen(f"{escape(explain(problem))}\n\n{_ASK_FIRST}")


def not_taken(problem: BadAnswer) -> Screen:
    """Say what is wrong with what was typed; the question stays."""
    return Screen(escape(explain(problem)), ((_stop(),),))


def seller(one: Centre, done: str = "") -> Screen:
    """Show the centre's details as the seller: what is missing first; a number changes its line."""
    gaps, faults = set(seller_gaps(one.settings)), dict(seller_faults(one.settings))
    lines = [done, ""] if done else []
    lines.append(f"<b>Реквизиты центра {one.number}</b>")
    if gaps:
        names = plural(len(gaps), "значения", "значений", "значений")
        lines.append(f"⚠️ Не хватает {names}: счёт и договор здесь пока не составить.")
    elif not faults:
        lines.append("✅ Все на месте: счёт и договор составляет бот.")
    lines.append("")
    for number, key in enumerate(SELLER_KEYS, 1):
        lines.append(f"{number}. {_detail(one, key, missing=key in gaps, fault=faults.get(key))}")
    lines += ["", "Нажмите номер, чтобы изменить."]
    buttons = [Button(str(number), button("detail", one.number, key)) for number, key in enumerate(SELLER_KEYS, 1)]
    rows = [tuple(buttons[at : at + _A_ROW]) for at in range(0, len(buttons), _A_ROW)]
    return Screen("\n".join(lines), (*rows, (Button("← К центру", button("open", one.number)),)))


def _detail(one: Centre, key: str, *, missing: bool, fault: BadAnswer | None) -> str:
    value = one.settings.get(key, "")
    label = escape(SELLER_LABELS[key].partition(":")[0].partition(",")[0])
    if fault is not None:
        return f"⚠️ {label}: {escape(shown_value(value))} — {escape(explain(fault).splitlines()[0])}"
    if value:
        return f"{label}: {escape(shown_value(value))}"
    return (
        f"⚠️ {label}: не указано" if missing else f"{label}: {'можно не указывать' if key in OPTIONAL else 'не нужно'}"
    )


DETAIL_SET = (
    "✅ Реквизиты записали. Новое значение действует с сегодняшнего дня: в счетах и актах с более ранней датой "
    "остаётся прежнее. Если нужен другой день, допишите его, например: <code>22 с 01.01.2027</code>."
)


def done(changed: Changed) -> str:
    """Say what was changed, as HTML."""
    if changed.what == NEW:
        return f"✅ Центр {changed.centre.number} добавлен. Пригласите менеджера и заполните реквизиты."
    return {"name": "✅ Название изменили.", "email": "✅ Почту изменили."}.get(changed.what, DETAIL_SET)
