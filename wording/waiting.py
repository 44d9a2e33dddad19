"""What waits for a member of staff, in words: the same at home in chat and on the page. Plain text."""

from school.ports import QueueState
from school.ports_audit import Trouble
from school.use_cases.whats_waiting import OfCentres, Waiting
from wording.dates import until
from wording.plurals import plural


def waiting_lines(waiting: Waiting) -> list[str]:
    """Return a line for each thing that waits, what needs the person first."""
    found = [
        *(_of_centres(waiting.centres) if waiting.centres else ()),
        *(_queue(waiting.queue) if waiting.queue else ()),
        *(_admission(waiting.to_admit) if waiting.to_admit else ()),
        *(_trouble(waiting.trouble) if waiting.trouble else ()),
    ]
    found.sort(key=lambda words: not words.startswith("⚠️"))
    return found or ["✅ Неоплаченных счетов и срочных актов нет."]


def _of_centres(of: OfCentres) -> list[str]:
    lines = []
    if of.acts and of.act_due is not None:
        acts = plural(of.acts, "акт", "акта", "актов")
        lines.append(f"⚠️ {acts} {until(of.act_due)}" if of.acts == 1 else f"⚠️ {acts}, ближайший {until(of.act_due)}")
    if of.unpaid:
        lines.append(f"⏳ {plural(of.unpaid, 'неоплаченный счёт', 'неоплаченных счёта', 'неоплаченных счетов')}")
    if of.unbilled:
        lines.append(f"⏳ {plural(of.unbilled, 'заявка', 'заявки', 'заявок')} без счёта")
    return lines


def _queue(queue: QueueState) -> list[str]:
    if not queue.waiting:
        return ["✅ Анкет на проверку нет."]
    text = f"В очереди {plural(queue.waiting, 'анкета', 'анкеты', 'анкет')}"
    return [f"⚠️ {text}, срок сегодня или прошёл: {queue.due}"] if queue.due else [f"⏳ {text}"]


def _admission(count: int) -> list[str]:
    return [f"⏳ {plural(count, 'ученик готов', 'ученика готовы', 'учеников готовы')} к зачислению"]


def _trouble(trouble: Trouble) -> list[str]:
    lines = []
    if trouble.dead:
        lines.append(f"⚠️ Не доставлено: {plural(trouble.dead, 'сообщение', 'сообщения', 'сообщений')}. Разбор — /mail")
    if trouble.letters:
        lines.append(f"⚠️ Отложено: {plural(trouble.letters, 'письмо', 'письма', 'писем')}. Разбор — /mail")
    if trouble.updates:
        words = plural(trouble.updates, "сообщение клиента", "сообщения клиентов", "сообщений клиентов")
        lines.append(f"⚠️ Не обработано: {words}. Разбор — /mail")
    return lines
