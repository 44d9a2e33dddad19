"""A questionnaire as curators read it, in chat and on the page: flags, deadlines, who decided. Plain text."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from school.order import OrderLine
from school.questionnaire import Questionnaire, Remark
from wording.dates import date_short, no_later_than
from wording.plurals import plural
from wording.reasons import DECLINE_REASONS, field_name, reason_label

FLAGS = {
    "surname_differs": "фамилии различаются, документ о смене приложен",
    "no_name_change": "фамилии различаются, документа о смене нет",
    "mixed_script": "в имени латинские буквы вместо русских, сверьте с документом",
    "latin": "имя латиницей, сверьте с документом",
    "small": "есть мелкий снимок",
    "blurred": "есть нерезкий снимок",
}
DECIDED = {"approved": "✅ Подтверждена", "returned": "⚠️ Возвращена", "declined": "⚠️ Отклонена"}
OTHER_STATES = {"filling": "⏳ Ученик заполняет анкету", "submitted": "⏳ Ждёт проверки"}


def flag_lines(codes: Sequence[str], ordered_name: str, same_files: Sequence[str]) -> list[str]:
    """Say what looks odd, a line each; `ordered_name` "" is not told."""
    told = [f"⚠️ {FLAGS[code][0].upper()}{FLAGS[code][1:]}" for code in codes if code in FLAGS]
    if "name_differs" in codes:
        told.append("⚠️ Имя не как в заявке" + (f": там {ordered_name}" if ordered_name else ""))
    if same_files:
        told.append(f"⚠️ Такой же файл у другого ученика: {', '.join(same_files)}")
    return told


def deadline(line: OrderLine, submitted_at: datetime | None, now: datetime, today: date) -> str:
    """Say by when it is to be checked (REGULATIONS A1) and how long it waits; `today` at the school."""
    if line.admit_by is None:
        due = "Оплаты пока нет"
    elif line.admit_by < today:
        due = f"⚠️ Срок прошёл {date_short(line.admit_by)}"
    else:
        due = f"Проверить {no_later_than(line.admit_by)}" + (", это сегодня" if line.admit_by == today else "")
    return due if submitted_at is None else f"{due} · {waits(now - submitted_at)}"


def left_words(left: int) -> str:
    """Say how many questionnaires wait, the one at hand among them: «Осталось 27 анкет»."""
    if left == 1:
        return "Это последняя анкета"
    verb = "Осталась" if left % 10 == 1 and left % 100 != 11 else "Осталось"
    return f"{verb} {plural(left, 'анкета', 'анкеты', 'анкет')}"


def waits(waited: timedelta) -> str:
    """Write how long it waits: «ждёт 2 часа»."""
    minutes = int(waited.total_seconds() // 60)
    if minutes < 1:
        return "пришла только что"
    if minutes < 60:
        return f"ждёт {plural(minutes, 'минуту', 'минуты', 'минут')}"
    if minutes < 24 * 60:
        return f"ждёт {plural(minutes // 60, 'час', 'часа', 'часов')}"
    return f"ждёт {plural(minutes // (24 * 60), 'день', 'дня', 'дней')}"


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Write a moment: «14:05», with the day where it is another one."""
    local = moment.astimezone(zone)
    told = f"{local:%H:%M}"
    return told if local.date() == now.astimezone(zone).date() else f"{date_short(local.date())}, {told}"


def decision_line(questionnaire: Questionnaire, now: datetime, zone: tzinfo) -> str:
    """Write who decided what and when: «✅ Подтверждена: Петрова, 14:05»."""
    words = DECIDED.get(questionnaire.state)
    if words is None or questionnaire.decided_at is None:
        return OTHER_STATES.get(questionnaire.state, "⏳ Анкета не начата")
    return f"{words}: {questionnaire.decided_name}, {clock(questionnaire.decided_at, now, zone)}"


def remark_lines(remarks: Sequence[Remark]) -> list[str]:
    """Write what is returned and why, a line a field, as staff reads it."""
    return [f"{field_name(r.field)}: {r.words or reason_label(r.field, r.reason).lower()}" for r in remarks]


def reason_words(reason: Remark) -> str:
    """Write why a student is declined, as staff reads it."""
    return reason.words or dict(DECLINE_REASONS).get(reason.reason, "")
