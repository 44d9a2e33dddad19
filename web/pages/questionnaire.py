"""The questionnaire behind a student's link: consent, data, documents, a last look, what comes next (Q1–Q4)."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from school.errors import NotFound
from school.forms import engine
from school.forms.field import Kind
from school.order import Enrolment, OrderLine
from school.questionnaire import Questionnaire, may_be_undone
from school.use_cases.fill_by_mail import Filling, agree, finish, open_by_mail
from school.use_cases.fill_form import ConsentText
from school.use_cases.fill_on_page import (
    answer_fields,
    asked_documents,
    keep_opened,
    problems,
    progress,
    remove_page,
)
from school.use_cases.fill_questionnaire import BeingDecided, NothingToFill, erase
from school.use_cases.visit_page import Door, actor_of
from web.page import Page, page
from web.pages.door import BehindHandler, behind
from web.questionnaire_views import data_groups, documents_of, facts_of, remarks_of
from wording.after_sending import CHANGES, admission_term
from wording.consents import ConsentDocument, student_consent
from wording.reasons import decline_words

FillingHandler = Callable[[Page, Door, Filling], Awaitable[web.StreamResponse]]


def student(door: Door) -> Enrolment:
    """Return the student's place. Raises `NotFound` for a client's link: it has no questionnaire."""
    if door.about is None:
        raise NotFound
    return door.about


async def opened(here: Page, door: Door) -> Filling:
    """Open the questionnaire as it is to be filled in. Raises `NothingToFill`, `BeingDecided`, `NotFound`."""
    return await open_by_mail(here.uow, student(door), here.now, here.today, here.settings.frdo)


def openable(handler: FillingHandler) -> BehindHandler:
    """Let the handler see only a questionnaire that can be filled in; else tell how it stands."""

    async def guarded(here: Page, door: Door) -> web.StreamResponse:
        if door.about is None:
            return here.go(f"/me/{here.token}")
        try:
            found = await opened(here, door)
        except (NothingToFill, BeingDecided):
            return await show_stands(here, door.about)
        return await handler(here, door, found)

    return guarded


def filling(handler: FillingHandler) -> BehindHandler:
    """As `openable`, and only one that was agreed to; else ask for the consent."""

    async def guarded(here: Page, door: Door, found: Filling) -> web.StreamResponse:
        return await (handler(here, door, found) if found.consented else _ask_consent(here, door, found))

    return openable(guarded)


def path(here: Page, step: str = "") -> str:
    """Return the path of a step of this questionnaire."""
    return f"/q/{here.token}{step}"


def _frame(here: Page, found: Filling) -> dict[str, Any]:
    line = found.about.line
    return {
        "path": path(here),
        "course": line.course_title,
        "line": line,
        "progress": progress(found),
        "remarks": list(remarks_of(found).values()),
        "me": f"/me/{here.token}",
        "telegram": here.settings.deep_link(f"q_{here.token}"),
    }


async def show_stands(here: Page, about: Enrolment) -> web.Response:
    """Return the page that says how a questionnaire stands that is not filled in now, and what comes next.

    A form sent to it changed nothing: its answer has the status of a conflict.
    """
    line = about.line
    found = await here.uow.questionnaire(line.id)
    declined = found.decline_reason if found is not None else None
    return here.show(
        "q/stands.html",
        409 if here.request.method == "POST" else 200,
        state=_state(here, line, found),
        line=line,
        course=line.course_title,
        me=f"/me/{here.token}",
        term=admission_term(line.admit_by),
        changes=CHANGES,
        reason=decline_words(declined.reason, declined.words) if declined is not None else "",
    )


def _state(here: Page, line: OrderLine, found: Questionnaire | None) -> str:
    if line.cancelled or line.admitted_at is not None:
        return "cancelled" if line.cancelled else "admitted"
    if found is None:
        return "approved"
    # What may still be taken back is not told yet.
    return "deciding" if may_be_undone(found, here.now) else found.state


async def _consent(here: Page, found: Filling) -> ConsentDocument:
    centre = await here.uow.centre(found.about.order.centre)
    return student_consent(centre.name if centre is not None else "", register=bool(found.switched))


async def _ask_consent(here: Page, door: Door, found: Filling) -> web.Response:
    document = await _consent(here, found)
    return here.show(
        "q/consent.html",
        **_frame(here, found),
        text=document.text,
        consent_sha256=document.sha256,
        name=student(door).line.name,
    )


async def _agree(here: Page, door: Door, found: Filling) -> web.StreamResponse:
    document = await _consent(here, found)
    if found.consented or here.field("consent") != document.sha256:
        return here.go(path(here))
    text = ConsentText(document.key, document.version, document.sha256)
    actor = actor_of(door)
    finish(here.uow, agree(here.uow, found, text, actor, here.now), actor, here.now, here.settings.zone, whole=False)
    return here.go(path(here))


async def _refuse(here: Page, door: Door, found: Filling) -> web.StreamResponse:
    await erase(here.uow, found.about, actor_of(door))
    return here.show("q/refused.html", path=path(here), me=f"/me/{here.token}")


async def _data(here: Page, _: Door, found: Filling) -> web.StreamResponse:
    keep_opened(here.uow, found)
    return _show_data(here, found, saved="saved" in here.request.query, checked="check" in here.request.query)


def _show_data(here: Page, found: Filling, *, saved: bool = False, checked: bool = False) -> web.Response:
    groups = data_groups(found, checked=checked)
    if not groups:
        return here.go(path(here, "/documents"))
    wrong = problems(found)
    views = [view for group in groups for view in group.fields]
    missing = [view for view in views if checked and view.name in found.missing and view.name not in wrong]
    return here.show(
        "q/data.html",
        400 if here.request.method == "POST" else 200,
        **_frame(here, found),
        groups=groups,
        faults=[view for view in views if view.name in wrong],
        missing=missing,
        saved=saved,
        seen=engine.seal(found.answers),
    )


async def _save(here: Page, door: Door, found: Filling) -> web.StreamResponse:
    given = {key: str(value) for key, value in here.form.items()}
    if here.field("seen") != engine.seal(found.answers):
        # The form is older than the answers, of another tab or from before the chat: what it leaves empty erases none.
        given = {key: value for key, value in given.items() if value.strip()}
    after = answer_fields(found, given)
    finish(here.uow, after, actor_of(door), here.now, here.settings.zone, whole=False)
    if here.field("do") == "later":
        return _show_data(here, after) if problems(after) else here.go(path(here, "?saved=1"))
    asked = [s.field.key for s in after.steps if s.field.kind in (Kind.TEXT, Kind.CHOICE)]
    if problems(after) or set(asked) & set(after.missing):
        return _show_data(here, after, checked=True)
    return here.go(path(here, "/documents" if asked_documents(after) else "/check"))


async def _documents(here: Page, _: Door, found: Filling) -> web.StreamResponse:
    keep_opened(here.uow, found)
    return show_documents(here, found, checked="check" in here.request.query)


def show_documents(
    here: Page, found: Filling, status: int = 200, refusals: tuple[str, ...] = (), *, checked: bool = False
) -> web.Response:
    """Return the page of the documents; `refusals` are sentences about files that were not taken.

    `checked` names the documents that are still missing.
    """
    shown = documents_of(found)
    if not shown:
        return here.go(path(here, "/check"))
    missing = [one for one in shown if checked and one.key in found.missing]
    return here.show(
        "q/documents.html", status, **_frame(here, found), documents=shown, refusals=refusals, missing=missing
    )


async def _remove(here: Page, door: Door, found: Filling) -> web.StreamResponse:
    after = remove_page(here.uow, found, str(here.request.match_info["document"]), here.field("page"))
    finish(here.uow, after, actor_of(door), here.now, here.settings.zone, whole=False)
    return here.go(path(here, "/documents"))


async def _check(here: Page, _: Door, found: Filling) -> web.StreamResponse:
    return _show_check(here, found)


def _show_check(here: Page, found: Filling, *, changed: bool = False) -> web.Response:
    if problems(found) or found.missing:
        documents = {*found.missing} <= {*asked_documents(found)} and not problems(found)
        return here.go(path(here, "/documents?check=1" if documents else "?check=1"))
    values = {"facts": facts_of(found), "sealed": engine.seal(found.answers), "changed": changed}
    return here.show("q/check.html", 409 if changed else 200, **_frame(here, found), **values)


async def _send(here: Page, door: Door, found: Filling) -> web.StreamResponse:
    if here.field("sealed") != engine.seal(found.answers):
        return _show_check(here, found, changed=True)
    done = finish(here.uow, found, actor_of(door), here.now, here.settings.zone, whole=not problems(found))
    return here.go(path(here) if done.handed_in else path(here, "/check"))


ROUTES = [
    web.get("/q/{token}", page(behind(filling(_data)))),
    web.post("/q/{token}", page(behind(filling(_save)))),
    web.post("/q/{token}/consent", page(behind(openable(_agree)))),
    web.post("/q/{token}/refuse", page(behind(openable(_refuse)))),
    web.get("/q/{token}/documents", page(behind(filling(_documents)))),
    web.post("/q/{token}/documents/{document}/remove", page(behind(filling(_remove)))),
    web.get("/q/{token}/check", page(behind(filling(_check)))),
    web.post("/q/{token}/send", page(behind(filling(_send)))),
]
