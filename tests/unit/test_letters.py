"""Every letter in words: ordinary, long and hostile values, headers, what it waits for."""

import re
from copy import deepcopy
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from mail import samples
from mail.addresses import read_sender, wire_address
from mail.compose import Envelope, build, compose
from mail.errors import ComposeError
from mail.letters import LETTERS, Links, waiting_for
from mail.preview import preview
from mail.templating import TEMPLATES
from wording import letters as letter_names

LINKS = Links("shkola_primer_bot", "https://anketa.shkola.example/")
REMINDERS = {"reminder_client", "reminder_student", "digest"}
HOSTILE = "<b>&\"'{{ 7 }}</b>"
LETTER_NAMES = sorted(samples.letters())
DATE = datetime(2027, 4, 21, 9, 30, tzinfo=UTC)


def _envelope(**changes: Any) -> Envelope:
    fields: dict[str, Any] = {
        "id": "0a1b",
        "sender": "Школа <bot@shkola.example>",
        "recipient": "komu@pochta.example",
        "date": DATE,
    }
    return Envelope(**fields | changes)


def _compose(name: str, data: Any = None) -> EmailMessage:
    kind, sample = samples.letters()[name]
    return compose(kind, sample if data is None else data, _envelope(), samples.SETTINGS, LINKS)


def _body(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def _visible(html: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


def _english(text: str) -> list[str]:
    text = re.sub(r"https?://\S+|\S+@\S+|Windows|macOS|(?i:pdf)", " ", text)
    return re.findall(r"[A-Za-z]{2,}", text)


def _replace_words(data: Any, value: str) -> Any:
    """Put `value` in the place of everything that a person types."""
    typed = {
        "name", "address", "course_title", "tariff_title", "centre_name", "payer_name", "orderer_name", "greeting",
        "student_name", "asked_by", "text", "words", "level", "document", "answers",
    }  # fmt: skip
    if isinstance(data, list):
        return [_replace_words(item, value) for item in data]
    if isinstance(data, dict):
        return {key: value if key in typed else _replace_words(item, value) for key, item in data.items()}
    return data


def test_every_letter_has_a_sample_and_templates() -> None:
    """A letter without a sample or without one of its three templates does not pass."""
    assert {kind for kind, _ in samples.letters().values()} == set(LETTERS)
    for kind in LETTERS:
        assert sorted(p.name for p in (TEMPLATES / kind).iterdir()) == ["body.html", "body.txt", "subject"]


@pytest.mark.parametrize("name", LETTER_NAMES)
def test_ordinary_values(name: str) -> None:
    """Both bodies are Russian, hold no technical leftovers and no words of another language."""
    message = _compose(name)
    plain, html = _body(message, "plain"), _body(message, "html")
    for text in (plain, _visible(html), str(message["Subject"])):
        assert not _english(text)
        assert "{{" not in text
    assert "<img" not in html
    assert not re.search(r"\n{3,}", plain)


@pytest.mark.parametrize("name", LETTER_NAMES)
def test_hostile_values(name: str) -> None:
    """What a person typed is escaped in HTML and untouched in plain text, and never evaluated."""
    kind, sample = samples.letters()[name]
    data = _replace_words(deepcopy(sample), HOSTILE)
    message = compose(kind, data, _envelope(), samples.SETTINGS, LINKS)
    plain, html = _body(message, "plain"), _body(message, "html")
    assert HOSTILE in plain
    assert HOSTILE not in html
    assert "&lt;b&gt;&amp;" in html
    assert HOSTILE in _visible(html)


@pytest.mark.parametrize("name", LETTER_NAMES)
def test_long_values(name: str) -> None:
    """Very long values stay whole in the bodies, the subject stays one short line that ends whole."""
    kind, sample = samples.letters()[name]
    data = _replace_words(deepcopy(sample), "Длинное слово " * 100 + "конец")
    message = compose(kind, data, _envelope(), samples.SETTINGS, LINKS)
    assert "конец" in _body(message, "plain")
    subject = str(message["Subject"])
    assert len(subject) < 90
    assert "Длинное" not in subject or re.search(r"(₽|2027|1028351200423\d|…»)$", subject)


@pytest.mark.parametrize("name", LETTER_NAMES)
def test_line_breaks_in_values_make_no_lines(name: str) -> None:
    """A line break in a typed value forges neither a line of the letter nor a header."""
    kind, sample = samples.letters()[name]
    data = _replace_words(deepcopy(sample), "Иванов\r\nBcc: chuzhoy@pochta.example")
    message = compose(kind, data, _envelope(), samples.SETTINGS, LINKS)
    assert "\n" not in str(message["Subject"])
    assert message["Bcc"] is None
    assert not re.search(r"^Bcc:", _body(message, "plain"), re.MULTILINE)
    assert b"\nBcc:" not in bytes(message)


@pytest.mark.parametrize("name", LETTER_NAMES)
def test_subject_survives_the_wire(name: str) -> None:
    """The encoded subject decodes to the words that were written."""
    kind, data = samples.letters()[name]
    built = build(kind, data, _envelope(), samples.SETTINGS, LINKS)
    raw = message_from_bytes(built.payload)["Subject"].replace("\r\n", "")
    assert str(make_header(decode_header(raw))) == str(_compose(name)["Subject"])


@pytest.mark.parametrize("kind", sorted(LETTERS))
def test_reminders_say_how_to_refuse_them(kind: str) -> None:
    """A reminder to a client or a student has a header that refuses more of them; no other letter has."""
    name = next(name for name, (known, _) in samples.letters().items() if known == kind)
    header = str(_compose(name)["List-Unsubscribe"] or "")
    assert header.startswith("<mailto:bot@shkola.example?subject=") == (kind in REMINDERS - {"digest"})


def test_centre_subject_and_first_line() -> None:
    """The centre's subject says number, payer, how many and how much; the first line says what to do."""
    message = _compose("order_to_centre")
    subject = str(message["Subject"]).replace("\u00a0", " ")
    assert subject == "Заявка № 0123-0042: ООО «Ромашка», 2 ученика, 49 000 ₽"
    assert _body(message, "plain").startswith("Выставьте счёт и договор")


def test_centre_letter_tells_what_to_look_at() -> None:
    """Flags of students and runs sooner than admission are told; a distant run is not."""
    plain = _body(_compose("order_to_centre"), "plain")
    assert "Лебедева Татьяна Ивановна: ящик похож на общий" in plain
    assert "Все ученики: обучение начинается раньше" in plain
    data = samples.order()
    for student in data["students"]:
        student["starts"], student["flags"] = "2027-05-25", []
    assert "Проверьте" not in _body(_compose("order_to_centre", data), "plain")


def test_centre_letter_says_who_filled_it_in() -> None:
    """An order filled in by a manager says so (REGULATIONS O2)."""
    data = samples.order() | {"filled_in_by_staff": True}
    assert "менеджер сервисного центра за клиента" in _body(_compose("order_to_centre", data), "plain")


def test_workbook_is_attached() -> None:
    """The centre's letter carries the order as a workbook that opens."""
    (file,) = _compose("order_to_centre").iter_attachments()
    assert file.get_filename() == "Заявка 0123-0042.xlsx"
    assert load_workbook(BytesIO(file.get_content())).sheetnames == ["Заявка", "Ученики"]


def test_invite_uses_words_of_the_regulations() -> None:
    """The student's letter says O7's words and asks to pay only the student who pays."""
    own = _body(_compose("questionnaire_invite_self"), "plain")
    assert "Здравствуйте, Любовь Андреевна!" in own
    assert "Мы получили заявку на обучение от Вашего имени на курс «44-ФЗ: " in own
    assert "оплатите счёт" in own
    assert "заполните анкету" in own


@pytest.mark.parametrize(
    ("name", "payer"),
    [
        ("questionnaire_invite", "ООО «Ромашка». Обучение оплачивает организация"),
        ("questionnaire_invite_trader", "оплачивает предприниматель: ИП Белова"),
        ("questionnaire_invite_individual", "Обучение оплачивает Белова"),
    ],
)
def test_invite_asks_no_money_of_whom_does_not_pay(name: str, payer: str) -> None:
    """Where another pays, the letter names who ordered and who pays instead of «оплатите счёт»."""
    for subtype in ("plain", "html"):
        text = _visible(_body(_compose(name), subtype))
        assert "оплатите счёт" not in text
        assert "Белова Ирина Петровна" in text
        assert payer in text


def test_invite_links() -> None:
    """Both links stand in both bodies; where there is no page only the chat link does; with none the letter fails."""
    message = _compose("questionnaire_invite")
    for subtype in ("plain", "html"):
        assert "https://t.me/shkola_primer_bot?start=q_PRIMERssylki0000000000" in _body(message, subtype)
        assert "https://anketa.shkola.example/q/PRIMERssylki0000000000" in _body(message, subtype)
    kind, data = samples.letters()["questionnaire_invite"]
    chat_only = compose(kind, data, _envelope(), samples.SETTINGS, Links("shkola_primer_bot"))
    assert "/q/" not in _body(chat_only, "plain")
    assert "на странице" not in _body(chat_only, "plain")
    with pytest.raises(ComposeError):
        compose(kind, data, _envelope(), samples.SETTINGS, None)


def test_invite_says_whose_data_and_how_to_object() -> None:
    """The student learns who gave the data, to whom, why, and how to object."""
    text = _body(_compose("questionnaire_invite"), "plain")
    for words in ("указал заказчик (Белова Ирина Петровна)", "сервисный центр (СЦ «Пример») и школа", "возражаете"):
        assert words in text
    assert "kurator@shkola.example" in text
    assert "8 800 555-01-02" in text


def test_headers() -> None:
    """Headers name sender, recipient, clock's date, an id made of the row's, and say that no person wrote this."""
    message = compose("order_to_centre", samples.order(), _envelope(reply_to="otvet@shkola.example"), {}, None)
    assert str(message["From"]) == "Школа <bot@shkola.example>"
    assert str(message["To"]) == "komu@pochta.example"
    assert message["Date"].datetime == DATE
    assert message["Message-ID"] == "<0a1b@shkola.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["Reply-To"]) == "otvet@shkola.example"


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "a@b.example\r\nBcc: c@d.example"},
        {"recipient": "a@b.example, c@d.example"},
        {"recipient": "a@b.example> SIZE=1"},
        {"recipient": "nobody"},
        {"recipient": "a@-.рф"},
        {"sender": "Школа\nBcc: c@d.example <bot@shkola.example>"},
        {"reply_to": "otvet@shkola.example\nX: 1"},
        {"id": "1>\r\nX: 1"},
    ],
)
def test_header_injection_is_refused(changes: dict[str, str]) -> None:
    """An address or an id that would add a header or a recipient is refused."""
    with pytest.raises(ComposeError):
        compose("order_to_centre", samples.order(), _envelope(**changes), {}, None)


def test_cyrillic_addresses() -> None:
    """A .рф host is written in ascii; a Cyrillic local part asks for SMTPUTF8 and is not encoded as a word."""
    assert wire_address("info@почта.рф").spec == "info@xn--80a1acny.xn--p1ai"
    assert not wire_address("info@почта.рф").needs_utf8
    assert read_sender("Школа <bot@школа.рф>").title == "Школа"
    envelope = _envelope(recipient="соколова@почта.рф")
    built = build("order_to_centre", samples.order(), envelope, {}, None)
    assert built.needs_utf8
    assert "To: соколова@xn--80a1acny.xn--p1ai".encode() in built.payload


def test_broken_data_are_refused_without_words_of_theirs() -> None:
    """Absent or unfit values make a `ComposeError` that repeats nothing of the data."""
    for broken in (
        {key: value for key, value in samples.invite().items() if key != "greeting"},
        samples.invite(starts="Соколова"),
        samples.invite(payer_name=None),
        samples.invite(greeting=None),
    ):
        with pytest.raises(ComposeError) as caught:
            compose("questionnaire_invite", broken, _envelope(), samples.SETTINGS, LINKS)
        assert "Соколова" not in str(caught.value)
    with pytest.raises(ComposeError):
        compose("no_such_letter", {}, _envelope(), {}, None)


def test_waiting_for() -> None:
    """Letters whose settings are absent or empty are listed with them; with all set the list is empty."""
    contacts = ["school.curator_email", "school.support_phone"]
    waiting = waiting_for({"school.support_phone": ""})
    assert waiting["questionnaire_invite"] == waiting["access_open"] == contacts
    assert waiting["documents_sent_to_client"] == ["school.support_phone"]
    without = {
        "order_form",
        "centre_answer",
        "action_code",
        "staff_sign_in",
        "staff_mailbox_changed",
        "trouble",
        "order_faults",
        "order_accepted",
        "order_not_taken",
        "order_to_centre",
        "access_list",
        "report_weekly",
        "invoice_to_client",
        "student_message",
    }
    assert set(LETTERS) - set(waiting) == without | {"act_to_client", "scan_returned"} | REMINDERS
    assert waiting_for(samples.SETTINGS) == {}


def test_preview_writes_three_files_a_letter(tmp_path: Path) -> None:
    """The preview holds text, HTML and the whole letter of every sample, and what it says where it can be answered."""
    preview(tmp_path / "letters")
    names = {path.name for path in (tmp_path / "letters").iterdir()}
    answerable = tmp_path / "letters" / "questionnaire_invite_answerable.txt"
    assert "ответьте на это письмо" in answerable.read_text("utf-8")
    assert {name for name in names if "_answerable." not in name} == {
        name + suffix for name in LETTER_NAMES for suffix in (".txt", ".html", ".eml")
    }
    letter = message_from_bytes((tmp_path / "letters" / "order_to_centre.eml").read_bytes())
    assert letter["Auto-Submitted"] == "auto-generated"


def test_long_sender_name_survives_the_wire() -> None:
    """A long Russian name of the sender decodes to itself, spaces included."""
    title = "Школа бухгалтера и Школа электронных торгов, отдел зачисления и документов"
    envelope = _envelope(sender=f'"{title}" <bot@shkola.example>')
    built = build("order_to_centre", samples.order(), envelope, {}, None)
    raw = message_from_bytes(built.payload)["From"].replace("\r\n", "")
    assert str(make_header(decode_header(raw))) == f"{title} <bot@shkola.example>"


def test_every_letter_has_a_name_for_operators() -> None:
    """Operators are told of letters by name, never by a code."""
    assert set(letter_names.LETTER_NAMES) == set(LETTERS)


@pytest.mark.parametrize("name", ["order_accepted", "invoice_to_client", "reminder_client"])
def test_clients_letters_lead_to_the_order(name: str) -> None:
    """A client's letter has the link to the order's page in both bodies; without pages it is whole without it."""
    link = "https://anketa.shkola.example/me/PRIMERzakazchik0000000"
    message = _compose(name)
    assert f"Посмотреть заявку № 0123-0042 на странице:\n{link}" in _body(message, "plain")
    assert link in _body(message, "html")
    kind, data = samples.letters()[name]
    for links in (None, Links("shkola_primer_bot")):
        without = compose(kind, data, _envelope(), samples.SETTINGS, links)
        assert "Посмотреть заявку" not in _body(without, "plain")
