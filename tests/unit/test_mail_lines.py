"""What students type into a letter, read into answers."""

import pytest

from school.errors import BadAnswer
from school.use_cases.fill_by_mail import DIPLOMA_SURNAME, FULL_NAME, NONE, SAME
from wording.mail_answers import example_line, explain_by_mail, missing_words, not_read
from wording.mail_lines import document_of, left_words, named_documents, read_lines

NAME = "Соколова Любовь Андреевна"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Образование: высшее", ("education", "высшее")),
        ("образование - среднее профессиональное", ("education", "среднее профессиональное")),
        ("2. ОБРАЗОВАНИЕ : Высшее.", ("education", "высшее")),
        ("Высшее", ("education", "высшее")),
        ("Я ещё учусь", ("education", "учусь")),
        ("Фамилия в дипломе: Иванова", (DIPLOMA_SURNAME, "Иванова")),
        ("Девичья фамилия = «Иванова»", (DIPLOMA_SURNAME, "Иванова")),
        ("Фамилия в дипломе: та же", (DIPLOMA_SURNAME, SAME)),
        ("фамилия в дипломе та же", (DIPLOMA_SURNAME, SAME)),
        ("Фамилию не меняла", (DIPLOMA_SURNAME, SAME)),
        ("Фамилия в дипломе та же: да", (DIPLOMA_SURNAME, SAME)),
        ("Отчество: нет", ("patronymic", NONE)),
        ("Тел.: 8 933 933-33-33", ("mobile", "8 933 933-33-33")),
        ("* СНИЛС: 112-233-445 95", ("snils", "112-233-445 95")),
        ("ФИО: Соколова Любовь Андреевна", (FULL_NAME, NAME)),
    ],
)
def test_one_line(line: str, read: tuple[str, str]) -> None:
    """A label or its synonym, in any case and with any usual mark, or a bare word, is an answer."""
    assert read_lines(line).fields == (read,)


@pytest.mark.parametrize(
    "text",
    ["Согласен", "согласна.", "Я согласна!", "Даю согласие", "Согласие: да", "Да, согласен на обработку данных"],
)
def test_consent(text: str) -> None:
    """A consent is a plain word of consent and nothing else."""
    assert read_lines(text).agreed


@pytest.mark.parametrize(
    "text", ["Не согласен", "Согласие: нет", "Согласна, но только без СНИЛС", "напишите «Согласен»?"]
)
def test_no_consent(text: str) -> None:
    """A refusal and a sentence that only mentions the consent are none."""
    assert not read_lines(text).agreed


def test_several_answers_in_one_line() -> None:
    """Answers divided by commas are all taken, and greetings beside them do no harm."""
    found = read_lines(
        "Здравствуйте! Согласна, высшее, фамилия в дипломе: Иванова\nДиплом прилагаю.\nС уважением, Любовь"
    )
    assert found.agreed
    assert dict(found.fields) == {"education": "высшее", DIPLOMA_SURNAME: "Иванова"}
    assert left_words(found.words, NAME) == ""


def test_where_to_write() -> None:
    """The channel of choice is read, and a strange one is told back."""
    assert read_lines("Писать мне: почта").prefers == "mail"
    assert read_lines("Писать мне: на почту").prefers == "mail"
    assert read_lines("писать мне - Телеграм").prefers == "chat"
    assert read_lines("Писать мне: голубем").unknown == ("Писать мне: голубем",)


def test_words_are_left_to_a_person() -> None:
    """A question stays whole; a line that looks like a field and is none is told back."""
    assert left_words(read_lines("Можно ли прислать диплом позже?").words, NAME)
    found = read_lines("Специальность: бухгалтер\nВопрос: когда начало?")
    assert found.unknown == ("Специальность: бухгалтер",)
    assert found.words == "Вопрос: когда начало?"
    assert "бухгалтер" in not_read(found.unknown)[0]


def test_our_own_words_are_no_answers() -> None:
    """What our letters show as examples and as understood is not taken for an answer when a client quotes it bare."""
    lines = [f"— {line}" for line in missing_words(["education", "diploma_surname", "consent", "diploma"], {})]
    found = read_lines("\n".join([*lines, "— Образование: высшее", "— напишите «Согласен»;"]))
    assert not found.fields
    assert not found.agreed


def test_documents_are_named() -> None:
    """A file's name or the letter's words tell which document it is."""
    assert document_of("Диплом Ивановой.pdf") == document_of("spravka_vuz.jpg") == "diploma"
    assert document_of("свидетельство о браке.jpg") == document_of("справка ЗАГС.pdf") == "name_change"
    assert document_of("IMG_2041.jpg") is None
    assert named_documents("прилагаю диплом и свидетельство о браке") == ("diploma", "name_change")


def test_problems_begin_with_the_field() -> None:
    """Every problem names its field, and none of a letter's speaks of buttons."""
    words = explain_by_mail("education", BadAnswer("education_unknown", "ПТУ"))
    assert words.startswith("Образование: ")
    assert "ПТУ" in words
    assert "кнопк" not in words
    assert example_line("same_surname") == "Фамилия в дипломе: Иванова"


@pytest.mark.parametrize(
    ("text", "agreed"),
    [
        ("Сообщаю, что с обработкой моих данных я не\nсогласна", False),
        ("Я пока не решила, но, видимо,\nсогласна", False),
        ("Согласна\nтолько без публикации", False),
        ("Согласен.\n\nНо не на рассылку", False),
        ("Не согласен", False),
        ("…и приложите диплом. Например:\n«Согласен, высшее, фамилия в дипломе та же».", False),
        ("Я не\nСогласна", False),
        ("Здравствуйте\nсогласна\nвысшее", True),
        ("Направляю скан диплома о высшем образовании\nСогласна", True),
        ("Ок, согласен", True),
        ("Согласен (на)", True),
    ],
)
def test_a_consent_is_a_sentence_of_its_own(text: str, agreed: bool) -> None:
    """A word that ends or begins a sentence over two lines agrees to nothing, nor does one with a reservation."""
    assert read_lines(text).agreed is agreed


def test_education_may_be_told_without_a_colon() -> None:
    """«Образование высшее» among other answers is one of them."""
    assert ("education", "высшее") in read_lines("Я согласна, образование высшее, фамилия та же").fields
