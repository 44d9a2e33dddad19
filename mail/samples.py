"""Invented data of every letter, for the preview and the tests; no person or organisation in it exists."""

from typing import Any

from mail.samples_answers import answers
from wording.order_block import OrderData, StudentData

SETTINGS = {
    "school.curator_email": "kurator@shkola.example",
    "school.support_phone": "8 800 555-01-02",
    "school.timezone": "Europe/Moscow",
}


CLIENTS: dict[str, Any] = {"clients": [{"number": "0123-0042", "secret": "PRIMERzakazchik0000000"}]}
HELD: dict[str, Any] = {"held": "stranger", "confirm": {"secret": "PRIMERpodtverzhdenie00"}}


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


def _file() -> dict[str, str]:
    return {"name": "Заявка на обучение.xlsx", "base64": "UEsDBA=="}


def letters() -> dict[str, tuple[str, Any]]:
    """Return name → (kind, data) of every letter in its variants."""
    return (
        _order_letters()
        | _questionnaire_letters()
        | _admission_letters()
        | _billing_letters()
        | _report_letters()
        | _closing_letters()
        | _centre_letters()
        | _staff_letters()
        | _reminder_letters()
    )


def _order_letters() -> dict[str, tuple[str, Any]]:
    person = "Соколова Любовь Андреевна"
    return {
        "order_to_centre": ("order_to_centre", order()),
        "letter_sealed": ("letter_sealed", {"answers": "Анкета"}),
        "order_to_centre_held": ("order_to_centre", order() | {"held": "stranger"}),
        "order_to_centre_capped": ("order_to_centre", order() | {"held": "cap"}),
        "reminders_off": ("reminders_off", {"answers": "Заполните анкету"}),
        "order_form": ("order_form", {"centre_name": "СЦ «Пример»", "file": _file()}),
        "order_faults": (
            "order_faults",
            {
                "centre_name": "СЦ «Пример»",
                "why": "",
                "faults": [
                    {"place": "Заявка, B3", "text": "В ИНН 5039002840 ошибка: контрольная цифра не сходится."},
                    {"place": "Ученики, C7", "text": "Ящик buh@romashka.example похож на общий."},
                ],
                "file": _file(),
            },
        ),
        "order_faults_unread": (
            "order_faults",
            {"centre_name": "СЦ «Пример»", "why": "Это не таблица, а другой файл.", "faults": [], "file": _file()},
        ),
        "order_accepted": ("order_accepted", order() | CLIENTS),
        "order_accepted_held": ("order_accepted", order() | CLIENTS | HELD),
        "order_accepted_nudge": ("order_accepted", order() | HELD | {"nudge": True}),
        "order_accepted_capped": ("order_accepted", order() | CLIENTS | {"held": "cap"}),
        **{
            f"order_not_taken_{why}": ("order_not_taken", {"centre_name": "СЦ «Пример»", "why": why})
            for why in ("closed", "looks_repeated", "not_on_sale", "several_files")
        },
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
        "student_message": (
            "student_message",
            about_student(text="Добрый день.\nКак сменить фамилию?", email="sokolova.l@pochta.example"),
        ),
    } | answers(about_student)


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
    cancelled = {
        "order_number": "0123-0042",
        "orderer_name": "Белова Ирина Петровна",
        "students": [about_student(student_name=name) for name in names],
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
        "order_cancelled": ("order_cancelled", about_student()),
        "order_cancelled_to_client": ("order_cancelled_to_client", cancelled | {"whole": True, "money": 2_450_000}),
        "order_cancelled_to_client_part": ("order_cancelled_to_client", cancelled | {"whole": False, "money": 0}),
    }


def report_row(part: str, what: str, **changes: Any) -> dict[str, Any]:
    """Return one row of the weekly report, as `school.report.row_data` writes it."""
    data: dict[str, Any] = {
        "part": part,
        "what": what,
        "order_number": "0123-0042",
        "centre": "0123",
        "payer": "ООО «Ромашка»",
        "document": "57",
        "students": 2,
        "amount": 4_900_000,
        "since": "2027-04-25",
        "due": "2027-05-07",
        "age": 15,
        "provisional": False,
    }
    return data | changes


def _report_letters() -> dict[str, tuple[str, Any]]:
    head = {"centre": "0123", "centre_name": "СЦ «Пример»", "today": "2027-05-10"}
    unpaid = [report_row("unpaid", "invoice", order_number=f"0123-{at:04d}", due=None) for at in range(41, 49)]
    rows = [
        report_row("overdue", "scan", document=""),
        report_row("week", "original", due="2027-05-14", provisional=True),
        report_row("not_shipped", "act", document=""),
        *unpaid,
    ]
    return {
        "report_weekly": ("report_weekly", {**head, "rows": rows}),
        "report_weekly_calm": ("report_weekly", {**head, "rows": unpaid[:1]}),
    }


SELLER = {
    "seller_name": "Общество с ограниченной ответственностью «СЦ Пример»",
    "seller_short_name": "ООО «СЦ Пример»",
    "seller_inn": "6663003127",
    "seller_kpp": "667101001",
    "seller_address": "620014, г. Екатеринбург, ул. Малышева, дом 36",
    "seller_bik": "044525225",
    "seller_bank": "ПАО СБЕРБАНК",
    "seller_account": "40702810138250123017",
    "seller_corr_account": "30101810400000000225",
    "seller_vat": "none",
    "seller_vat_ground": "п. 2 ст. 346.11 НК РФ",
    "seller_signatory": "Иванова Мария Петровна",
    "seller_post": "директор",
    "seller_basis": "Устава",
}


def invoice(**changes: Any) -> dict[str, Any]:
    """Return an invoice for the sample order, made here unless `changes` say otherwise."""
    found = order()
    data: dict[str, Any] = {
        "order_number": found["number"],
        "orderer_name": found["orderer"]["name"],
        "centre_name": found["centre_name"],
        "centre_email": "centre@primer.example",
        "number": "57",
        "edition": 1,
        "issued_on": "2027-05-05",
        "valid_until": "2027-05-12",
        "total": found["total"],
        "generated": True,
        "payer": found["payer"],
        "students": found["students"],
        "seller": SELLER,
        "template": "",
    }
    return data | changes


def _billing_letters() -> dict[str, tuple[str, Any]]:
    typed: dict[str, Any] = {"generated": False, "seller": {}, "valid_until": None}
    return {
        "invoice_to_client": ("invoice_to_client", invoice(**CLIENTS)),
        "invoice_to_client_changed": ("invoice_to_client", invoice(edition=2)),
        "invoice_to_client_typed": ("invoice_to_client", invoice(**typed)),
        "invoice_to_look": ("invoice_to_client", invoice(to_look=True)),
    }


def _closing_letters() -> dict[str, tuple[str, Any]]:
    head: dict[str, Any] = {
        "act": "0" * 32,
        "act_number": "0123-0042",
        "order_number": "0123-0042",
        "payer_name": "ООО «Ромашка»",
        "centre_name": "СЦ «Пример»",
        "scan_due": "2027-06-08",
        "reason": "",
    }
    client: dict[str, Any] = head | {
        "orderer_name": "Белова Ирина Петровна",
        "greeting": "Ирина Петровна",
        "centre_email": "centre@primer.example",
        "course_title": "44-ФЗ: контрактная система в сфере закупок",
        "ends": "2027-05-25",
        "total": 4_900_000,
        "by": "2027-06-08",
        "files": [{"name": "Акт 0123-0042.pdf", "media": "application/pdf", "base64": "JVBERi0xLjQK"}],
    }
    return {
        "act_to_client": ("act_to_client", client),
        "act_to_client_late": ("act_to_client", client | {"by": None}),
        "scan_returned": ("scan_returned", head | {"reason": "нет подписи или печати"}),
    }


def reminder_line(kind: str, audience: str, **changes: Any) -> dict[str, Any]:
    """Return one line of a reminder, as `school.reminders.line_data` writes it."""
    data: dict[str, Any] = {
        "order": "0" * 32,
        "number": "0123-0042",
        "payer": "ООО «Ромашка»",
        "person": False,
        "subject": "1" * 32,
        "kind": kind,
        "audience": audience,
        "due_on": "2027-04-21",
        "today": "2027-04-21",
        "until": "2027-04-28",
        "starts": "2027-04-25",
        "students": ["Соколова Л. А."],
        "provisional": False,
        "centre": "0123",
        "course_title": "44-ФЗ: контрактная система в сфере закупок",
        "invoice": "57",
        "amount": 2_450_000,
        "part": False,
        "act": "12",
        "made": True,
        "returned": False,
    }
    return data | changes


def _centre_letters() -> dict[str, tuple[str, Any]]:
    done = [{"line": "Оплачено: 57 12.05", "text": "Записали оплату: счёт № 57, 49 000 ₽.", "example": ""}]
    wrong = [{"line": "Счёт позже", "text": "Непонятно, что сделать.", "example": "Счёт: 57 от 5 мая, 49 000"}]
    base = {"centre_name": "СЦ «Пример»", "heading": "", "done": [], "refused": [], "notes": [], "undo": False}
    return {
        "centre_answer": ("centre_answer", base | {"done": done, "refused": wrong, "undo": True}),
        "centre_answer_done": ("centre_answer", base | {"done": done, "undo": True}),
        "centre_answer_refused": ("centre_answer", base | {"refused": wrong}),
        "centre_answer_note": ("centre_answer", base | {"notes": ["Клиент просит перезвонить после обеда."]}),
        "centre_answer_heading": ("centre_answer", base | {"heading": "Код не подошёл. Осталось попыток: 4."}),
        "action_code": (
            "action_code",
            {"centre_name": "СЦ «Пример»", "code": "123456", "lines": ["Оплачено: 57 12.05"], "files": ["скан акта"]},
        ),
    }


def _staff_letters() -> dict[str, tuple[str, Any]]:
    link = "https://shkola.example/staff/in/PRIMERvhoda00000000000"
    return {
        "staff_sign_in": (
            "staff_sign_in",
            {"name": "Анна Орлова", "link": link, "expires_at": "2027-04-21T09:15:00+00:00"},
        ),
        "staff_mailbox_changed": ("staff_mailbox_changed", {"name": "Анна Орлова"}),
        "trouble": ("trouble", {"words": "Телеграм не отвечает уже 5 минут: проверьте сеть.", "over": False}),
        "trouble_over": ("trouble", {"words": "Телеграм снова отвечает.", "over": True}),
    }


def _reminder_letters() -> dict[str, tuple[str, Any]]:
    person = {
        "greeting": "Ирина Петровна",
        "centre_name": "СЦ «Пример»",
        "centre_email": "centre@primer.example",
        "mail": "belova.i@romashka.example",
        "day": "2027-04-21",
    }
    link = {"secret": "PRIMERssylki0000000000", "expires": "2027-07-20"}
    kinds = ("unpaid_invoice", "course_starts_unpaid", "act_not_returned", "questionnaire_missing")
    found: dict[str, tuple[str, Any]] = {
        f"reminder_client_{kind}": ("reminder_client", person | {"lines": [reminder_line(kind, "client")]})
        for kind in kinds
    }
    merged = [reminder_line(kind, "client", provisional=True) for kind in kinds]
    mine = [reminder_line(f"questionnaire_{what}", "student", **link) for what in ("missing", "returned")]
    centre = {"role": "manager", "centre": "0123", "centre_name": "СЦ «Пример»", "mail": "", "day": "2027-04-21"}
    of_manager = ("scan_overdue", "scan_due", "original_due", "unpaid_invoice", "course_starts_unpaid")
    lines = [reminder_line(kind, "manager", until="2027-04-20") for kind in of_manager]
    return found | {
        "reminder_client": ("reminder_client", person | CLIENTS | {"lines": merged}),
        "reminder_student": ("reminder_student", person | {"lines": mine[:1]}),
        "reminder_student_merged": ("reminder_student", person | {"lines": [*mine, merged[0]]}),
        "digest": ("digest", centre | {"lines": lines}),
    }
