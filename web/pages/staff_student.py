"""One student of an order for who leads it: remind, send the link, correct the address or the mobile, replace.

The same use cases and limits as `/orders` in chat, so that a manager works where chats carry no personal data.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from school import people
from school.errors import BadAnswer, SchoolError
from school.forms.field import NeedsConfirmation
from school.order import Enrolment
from school.use_cases import follow_order
from school.use_cases.correct_student import correct_email, correct_mobile
from school.use_cases.follow_order import open_student_led
from school.use_cases.nudge_student import nudge_student
from school.use_cases.replace_student import Newcomer, replace_student, start_replacing, with_email
from school.use_cases.resend_link import resend_link
from web.staff import StaffPage, refusal, staff_page
from wording.conditions import conditions
from wording.fields import field_words
from wording.problems import explain
from wording.students import NEW_ADDRESS, NEW_MOBILE, REPLACES, done_words, doubt_words

Act = Callable[[StaffPage, Enrolment], Awaitable[web.StreamResponse | None]]
CHANGED = "Пока вы смотрели страницу, что-то изменилось. Проверьте, кто сейчас записан."
LONGEST = 300  # characters of a typed field


def _show(here: StaffPage, about: Enrolment, status: int = 200, **told: object) -> web.Response:
    """Return the student's page.

    `where` is the form that was not taken, `typed` what stood in it and `problems` by field; `doubt` and `suggestion`
    are of an address; `newcomer` waits for the last word.
    """
    line = about.line
    done = done_words(here.request.query.get("done", ""), held=about.order.held) if status == 200 else ""
    values = {"where": "", "typed": {}, "problems": {}, "doubt": "", "suggestion": "", "refusal": "", "done": done}
    return here.show(
        "staff/student.html",
        status,
        about=about,
        conditions=conditions(line, "staff", registration=here.settings.registration, pays=False),
        sent=[
            (what, moment.astimezone(here.settings.zone))
            for what, moment in (("напоминание", line.nudged_at), ("ссылка на анкету", line.link_sent_at))
            if moment is not None and line.admitted_at is None
        ],
        can={
            "nudge": follow_order.may_nudge(line),
            "link": follow_order.may_get_link(line),
            "email": follow_order.may_correct_email(line),
            "mobile": follow_order.may_correct_mobile(line),
            "replace": follow_order.may_replace(line),
        },
        mobile=people.format_mobile(line.mobile),
        examples={key: field_words(key).example.replace(" ", "\u00a0") for key in ("mobile", "email")},
        hints={"email": NEW_ADDRESS, "mobile": NEW_MOBILE, "replace": REPLACES},
        **{"newcomer": None, **values, **told},
    )


async def _open(here: StaffPage) -> web.StreamResponse:
    return _show(here, await open_student_led(here.uow, here.session, here.part("line")))


async def _nudge(here: StaffPage, about: Enrolment) -> None:
    await nudge_student(here.uow, here.session, about.line.id, here.now)


async def _link(here: StaffPage, about: Enrolment) -> None:
    await resend_link(here.uow, here.session, about.line.id, here.now)


def _address(here: StaffPage) -> tuple[str, bool]:
    """Return the address that was meant, and whether the person is sure of it."""
    sure = here.field("sure")
    return here.field("suggestion" if sure == "fix" else "email")[:LONGEST], bool(sure)


async def _email(here: StaffPage, about: Enrolment) -> None:
    address, sure = _address(here)
    await correct_email(here.uow, here.session, about.line.id, address, here.now, here.today, sure=sure)


async def _mobile(here: StaffPage, about: Enrolment) -> None:
    await correct_mobile(here.uow, here.session, about.line.id, here.field("mobile")[:LONGEST], here.now)


async def _replace(here: StaffPage, about: Enrolment) -> web.StreamResponse | None:
    """Check the person to put in, ask once more, then replace: what is erased cannot be had back."""
    await start_replacing(here.uow, here.session, about.line.id)
    newcomer, problems = _named(here)
    address, sure = _address(here)
    try:
        checked = await with_email(here.uow, here.session, about, newcomer, address, here.today, sure=sure)
    except NeedsConfirmation:
        if not problems:
            raise
    except BadAnswer as problem:
        problems["email"] = explain(problem)
    if problems:
        return _show(here, about, 400, where="replace", typed=dict(here.form), problems=problems)
    if here.field("confirmed") != "yes":
        return _show(
            here,
            about,
            where="replace",
            typed=dict(here.form),
            newcomer=checked,
            sure="yes" if sure else "",
            newcomer_mobile=people.format_mobile(checked.mobile),
        )
    if here.field("version") != str(about.line.version):
        return _show(here, about, 409, refusal=CHANGED)
    await replace_student(here.uow, here.session, about.line.id, checked, here.now)
    return None


def _named(here: StaffPage) -> tuple[Newcomer, dict[str, str]]:
    """Read the name and the mobile; return what was understood, and what is wrong by field."""
    name, mobile, problems = "", "", {}
    try:
        name = people.parse_full_name(here.field("name")[:LONGEST]).full
    except BadAnswer as problem:
        problems["name"] = explain(problem)
    try:
        mobile = people.parse_mobile(here.field("mobile")[:LONGEST])
    except BadAnswer as problem:
        problems["mobile"] = explain(problem)
    return Newcomer(name, mobile), problems


def _posted(name: str, act: Act) -> web.RouteDef:
    """Return the route of a form: done, the page says so; refused, it says why and keeps what was typed."""

    async def taken(here: StaffPage) -> web.StreamResponse:
        about = await open_student_led(here.uow, here.session, here.part("line"))
        typed = dict(here.form)
        try:
            asked = await act(here, about)
        except NeedsConfirmation as found:
            told = {"doubt": doubt_words(found), "suggestion": found.suggestion or ""}
            return _show(here, about, 400, where=name, typed={**typed, "email": found.value}, **told)
        except BadAnswer as problem:
            return _show(here, about, 400, where=name, typed=typed, problems={name: explain(problem)})
        except SchoolError as error:
            here.uow.rollback()
            title, what, status = refusal(error)
            return _show(here, about, status, refusal=f"{title}. {what}")
        return asked or here.go(f"/staff/students/{about.line.id}?done={name}")

    return web.post(f"/staff/students/{{line}}/{name}", staff_page(taken))


ROUTES = [
    web.get("/staff/students/{line}", staff_page(_open)),
    _posted("nudge", _nudge),
    _posted("link", _link),
    _posted("email", _email),
    _posted("mobile", _mobile),
    _posted("replace", _replace),
]
