"""«Мои вебинары и курсы»: a student's courses behind their link (REGULATIONS A2, A3, D1, Q5)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from school.admission import own_step
from school.course_card import CourseCard, access_url, course_card
from school.errors import BadAnswer, NotFound, SchoolError
from school.order import Enrolment
from school.use_cases.admit import note_registered
from school.use_cases.converse import write_on_page
from school.use_cases.fill_by_mail import set_preference
from school.use_cases.find import find_enrolment
from school.use_cases.tell import reaches_chat
from school.use_cases.visit_page import Door, person_of
from web import errors
from web.page import Page, page
from web.pages import me_order
from web.pages.door import behind
from wording.conditions import conditions
from wording.fields import REQUIREMENTS
from wording.problems import explain

WITH_CURATOR = ("submitted", "returned", "approved", "declined")
DONE = {
    "mail": "Будем писать о курсе на почту.",
    "chat": "Будем писать о курсе в Телеграм.",
    "registered": "Отметили: вы зарегистрированы на сайте школы.",
    "sent_mail": "Отправили куратору. Ответ придёт на вашу почту.",
    "sent_chat": "Отправили куратору. Ответ придёт в Телеграм.",
}


@dataclass(frozen=True, slots=True)
class Course:
    """One course as its student sees it: `step` is what comes next, `own` whether the address is this course's link.

    `chat`: messages of the school may come in Telegram; `writes`: there is a curator to write to.
    """

    about: Enrolment
    card: CourseCard
    conditions: list[str]
    step: str
    access: str | None
    own: bool
    chat: bool
    writes: bool


async def _enrolments(here: Page, door: Door) -> list[Enrolment]:
    """Return the proved courses of the person whose link it is; who was replaced meanwhile is another person."""
    assert door.about is not None
    own = door.about.line
    others = [line_id for line_id in here.visit.line_ids if line_id != own.id]
    found = []
    for line_id in others:
        with suppress(NotFound):  # the place may be gone since
            found.append(await find_enrolment(here.uow, line_id))
    proved = [one for one in found if person_of(one.line) in here.visit.lines]
    same = [one for one in proved if own.mobile == one.line.mobile or own.email.lower() == one.line.email.lower()]
    return [door.about, *same]


async def _courses(here: Page, door: Door) -> list[Course]:
    """Return what this visit has proved, the address's own course first."""
    catalogue = await here.uow.catalogue()
    found = []
    for about in await _enrolments(here, door):
        line = about.line
        found.append(
            Course(
                about,
                course_card(catalogue, line),
                conditions(line, "student", registration=here.settings.registration, pays=about.pays),
                _step(here, about),
                access_url(catalogue, line),
                line.id == door.token.subject,
                await reaches_chat(here.uow, line),
                _may_write(here, about),
            )
        )
    return found


def _may_write(here: Page, about: Enrolment) -> bool:
    """Tell whether there is a curator to write to, and a way: chats, or where they carry no words, mail."""
    settings = here.settings
    way = settings.in_chat or (settings.mail and settings.curator_email)
    return bool(way) and about.line.questionnaire in WITH_CURATOR


def _step(here: Page, about: Enrolment) -> str:
    """Return the code of what comes next: a state of the questionnaire, or what else it waits for."""
    if about.line.cancelled:
        return "cancelled"
    if about.line.admitted_at is not None:
        return "learn"
    found = own_step(about.line, registration=here.settings.registration)
    if found is None:
        return "ready"
    if found.name == "questionnaire":
        return about.line.questionnaire
    return "pay" if found.name == "payment" and about.pays else found.name


async def show_student(here: Page, door: Door, *, status: int = 200, **told: str) -> web.Response:
    """Return the student's page; `problem` is what went wrong with the message `typed` about the `line`."""
    values = {"problem": "", "typed": "", "line": "", "refusal": "", **told}
    done = DONE.get(here.request.query.get("done", ""), "") if status == 200 else ""
    return here.show(
        "me/student.html",
        status,
        token=here.token,
        courses=await _courses(here, door),
        requirements=REQUIREMENTS,
        done=done,
        telegram=here.settings.deep_link(f"q_{here.token}"),
        **values,
    )


async def _me(here: Page, door: Door) -> web.StreamResponse:
    return await (me_order.show_order(here, door) if door.about is None else show_student(here, door))


async def _chosen(here: Page, door: Door) -> Enrolment:
    """Return the course that the form is about, one of those shown. Raises `NotFound`."""
    shown = await _enrolments(here, door) if door.about is not None else []
    found = next((about for about in shown if about.line.id == here.field("line")), None)
    if found is None:
        raise NotFound
    return found


def _actor(about: Enrolment) -> str:
    return f"page:{about.line.email}"


async def _prefer(here: Page, about: Enrolment) -> str:
    channel = "chat" if here.field("channel") == "chat" else "mail"
    set_preference(here.uow, about, "chat" if channel == "chat" else "mail", _actor(about))
    return channel


async def _registered(here: Page, about: Enrolment) -> str:
    note_registered(here.uow, about, _actor(about), here.now)
    return "registered"


async def _write(here: Page, about: Enrolment) -> str:
    mailbox = "" if here.settings.in_chat else here.settings.curator_email or ""
    if not _may_write(here, about):
        raise NotFound
    written = await write_on_page(here.uow, about, here.field("text"), _actor(about), here.now, mailbox)
    return "sent_chat" if written.in_chat else "sent_mail"


Act = Callable[[Page, Enrolment], Awaitable[str]]


def _posted(act: Act) -> Callable[[Page, Door], Awaitable[web.StreamResponse]]:
    """Do what a form of the student's page asks and come back to it; what was typed stays where it was refused."""

    async def taken(here: Page, door: Door) -> web.StreamResponse:
        about = await _chosen(here, door)
        try:
            done = await act(here, about)
        except BadAnswer as problem:
            typed = here.field("text")
            return await show_student(here, door, status=400, problem=explain(problem), typed=typed, line=about.line.id)
        except SchoolError as error:
            here.uow.rollback()
            title, what, status = errors.WORDS.get(error.code, errors.OTHER)
            told = {"refusal": f"{title}. {what}", "typed": here.field("text"), "line": about.line.id}
            return await show_student(here, door, status=status, **told)
        return here.go(f"/me/{here.token}?done={done}")

    return taken


ROUTES = [
    web.get("/me/{token}", page(behind(_me))),
    web.post("/me/{token}/channel", page(behind(_posted(_prefer)))),
    web.post("/me/{token}/registered", page(behind(_posted(_registered)))),
    web.post("/me/{token}/message", page(behind(_posted(_write)))),
    *me_order.ROUTES,
]
