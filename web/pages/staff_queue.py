"""Questionnaires on the page of staff: the queue, one with its documents, and the way to a decision (Q4)."""

import mimetypes
from dataclasses import dataclass

from aiohttp import web

from school.questionnaire import DOCUMENTS, Page, Questionnaire, may_be_undone, pages
from school.use_cases import review_questionnaire
from school.use_cases.converse import conversation
from school.use_cases.pick_remarks import returnable
from school.use_cases.review_questionnaire import History, Look
from web.staff import StaffPage, staff_page
from wording import review as words
from wording.audit import action_words, actor_words, moment_words
from wording.facts import questionnaire_fact
from wording.plurals import plural
from wording.reasons import DECLINE_REASONS, FIELD_NAMES, RETURN_REASONS, field_name

FILE_NAMES = {"diploma": "diplom", "name_change": "smena-familii"}
DONE = {
    "approved": "Анкета подтверждена. Ученику сообщим через 2 минуты.",
    "returned": "Анкета возвращена. Ученику сообщим через 2 минуты.",
    "declined": "Анкета отклонена. Ученику сообщим через 2 минуты.",
    "undone": "Решение отменено, ученику ничего не отправим.",
    "reopened": "Анкета открыта для правки. Ученику сообщили.",
    "sent_chat": "Сообщение отправили ученику в чат.",
    "sent_mail": "Сообщение отправили ученику на почту.",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document's pages, each with its id and what is to be had by it."""

    name: str
    files: list[tuple[str, str]]


async def _queue(here: StaffPage) -> web.StreamResponse:
    state = await review_questionnaire.queue_state(here.uow, here.acting)
    nothing = here.request.query.get("none") == "1"
    return here.show("staff/queue.html", state=state, nothing=nothing)


async def _next(here: StaffPage) -> web.StreamResponse:
    """Deal the next one: a form's button, since a browser that looks ahead must not take it from others."""
    dealt = await review_questionnaire.deal(here.uow, here.acting)
    return here.go(f"/staff/queue/{dealt.about.line.id}" if dealt is not None else "/staff/queue?none=1")


async def _card(here: StaffPage) -> web.StreamResponse:
    return await show_card(here, done=DONE.get(here.request.query.get("done", ""), ""))


async def show_card(here: StaffPage, status: int = 200, **told: object) -> web.Response:
    """Return the page of one questionnaire; `told`: what was done, or refused with what was typed and `where`."""
    who, line_id = here.acting, here.part("line")
    seen = await review_questionnaire.look(here.uow, who, line_id)
    found, line = seen.questionnaire, seen.about.line
    undo = may_be_undone(found, here.now) and found.decided_by == who.user_id and line.admitted_at is None
    values = {"done": "", "refusal": "", "where": "", "typed": {}, "picked": (), **told}
    return here.show(
        "staff/card.html",
        status,
        seen=seen,
        line=line,
        answers=_answers(found),
        flags=_flags(seen),
        deadline=words.deadline(line, found.submitted_at, here.now, here.today),
        decision=words.decision_line(found, here.now, here.settings.zone),
        lease=_lease(here, seen),
        remarks=words.remark_lines(found.remarks),
        declined=words.reason_words(found.decline_reason) if found.decline_reason else "",
        documents=_documents(found),
        history=_history(here, await review_questionnaire.history(here.uow, who, line_id)),
        said=[
            (one, words.clock(one.at, here.now, here.settings.zone))
            for one in await conversation(here.uow, who, line_id)
        ],
        fields=[(key, field_name(key), RETURN_REASONS[key]) for key in returnable(found)],
        declines=DECLINE_REASONS,
        may_undo=undo and found.submitted_at is not None,
        may_reopen=found.state == "approved" and line.admitted_at is None,
        **values,
    )


def _answers(found: Questionnaire) -> list[tuple[str, str]]:
    given = found.answers
    return [(name, questionnaire_fact(key, given[key])) for key, name in FIELD_NAMES.items() if _told(key, given)]


def _told(key: str, given: dict[str, object]) -> bool:
    return key in given and key not in DOCUMENTS


def _flags(seen: Look) -> list[str]:
    return words.flag_lines(seen.flags.codes, seen.about.line.name, seen.flags.same_files)


def _lease(here: StaffPage, seen: Look) -> str:
    if seen.lease is None:
        return ""
    return f"⏳ Смотрит {seen.lease.name} до {words.clock(seen.lease.until, here.now, here.settings.zone)}"


def _documents(found: Questionnaire) -> list[Document]:
    return [
        Document(field_name(document), [(page.id, _file_words(at, page)) for at, page in enumerate(there, 1)])
        for document in DOCUMENTS
        if (there := pages(found, document))
    ]


def _file_words(at: int, page: Page) -> str:
    kind = "PDF" if page.media == "application/pdf" else "снимок"
    count = f", {plural(page.pages, 'страница', 'страницы', 'страниц')}" if page.pages > 1 else ""
    size = (
        f"{page.size / 1024 / 1024:.1f}".replace(".", ",") + " МБ"
        if page.size >= 1024 * 1024
        else f"{page.size // 1024 + 1} КБ"
    )
    return f"Файл {at}: {kind}{count}, {size}"


def _history(here: StaffPage, found: History) -> list[str]:
    zone = here.settings.zone
    return [
        f"{moment_words(line.at, zone)} — {action_words(line.action)}: {actor_words(line.actor, found.staff)}"
        for line in found.lines
    ]


async def _file(here: StaffPage) -> web.StreamResponse:
    """Give one file of a document to be saved; that it was read is in the audit."""
    line_id, page_id = here.part("line"), here.part("page")
    document, at, page = await review_questionnaire.take_original(here.uow, here.acting, line_id, page_id)
    content = await here.site.files.stored(page.id)
    extension = mimetypes.guess_extension(page.media) or ""
    return here.attach(f"{FILE_NAMES[document]}-{at}{extension}", page.media, content)


ROUTES = [
    web.get("/staff/queue", staff_page(_queue)),
    web.post("/staff/queue/next", staff_page(_next)),
    web.get("/staff/queue/{line}", staff_page(_card)),
    web.get("/staff/queue/{line}/file/{page}", staff_page(_file)),
]
