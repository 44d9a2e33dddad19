"""What is told apart on made pictures: print in any light from black, empty and noisy frames."""

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from paper.legible import CONTRAST, illegible
from tests.integration.upload_corpus import page

SIZE = (1200, 900)


def grain(image: Image.Image, deviation: float) -> Image.Image:
    """Add what a sensor adds in poor light: a deviation in grey levels."""
    return ImageChops.add(image.convert("L"), Image.effect_noise(image.size, deviation), 1, -128)


def lit(share: float) -> Image.Image:
    """Return a document in this share of good light."""
    return page(*SIZE).convert("L").point(lambda level: int(level * share))


def slope(darkest: int, lightest: int) -> Image.Image:
    """Return an empty sheet on which the light falls off from top to bottom."""
    return Image.linear_gradient("L").resize(SIZE).point(lambda v: int(darkest + (lightest - darkest) * v / 255))


def certificate(ink: int, paper: int) -> Image.Image:
    """Return a sheet with five lines in one of its corners."""
    sheet = Image.new("L", (850, 1200), paper)
    draw = ImageDraw.Draw(sheet)
    for row in range(5):
        draw.text((140, 270 + row * 42), "Certificate 107704 Ivanova", fill=ink, font=ImageFont.load_default(20))
    return sheet


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (Image.new("L", SIZE, 0), "image_dark"),
        (grain(Image.new("L", SIZE, 6), 4), "image_dark"),
        (grain(Image.new("L", SIZE, 20), 12), "image_dark"),
        (grain(slope(0, 40), 5), "image_dark"),
        (Image.new("L", SIZE, 255), "blank"),
        (grain(Image.new("L", SIZE, 245), 4), "blank"),
        (grain(slope(170, 250), 3), "blank"),
        (Image.effect_noise(SIZE, 15), "blank"),
        (Image.effect_noise(SIZE, 60), "blank"),
        (Image.effect_noise((320, 400), 60), "blank"),
        (lit(1), None),
        (grain(lit(0.3), 6), None),
        (grain(lit(0.15), 4), None),
        (grain(lit(0.08), 1.5), None),
        (page(*SIZE, blur=4).convert("L"), None),
        (page(400, 300).convert("L"), None),
        (certificate(0, 255), None),
        (certificate(205, 235), None),
        (grain(certificate(10, 60), 3), None),
    ],
    ids=[
        "black",
        "dark grain",
        "strong grain",
        "covered lens",
        "white",
        "light grain",
        "shadow",
        "faint noise",
        "noise",
        "small noise",
        "good light",
        "a third",
        "a seventh",
        "a twelfth",
        "out of focus",
        "small",
        "few lines",
        "faded ink",
        "few lines in the dark",
    ],
)
def test_print_is_told_from_dark_empty_and_noise(picture: Image.Image, told: str | None) -> None:
    """A black frame is dark, an empty or noisy one blank; print is print in a twelfth of the light and out of focus."""
    assert illegible(picture) == told


def test_the_least_contrast_leaves_room_on_both_sides() -> None:
    """The threshold stands between an empty sheet and print in a twelfth of the light, near neither."""
    from paper.legible import _deviations

    empty, print_in_the_dark = _deviations(grain(slope(170, 250), 3))[0], _deviations(lit(0.08))[0]
    assert empty * 1.2 < CONTRAST < print_in_the_dark / 1.2
