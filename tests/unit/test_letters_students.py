"""Letters about the questionnaire, admission and the parcel: what they say, to whom they lead, what they attach."""

import re
from email.message import EmailMessage
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from mail import samples
from mail.compose import Envelope, compose
from mail.errors import ComposeError
from mail.letters import LETTERS, Links
from school.use_cases.tell import LINKED, STUDENT_KINDS
from tests.unit.test_letters import DATE, LINKS
from wording import reasons
from wording.fields import REQUIREMENTS

LETTER_NAMES = sorted(name for name, (kind, _) in samples.letters().items() if kind in STUDENT_KINDS)
CHAT = "https://t.me/shkola_primer_bot?start=q_PRIMERssylki0000000000"
PAGE = "https://anketa.shkola.example/q/PRIMERssylki0000000000"


def _compose(name: str, links: Links | None = LINKS, **changes: Any) -> EmailMessage:
    kind, data = samples.letters()[name]
    envelope = Envelope("0a1b", "Школа <bot@shkola.example>", "komu@pochta.example", DATE)
    return compose(kind, data | changes, envelope, samples.SETTINGS, links)


def _body(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    text = str(body.get_content()).replace("\r\n", "\n")
    return text if subtype == "plain" else unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))


def _raw_html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_every_kind_a_student_may_be_told_has_a_letter() -> None:
    """Whatever a use case may tell a student can go by mail, and those with a fresh link word it."""
    assert set(LETTERS) >= STUDENT_KINDS
    assert {kind for kind in STUDENT_KINDS if LETTERS[kind].needs_links} == LINKED


@pytest.mark.parametrize("name", LETTER_NAMES)
@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_every_letter_to_a_student_says_who_to_ask(name: str, subtype: str) -> None:
    """The curator's mailbox, the phone, the order and the course stand in both bodies, the greeting too."""
    text = _body(_compose(name), subtype)
    for words in ("kurator@shkola.example", "8 800 555-01-02", "0123-0042", "44-ФЗ: контрактная", "Любовь Андреевна"):
        assert words in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("questionnaire_approved", "Зачислим вас не позднее 20 апреля"),
        ("questionnaire_approved_no_term", "Скоро зачислим вас"),
        ("questionnaire_approved_unpaid", "Осталась оплата. Зачислим вас не позднее 3 рабочих дней"),
    ],
)
def test_approval_says_what_comes_next(name: str, words: str) -> None:
    """The regulations' words come first (Q4), then the day of admission or the payment that is missing."""
    message = _compose(name)
    assert _body(message, "plain").startswith("Ваша анкета подтверждена. Теперь можете продолжить обучение.\n")
    for subtype in ("plain", "html"):
        text = " ".join(_body(message, subtype).split())
        assert words in text
        assert ("Осталась оплата" in text) == name.endswith("unpaid")


def test_return_names_fields_reasons_and_how_to_mend() -> None:
    """Each returned field stands in a line of its own with its reason; a curator's own words are told as typed."""
    for subtype in ("plain", "html"):
        text = _body(_compose("questionnaire_returned"), subtype)
        assert "Диплом: снимок не читается. Снимите документ целиком при хорошем свете." in text
        assert "Фамилия в дипломе: в дипломе иначе." in text
        assert "Телефон: напишите номер с кодом страны." in text
    assert "вы просили это исправить" in _body(_compose("questionnaire_returned_asked"), "plain")


@pytest.mark.parametrize("name", ["questionnaire_returned", "questionnaire_reminder"])
def test_links_of_the_questionnaire(name: str) -> None:
    """Both links stand in both bodies with the day they expire; with no link at all the letter fails."""
    message = _compose(name)
    for text in (_body(message, "plain"), _raw_html(message)):
        assert CHAT in text
        assert PAGE in text
        assert "до 20 июля 2027" in text
    assert "t.me" not in _body(_compose(name, Links(None, "https://anketa.shkola.example")), "plain")
    with pytest.raises(ComposeError):
        _compose(name, None)


def test_curators_message_is_answered_in_chat_or_by_mail() -> None:
    """The typed lines stay lines, the student's own page and the chat are linked for the answer, the mailbox named."""
    message = _compose("curator_message")
    plain = _body(message, "plain")
    assert "> Добрый день.\n> В дипломе две страницы" in plain
    assert "Ответить на странице:\n" + PAGE.replace("/q/", "/me/") in plain
    assert "Или в Телеграме:\n" + CHAT in plain
    assert CHAT in _raw_html(message)
    assert "/q/" not in plain
    page_only = _body(_compose("curator_message", Links(None, "https://anketa.shkola.example")), "plain")
    assert "Телеграм" not in page_only
    assert "\nОтветьте на странице или письмом куратору: kurator@shkola.example" in page_only
    assert PAGE.replace("/q/", "/me/") in page_only
    chat_only = _body(_compose("curator_message", Links("shkola_primer_bot")), "plain")
    assert "Ответить в Телеграме:\n" + CHAT in chat_only


def test_reminder_names_who_asks_and_never_blames() -> None:
    """The client's nudge is told with the name; a reminder of the bot's own names nobody, and both say how to stop."""
    assert "Об этом просит Белова Ирина Петровна." in _body(_compose("questionnaire_reminder_asked"), "plain")
    own = _body(_compose("questionnaire_reminder"), "plain")
    assert "Об этом просит" not in own
    assert "перестанем напоминать" in own


def test_decline_is_polite_and_leads_to_the_curator() -> None:
    """The reason is told in whole sentences, with where to write if it is a mistake."""
    text = _body(_compose("questionnaire_declined"), "plain")
    assert "высшее или среднее профессиональное образование" in text
    assert "Если это ошибка или у вас есть вопросы, напишите куратору: kurator@shkola.example" in text
    assert "Вы уже учитесь на этом курсе по заявке 0123-0040." in _body(
        _compose("questionnaire_declined_words"), "html"
    )


def test_access_letter_says_where_how_and_with_what() -> None:
    """Address, sign-in mailbox, card, dates and requirements stand in both bodies (A2, A3); absent facts leave none."""
    message = _compose("access_open")
    assert str(message["Subject"]).startswith("Доступ открыт: ")
    assert 'href="https://kurs.shkola.example/44fz"' in _raw_html(message)
    for subtype in ("plain", "html"):
        text = _body(message, subtype)
        for words in (
            "https://kurs.shkola.example/44fz", "sokolova.l@pochta.example", "базовый", "72 часа", "12",
            "удостоверение", "25 апреля – 25 мая 2027", REQUIREMENTS, "Мои вебинары и курсы",
        ):  # fmt: skip
            assert words in text
    bare = _body(_compose("access_open_no_card"), "plain")
    assert not re.search(r"Уровень|Объём|Занятий|Документ:", bare)


@pytest.mark.parametrize("name", ["documents_sent", "documents_sent_to_client"])
def test_parcel_can_be_tracked(name: str) -> None:
    """Postal id, address and how to track it stand in both bodies, the id in the subject (D1)."""
    message = _compose(name)
    assert "10283512004231" in str(message["Subject"])
    assert "https://www.pochta.ru/tracking" in _raw_html(message)
    for subtype in ("plain", "html"):
        text = _body(message, subtype)
        assert "10283512004231" in text
        assert "127018, г. Москва, Сущёвский Вал, дом 18" in text
    assert "https://www.pochta.ru/tracking" in _body(message, "plain")


def test_client_learns_whose_documents_came() -> None:
    """The client's letter greets by name and names every student of the parcel."""
    text = _body(_compose("documents_sent_to_client"), "plain")
    for words in ("Ирина Петровна, это документы", "Соколова Любовь Андреевна", "Лебедева Татьяна Ивановна"):
        assert words in text


def test_access_list_counts_by_run_and_attaches_the_names() -> None:
    """The school's letter counts students by run, the soonest first; the names are in the workbook alone."""
    message = _compose("access_list")
    assert str(message["Subject"]) == "Откройте доступ: 3 ученика, обучение с 25 апреля 2027"
    text = _body(message, "plain")
    first = text.index("44-ФЗ: контрактная система в сфере закупок, 25 апреля – 25 мая 2027: 2 ученика")
    assert first < text.index("Бухгалтерский учёт при ОСНО, 20 июня – 20 июля 2027: 1 ученик")
    assert "Орлова" not in text
    (file,) = message.iter_attachments()
    assert file.get_filename() == "Кому открыть доступ.xlsx"
    (sheet,) = load_workbook(BytesIO(file.get_content())).worksheets
    assert [row[0] for row in sheet.iter_rows(values_only=True)][1] == "Орлова Екатерина Владимировна"


def test_empty_access_list_is_not_a_letter() -> None:
    """A list of nobody is refused instead of telling the school to open nothing."""
    with pytest.raises(ComposeError):
        _compose("access_list", rows=[])


def test_reasons_fit_buttons_and_have_sentences() -> None:
    """Every label fits a button, every code of a field has its own sentence, all but consent can be returned."""
    assert set(reasons.RETURN_REASONS) == set(reasons.FIELD_NAMES) - {"consent"}
    for field, options in reasons.RETURN_REASONS.items():
        assert options[-1][0] == reasons.OTHER
        for code, label in options:
            assert 0 < len(label) <= 20
            assert len(code) <= 16
            line = reasons.remark_line(field, code, "свои слова" if code == reasons.OTHER else "")
            assert line.startswith(reasons.FIELD_NAMES[field] + ": ")
            assert line.endswith(".")
            assert "спросите куратора" not in line
            assert reasons.reason_label(field, code) == label
    for code, label in reasons.DECLINE_REASONS:
        assert len(label) <= 20
        assert "Причину объяснит" not in reasons.decline_words(code, "свои слова" if code == reasons.OTHER else "")


def test_unknown_reasons_still_say_what_to_do() -> None:
    """A code that is gone, or a reason left without words, sends to the curator instead of saying nothing."""
    assert "спросите куратора" in reasons.remark_line("diploma", "gone")
    assert reasons.remark_line("gone", "typo").startswith("Анкета: ")
    assert reasons.decline_words("gone") == "Причину объяснит куратор."
    assert reasons.remark_line("diploma", "cropped", "и\nслева").endswith("четыре угла. и слева.")
