"""Invented data of every letter, for the preview and the tests; no person or organisation in it exists."""

from typing import Any

from wording.order_block import OrderData, StudentData

SETTINGS = {
    "school.curator_email": "kurator@shkola.example",
    "school.support_phone": "8 800 555-01-02",
    "school.timezone": "Europe/Moscow",
}


def student(name: str, email: str, *flags: str) -> StudentData:
    """Return one student of the sample order."""
    return {
        "name": name,
        "mobile": "+79339333333",
        "email": email,
        "course_title": "44-ФЗ: контрактная система в сфере закупок",
        "tariff_title": "Оптимальный",
        "price": 2_450_000,
        "starts": "2027-04-25",
        "ends": "2027-05-25",
        "flags": list(flags),
    }


def order() -> OrderData:
    """Return an order of an organisation with two students and two things to look at."""
    return {
        "number": "0123-0042",
        "centre_name": "СЦ «Пример»",
        "payer": {
            "kind": "organisation",
            "name": "ООО «Ромашка»",
            "inn": "5039002841",
            "kpp": "503901001",
            "address": "127018, г. Москва, Сущёвский Вал, дом 18, 11 этаж",
        },
        "orderer": {"name": "Белова Ирина Петровна", "mobile": "+79161234567", "email": "belova.i@romashka.example"},
        "students": [
            student("Соколова Любовь Андреевна", "sokolova.l@pochta.example"),
            student("Лебедева Татьяна Ивановна", "ok.lebedeva@pochta.example", "suffix_mailbox", "mixed_script"),
        ],
        "total": 4_900_000,
        "placed_at": "2027-04-21T09:30:00+00:00",
        "filled_in_by_staff": False,
    }


def invite(**changes: Any) -> dict[str, Any]:
    """Return the first student's invitation; an organisation pays unless `changes` say otherwise."""
    data: dict[str, Any] = {
        "student_name": "Соколова Любовь Андреевна",
        "greeting": "Любовь Андреевна",
        "course_title": "44-ФЗ: контрактная система в сфере закупок",
        "starts": "2027-04-25",
        "payer_kind": "organisation",
        "payer_name": "ООО «Ромашка»",
        "orderer_name": "Белова Ирина Петровна",
        "centre_name": "СЦ «Пример»",
        "order_number": "0123-0042",
        "secret": "PRIMERssylki0000000000",
        "expires": "2027-07-20",
    }
    return data | changes


def about_student(**changes: Any) -> dict[str, Any]:
    """Return what every letter to the first student holds, with the letter's own `changes`."""
    data: dict[str, Any] = {
        "line": "0" * 32,
        "reference": "0123-0042/1",
        "order_number": "0123-0042",
        "student_name": "Соколова Любовь Андреевна",
        "greeting": "Любовь Андреевна",
        "course_title": "44-ФЗ: контрактная система в сфере закупок",
        "starts": "2027-04-25",
        "ends": "2027-05-25",
    }
    return data | changes


def linked(**changes: Any) -> dict[str, Any]:
    """Return the same with a fresh link."""
    return about_student(secret="PRIMERssylki0000000000", expires="2027-07-20") | changes  # noqa: S106 - an example


def access_row(name: str, email: str, **changes: Any) -> dict[str, Any]:
    """Return one student of the list «кому открыть доступ»."""
    data: dict[str, Any] = {
        "name": name,
        "email": email,
        "mobile": "+79339333333",
        "course_title": "44-ФЗ: контрактная система в сфере закупок",
        "tariff_title": "Оптимальный",
        "starts": "2027-04-25",
        "ends": "2027-05-25",
        "order_number": "0123-0042",
        "centre": "0123",
        "admitted_at": "2027-04-20T09:30:00+00:00",
    }
    return data | changes


def letters() -> dict[str, tuple[str, Any]]:
    """Return name → (kind, data) of every letter in its variants."""
    return _order_letters() | _questionnaire_letters() | _admission_letters()


def _order_letters() -> dict[str, tuple[str, Any]]:
    person = "Соколова Любовь Андреевна"
    return {
        "order_to_centre": ("order_to_centre", order()),
        "questionnaire_invite": ("questionnaire_invite", invite()),
        "questionnaire_invite_self": (
            "questionnaire_invite",
            invite(payer_kind="individual", payer_name=person, orderer_name=person),
        ),
        "questionnaire_invite_trader": (
            "questionnaire_invite",
            invite(payer_kind="sole_trader", payer_name="ИП Белова Ирина Петровна"),
        ),
        "questionnaire_invite_individual": (
            "questionnaire_invite",
            invite(payer_kind="individual", payer_name="Белова Ирина Петровна"),
        ),
    }


def _questionnaire_letters() -> dict[str, tuple[str, Any]]:
    remarks = [
        {"field": "diploma", "reason": "unreadable", "words": ""},
        {"field": "diploma_surname", "reason": "differs", "words": ""},
        {"field": "mobile", "reason": "other", "words": "напишите номер с кодом страны"},
    ]
    asked = [{"field": "surname", "reason": "asked", "words": ""}]
    no_education = {"field": "", "reason": "no_education", "words": ""}
    own_words = {"field": "", "reason": "other", "words": "Вы уже учитесь на этом курсе по заявке 0123-0040"}
    text = "Добрый день.\nВ дипломе две страницы, а пришла одна. Пришлите вторую, где номер и дата."
    return {
        "questionnaire_approved": ("questionnaire_approved", about_student(paid=True, admit_by="2027-04-20")),
        "questionnaire_approved_no_term": ("questionnaire_approved", about_student(paid=True, admit_by=None)),
        "questionnaire_approved_unpaid": ("questionnaire_approved", about_student(paid=False, admit_by=None)),
        "questionnaire_returned": ("questionnaire_returned", linked(remarks=remarks)),
        "questionnaire_returned_asked": ("questionnaire_returned", linked(remarks=asked)),
        "questionnaire_declined": ("questionnaire_declined", about_student(reason=no_education)),
        "questionnaire_declined_words": ("questionnaire_declined", about_student(reason=own_words)),
        "questionnaire_reminder": ("questionnaire_reminder", linked(asked_by=None)),
        "questionnaire_reminder_asked": ("questionnaire_reminder", linked(asked_by="Белова Ирина Петровна")),
        "curator_message": ("curator_message", linked(text=text)),
    }


def _admission_letters() -> dict[str, tuple[str, Any]]:
    card = {"level": "базовый", "hours": 72, "lessons": 12, "document": "удостоверение о повышении квалификации"}
    no_card = {"level": "", "hours": 0, "lessons": 0, "document": ""}
    entry = {"access_url": "https://kurs.shkola.example/44fz", "sign_in_email": "sokolova.l@pochta.example"}
    parcel = {"tracking": "10283512004231", "address": order()["payer"]["address"]}
    names = ("Соколова Любовь Андреевна", "Лебедева Татьяна Ивановна")
    title = "44-ФЗ: контрактная система в сфере закупок"
    client = {
        "order_number": "0123-0042",
        "orderer_name": "Белова Ирина Петровна",
        "students": [{"name": name, "course_title": title} for name in names],
    }
    osno = {"course_title": "Бухгалтерский учёт при ОСНО", "starts": "2027-06-20", "ends": "2027-07-20"}
    rows = [
        access_row("Орлова Екатерина Владимировна", "orlova.e@pochta.example", **osno),
        access_row(names[0], "sokolova.l@pochta.example"),
        access_row(names[1], "lebedeva.t@pochta.example"),
    ]
    return {
        "access_open": ("access_open", about_student(**entry, **card)),
        "access_open_no_card": ("access_open", about_student(**entry, **no_card)),
        "documents_sent": ("documents_sent", about_student(**parcel)),
        "documents_sent_to_client": ("documents_sent_to_client", client | parcel),
        "access_list": ("access_list", {"rows": rows}),
    }
