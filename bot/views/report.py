"""Screens of the report: four parts with counts and sums, what needs action first, and a part's pages."""

from dataclasses import dataclass
from datetime import date
from html import escape

from bot.callbacks import report as button
from bot.callbacks import students
from bot.replies import Button, Rows, Screen
from school.centre import Centre
from school.report import PARTS, Part, Report, Row
from school.use_cases.make_report import MOST, Made
from wording.plurals import plural
from wording.report import PART_HINTS, PART_NAMES, SHIPPING, age, as_of, document, term, total, waits_for, whose
from wording.sums import format_sum

PAGE = 8
_NUMBERS_A_ROW = 2
_MARKS: dict[Part, str] = {"overdue": "⚠️ ", "week": "⏳ ", "not_shipped": "⚠️ ", "unpaid": "⏳ "}
ALL_CLEAR = "✅ Всё закрыто: выставленные счета оплачены, акты сданы."
ASK_CENTRE = "Нужен один центр? Пришлите его номер, например: <code>0123</code>"
NO_CENTRE = (
    "Такого центра среди ваших нет. Проверьте номер и пришлите ещё раз, например: <code>/report 0123</code>. "
    "Весь отчёт — /report."
)
NO_FILE = (
    "Таблицу с названиями плательщиков в переписке не отправляем: так решила школа. "
    "Она приходит на почту центра каждую неделю. Здесь можно открыть разделы и картинку: /report."
)


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks: `opens` whether orders open for them, `all_centres` whether they see all; `in_chat` as configured."""

    opens: bool
    all_centres: bool
    in_chat: bool


def summary(made: Made, who: Looking) -> Screen:
    """Return the first screen: what waits, in counts and sums."""
    report = made.report
    lines = [_title(made.centre), f"{as_of(report.today)}", ""]
    if report.rows:
        lines += [_part_line(report, part) for part in PARTS]
        lines += ["", f"«{SHIPPING}» — {PART_HINTS['not_shipped'][0].lower()}{PART_HINTS['not_shipped'][1:]}"]
    else:
        lines.append(ALL_CLEAR)
    if made.cut:
        lines += ["", f"Записей очень много, здесь самые старые: до {MOST} в разделе. Откройте отчёт одного центра."]
    if made.centre is None:
        lines += ["", ASK_CENTRE]
    return Screen("\n".join(lines), _summary_buttons(made, who))


def part_page(made: Made, part: Part, page: int, who: Looking) -> Screen:
    """Return a page of a part; a page beyond the last shows the last."""
    rows = made.report.of(part)
    pages = max((len(rows) + PAGE - 1) // PAGE, 1)
    at = min(max(page, 0), pages - 1)
    shown = rows[at * PAGE : (at + 1) * PAGE]
    head = f"<b>{PART_NAMES[part]}: {total(made.report.total(part))}</b>"
    if pages > 1:
        head += f" · страница {at + 1} из {pages}"
    lines = [head, PART_HINTS[part], ""]
    lines += [_row(row, made.report.today, who) for row in shown] or ["✅ Здесь пусто."]
    if who.opens and shown:
        lines += ["", "Нажмите номер, чтобы открыть заявку."]
    return Screen("\n".join(lines), _page_buttons(made, part, (at, pages), shown if who.opens else ()))


def caption(centre: Centre | None, today: date) -> str:
    """Say whose picture or table it is, as HTML."""
    return f"📎 Отчёт {as_of(today)}: {escape(name_of(centre))}"


def name_of(centre: Centre | None) -> str:
    """Name the centre with its number; plain text."""
    return whose(centre.number, centre.name) if centre else whose(None)


def picture_title(centre: Centre | None) -> str:
    """Name the centre for the picture: the number first, a long name is cut there; plain text."""
    return f"{centre.number} · {centre.name}" if centre else "Все центры"


def _title(centre: Centre | None) -> str:
    return f"<b>Отчёт: {escape(name_of(centre))}</b>"


def _part_line(report: Report, part: Part) -> str:
    found = report.total(part)
    mark = _MARKS[part] if found.count else "✅ "
    return f"{mark}{PART_NAMES[part]}: {total(found)}"


def _summary_buttons(made: Made, who: Looking) -> Rows:
    centre = _number(made)
    parts = [Button(PART_NAMES[part], button("part", centre, part)) for part in PARTS if made.report.of(part)]
    rows = [tuple(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    files = [Button("XLSX", button("xlsx", centre))] if who.in_chat else []
    rows.append((*files, Button("Картинка", button("picture", centre))))
    if who.all_centres:
        others = [Button("Все центры", button("open"))] if made.centre is not None else []
    else:
        others = [Button(f"Центр {own}", button("open", own)) for own in made.own if own != centre]
    return (*rows, *(tuple(others[at : at + 2]) for at in range(0, len(others), 2)))


def _page_buttons(made: Made, part: Part, place: tuple[int, int], shown: tuple[Row, ...]) -> Rows:
    at, pages = place
    numbers = list(dict.fromkeys(row.order_number for row in shown))
    opening = [Button(number, students("number", number)) for number in numbers]
    rows = [tuple(opening[n : n + _NUMBERS_A_ROW]) for n in range(0, len(opening), _NUMBERS_A_ROW)]
    centre = _number(made)
    turn = [Button("‹ Назад", button("part", centre, part, at - 1))] if at else []
    if at + 1 < pages:
        turn.append(Button("Дальше ›", button("part", centre, part, at + 1)))
    rows += [tuple(turn)] if turn else []
    return (*rows, (Button("← К отчёту", button("open", centre)),))


def _number(made: Made) -> str:
    return made.centre.number if made.centre else ""


def _row(row: Row, today: date, who: Looking) -> str:
    """Say one row in two lines; without the payer where chats carry no personal data."""
    about = [f"№ {escape(row.order_number)}"]
    if who.in_chat:
        about.append(escape(row.payer))
    about += [plural(row.students, "ученик", "ученика", "учеников"), format_sum(row.amount)]
    paper = document(row)
    when = [f"ждём {waits_for(row)}"]
    if paper:
        when.append(escape(paper))
    when.append(age(row))
    until = term(row, late=row.late(today))
    return "\n".join([f"<b>{' · '.join(about)}</b>", " · ".join(when), *([until] if until else [])])
