"""One student of the client's order: remind, send the link, correct the address, ask for a replacement.

The same use cases and limits as `/orders` in chat.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from school.errors import BadAnswer, SchoolError
from school.forms.field import NeedsConfirmation
from school.order import Enrolment
from school.people import format_mobile
from school.ports import Session
from school.use_cases import follow_order
from school.use_cases.ask_replacement import ask_replacement
from school.use_cases.correct_student import correct_email
from school.use_cases.follow_order import open_student
from school.use_cases.nudge_student import nudge_student
from school.use_cases.resend_link import resend_link
from school.use_cases.visit_page import Door, client_session
from web import errors
from web.page import Page, page
from web.pages.door import behind
from wording.conditions import conditions
from wording.fields import field_words
from wording.problems import explain
from wording.students import NEW_ADDRESS, done_words, doubt_words

Act = Callable[[Page, Session, str], Awaitable[Enrolment]]


def _show(here: Page, about: Enrolment, *, status: int = 200, **told: object) -> web.Response:
    """Return the student's page; `typed` is the address with its `problem`, or its `doubt` and `suggestion`."""
    line = about.line
    done = done_words(here.request.query.get("done", ""), held=about.order.held) if status == 200 else ""
    values = {"problem": "", "typed": "", "doubt": "", "suggestion": "", "refusal": "", "done": done, **told}
    return here.show(
        "me/learner.html",
        status,
        token=here.token,
        about=about,
        conditions=conditions(line, "client", registration=here.settings.registration, pays=True),
        sent=[
            (what, moment.astimezone(here.settings.zone))
            for what, moment in (("напоминание", line.nudged_at), ("ссылка на анкету", line.link_sent_at))
            if moment is not None and line.admitted_at is None
        ],
        may={
            "nudge": follow_order.may_nudge(line),
            "link": follow_order.may_get_link(line),
            "email": follow_order.may_correct_email(line),
            "want": follow_order.may_replace(line),
        },
        mobile=format_mobile(line.mobile),
        words=field_words("email"),
        new_address=NEW_ADDRESS,
        **values,
    )


async def _open(here: Page, door: Door) -> web.StreamResponse:
    session = await client_session(here.uow, door, here.visit)
    return _show(here, await open_student(here.uow, session, here.request.match_info["line"]))


async def _nudge(here: Page, session: Session, line_id: str) -> Enrolment:
    return await nudge_student(here.uow, session, line_id, here.now)


async def _link(here: Page, session: Session, line_id: str) -> Enrolment:
    return await resend_link(here.uow, session, line_id, here.now)


async def _want(here: Page, session: Session, line_id: str) -> Enrolment:
    return await ask_replacement(here.uow, session, line_id, here.today)


async def _email(here: Page, session: Session, line_id: str) -> Enrolment:
    sure = here.field("sure")
    address = here.field("suggestion") if sure == "fix" else here.field("email")
    return await correct_email(here.uow, session, line_id, address, here.now, here.today, sure=bool(sure))


def _posted(name: str, act: Act) -> web.RouteDef:
    """Return the route of a button: done, the student's page says so; refused, it says why and keeps what was typed."""

    async def taken(here: Page, door: Door) -> web.StreamResponse:
        session = await client_session(here.uow, door, here.visit)
        about = await open_student(here.uow, session, here.request.match_info["line"])
        try:
            await act(here, session, about.line.id)
        except NeedsConfirmation as found:
            told = {"typed": found.value, "doubt": doubt_words(found), "suggestion": found.suggestion or ""}
            return _show(here, about, status=400, **told)
        except BadAnswer as problem:
            return _show(here, about, status=400, typed=here.field("email"), problem=explain(problem))
        except SchoolError as error:
            here.uow.rollback()
            title, what, status = errors.WORDS.get(error.code, errors.OTHER)
            return _show(here, about, status=status, refusal=f"{title}. {what}")
        return here.go(f"/me/{here.token}/student/{about.line.id}?done={name}")

    return web.post(f"/me/{{token}}/student/{{line}}/{name}", page(behind(taken)))


ROUTES = [
    web.get("/me/{token}/student/{line}", page(behind(_open))),
    _posted("nudge", _nudge),
    _posted("link", _link),
    _posted("want", _want),
    _posted("email", _email),
]
