"""Screens of cancelling an order or one place in it: whom, what will happen and why, what was done."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import cancel, status
from bot.context import Settings
from bot.replies import Button, Screen
from bot.views.order_for import again_button
from bot.views.orders import shown_name
from school.cancelling import Plan
from school.order import Order, OrderLine
from school.use_cases.cancel_order import Cancelled
from wording.cancelling import REASONS, money_back
from wording.dates import period_with_year
from wording.plurals import plural

PAGE = 8
BUTTONS_OF_ROW = 4
MOST_NAMED = 10
NOTHING_DONE = "Ничего не отменили: заявка действует как раньше."


def back(order: Order) -> Button:
    """The way back to the order's card."""
    return Button("← К заявке", status("go", "n", order.number))


def choose(order: Order, page: int, settings: Settings) -> Screen:
    """Let a person choose one student of several, or the whole order."""
    places = [(place, line) for place, line in enumerate(order.lines, 1) if not line.cancelled]
    pages = max(1, -(-len(places) // PAGE))
    at = min(max(page, 0), pages - 1)
    shown = places[at * PAGE : (at + 1) * PAGE]
    lines = [f"<b>Что отменить в заявке № {escape(order.number)}?</b>", "Нажмите номер ученика или «Всю заявку».", ""]
    lines += [f"{place}. {_named(line, settings)}" for place, line in shown]
    buttons = [Button(str(place), cancel("line", line.id)) for place, line in shown]
    rows = [tuple(buttons[n : n + BUTTONS_OF_ROW]) for n in range(0, len(buttons), BUTTONS_OF_ROW)]
    turns = [Button("‹ Назад", cancel("choose", order.number, str(at - 1)))] if at else []
    turns += [Button("Дальше ›", cancel("choose", order.number, str(at + 1)))] if at + 1 < pages else []
    rows += [tuple(turns)] if turns else []
    return Screen("\n".join(lines), (*rows, (Button("Всю заявку", cancel("order", order.number)), back(order))))


def confirm(plan: Plan, line_id: str | None, settings: Settings) -> Screen:
    """Say what will happen, and ask why; each reason does it. `line_id`: one place, None: the whole order."""
    order = plan.order
    act, key = ("order!", order.number) if line_id is None else ("line!", line_id)
    number = escape(order.number)
    head = f"Отменить заявку № {number}?" if line_id is None else f"Отменить место в заявке № {number}?"
    lines = [f"<b>{head}</b>", *_people(plan.lines, settings), "", "Что будет:", *_consequences(plan)]
    if plan.kept:
        lines += ["", "Уже зачислены и останутся:", *_people(plan.kept, settings)]
        lines.append("Отчислить ученика может куратор: /results.")
    lines += ["", "Вернуть будет нельзя, понадобится новая заявка. Почему отменяем?"]
    reasons = [Button(words, cancel(act, key, code)) for code, words in REASONS.items()]
    stop = Button("Не отменять", cancel("stop", order.number))
    return Screen("\n".join(lines), (tuple(reasons[:2]), tuple(reasons[2:]), (stop,)))


def done(found: Cancelled, settings: Settings, *, manages: bool) -> Screen:
    """Say what was done and what is left to do; `manages`: the person may place the order anew."""
    plan, order = found.plan, found.order
    number = escape(order.number)
    head = f"Заявка № {number} отменена" if plan.whole else f"Отменили в заявке № {number}"
    lines = [f"✅ <b>{head}</b>", *_people(plan.lines, settings)]
    lines.append("Ученикам и клиенту написали, ссылки на анкеты закрыли. Загруженные документы остались у школы.")
    lines += _invoices(plan, done=True)
    if plan.money:
        lines.append(money_back(plan.money))
    lines.append("Если это ошибка, оформите новую заявку.")
    again = (again_button(order),) if manages else ()
    return Screen("\n".join(lines), ((back(order), *again),))


def _named(line: OrderLine, settings: Settings) -> str:
    return f"{shown_name(line.name, settings)} — {escape(line.course_title)}"


def _people(lines: Sequence[OrderLine], settings: Settings) -> list[str]:
    found = [f"{_named(one, settings)}, {period_with_year(one.starts, one.ends)}" for one in lines[:MOST_NAMED]]
    rest = len(lines) - MOST_NAMED
    return [*found, f"…и ещё {plural(rest, 'ученик', 'ученика', 'учеников')}"] if rest > 0 else found


def _consequences(plan: Plan) -> list[str]:
    lines = [
        "– ссылки на анкеты перестанут работать, напоминания прекратятся;",
        "– загруженные документы останутся у школы: удалить их можно по просьбе ученика;",
        *(f"– {words}" for words in _invoices(plan, done=False)),
        "– ученикам и клиенту напишем об отмене.",
    ]
    return [*lines, money_back(plan.money)] if plan.money else lines


def _invoices(plan: Plan, *, done: bool) -> list[str]:
    """Name the invoices that change; one changed is to be sent anew."""
    said = []
    for before, after in plan.cut:
        number = escape(before.number)
        if after.state == "cancelled":
            said.append(f"Счёт № {number} отменён." if done else f"счёт № {number} отменим;")
        elif done:
            said.append(f"Счёт № {number} изменён: отправьте клиенту новый.")
        else:
            said.append(f"счёт № {number} изменим, его нужно будет отправить заново;")
    return said
