"""Questionnaires on the page of staff: the queue, one with its documents, and the way to a decision (Q4)."""

from dataclasses import dataclass

from aiohttp import web

from school.errors import NotFound
from school.order import Enrolment
from school.people import parse_full_name
from school.questionnaire import DOCUMENTS, Questionnaire, may_be_undone
from school.use_cases import review_questionnaire
from school.use_cases.converse import conversation
from school.use_cases.pick_remarks import returnable
from school.use_cases.review_questionnaire import History, Look
from web.pages.staff_pictures import documents_of
from web.staff import StaffPage, staff_page
from wording import review as words
from wording.audit import action_words, actor_words, moment_words
from wording.facts import questionnaire_fact
from wording.reasons import DECLINE_REASONS, FIELD_NAMES, RETURN_REASONS, field_name

DONE = {
    "approved": "Анкета подтверждена. Ученику сообщим через 2 минуты.",
    "returned": "Анкета возвращена. Ученику сообщим через 2 минуты.",
    "declined": "Анкета отклонена. Ученику сообщим через 2 минуты.",
    "undone": "Решение отменено, ученику ничего не отправим.",
    "reopened": "Анкета открыта для правки. Ученику сообщили.",
    "sent_chat": "Сообщение отправили ученику в чат.",
    "sent_mail": "Сообщение отправили ученику на почту.",
    "only": "Других анкет сейчас нет: это последняя.",
}


@dataclass(frozen=True, slots=True)
class Before:
    """The questionnaire that was decided just before this card was dealt: who, what was done, may it be undone."""

    line_id: str
    name: str
    done: str
    may_undo: bool


async def _queue(here: StaffPage) -> web.StreamResponse:
    state = await review_questionnaire.queue_state(here.uow, here.acting)
    nothing = here.request.query.get("none") == "1"
    return here.show("staff/queue.html", state=state, nothing=nothing)


async def _next(here: StaffPage) -> web.StreamResponse:
    """Deal the next one: a form's button, since a browser that looks ahead must not take it from others."""
    dealt = await review_questionnaire.deal(here.uow, here.acting)
    if dealt is None:
        return here.go("/staff/queue?none=1")
    line_id = dealt.about.line.id
    return here.go(f"/staff/queue/{line_id}{'?done=only' if here.field('skipped') == line_id else ''}")


async def _card(here: StaffPage) -> web.StreamResponse:
    query = here.request.query
    before = await _before(here, query["of"], query.get("done", "")) if "of" in query else None
    return await show_card(here, done="" if before else DONE.get(query.get("done", ""), ""), before=before)


async def _before(here: StaffPage, line_id: str, done: str) -> Before | None:
    try:
        about, found = await review_questionnaire.find_questionnaire(here.uow, here.acting, line_id)
    except NotFound:
        return None
    return Before(line_id, parse_full_name(about.line.name).initials, DONE.get(done, ""), _may_undo(here, about, found))


def _may_undo(here: StaffPage, about: Enrolment, found: Questionnaire) -> bool:
    decided = may_be_undone(found, here.now) and found.decided_by == here.acting.user_id
    return decided and about.line.admitted_at is None and found.submitted_at is not None


async def show_card(here: StaffPage, status: int = 200, **told: object) -> web.Response:
    """Return the page of one questionnaire; `told`: what was done, or refused with what was typed and `where`."""
    who, line_id = here.acting, here.part("line")
    seen = await review_questionnaire.look(here.uow, who, line_id)
    found, line = seen.questionnaire, seen.about.line
    review_questionnaire.note_read(here.uow, who, found)
    values = {"before": None, "done": "", "refusal": "", "where": "", "typed": {}, "picked": (), **told}
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
        left=words.left_words(seen.left) if seen.left and found.state == "submitted" else "",
        documents=documents_of(here, found),
        history=_history(here, await review_questionnaire.history(here.uow, who, line_id)),
        said=[
            (one, words.clock(one.at, here.now, here.settings.zone))
            for one in await conversation(here.uow, who, line_id)
        ],
        fields=[(key, field_name(key), RETURN_REASONS[key]) for key in returnable(found)],
        declines=DECLINE_REASONS,
        may_undo=_may_undo(here, seen.about, found),
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


def _history(here: StaffPage, found: History) -> list[str]:
    zone = here.settings.zone
    return [
        f"{moment_words(line.at, zone)} — {action_words(line.action)}: {actor_words(line.actor, found.staff)}"
        for line in found.lines
    ]


ROUTES = [
    web.get("/staff/queue", staff_page(_queue)),
    web.post("/staff/queue/next", staff_page(_next)),
    web.get("/staff/queue/{line}", staff_page(_card)),
]
