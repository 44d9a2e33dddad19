"""The order form (заявка на обучение), REGULATIONS O3–O5: every field in the order it is asked."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from school import payer, people, post
from school.errors import BadAnswer
from school.forms.field import Field, Form, Kind, NeedsConfirmation, Option, Scope
from school.payer import PayerKind

ORGANISATION, TRADER, INDIVIDUAL = (
    k.value for k in (PayerKind.ORGANISATION, PayerKind.SOLE_TRADER, PayerKind.INDIVIDUAL)
)
KIND_WORDS = {
    ORGANISATION: ("юр", "организац", "ооо", "компан", "учрежд"),
    TRADER: ("ип", "я ип", "предприним", "индивидуал"),
    INDIVIDUAL: ("физ", "частн", "гражд", "я "),
}
YES_WORDS = (
    "да", "согласен", "согласна", "подтверждаю", "верно", "ок", "хорошо", "даю согласие", "понятно", "понятно, подходит"
)  # fmt: skip


def _kind(scope: Scope) -> str:
    return str(scope.answers.get("payer_kind", ""))


def _yes(key: str) -> Any:
    def check(text: str, _: Scope) -> dict[str, Any]:
        if text.strip().casefold().rstrip(".!") not in (*YES_WORDS, "yes"):
            raise BadAnswer(problem=f"{key}_not_confirmed", value=text)
        return {key: True}

    return check


def _check_kind(text: str, _: Scope) -> dict[str, Any]:
    typed = text.strip().casefold() + " "
    for kind, words in KIND_WORDS.items():
        if typed.strip() == kind or any(typed.startswith(word) for word in words):
            return {"payer_kind": kind}
    raise BadAnswer(problem="payer_kind", value=text)


def _kind_options(_: Scope) -> tuple[Option, ...]:
    return (Option(ORGANISATION), Option(TRADER), Option(INDIVIDUAL))


def _check_payer_name(text: str, scope: Scope) -> dict[str, Any]:
    return {"payer_name": payer.parse_payer_name(text, PayerKind(_kind(scope)))}


def _known_payers(scope: Scope) -> tuple[Option, ...]:
    known = [p for p in scope.context.known_payers if p.kind.value == _kind(scope)]
    return tuple(
        Option(
            value=f"known{number}",
            title=p.name,
            fills={"payer_name": p.name, "payer_inn": p.inn, "payer_kpp": p.kpp, "payer_address": p.address},
        )
        for number, p in enumerate(known[:3])
    )


def _check_inn(text: str, scope: Scope) -> dict[str, Any]:
    if _kind(scope) == ORGANISATION:
        inn, kpp = payer.parse_inn_kpp(text)
        return {"payer_inn": inn} | ({"payer_kpp": kpp} if kpp else {})
    return {"payer_inn": payer.parse_inn(text, PayerKind(_kind(scope)))}


def _check_kpp(text: str, _: Scope) -> dict[str, Any]:
    return {"payer_kpp": payer.parse_kpp(text)}


def _check_address(text: str, _: Scope) -> dict[str, Any]:
    return {"payer_address": post.parse_address(text).raw}


def _contact(text: str) -> tuple[people.FullName, str | None, str | None]:
    """Read a name alone, or "ФИО, телефон, почта" in one message."""
    if any(c.isdecimal() or c == "@" for c in text):
        line = people.parse_contact_line(text)
        return line.name, line.mobile, line.email
    return people.parse_full_name(text), None, None


def _check_orderer_name(text: str, _: Scope) -> dict[str, Any]:
    name, mobile, email = _contact(text)
    found: dict[str, Any] = {"orderer_name": name.full}
    if mobile and email:
        found["orderer_mobile"] = mobile
        if not people.email_hint(email):
            found["orderer_email"] = email
    return found


def _payer_is_orderer(scope: Scope) -> tuple[Option, ...]:
    if _kind(scope) in (TRADER, INDIVIDUAL) and scope.answers.get("payer_name"):
        name = scope.answers["payer_name"]
        return (Option("payer", title=f"Это я: {people.parse_full_name(name).initials}", fills={"orderer_name": name}),)
    return ()


def _check_orderer_mobile(text: str, _: Scope) -> dict[str, Any]:
    return {"orderer_mobile": people.parse_mobile(text)}


def _check_orderer_email(text: str, _: Scope) -> dict[str, Any]:
    address = people.parse_email(text)
    _hint(address)
    return {"orderer_email": address}


def _hint(address: str) -> None:
    if suggestion := people.email_hint(address):
        raise NeedsConfirmation("email_typo", address, suggestion)


def _check_student_name(text: str, _: Scope) -> dict[str, Any]:
    name, mobile, _email = _contact(text)
    return {"name": name.full, "flags": sorted(name.flags)} | ({"mobile": mobile} if mobile else {})


def _i_study(scope: Scope) -> tuple[Option, ...]:
    a = scope.answers
    if _kind(scope) == ORGANISATION or any(s.get("name") == a.get("orderer_name") for s in scope.others):
        return ()
    fills = {"name": a.get("orderer_name"), "mobile": a.get("orderer_mobile")}
    with suppress(BadAnswer, NeedsConfirmation):
        fills |= check_student_email(str(a.get("orderer_email")), replace(scope, item=fills))
    return (Option("me", fills=fills),)


def _check_student_mobile(text: str, _: Scope) -> dict[str, Any]:
    return {"mobile": people.parse_mobile(text)}


def check_student_email(text: str, scope: Scope) -> dict[str, Any]:
    """Refuse a shared mailbox (REGULATIONS O4): a role's, the centre's, the orderer's, another student's."""
    address = people.parse_email(text)
    name = str(scope.item.get("name", ""))
    for other in scope.others:
        if other.get("email") and people.same_mailbox(address, other["email"]):
            raise BadAnswer(problem="email_repeated", value=address, name=name, other=other.get("name", ""))
    if people.same_mailbox(address, scope.context.centre_email):
        raise BadAnswer(problem="email_of_centre", value=address, name=name)
    orderer = scope.answers.get("orderer_email")
    if orderer and people.same_mailbox(address, orderer) and scope.answers.get("orderer_name") != name:
        raise BadAnswer(problem="email_of_orderer", value=address, name=name)
    kind = people.mailbox_kind(address)
    if kind == "role":
        raise BadAnswer(problem="email_role", value=address, name=name)
    _hint(address)
    if kind == "suffix":
        raise NeedsConfirmation("email_suffix", address)
    return {"email": address}


def _course_options(scope: Scope) -> tuple[Option, ...]:
    catalogue, today = scope.context.catalogue, scope.context.today
    same: list[Option] = []
    done = [s for s in scope.others if s.get("run") and s.get("tariff")]
    waiting = [s for s in scope.others if s.get("name") and not s.get("course")]
    if done:
        fills = {key: done[0][key] for key in ("course", "run", "tariff")}
        number = str(scope.answers["students"].index(done[0]) + 1)
        if waiting:
            same.append(Option("same_all", title=number, fills=fills, to_all=True))
        same.append(Option("same", title=number, fills=fills))
    offered = catalogue.offered_courses(today, scope.context.discipline)
    return (*same, *(Option(c.key, title=c.title) for c in offered))


def _run_options(scope: Scope) -> tuple[Option, ...]:
    runs = scope.context.catalogue.offered_runs(str(scope.item.get("course")), scope.context.today)
    return tuple(Option(r.key, detail=f"{r.starts.isoformat()}/{r.ends.isoformat()}") for r in runs)


def _tariff_options(scope: Scope) -> tuple[Option, ...]:
    tariffs = scope.context.catalogue.offered_tariffs(str(scope.item.get("course")))
    return tuple(Option(t.key, title=t.title, detail=str(t.price)) for t in tariffs)


def _pick(key: str, options: Any) -> Any:
    def check(text: str, scope: Scope) -> dict[str, Any]:
        typed = people.fold(text.strip())
        offered = [o for o in options(scope) if not o.fills]
        if typed.isdecimal() and 1 <= int(typed) <= len(offered):
            return {key: offered[int(typed) - 1].value}
        found = [o for o in offered if o.value == text or (typed and typed in people.fold(o.title or o.detail))]
        if len(found) == 1:
            return {key: found[0].value}
        raise BadAnswer(problem=f"{key}_unknown", value=text)

    return check


def _others_data(scope: Scope) -> bool:
    orderer = scope.answers.get("orderer_name")
    return any(s.get("name") != orderer for s in scope.answers.get("students", []))


ORDER = Form(
    key="order",
    before=(
        Field("consent", Kind.CONSENT, _yes("consent")),
        Field(
            "payer_kind",
            Kind.CHOICE,
            _check_kind,
            options=_kind_options,
            resets=("payer_name", "payer_inn", "payer_kpp"),
        ),
        Field("payer_name", Kind.TEXT, _check_payer_name, options=_known_payers),
        Field("payer_inn", Kind.TEXT, _check_inn, skippable=lambda s: _kind(s) == INDIVIDUAL, resets=("payer_kpp",)),
        Field("payer_kpp", Kind.TEXT, _check_kpp, applies=lambda s: _kind(s) == ORGANISATION),
        Field("payer_address", Kind.TEXT, _check_address),
        Field("orderer_name", Kind.TEXT, _check_orderer_name, options=_payer_is_orderer),
        Field("orderer_mobile", Kind.TEXT, _check_orderer_mobile),
        Field("orderer_email", Kind.TEXT, _check_orderer_email),
        Field("education", Kind.CONFIRM, _yes("education")),
    ),
    group=(
        Field("name", Kind.TEXT, _check_student_name, options=_i_study),
        Field("mobile", Kind.TEXT, _check_student_mobile),
        Field("email", Kind.TEXT, check_student_email),
        Field(
            "course",
            Kind.CHOICE,
            _pick("course", _course_options),
            options=_course_options,
            resets=("run", "tariff"),
        ),
        Field("run", Kind.CHOICE, _pick("run", _run_options), options=_run_options),
        Field("tariff", Kind.CHOICE, _pick("tariff", _tariff_options), options=_tariff_options),
    ),
    after=(Field("rights", Kind.CONFIRM, _yes("rights"), applies=_others_data),),
)
