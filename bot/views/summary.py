"""Screens of the finished form: the summary, what may be edited, the sent order."""

from html import escape
from typing import Any

from bot.callbacks import form, menu
from bot.replies import Button, Rows, Screen
from school.draft import Answers, Draft
from school.forms import engine
from school.forms.field import Context
from school.forms.order import ORDER
from school.order import Order
from school.people import format_mobile
from school.terms import add_working_days
from wording import fields
from wording.dates import date_long, period_with_year
from wording.facts import fact_value
from wording.held import CAPPED
from wording.plurals import plural
from wording.sums import format_sum

ADMISSION_DAYS = 3
STUDENTS_SHOWN = 8
STUDENTS_OF_MENU = 20
PAYER_FIELDS = ("payer_kind", "payer_name", "payer_inn", "payer_kpp", "payer_address")
ORDERER_FIELDS = ("orderer_name", "orderer_mobile", "orderer_email")


def summary(draft: Draft, context: Context) -> Screen:
    """Return the whole order before it is sent."""
    a = draft.answers
    students = a.get("students", [])
    prices = [t.price for s in students if (t := context.catalogue.tariff(s["tariff"]))]
    head = f"<b>Проверьте заявку</b>\n{plural(len(students), 'ученик', 'ученика', 'учеников')} · "
    lines = [head + format_sum(sum(prices)), "", _payer(a), "", _orderer(a), ""]
    lines += [_student(n, s, context) for n, s in enumerate(students[:STUDENTS_SHOWN], 1)]
    if len(students) > STUDENTS_SHOWN:
        lines.append(f"…и ещё {plural(len(students) - STUDENTS_SHOWN, 'ученик', 'ученика', 'учеников')}")
    lines += ["", escape(fields.REQUIREMENTS)]
    if warning := _too_soon(students, context):
        lines += ["", warning]
    rows: Rows = (
        (Button("Отправить", form("send", draft.id, value=engine.seal(a))),),
        (Button("Изменить", form("edit", draft.id)), Button("+ Ученик", form("add", draft.id))),
        (Button("Отменить", form("cancel", draft.id)),),
    )
    return Screen("\n".join(lines), rows)


def _payer(a: Answers) -> str:
    requisites = ", ".join(
        part
        for part in (
            f"ИНН {a['payer_inn']}" if a.get("payer_inn") else "",
            f"КПП {a['payer_kpp']}" if a.get("payer_kpp") and a["payer_kind"] == "organisation" else "",
        )
        if part
    )
    parts = [f"{fields.PAYER_KINDS[a['payer_kind']]}: {escape(a['payer_name'])}"]
    if requisites:
        parts.append(requisites)
    return "\n".join([*parts, f"Адрес: {escape(a['payer_address'])}"])


def _orderer(a: Answers) -> str:
    mobile = format_mobile(a["orderer_mobile"])
    return f"Оформляет: {escape(a['orderer_name'])}, {mobile}, {escape(a['orderer_email'])}"


def _student(number: int, student: dict[str, Any], context: Context) -> str:
    run, course = context.catalogue.run(student["run"]), context.catalogue.course(student["course"])
    tariff = fact_value("tariff", student["tariff"], context.catalogue)
    dates = period_with_year(run.starts, run.ends) if run else ""
    title = escape(course.title) if course else ""
    contact = f"{format_mobile(student['mobile'])}, {escape(student['email'])}"
    return f"{number}. <b>{escape(student['name'])}</b>\n{contact}\n{title}\n{dates} · {escape(tariff)}"


def _too_soon(students: list[dict[str, Any]], context: Context) -> str:
    earliest = add_working_days(context.today, ADMISSION_DAYS)
    starts = [r.starts for s in students if (r := context.catalogue.run(s["run"]))]
    if not starts or min(starts) > earliest:
        return ""
    return (
        f"⚠️ Обучение начинается {date_long(min(starts))}, а зачисление занимает до 3 рабочих дней "
        "после оплаты и анкеты. Оплатите и заполните анкету сразу."
    )


def edit_menu(draft: Draft, page: int = 0) -> Screen:
    """Ask what to change; a long list of students pages."""
    rows: list[tuple[Button, ...]] = [
        (
            Button("Плательщик", form("part", draft.id, value="payer")),
            Button("Кто оформляет", form("part", draft.id, value="orderer")),
        )
    ]
    buttons = [
        Button(f"{n}. {_surname(s)}", form("part", draft.id, value=str(n - 1)))
        for n, s in enumerate(draft.answers.get("students", []), 1)
    ]
    shown = buttons[page * STUDENTS_OF_MENU : (page + 1) * STUDENTS_OF_MENU]
    rows += [tuple(shown[i : i + 2]) for i in range(0, len(shown), 2)]
    turns = []
    if page > 0:
        turns.append(Button("‹ Назад по списку", form("edit", draft.id, value=str(page - 1))))
    if len(buttons) > (page + 1) * STUDENTS_OF_MENU:
        turns.append(Button("Ещё ›", form("edit", draft.id, value=str(page + 1))))
    if turns:
        rows.append(tuple(turns))
    rows.append((Button("← К заявке", form("show", draft.id)),))
    return Screen("<b>Что изменить?</b>", tuple(rows))


def _surname(student: dict[str, Any]) -> str:
    return str(student.get("name", "")).split(" ")[0][:18] or "Ученик"


def part_menu(draft: Draft, part: str) -> Screen:
    """Ask which field of the payer, the orderer or a student to change; offer to take a student out."""
    if part in ("payer", "orderer"):
        paths = [(k, k) for k in (PAYER_FIELDS if part == "payer" else ORDERER_FIELDS)]
        if draft.answers.get("payer_kind") != "organisation":
            paths = [p for p in paths if p[0] != "payer_kpp"]
        head = "Плательщик" if part == "payer" else "Кто оформляет"
    else:
        paths = [(f"students.{part}.{f.key}", f.key) for f in ORDER.group]
        students = draft.answers.get("students", [])
        head = str(students[int(part)].get("name", "")) if int(part) < len(students) else ""
    kind = draft.answers.get("payer_kind")
    buttons = [Button(_label(key, part, kind), form("go", draft.id, path)) for path, key in paths]
    rows: list[tuple[Button, ...]] = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    if part.isdecimal():
        rows.append((Button("Удалить ученика", form("drop?", draft.id, value=part)),))
    rows.append((Button("← Что изменить", form("edit", draft.id)),))
    return Screen(f"<b>{escape(head)}</b>\nКакое поле изменить?", tuple(rows))


def _label(key: str, part: str, payer_kind: str | None) -> str:
    if key == "payer_kind":
        return "Кто платит"
    if key == "payer_name":
        return "Название" if payer_kind == "organisation" else "ФИО"
    return {"orderer_name": "ФИО", "orderer_mobile": "Телефон", "orderer_email": "Почта"}.get(
        key, fields.field_words(key).label
    )


def drop_sure(draft: Draft, index: int) -> Screen:
    """Ask before a student is taken out."""
    students = draft.answers.get("students", [])
    name = escape(str(students[index].get("name", ""))) if 0 <= index < len(students) else ""
    rows = (
        (
            Button("Удалить", form("drop", draft.id, str(index), engine.seal(draft.answers))),
            Button("Оставить", form("part", draft.id, value=str(index))),
        ),
    )
    return Screen(f"Убрать из заявки: {name}?", rows)


def repeated(draft: Draft, numbers: list[str]) -> Screen:
    """Ask before a true duplicate is sent."""
    rows: Rows = (
        (Button("Всё равно отправить", form("again", draft.id, value=engine.seal(draft.answers))),),
        (Button("Не отправлять", form("cancel", draft.id)), Button("← К заявке", form("show", draft.id))),
    )
    known = ": " + ", ".join(f"№ {n}" for n in numbers) if numbers else " в этом центре"
    return Screen(f"⚠️ Похожая заявка уже есть{escape(known)}. Тот же плательщик, ученик и даты. Отправить ещё?", rows)


def sent(order: Order) -> Screen:
    """Say that the order is there, and what happens next."""
    text = (
        f"✅ <b>Заявка № {order.number} принята</b>\n"
        f"{escape(order.payer.name)} · {format_sum(order.total)}\n\n"
        f"Сервисный центр пришлёт счёт и договор на {escape(order.orderer.email)}.\n"
        f"{_what_next(order)}"
    )
    return Screen(text, ((Button("Мои заявки", menu("orders", "0")),),))


def _what_next(order: Order) -> str:
    if order.held:
        return f"⏳ {CAPPED}"
    if len(order.lines) == 1 and order.lines[0].name == order.orderer.name:
        return "Ссылку на анкету отправляем вам на почту. Заполните её сразу: без анкеты и оплаты не зачислим."
    count = plural(len(order.lines), "ученику", "ученикам", "ученикам")
    return f"Ссылку на анкету отправляем {count}. Попросите заполнить её сразу: без анкеты и оплаты не зачислим."
