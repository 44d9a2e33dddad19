"""What is answered of each action that a letter asked for: what was done, or why not. Plain text."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from school.errors import BadAnswer, SchoolError
from school.use_cases.mail_actor import Done
from wording.closing import CLIENT_SERVICE, REFUSED
from wording.dates import date_long
from wording.held import accepted_words
from wording.plurals import plural
from wording.problems import explain
from wording.statuses import PAYMENT, QUESTIONNAIRE, TEST, TRAINING
from wording.sums import format_sum

# Sentences that name commands in chat, said anew for a mailbox.
_BY_MAIL: dict[str, str] = {
    "not_found": "Такой заявки, счёта или акта у вашего центра нет. Проверьте номер.",
    "all_billed": "Все ученики заявки уже в счетах. Чтобы увидеть, что с ней, ответьте: «Статус».",
    "school_confirms": "Оплату подтверждает школа. Назовите счёт, например: «Оплачено: 57 12.05». Школа увидит запись.",
    "undo_late": "Отменить уже нельзя: прошли сутки или это отменили раньше.",
    "invoice_paid": "По счёту уже заплачено, отменить его нельзя. Сначала отмените оплату.",
    "nothing_to_apply": "Эти платежи уже записаны.",
    "nothing_to_record": "Эти платежи уже записаны.",
    "act_state": "Сейчас это сделать нельзя: акт за это время изменился. Чтобы увидеть, что с ним, ответьте: «Статус».",
    "admitted_not_cancelled": "Ученик уже зачислен, место отменить нельзя. Отчислить его может куратор школы.",
    "nothing_to_nudge": "Напоминать не о чем: от ученика сейчас ничего не ждём.",
    "link_not_needed": "Ссылка больше не нужна: по этой анкете уже всё решено.",
    "not_admitted": "Ученик ещё не зачислен, записывать пока нечего.",
    "nothing_to_fill": "Анкету сейчас заполнять не нужно: она уже отправлена. Изменить её можно через куратора.",
    "too_late_to_correct": "Исправить уже нельзя: ученик открыл анкету и сам меняет в ней свои данные.",
}


_PROBLEMS_BY_MAIL: dict[str, str] = {"scan_repeated": "Эта страница у акта уже есть. Пришлите остальные страницы."}
# The same of why an act is not moved: a mailbox has no buttons.
_WHY_BY_MAIL: dict[str, str] = {
    "too_late_to_undo": "Прошли сутки, отменить уже нельзя. Напишите, как правильно, например: «Скан: загружен».",
    "changed_since": "С тех пор акт изменили ещё раз, отменить уже нельзя. "
    "Напишите, как правильно, например: «Скан: загружен».",
}

DENIED = "Отправителя не подтвердил почтовый сервер: письмо могли подделать. Проверьте, кто его написал."
UNKNOWN_FILE = (
    "Непонятно, что это за файл. Примем скан акта (PDF или фото), выписку банка для 1С (.txt) "
    "и таблицу оплат (.xlsx). Пришлите файл в одном из этих видов."
)
OTHER_PAPER = (
    "По названию это не акт, поэтому файл не взяли. Если это скан акта, назовите файл «Акт» и пришлите ещё раз."
)
NO_STATEMENT = "Выписки в этом письме нет. Приложите её и снова напишите: Это наш счёт."
NO_SCAN = "Скана в этом письме нет. Приложите его: PDF или фото."
NOT_CLEAR = "Непонятно, что сделать: пока ничего не сделали."
NOTHING_TO_UNDO = (
    "Отменять нечего: прошли сутки или в этом письме мы ничего не записывали. Ответьте «Отменить» на то письмо, "
    "где сказано, что мы сделали."
)
ONLY_QUOTE = "Не нашли в письме ваших слов, только цитату. Напишите ответ над ней, например: «Оплачено: 57 12.05»."
NO_CODE = "Это письмо не ждёт кода. Ответьте кодом на то письмо, в котором он пришёл."
CODE_OVER = "Код больше не действует, ничего не сделали. Пришлите исходное письмо ещё раз: отправим новый код."
CODE_ALONE = (
    "Код приняли, о сделанном напишем отдельно. Остальное из этого письма не сделали: пришлите его новым письмом."
)
PASSED_ON = "Передали ваше письмо менеджеру центра: он ответит."


def code_wrong(left: int) -> str:
    """Say that a code is not the one that was sent."""
    return f"Код не подошёл, пока ничего не сделали. Осталось попыток: {left}. Проверьте код и ответьте ещё раз."


def lines_over(count: int) -> str:
    """Say that a letter is longer than is read of one."""
    return f"Дальше ещё {plural(count, 'строка', 'строки', 'строк')}, их не прочитали. Пришлите их новым письмом."


def file_of_client(name: str) -> str:
    """Name a file that a client sent along."""
    return f"Файл во вложении: {name}"


def client_wrote(number: str) -> str:
    """Say to a centre that its client has written."""
    return f"Заказчик ответил на письмо по заявке № {number}. Прочитайте и решите, что изменить."


def client_scan(number: str, act: str) -> str:
    """Say to a centre that its client has handed the signed act in."""
    return (
        f"Заказчик прислал подписанный акт № {act} по заявке № {number}: приняли его как скан. "
        f"Проверьте его, загрузите в {CLIENT_SERVICE} и ответьте: «Скан: загружен»."
    )


def client_file(number: str) -> str:
    """Say to a centre that its client has sent a file that may be a signed act."""
    return (
        f"Заказчик прислал файл по заявке № {number}. Если это подписанный акт, "
        "ответьте на это письмо с тем же файлом: примем его как скан."
    )


def strange_account(tails: Sequence[str]) -> str:
    """Say that a statement is of an account that nobody has owned up to, and how to."""
    return (
        f"Это выписка по счёту {', '.join(tails)}. Такого счёта у центра мы не знаем, ничего не записали. "
        "Если он ваш, пришлите выписку ещё раз и напишите в письме: Это наш счёт."
    )


def sheet_words(count: int, total: int, left: Mapping[str, Any], *, waits: bool) -> str:
    """Say what a sheet of payments came to, and what of it was passed over."""
    said = [f"Приняли как таблицу оплат: {_payments(count)} на {format_sum(total)}."] if count else [_NO_ROWS]
    said += ["Оплату подтвердит школа."] * waits
    if left["repeated"]:
        said.append(f"Уже были записаны: {_payments(left['repeated'])}.")
    if left["unknown"]:
        said.append(f"Открытых счетов с такими номерами нет: {', '.join(left['unknown'])}.")
    return "\n".join([*said, *left["faults"]])


_NO_ROWS = "Приняли как таблицу оплат, но записывать нечего."


def _payments(count: int) -> str:
    return plural(count, "платёж", "платежа", "платежей")


_WAITS = ("На подтверждении у школы", "")
_NO_INVOICE = ("Не нашли счёт", " Разберёт менеджер в боте или школа.")


def _statement_done(data: Mapping[str, Any]) -> str:
    said = ["Приняли как выписку банка."]
    if data["settled"]:
        said.append(f"Записали оплату счетов: {_payments(data['settled'])} на {format_sum(data['settled_sum'])}.")
    if data["waiting"]:
        what, next_step = _WAITS if data["waits"] else _NO_INVOICE
        said.append(f"{what}: {_payments(data['waiting'])}.{next_step}")
    if data["repeated"]:
        said.append(f"Уже были записаны: {_payments(data['repeated'])}.")
    if data["skipped"]:
        said.append(f"Пропустили {_payments(data['skipped'])} по чужим счетам.")
    if not (data["settled"] or data["waiting"] or data["repeated"]):
        said.append("Новых поступлений в ней нет.")
    return "\n".join([*said, *data["unchecked"]])


_OF_CHAT = re.compile(r"(?<![\w.:/])/[a-z]{2,}|нажмите|кнопк", re.IGNORECASE)
NOT_DONE = "Этого сделать не получилось. Проверьте номер и напишите ещё раз или свяжитесь со школой."


def refusal(error: SchoolError, said: str) -> str:
    """Say why an action was not done; `said` are chat's words for the error, taken where a mailbox can follow them."""
    if isinstance(error, BadAnswer):
        return _PROBLEMS_BY_MAIL.get(error.problem) or by_mail(explain(error))
    why = str(error.data.get("why", ""))
    return _WHY_BY_MAIL.get(why) or REFUSED.get(why) or _BY_MAIL.get(error.code) or by_mail(said)


def by_mail(said: str) -> str:
    """Return a sentence that a letter may say: one that names commands or buttons gives way to a general one."""
    return NOT_DONE if _OF_CHAT.search(said) else said


def done_words(done: Done) -> str:
    """Say what was done."""
    return _DONE[done.code](done.data)


def _day(text: str) -> str:
    return date_long(date.fromisoformat(text))


def _invoice_done(data: Mapping[str, Any]) -> str:
    number, total = data["number"], format_sum(data["total"])
    return f"Записали счёт № {number} от {_day(data['issued_on'])} на {total}, заявка № {data['order_number']}."


def _paid_done(data: Mapping[str, Any]) -> str:
    numbers = ", ".join(f"№ {number}" for number in data["numbers"])
    what = "Записали возврат" if data["total"] < 0 else "Записали оплату"
    bills = "счета" if len(data["numbers"]) > 1 else "счёт"
    said = f"{what}: {bills} {numbers}, {format_sum(abs(data['total']))}, {_day(data['day'])}."
    if data["waits"]:
        return f"{said} {'Возврат' if data['total'] < 0 else 'Оплату'} подтвердит школа."
    if data["asking"]:
        return f"{said} Денег меньше, чем в счёте: напишите школе, за кого из учеников эта оплата."
    return f"{said} Осталось оплатить {format_sum(data['left'])}." if data["left"] > 0 else said


def _paid_order_done(data: Mapping[str, Any]) -> str:
    if not data["students"]:
        return f"Заявка № {data['order_number']}: все ученики уже отмечены оплаченными."
    return f"Отметили оплату по заявке № {data['order_number']}: {', '.join(data['students'])}."


def status_words(orders: Sequence[Mapping[str, Any]]) -> str:
    """Say how orders stand, a line each and one for every student."""
    return "\n".join(line for order in orders for line in order_lines(order))


def order_lines(order: Mapping[str, Any]) -> list[str]:
    """Say how an order stands, a student a line, the one thing that blocks named (A2, M2)."""
    head = f"Заявка № {order['number']}, {order['payer']}, {format_sum(order['total'])}"
    return [head, *(_student_line(one) for one in order["students"])]


def _student_line(one: Mapping[str, Any]) -> str:
    states = [PAYMENT[one["payment"]], f"анкета {QUESTIONNAIRE[one['questionnaire']]}"]
    if one.get("cancelled"):
        states.insert(0, "отменено")
    if one["admitted"]:
        expelled = one["training"] == "expelled"
        taught = [] if expelled else [f"обучение: {TRAINING[one['training']]}"]
        states += ["отчислен" if expelled else "зачислен", f"тестирование: {TEST[one['test']]}", *taught]
    if one["tracking"]:
        states.append(f"документы отправлены: {one['tracking']}")
    return f"{one['name']}, «{one['course_title']}»: {', '.join(states)}."


def _nudge_done(data: Mapping[str, Any]) -> str:
    said = f"Напомнили об анкете: {', '.join(data['students'])}."
    return f"{said} Сегодня уже напоминали: {', '.join(data['today'])}." if data["today"] else said


def _email_done(data: Mapping[str, Any]) -> str:
    if data["held"]:
        return f"{data['name']}: почта теперь {data['email']}. Ссылку отправим туда, когда заявку подтвердят."
    return f"{data['name']}: почта теперь {data['email']}. Новую ссылку отправили туда, прежняя не действует."


def _scan_done(data: Mapping[str, Any]) -> str:
    return f"Приняли файл как скан акта № {data['act_number']}. Срок идёт, пока он не загружен в {CLIENT_SERVICE}."


def _unpaid_words(students: Sequence[str]) -> str:
    return f"Отменили. Сняли отметку об оплате: {', '.join(students)}."


_UNDONE = {
    "act": "Отменили. Вернули прежнюю отметку об акте.",
    "money": "Отменили. Оплата больше не записана.",
    "invoice": "Отменили. Счёт больше не действует.",
    "email": "Отменили. Вернули прежнюю почту ученика и отправили туда новую ссылку.",
    "snooze": "Отменили. Напоминаем, как раньше.",
}

_DONE: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "invoice": _invoice_done,
    "paid": _paid_done,
    "paid_order": _paid_order_done,
    "status": lambda data: status_words(data["orders"]),
    "nudge": _nudge_done,
    "email": _email_done,
    "accept": lambda data: (
        f"Заявка № {data['order_number']}. "
        + accepted_words(data["state"], changed=data["changed"]).removeprefix("✅ ")
    ),
    "scan": _scan_done,
    "diadoc": lambda data: f"Акт № {data['act_number']}: подписан в Диадоке {_day(data['day'])}. Сроки закрыты.",
    "promised": lambda data: f"Акт № {data['act_number']}: подпишут в Диадоке. Сроки пока идут.",
    "uploaded": lambda data: f"Акт № {data['act_number']}: скан загружен в {CLIENT_SERVICE}.",
    "posted": lambda data: f"Акт № {data['act_number']}: оригинал отправлен {_day(data['day'])}.",
    "snooze": lambda data: f"Заявка № {data['order_number']}: не напоминаем до {_day(data['until'])}.",
    "statement": _statement_done,
    "sheet": lambda data: sheet_words(data["count"], data["total"], data["left"], waits=data["waits"]),
    "owned": lambda data: f"Запомнили счёт центра: {', '.join(data['accounts'])}.",
    "undone": lambda data: _UNDONE.get(data["what"]) or _unpaid_words(data["students"]),
}
