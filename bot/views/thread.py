"""The conversation of a student and the curators: what asks for a text, and what says that it was sent."""

from html import escape

from bot.callbacks import thread
from bot.replies import Button, Screen
from school.order import Enrolment
from school.people import parse_full_name
from wording.plurals import plural

TEXT_ONLY = "Ученику здесь можно написать только текстом."
TEXT_ONLY_OF_STUDENT = (
    "Куратору здесь можно написать только текстом. Документы приложите к анкете: "
    "нажмите «Не писать» и пришлите файл, когда анкета его попросит."
)
REST = "Это продолжение длинного сообщения, его тоже не отправили. Сократите текст и пришлите одним сообщением."
STOPPED = "Хорошо, никому ничего не отправили."
LATE = "Это сообщение я никому не отправил: с вопроса прошло больше часа. Нажмите кнопку ещё раз и напишите снова."


def ask_student(about: Enrolment) -> Screen:
    """Ask the student for the text to the curator."""
    return Screen(
        f"<b>Сообщение куратору</b>\nКурс: {escape(about.line.course_title)}\n"
        "Напишите одним сообщением, до 2 000 знаков.",
        ((Button("Не писать", thread("stop", about.line.id)),),),
    )


def ask_curator(about: Enrolment) -> Screen:
    """Ask the curator for the answer, and say to whom it goes."""
    name = escape(parse_full_name(about.line.name).initials)
    return Screen(
        f"<b>Ответ ученику: {name}</b>\nЗаявка {escape(about.reference)}\nНапишите одним сообщением, до 2 000 знаков.",
        ((Button("Не писать", thread("stop", about.line.id)),),),
    )


def sent_to_curator(about: Enrolment) -> Screen:
    """Tell the student that the message has gone, and where the answer comes."""
    more = Button("Написать ещё", thread("write", about.line.id))
    return Screen("✅ Отправили куратору. Ответ придёт сюда.", ((more,),))


NOT_HERE = "Что пишут ученику, в переписку не попадает: так решила школа."
ON_PAGE = f"{NOT_HERE} Напишите ему на странице."
BY_MAIL = f"{NOT_HERE} Ответьте ему письмом: его адрес указан в письме от него."


def sent_to_student(about: Enrolment, *, in_chat: bool) -> Screen:
    """Tell the curator whom the answer went to and by which way."""
    name = escape(parse_full_name(about.line.name).initials)
    way = "" if in_chat else " Он получит письмо: бота он ещё не открыл."
    return Screen(
        f"✅ Ответ отправлен. Ученик: {name}, заявка {escape(about.reference)}.{way}\n"
        "Чтобы добавить, ответьте на это сообщение."
    )


def not_in_chat(curator_email: str | None, support: str) -> Screen:
    """Say where to write to where chat takes no personal data."""
    if curator_email:
        return Screen(f"В этой переписке сообщения не принимаем. Напишите куратору: {escape(curator_email)}.")
    return Screen(f"В этой переписке сообщения не принимаем.\n\n{support}")


def too_long(length: int) -> Screen:
    """Say how much too long a text is."""
    extra = plural(length - 2000, "знак", "знака", "знаков")
    return Screen(f"Сообщение длиннее 2 000 знаков: лишних {extra}. Сократите его или разделите на два.")
