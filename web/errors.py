"""Refusals as pages: what happened and what to do next, in the words of the person."""

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from school.errors import BadAnswer, SchoolError
from web.render import render
from web.site import PageSettings
from wording.held import REFUSED
from wording.problems import explain

if TYPE_CHECKING:
    from web.page import Page

# Title, what to do, HTTP status. Codes without an entry are told by OTHER.
WORDS: dict[str, tuple[str, str, int]] = {
    "not_found": (
        "Такой страницы нет",
        "Проверьте, что ссылка скопирована целиком, или откройте её из письма.",
        404,
    ),
    "forbidden": ("Это действие вам не открыто", "Если оно нужно для работы, попросите администратора школы.", 403),
    "link_dead": (
        "Эта ссылка не действует",
        "Её заменили новой, или срок вышел. Возьмите ссылку из последнего письма.",
        410,
    ),
    "link_locked": (
        "Ссылка закрыта",
        "Было слишком много неверных ответов. Мы сообщили менеджеру: он ответит и пришлёт новую ссылку.",
        403,
    ),
    "nobody_to_write_to": (
        "Сообщение не отправили",
        "Кураторов на этой странице пока нет. Напишите или позвоните в поддержку.",
        409,
    ),
    "order_held": ("Ученикам пока не пишем", REFUSED, 409),
    "nudged_today": (
        "Сегодня этому ученику уже напоминали",
        "Следующее напоминание можно отправить через сутки.",
        429,
    ),
    "nothing_to_nudge": ("Напоминать не о чем", "От ученика сейчас ничего не ждём.", 409),
    "link_not_needed": ("Ссылка больше не нужна", "По этой анкете уже всё решено.", 409),
    "too_late_to_correct": (
        "Исправить уже нельзя",
        "Ученик открыл анкету и сам меняет в ней свои данные. Если ссылку открыл не тот человек, попросите замену.",
        409,
    ),
    "student_admitted": (
        "Ученик уже зачислен, заменить его нельзя",
        "Если это ошибка, напишите куратору.",
        409,
    ),
    "crowded": ("Сейчас загружают много файлов", "Подождите минуту и загрузите файл ещё раз.", 503),
    "sign_in_dead": (
        "Эта ссылка для входа не действует",
        "Она сработала или её срок вышел. Запросите новую: она придёт на рабочую почту.",
        410,
    ),
    "not_asked": ("Ответ уже записан", "Откройте страницу заново и посмотрите, что изменилось.", 409),
    "being_decided": (
        "Куратор проверяет анкету",
        "Менять её сейчас нельзя. Обновите страницу через несколько минут.",
        409,
    ),
    "nothing_to_fill": ("Анкету уже не меняют", "Обновите страницу: на ней видно, как обстоят дела.", 409),
    "own_questionnaire": ("Это ваша анкета", "Её проверит другой куратор.", 409),
    "too_late_to_undo": ("Отменить решение уже нельзя", "Ученику о нём сообщили.", 409),
    "order_cancelled": ("Место в заявке отменено", "По нему больше ничего не решают.", 409),
    "link_sent_lately": ("Письмо уже в пути", "Ссылку отправили только что. Проверьте почту и папку «Спам».", 429),
}
OTHER = ("Сейчас это сделать нельзя", "Пока вы смотрели страницу, что-то изменилось. Откройте её заново.", 409)
FORGED = ("Форма устарела", "Вернитесь назад, обновите страницу и отправьте ещё раз. Сохранённое раньше на месте.", 403)
OFTEN = ("Слишком много запросов", "Подождите минуту и обновите страницу.", 429)
TORN = ("Данные не дошли", "Вернитесь назад, обновите страницу и отправьте ещё раз.", 400)
TOO_BIG = ("Слишком большой файл", "Файл не загрузился. Уменьшите его и попробуйте ещё раз.", 413)
BROKEN = (
    "У нас неполадка",
    "Мы уже знаем о ней. Обновите страницу через несколько минут: сохранённое раньше на месте.",
    500,
)


def refused(page: "Page", error: SchoolError) -> web.Response:
    """Return the page that words the refusal."""
    if isinstance(error, BadAnswer):
        return page.show("refused.html", 400, title="Проверьте ответ", what=explain(error), line=None)
    title, what, status = WORDS.get(error.code, OTHER)
    # A locked link still opens inside Telegram to the account that has proved before.
    at = "/".join(page.request.path.split("/")[:3])
    mini_app = f"{at}/telegram" if error.code == "link_locked" else ""
    return page.show("refused.html", status, title=title, what=what, line=error.data.get("line"), mini_app=mini_app)


def told(settings: PageSettings, words: tuple[str, str, int]) -> web.Response:
    """Return a page without a request's surroundings."""
    title, what, status = words
    return render(settings, "refused.html", status, {"title": title, "what": what, "line": None, "seal": ""})


def where(error: BaseException) -> str:
    """Return the error's type and the last places it passed; its message may quote what a person typed, or a link."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return f"{type(error).__name__} at " + " > ".join(f"{Path(one.filename).name}:{one.lineno}" for one in frames)


def busy(settings: PageSettings) -> web.Response:
    """Say that others were faster again and again."""
    return told(settings, OTHER)
