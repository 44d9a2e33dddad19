"""Texts in a given length: whole words, and never less of what a line is for."""

import pytest

from wording.shorten import short_course, shortened

OSNO = "Бухгалтерский учёт при ОСНО. Подготовка на соответствие профстандарту «Бухгалтер» (код А)"


@pytest.mark.parametrize(
    ("words", "longest", "short"),
    [
        ("Коротко", 7, "Коротко"),
        ("Бухгалтерский учёт при ОСНО", 20, "Бухгалтерский учёт…"),
        ("Бухгалтерский учёт при ОСНО", 19, "Бухгалтерский учёт…"),
        ("Бухгалтерский учёт. Подготовка", 20, "Бухгалтерский учёт…"),
        ("Подготовка на соответствие «Бухгалтер всего»", 40, "Подготовка на соответствие…"),
        ("Сверхдлинноеслово", 8, "Сверхдл…"),
    ],
)
def test_a_text_is_cut_between_words(words: str, longest: int, short: str) -> None:
    """Whole words stay, without a loose comma or an open quote before «…»; one long word is cut inside."""
    assert shortened(words, longest) == short
    assert len(shortened(words, longest)) <= longest


@pytest.mark.parametrize(
    ("title", "longest", "short"),
    [
        (OSNO, 36, "Бухгалтерский учёт при ОСНО… (код А)"),
        (OSNO.replace("А)", "А, В)"), 40, "Бухгалтерский учёт при ОСНО… (код А, В)"),
        (OSNO, 20, "Бухгалтерский учёт…"),
        (OSNO, 200, OSNO),
    ],
)
def test_the_code_of_a_course_stays(title: str, longest: int, short: str) -> None:
    """Two courses that differ by the code at the end are told apart, as long as there is room for a name before it."""
    assert short_course(title, longest) == short
