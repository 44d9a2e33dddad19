"""The report's picture: its size, that it says something, that long words and great numbers stay on it."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from paper.report_picture import HEIGHT, WIDTH, report_picture, short_sum
from school.report import STAGES, Ageing, Picture, Step, Total

TODAY = date(2027, 5, 20)
SINCE = date(2026, 11, 21)


def numbers(times: int) -> Picture:
    """Return a picture's numbers, `times` greater than those of a small centre."""
    counts = zip(STAGES, (9, 8, 7, 6, 3, 1), strict=True)
    funnel = tuple(Step(stage, n * times, n * times * 2_450_000) for stage, n in counts)
    one, two, three, four = (Total(n * times, n * times * 2_450_000) for n in (4, 0, 2, 1))
    return Picture(funnel, Ageing((one, two, three, four)), Ageing((four, three, two, one)))


def drawn(picture: Picture, title: str = "СЦ «Пример», 0123") -> Image.Image:
    """Draw and open."""
    return Image.open(BytesIO(report_picture(picture, title, SINCE, TODAY))).convert("RGB")


def share_of_ink(image: Image.Image) -> float:
    """Return how much of the picture is not white."""
    grey = image.convert("L").point(lambda value: 255 if value < 250 else 0)
    return sum(grey.histogram()[1:]) / (image.width * image.height)


@pytest.mark.parametrize("times", [0, 1, 1000])
def test_size_and_ink(times: int) -> None:
    """It is 1080 by 1350 whatever the numbers, with much on it and a light ground."""
    image = drawn(numbers(times))
    assert image.size == (WIDTH, HEIGHT) == (1080, 1350)
    assert 0.03 < share_of_ink(image) < 0.6
    assert image.getpixel((2, 2)) == (255, 255, 255)


def test_same_numbers_same_picture() -> None:
    """The same numbers make the same bytes, other numbers others."""
    once, again = (report_picture(numbers(1), "Центр", SINCE, TODAY) for _ in range(2))
    assert once == again
    assert once != report_picture(numbers(2), "Центр", SINCE, TODAY)


def test_nothing_runs_over_the_edge() -> None:
    """The greatest numbers and the longest name leave the margins white, and markup in a name stays text."""
    image = drawn(numbers(9999), "СЦ «Очень #длинное_название $центра» " * 9)
    for box in ((0, 0, 40, HEIGHT), (WIDTH - 40, 0, WIDTH, HEIGHT), (0, HEIGHT - 20, WIDTH, HEIGHT)):
        assert share_of_ink(image.crop(box)) == 0


def test_short_sums() -> None:
    """Up to a million a sum stands whole, from there in millions."""
    assert short_sum(24_500_50) == "24\u00a0500\u00a0₽"
    assert short_sum(999_999_99) == "999\u00a0999\u00a0₽"
    assert short_sum(1_250_000_00) == "1,2\u00a0млн\u00a0₽"
