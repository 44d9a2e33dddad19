"""Decisions of curators on the page: the same use cases and versions as in chat, so that of two one wins (Q4, Q5)."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from school.errors import BadAnswer, Forbidden, NotFound, SchoolError
from school.numbers import whole
from school.questionnaire import AlreadyDecided, Remark, WrongState
from school.use_cases import decide_questionnaire
from school.use_cases.converse import answer_student
from school.use_cases.pick_remarks import OTHER, reason_text
from school.use_cases.review_questionnaire import deal, find_questionnaire
from web.pages.staff_queue import show_card
from web.staff import StaffPage, refusal, staff_page
from wording.problems import explain
from wording.reasons import DECLINE_REASONS, RETURN_REASONS, field_name

Act = Callable[[StaffPage], Awaitable[str]]
DECISIONS = ("approved", "returned", "declined")
DECIDED = "Решение уже принято, ваше не записали. Ниже видно, кто решил и что."
CHANGED = "Анкета изменилась, пока вы её смотрели. Проверьте её ещё раз."


class Unfilled(Exception):
    """A form lacks something; `words` say what."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def _version(here: StaffPage) -> int:
    sent = here.field("version")
    return whole(sent)


async def _approve(here: StaffPage) -> str:
    done = await decide_questionnaire.approve(here.uow, here.acting, here.part("line"), _version(here))
    decide_questionnaire.change_cards(here.uow, here.acting, done)
    return "approved"


async def _return(here: StaffPage) -> str:
    fields = here.form.getall("field", [])
    if not fields:
        raise Unfilled("Отметьте хотя бы одно поле, которое ученик должен исправить.")
    remarks = [_remark(here, key) for key in dict.fromkeys(fields)]
    done = await decide_questionnaire.send_back(here.uow, here.acting, here.part("line"), _version(here), remarks)
    decide_questionnaire.change_cards(here.uow, here.acting, done)
    return "returned"


def _remark(here: StaffPage, key: str) -> Remark:
    code = here.field(f"reason-{key}")
    if code not in dict(RETURN_REASONS.get(key, ())):
        raise Unfilled(f"Выберите причину: {field_name(key).lower()}.")
    return Remark(key, code, _own_words(here, code, f"words-{key}", field_name(key)))


def _own_words(here: StaffPage, code: str, name: str, what: str) -> str:
    """Return the curator's own words where the reason is one; others may go without."""
    if code != OTHER:
        return ""
    try:
        return reason_text(here.field(name))
    except BadAnswer as problem:
        raise Unfilled(f"{what}: {explain(problem)}" if here.field(name) else f"{what}: напишите причину.") from problem


async def _decline(here: StaffPage) -> str:
    code = here.field("reason")
    if code not in dict(DECLINE_REASONS):
        raise Unfilled("Выберите, почему отклоняем.")
    reason = Remark("", code, _own_words(here, code, "words", "Своими словами"))
    done = await decide_questionnaire.decline(here.uow, here.acting, here.part("line"), _version(here), reason)
    decide_questionnaire.change_cards(here.uow, here.acting, done)
    return "declined"


async def _undo(here: StaffPage) -> str:
    done = await decide_questionnaire.undo(here.uow, here.acting, here.part("line"))
    decide_questionnaire.change_cards(here.uow, here.acting, done)
    return "undone"


async def _reopen(here: StaffPage) -> str:
    fields = [key for key in dict.fromkeys(here.form.getall("field", [])) if key in RETURN_REASONS]
    if not fields:
        raise Unfilled("Отметьте, что ученик может исправить.")
    done = await decide_questionnaire.reopen(here.uow, here.acting, here.part("line"), _version(here), fields)
    decide_questionnaire.change_cards(here.uow, here.acting, done)
    return "reopened"


async def _message(here: StaffPage) -> str:
    written = await answer_student(here.uow, here.acting, here.part("line"), here.field("text"))
    return "sent_chat" if written.in_chat else "sent_mail"


def _posted(name: str, act: Act) -> web.RouteDef:
    """Return the route of a form: done, the card says so; refused, it says why and keeps what was typed."""

    async def taken(here: StaffPage) -> web.StreamResponse:
        await find_questionnaire(here.uow, here.acting, here.part("line"))
        told = {"typed": dict(here.form), "picked": here.form.getall("field", []), "where": name}
        try:
            done = await act(here)
        except Unfilled as problem:
            return await show_card(here, 400, refusal=problem.words, **told)
        except AlreadyDecided:
            return await show_card(here, 409, refusal=DECIDED)
        except WrongState:
            return await show_card(here, 409, refusal=CHANGED)
        except (Forbidden, NotFound):
            raise
        except BadAnswer as problem:
            return await show_card(here, 400, refusal=explain(problem), **told)
        except SchoolError as error:
            title, what, status = refusal(error)
            return await show_card(here, status, refusal=f"{title}. {what}")
        return here.go(await _then(here, done))

    return web.post(f"/staff/queue/{{line}}/{name}", staff_page(taken))


async def _then(here: StaffPage, done: str) -> str:
    """Return what to show now: after a decision the next questionnaire at once, where one waits."""
    line_id = here.part("line")
    if done in DECISIONS:
        dealt = await deal(here.uow, here.acting, line_id)
        if dealt is not None:
            return f"/staff/queue/{dealt.about.line.id}?done={done}&of={line_id}"
    return f"/staff/queue/{line_id}?done={done}"


ROUTES = [
    _posted("approve", _approve),
    _posted("return", _return),
    _posted("decline", _decline),
    _posted("undo", _undo),
    _posted("reopen", _reopen),
    _posted("message", _message),
]
