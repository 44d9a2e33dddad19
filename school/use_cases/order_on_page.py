"""An order on the page (O3–O6): the whole form at once, kept as the draft that chat fills in step by step.

What could not be taken stands beside the answers as "typed" (each student's own in the student), so that a reload
loses nothing; chat passes it over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from school import people
from school.centre import Centre
from school.draft import Answers, Consent, Draft
from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import BadLine, Step
from school.forms.field import Context
from school.forms.order import ORDER
from school.forms.whole import Problem, check_all
from school.letter_caps import Caps
from school.order import Payer
from school.ports import Session, UnitOfWork
from school.use_cases.answerable import add_letter
from school.use_cases.fill_form import ConsentText
from school.use_cases.hold_order import Placer, confirm_data
from school.use_cases.order_by_mail import NOBODY
from school.use_cases.place_order import CentreClosed, Placed, order_data, place_order
from school.use_cases.visit_page import Visit, new_client_link, person_of

CONFIRMS = ("consent", "education", "rights")
PLAIN = tuple(f.key for f in (*ORDER.before, *ORDER.after) if f.key != "consent")
OF_STUDENT = tuple(f.key for f in ORDER.group)
TYPED = "typed"


@dataclass(frozen=True, slots=True)
class PageOrder:
    """An order as the page shows it: the kept draft, its texts by field, what is wrong with them by path."""

    centre: Centre
    draft: Draft
    context: Context
    raw: dict[str, Any]
    problems: dict[str, Problem] = field(default_factory=dict)

    @property
    def students(self) -> list[dict[str, str]]:
        """Texts of the students; the page shows one at least."""
        found: list[dict[str, str]] = self.raw["students"]
        return found


async def centre_of_page(uow: UnitOfWork, number: str) -> Centre | None:
    """Return the centre, None for an unknown one. Raises `CentreClosed`."""
    # PostgreSQL takes no zero byte, and no number has one.
    centre = await uow.centre(number) if number.isascii() and number.isprintable() else None
    if centre is not None and centre.closed:
        raise CentreClosed
    return centre


async def draft_of_visit(uow: UnitOfWork, visit: Visit, centre: str) -> Draft | None:
    """Return the order that this visit fills in at the centre, whatever became of it; nobody else's."""
    draft = await uow.draft(visit.draft) if visit.draft else None
    return draft if draft is not None and draft.form == ORDER.key and draft.centre == centre else None


def begin(
    uow: UnitOfWork, draft: Draft | None, centre: Centre, discipline: str | None, text: ConsentText, now: datetime
) -> Draft:
    """Stage the consent and the draft that it opens; `draft`: one without consent yet, from chat."""
    if draft is None or draft.state != "active":
        draft = Draft(
            id=uuid4().hex[:12],
            user_id=NOBODY,
            chat_id=NOBODY,
            form=ORDER.key,
            centre=centre.number,
            discipline=discipline,
            answers={},
            cursor=None,
            question=None,
            state="active",
            touched_at=now,
        )
    draft = replace(draft, answers={**draft.answers, "consent": True}, touched_at=now)
    uow.save_draft(draft)
    uow.save_consent(
        Consent(uuid4().hex, f"page:{draft.id}", text.document, text.version, text.sha256, "page", given_at=now)
    )
    return draft


async def open_order(uow: UnitOfWork, visit: Visit, draft: Draft, centre: Centre, today: date) -> PageOrder:
    """Return the order as it was kept, with what is wrong in it; what is only missing is no problem yet."""
    known = await known_payers(uow, visit)
    context = Context(await uow.catalogue(), today, centre.email, draft.discipline, known)
    raw = raw_of(draft.answers)
    _, problems = check_all(ORDER, raw, context, confirmed=_kept(draft.answers, raw))
    return PageOrder(centre, draft, context, raw, {p: e for p, e in problems.items() if not _missing(e)})


async def known_payers(uow: UnitOfWork, visit: Visit) -> tuple[Payer, ...]:
    """Return payers of the Telegram account that opened the page; without one nobody's data are offered."""
    return tuple(await uow.known_payers(visit.account, 3)) if visit.account else ()


def raw_of(answers: Answers) -> dict[str, Any]:
    """Return the texts of kept answers; what could not be taken stands where there is no answer (any more)."""
    answers = _with_doubt(answers)
    raw: dict[str, Any] = {key: _text(answers, key) for key in PLAIN}
    raw["consent"] = "да"
    raw["students"] = [{key: _text(s, key) for key in OF_STUDENT} for s in answers.get("students", [])] or [{}]
    return raw


def _with_doubt(answers: Answers) -> Answers:
    """Let an answer that chat asks about once more stand among what was typed."""
    pending = answers.get("pending") or {}
    path, value = str(pending.get("step", "")), str(pending.get("value", ""))
    parts = path.split(".")
    if len(parts) == 1:
        return {**answers, TYPED: {**answers.get(TYPED, {}), path: value}} if path else answers
    students = [dict(s) for s in answers.get("students", [])]
    if int(parts[1]) < len(students):
        one = students[int(parts[1])]
        one[TYPED] = {**one.get(TYPED, {}), parts[2]: value}
    return {**answers, "students": students}


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if key in CONFIRMS:
        return "да" if value else ""
    return str(value) if value is not None else str((values.get(TYPED) or {}).get(key, ""))


def _kept(answers: Answers, raw: Mapping[str, Any]) -> set[str]:
    """Return paths of addresses that were taken before as they stand: a doubt is asked once."""
    email = answers.get("orderer_email")
    found = {"orderer_email"} if email and raw.get("orderer_email") == email else set()
    known = {s.get("email") for s in answers.get("students", [])} - {None}
    return found | {f"students.{i}.email" for i, s in enumerate(raw["students"]) if s.get("email") in known}


def _missing(problem: Problem) -> bool:
    return isinstance(problem, BadAnswer) and (
        problem.problem == "field_missing" or problem.problem.endswith("_not_confirmed")
    )


def take(page: PageOrder, raw: dict[str, Any], confirmed: Collection[str] = (), *, whole: bool = False) -> PageOrder:
    """Check a sent form and keep what is right and what was typed wrong; `whole`: what is missing is a problem too.

    `confirmed` are paths of doubtful addresses that the person stands by.
    """
    raw = {**raw, "consent": "да", "students": list(raw.get("students", [])) or [{}]}
    if whole:
        raw, confirmed = _without_empty(raw, confirmed)
    found, problems = check_all(ORDER, raw, page.context, confirmed={*confirmed, *_kept(page.draft.answers, raw)})
    answers = _extras(page.draft.answers) | found
    answers[TYPED] = {p: str(raw[p]) for p in problems if "." not in p and raw.get(p)}
    for index, student in enumerate(answers["students"]):
        texts = raw["students"][index]
        wrong = {key: texts[key] for key in OF_STUDENT if f"students.{index}.{key}" in problems and texts.get(key)}
        if wrong:
            student[TYPED] = wrong
    if not answers[TYPED]:
        del answers[TYPED]
    if problems and not page.draft.answers.get("students_done"):
        answers.pop("students_done", None)
    shown = problems if whole else {p: e for p, e in problems.items() if not _missing(e)}
    return replace(page, draft=replace(page.draft, answers=answers, cursor=None), raw=raw, problems=shown)


def _without_empty(raw: dict[str, Any], confirmed: Collection[str]) -> tuple[dict[str, Any], Collection[str]]:
    """Leave out students of whom nothing is told; what the person stands by moves with its student."""
    left = [i for i, s in enumerate(raw["students"]) if any(s.values())]
    moved = {f"students.{before}.email": f"students.{now}.email" for now, before in enumerate(left)}
    kept = [moved.get(path, "") if path.startswith("students.") else path for path in confirmed]
    return {**raw, "students": [raw["students"][i] for i in left] or [{}]}, kept


def _extras(answers: Answers) -> Answers:
    """Return what the form does not know of: other faces' own notes in the draft."""
    own = {*PLAIN, "payer_kpp", "students", TYPED, "pending", "students_done"}
    return {key: value for key, value in answers.items() if key not in own}


def save(uow: UnitOfWork, page: PageOrder, now: datetime) -> None:
    """Stage the draft as it stands; the question that chat asked last is answered by it, and is to be asked anew."""
    uow.save_draft(replace(page.draft, question=None, touched_at=now, nudged_at=None))


def give_up(uow: UnitOfWork, draft: Draft, now: datetime) -> None:
    """Stage the end of an order that is not to be placed: its answers are erased."""
    uow.save_draft(replace(draft, state="cancelled", answers={}, cursor=None, question=None, touched_at=now))


def loses(page: PageOrder, raw: Mapping[str, Any]) -> bool:
    """Tell whether a sent form leaves out what is kept: an older copy of it in another window, or beside a chat."""
    return bool(joined(page, raw) != {**raw, "consent": "да"})


def joined(page: PageOrder, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sent form with what is kept where it says nothing; what it says stands."""
    kept, sent = page.raw, raw["students"]
    students = [_either(one, kept["students"][i]) if i < len(kept["students"]) else one for i, one in enumerate(sent)]
    more = [one for one in kept["students"][len(sent) :] if any(one.values())]
    return {**kept, **_either({key: raw[key] for key in PLAIN}, kept), "students": [*students, *more]}


def _either(sent: Mapping[str, str], kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: text or kept.get(key, "") for key, text in sent.items()}


def like_first_all(page: PageOrder) -> PageOrder:
    """Give the first student's course, dates and tariff to all who have none of these.

    Raises `BadAnswer` where the first one has none.
    """
    if not (page.students[0].get("run") and page.students[0].get("tariff")):
        raise BadAnswer(problem="field_missing", field="run")
    first = {key: page.students[0].get(key, "") for key in ("course", "run", "tariff")}
    students = [s if s.get("run") or s.get("tariff") else s | first for s in page.students]
    return take(page, {**page.raw, "students": students})


def add_student(page: PageOrder) -> PageOrder:
    """Open one more student. Raises `BadAnswer` beyond the most."""
    if len(page.students) >= engine.MOST_STUDENTS:
        raise BadAnswer(problem="students_too_many", value=str(len(page.students)))
    return take(page, {**page.raw, "students": [*page.students, {}]})


def remove_student(page: PageOrder, index: int) -> PageOrder:
    """Take one student out; the others keep what was typed."""
    return take(page, {**page.raw, "students": [s for i, s in enumerate(page.students) if i != index]})


def like_first(page: PageOrder, index: int) -> PageOrder:
    """Give a student the course, the dates and the tariff of the first one."""
    first = {key: page.students[0].get(key, "") for key in ("course", "run", "tariff")}
    return take(page, {**page.raw, "students": [s | first if i == index else s for i, s in enumerate(page.students)]})


def fill_payer(page: PageOrder, number: int) -> PageOrder:
    """Fill in a payer known to the account that opened the page; a number that is not offered changes nothing."""
    if not 0 <= number < len(page.context.known_payers):
        return page
    known = page.context.known_payers[number]
    filled = {
        "payer_kind": known.kind.value,
        "payer_name": known.name,
        "payer_inn": known.inn or "",
        "payer_kpp": known.kpp or "",
        "payer_address": known.address,
    }
    return take(page, page.raw | filled)


def paste(page: PageOrder, text: str) -> tuple[PageOrder, list[BadLine], int]:
    """Take a pasted list, "ФИО, телефон, почта" a line: the page with the students, the lines not taken, the count."""
    students = page.draft.answers.get("students", [])
    nameless = (i for i, s in enumerate(page.students) if not (s.get("name") or s.get("mobile") or s.get("email")))
    free = next(nameless, len(students))
    step = Step(f"students.{free}.name", ORDER.group[0], free, 1, len(ORDER.group))
    answers, bad, taken = engine.paste(ORDER, step, text, page.draft.answers, page.context)
    if not taken:
        return page, bad, 0
    raw = raw_of(answers)
    # An address that leaves a doubt is asked about on the page: it is not to be typed again.
    listed = [one for one in people.parse_contact_lines(text) if isinstance(one, people.ContactLine)]
    doubtful = {(one.name.full, one.mobile): one.email for one in listed}
    for texts in raw["students"][free:]:
        texts["email"] = texts.get("email") or doubtful.get((texts.get("name"), texts.get("mobile")), "")
    return take(page, raw), bad, taken


async def send(
    uow: UnitOfWork, page: PageOrder, visit: Visit, now: datetime, caps: Caps, *, repeat: bool
) -> tuple[Placed, str, Visit]:
    """Place the order; return it, the secret of the client's page, and the visit that may see it at once.

    The orderer gets a letter, within `caps`; it alone holds the link that confirms a stranger's order. One draft makes
    one order however often it is sent. Raises as `place_order`.
    """
    draft = page.draft
    account = draft.user_id or visit.account
    if account and await uow.visitor(account) is not None:
        session = replace(await uow.session(account), draft=draft, centre=page.centre)
        draft = replace(draft, user_id=account)
    else:
        session = Session(None, (), draft, page.centre, await uow.catalogue())
    email = str(draft.answers.get("orderer_email", ""))
    placer = Placer(account, email, told=True, caps=caps)
    placed = await place_order(uow, session, draft, now, placer, repeat=repeat, actor=f"page:{email}")
    order = placed.order
    secret = new_client_link(uow, order, now)
    if placed.told and not placed.again:
        data = order_data(order, page.centre) | confirm_data(uow, order, order.orderer.email, now)
        data["clients"] = [{"number": order.number, "secret": new_client_link(uow, order, now)}]
        dedupe = f"order:{order.id}:orderer"
        add_letter(uow, "order_accepted", order.orderer.email, data, dedupe=dedupe, about=("order", order.id), now=now)
    seen = dict.fromkeys((*visit.orders, person_of(order)))
    return placed, secret, replace(visit, orders=tuple(seen))
