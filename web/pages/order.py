"""The order form of a centre's page (O2–O6): consent, one form with students, a last look, what happens next."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from school.centre import Centre
from school.draft import Draft
from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import BadLine
from school.numbers import whole
from school.order import Order
from school.typed import LIST
from school.use_cases import order_on_page as use_case
from school.use_cases.fill_form import ConsentText
from school.use_cases.hand_draft import LASTS, hand_over_draft
from school.use_cases.order_on_page import PageOrder
from school.use_cases.place_order import CentreClosed, LooksRepeated
from school.use_cases.visit_page import CLIENT_LINK, VISIT_LASTS, open_door
from web.fields import on_page
from web.order_fields import (
    confirmation,
    faults_of,
    orderer_fields,
    payer_fields,
    payers_words,
    read_form,
    student_views,
)
from web.page import PASTED, Handler, Page, page
from web.staff import signed_manager
from wording.consents import ConsentDocument, order_consent
from wording.dates import date_short
from wording.facts import fact_value
from wording.fields import EDUCATION, PAYER_KINDS, REQUIREMENTS, RIGHTS
from wording.held import to_client
from wording.problems import explain

ELSEWHERE = "Заявку изменили в чате или в другом окне. Ответы соединили: проверьте и нажмите кнопку ещё раз."
HOURS = VISIT_LASTS // timedelta(hours=1)
NOTHING_CHOSEN = "Сначала выберите курс и тариф у ученика 1."
AtCentre = Callable[[Page, Centre], Awaitable[web.StreamResponse]]
WithDraft = Callable[[Page, Centre, Draft], Awaitable[web.StreamResponse]]


def at_centre(handler: AtCentre) -> Handler:
    """Let the handler see only a centre that takes orders; say what to do about an unknown or a closed one."""

    async def guarded(here: Page) -> web.StreamResponse:
        number = str(here.request.match_info["centre"])
        try:
            centre = await use_case.centre_of_page(here.uow, number)
        except CentreClosed:
            what = "Этот сервисный центр больше не принимает заявки. Попросите ссылку у другого центра."
            return here.show("refused.html", 410, title="Центр закрыт", what=what, line=None)
        if centre is None:
            what = "Ссылка с ошибкой. Попросите её у сервисного центра ещё раз."
            return here.show("refused.html", 404, title="Такого центра нет", what=what, line=None)
        return await handler(here, centre)

    return guarded


def with_draft(handler: WithDraft) -> Handler:
    """Let the handler see only the order that this visit fills in; else begin with the consent."""

    async def guarded(here: Page, centre: Centre) -> web.StreamResponse:
        draft = await use_case.draft_of_visit(here.uow, here.visit, centre.number)
        if draft is not None and draft.state == "placed":
            return await _placed_before(here, centre, draft)
        if draft is None or draft.state != "active" or not draft.answers.get("consent"):
            gone = (draft is not None and draft.state != "active") or here.request.method == "POST"
            return _ask_consent(here, centre, gone=gone)
        return await handler(here, centre, draft)

    return at_centre(guarded)


def path(here: Page, step: str = "") -> str:
    """Return the path of a step at this centre."""
    return f"/order/{here.request.match_info['centre']}{step}"


def frame(here: Page, centre: Centre) -> dict[str, Any]:
    """Return what every template of the order needs."""
    return {
        "path": path(here),
        "centre": centre,
        "discipline": here.request.match_info.get("discipline", ""),
        "hours": HOURS,
        "in_telegram": bool(here.settings.bot_username),
    }


def _ask_consent(here: Page, centre: Centre, *, gone: bool = False) -> web.Response:
    document = order_consent(centre.name)
    return here.show(
        "order/consent.html",
        **frame(here, centre),
        text=document.text,
        consent_sha256=document.sha256,
        gone=gone,
        dropped="dropped" in here.request.query,
    )


async def _agree(here: Page, centre: Centre) -> web.StreamResponse:
    document: ConsentDocument = order_consent(centre.name)
    if here.field("consent") != document.sha256:
        return here.go(path(here))
    draft = await use_case.draft_of_visit(here.uow, here.visit, centre.number)
    if draft is not None and draft.state == "active" and draft.answers.get("consent"):
        return here.go(path(here))
    asked = here.field("discipline")
    discipline = asked if (await here.uow.catalogue()).discipline(asked) else None
    text = ConsentText(document.key, document.version, document.sha256)
    begun = use_case.begin(here.uow, draft, centre, discipline, text, here.now)
    here.enter(replace(here.visit, draft=begun.id))
    return here.go(path(here))


async def _form(here: Page, centre: Centre, draft: Draft) -> web.StreamResponse:
    opened = await use_case.open_order(here.uow, here.visit, draft, centre, here.today)
    return _show(here, opened)


def _show(here: Page, order: PageOrder, status: int = 200, **more: Any) -> web.Response:
    payer, orderer = payer_fields(order), orderer_fields(order)
    students = student_views(order, _number(here.request.query.get("open", "")))
    education, rights = confirmation(order, "education"), confirmation(order, "rights")
    views = [*(one.view for one in (*payer, *orderer)), education, *faults_of(students), rights]
    values: dict[str, Any] = {
        "pasted": "",
        "bad_lines": [],
        "taken": 0,
        "saved": _saved_until(here) if "saved" in here.request.query else "",
        "told": "",
    }
    return here.show(
        "order/form.html",
        status,
        **frame(here, order.centre),
        payer=payer,
        orderer=orderer,
        education=education,
        rights=rights,
        education_words=EDUCATION,
        rights_words=RIGHTS,
        seen=engine.seal(order.draft.answers),
        students=students,
        views=views,
        known=payers_words(order),
        unchosen=any(not s.get("run") and not s.get("tariff") for s in order.students[1:]),
        nothing=not order.context.catalogue.offered_courses(here.today, order.context.discipline),
        **(values | more),
    )


async def _take(here: Page, centre: Centre, draft: Draft) -> web.StreamResponse:
    """Keep what was sent, then do what the button says."""
    if here.field("do") == "drop":
        use_case.give_up(here.uow, draft, here.now)
        here.keep(replace(here.visit, draft=""))
        return here.go(path(here, "?dropped=1"))
    opened = await use_case.open_order(here.uow, here.visit, draft, centre, here.today)
    raw, confirmed = read_form({k: str(v) for k, v in here.form.items()}, opened.context.catalogue)
    seen = here.field("seen")
    if seen and seen != engine.seal(draft.answers) and use_case.loses(opened, raw):
        both = use_case.take(opened, use_case.joined(opened, raw), confirmed)
        use_case.save(here.uow, both, here.now)
        return _show(here, both, 409, told=ELSEWHERE, pasted=here.field(PASTED, LIST))
    act, _, number = here.field("do").partition(":")
    taken = use_case.take(opened, raw, confirmed, whole=act == "check")
    if act == "paste":
        return _paste(here, taken)
    at, told = len(taken.students) if act == "add" else _number(number), ""
    try:
        taken = _changed(taken, act, at)
    except BadAnswer as problem:
        told = NOTHING_CHOSEN if act == "same_all" else on_page(explain(problem))
    use_case.save(here.uow, taken, here.now)
    if told or (act == "check" and taken.problems):
        return _show(here, taken, 400, told=told)
    if act == "telegram" and here.settings.bot_username:
        return _to_telegram(here, taken)
    return here.go(path(here) + _place(act, at))


def _changed(taken: PageOrder, act: str, at: int) -> PageOrder:
    """Return the order after the button. Raises `BadAnswer`."""
    if act == "add":
        return use_case.add_student(taken)
    if act == "remove":
        return use_case.remove_student(taken, at)
    if act == "same":
        return use_case.like_first(taken, at)
    if act == "same_all":
        return use_case.like_first_all(taken)
    return use_case.fill_payer(taken, at) if act == "payer" else taken


def _place(act: str, at: int) -> str:
    """Return what follows the form's path: where on the page the person goes on."""
    if act in ("add", "open", "same"):
        return f"?open={at}#student-{at}"
    return {"check": "/check", "remove": "#students", "same_all": "#students", "payer": "#payer"}.get(act, "?saved=1")


def _saved_until(here: Page) -> str:
    """Say until when this browser may go on; `""` for a visit that is not kept."""
    if here.visit.stored is None:
        return ""
    ends = here.visit.stored.expires_at.astimezone(here.settings.zone)
    return f"{date_short(ends.date())}, {ends:%H:%M}"


def _number(text: str) -> int:
    """Return a student's or a payer's number, -1 for anything else."""
    return whole(text, digits=3)


def _paste(here: Page, taken: PageOrder) -> web.Response:
    after, bad, count = use_case.paste(taken, here.field(PASTED, LIST))
    use_case.save(here.uow, after, here.now)
    lines: list[tuple[BadLine, str]] = [(line, on_page(explain(line.problem))) for line in bad]
    pasted = "\n".join(line.text for line in bad)
    return _show(here, after, 400 if bad else 200, bad_lines=lines, taken=count, pasted=pasted)


def _to_telegram(here: Page, order: PageOrder) -> web.Response:
    address = here.settings.deep_link(f"o_{hand_over_draft(here.uow, order.draft, here.now)}")
    return here.show("order/telegram.html", **frame(here, order.centre), address=address, minutes=LASTS.seconds // 60)


async def _whole(here: Page, centre: Centre, draft: Draft) -> PageOrder:
    opened = await use_case.open_order(here.uow, here.visit, draft, centre, here.today)
    return use_case.take(opened, opened.raw, whole=True)


async def _check(here: Page, centre: Centre, draft: Draft) -> web.StreamResponse:
    return _show_check(here, await _whole(here, centre, draft))


def _show_check(
    here: Page, order: PageOrder, status: int = 200, *, changed: bool = False, repeated: list[str] | None = None
) -> web.Response:
    if order.problems:
        return _show(here, order, 400)
    a, catalogue = order.draft.answers, order.context.catalogue
    students = [{key: fact_value(key, s.get(key), catalogue) for key in use_case.OF_STUDENT} for s in a["students"]]
    return here.show(
        "order/check.html",
        status,
        **frame(here, order.centre),
        a=a,
        kind=PAYER_KINDS[a["payer_kind"]],
        mobile=fact_value("orderer_mobile", a["orderer_mobile"], catalogue),
        students=students,
        total=_total(order),
        requirements=REQUIREMENTS,
        sealed=_sealed(order),
        changed=changed,
        repeated=repeated,
    )


def _total(order: PageOrder) -> int:
    """Return the sum in kopecks at today's prices."""
    tariffs = [order.context.catalogue.tariff(s["tariff"]) for s in order.draft.answers["students"]]
    return sum(t.price for t in tariffs if t is not None)


def _sealed(order: PageOrder) -> str:
    """Return a digest of what the last look shows: nothing else is sent, at no other price."""
    return engine.seal({**order.draft.answers, "total": _total(order)})


async def _send(here: Page, centre: Centre, draft: Draft) -> web.StreamResponse:
    order = await _whole(here, centre, draft)
    if order.problems:
        return _show(here, order, 400)
    if here.field("sealed") != _sealed(order):
        return _show_check(here, order, 409, changed=True)
    repeat = here.field("repeat") == "yes"
    manager = await signed_manager(here.request, here.uow, here.now, centre.number)
    visit = here.visit
    if manager is not None:
        # For this order alone: the visit is the client's, and nobody's account is bound by it.
        here.uow.speak_for(f"page:{manager.user_id}")
        visit = replace(visit, account=manager.user_id)
    try:
        _, secret, visit = await use_case.send(here.uow, order, visit, here.now, here.settings.caps, repeat=repeat)
    except LooksRepeated as known:
        return _show_check(here, order, 409, repeated=[str(one) for one in known.data["numbers"]])  # type: ignore[attr-defined]
    # Under the cookie it has, which is this order's since the consent: a second press then finds the order too.
    here.keep(replace(visit, account=here.visit.account))
    return here.go(path(here, f"/done/{secret}"))


async def _placed_before(here: Page, centre: Centre, draft: Draft) -> web.StreamResponse:
    """Lead to the order that this draft has become: a form sent twice, a step back, a reload."""
    order = await here.uow.order_by_draft(draft.id)
    if here.request.method == "POST" and here.field("do") == "new":
        here.keep(replace(here.visit, draft=""))
        return here.go(path(here))
    if here.request.method == "POST" and order is not None:
        opened = await use_case.open_order(here.uow, here.visit, draft, centre, here.today)
        _, secret, visit = await use_case.send(here.uow, opened, here.visit, here.now, here.settings.caps, repeat=True)
        here.keep(visit)
        return here.go(path(here, f"/done/{secret}"))
    return here.show("order/placed.html", **frame(here, centre), number=order.number if order else "")


async def _done(here: Page, centre: Centre) -> web.StreamResponse:
    """Say what happens next, to the visit that sent the order; behind the address stands the proof as everywhere."""
    door = await open_door(here.uow, here.token, here.now, here.visit)
    if door.token.kind != CLIENT_LINK or not door.open_for(here.visit):
        return here.go(f"/me/{here.token}")
    order = door.order
    alone = len(order.lines) == 1 and order.lines[0].name == order.orderer.name
    values: dict[str, Any] = {"order": order, "alone": alone, "held": _held(order), "me": f"/me/{here.token}"}
    return here.show("order/done.html", **frame(here, centre), **values)


def _held(order: Order) -> str:
    """Say what the students' letters wait for, "" where they do not."""
    return to_client(order.held_why, order.orderer.email) if order.held else ""


ROUTES = [
    web.post("/order/{centre}/consent", page(at_centre(_agree))),
    web.get("/order/{centre}/check", page(with_draft(_check))),
    web.post("/order/{centre}/send", page(with_draft(_send))),
    web.get("/order/{centre}/done/{token}", page(at_centre(_done))),
    web.get("/order/{centre}", page(with_draft(_form))),
    web.post("/order/{centre}", page(with_draft(_take))),
    web.get("/order/{centre}/{discipline}", page(with_draft(_form))),
]
