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


def letters() -> dict[str, tuple[str, Any]]:
    """Return name → (kind, data) of every letter in its variants."""
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
