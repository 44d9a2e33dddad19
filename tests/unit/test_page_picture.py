"""Pages drawn to be looked at: upright, without metadata, of the asked size, one kind of file out."""

import io

import pikepdf
import pytest
from PIL import Image

from paper.page_picture import page_picture
from school.uploads import UploadRefused
from tests.integration.upload_corpus import heic, page, pdf, saved
from tests.pictures import document_pdf

RED, BLUE = (200, 30, 30), (30, 30, 200)


def corners(width: int = 800, height: int = 600) -> Image.Image:
    """Return a picture with a red top left quarter, blue elsewhere."""
    made = Image.new("RGB", (width, height), BLUE)
    made.paste(RED, (0, 0, width // 2, height // 2))
    return made


def opened(content: bytes) -> Image.Image:
    """Open what was drawn, and see that it is a plain JPEG."""
    found = Image.open(io.BytesIO(content))
    assert found.format == "JPEG"
    return found


def red_corner(image: Image.Image) -> str:
    """Tell in which corner the red quarter is."""
    width, height = image.size
    names = {"top left": (9, 9), "top right": (width - 9, 9), "bottom left": (9, height - 9),
             "bottom right": (width - 9, height - 9)}  # fmt: skip
    return next(name for name, at in names.items() if image.convert("RGB").getpixel(at)[0] > 150)  # type: ignore[index]


def held(orientation: int) -> Image.Exif:
    """Return metadata of a phone: how it was held, where, and what phone it was."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Maker", "Phone 12"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 45.0, 7.0), 3: "E", 4: (37.0, 37.0, 0.0)})
    return exif


@pytest.mark.parametrize(
    ("orientation", "corner", "size"),
    [
        (1, "top left", (800, 600)),
        (2, "top right", (800, 600)),
        (3, "bottom right", (800, 600)),
        (4, "bottom left", (800, 600)),
        (5, "top left", (600, 800)),
        (6, "top right", (600, 800)),
        (7, "bottom right", (600, 800)),
        (8, "bottom left", (600, 800)),
        (99, "top left", (800, 600)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_upright_and_bare(kind: str, orientation: int, corner: str, size: tuple[int, int]) -> None:
    """A picture is turned as the phone was held (EXIF 2.3), and neither place nor device goes with it."""
    content = saved(corners(), kind, exif=held(orientation))
    assert b"Phone 12" in content
    drawn = page_picture(content, 1, 1400)
    found = opened(drawn)
    assert (red_corner(found), found.size) == (corner, size)
    assert b"Phone 12" not in drawn
    assert not found.getexif()
    assert "icc_profile" not in found.info


@pytest.mark.parametrize(
    ("turns", "corner"), [(0, "top left"), (1, "top right"), (2, "bottom right"), (3, "bottom left"), (5, "top right")]
)
def test_a_picture_is_turned_by_quarters(turns: int, corner: str) -> None:
    """Quarters are counted clockwise."""
    assert red_corner(opened(page_picture(saved(corners(), "PNG"), 1, 400, turns))) == corner


@pytest.mark.parametrize(
    "content",
    [
        saved(page(), "JPEG"),
        saved(page(), "JPEG", progressive=True),
        saved(page().convert("CMYK"), "JPEG"),
        saved(page().convert("L"), "JPEG"),
        saved(page(), "PNG"),
        saved(page().convert("P"), "PNG"),
        saved(page().convert("1"), "PNG"),
        saved(page().convert("RGBA"), "PNG"),
        saved(page().convert("L").convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"),
        saved(page(), "WEBP"),
        heic(),
    ],
    ids=["jpeg", "progressive", "cmyk", "grey jpeg", "png", "palette", "bilevel", "alpha", "16 bit", "webp", "heic"],
)
def test_every_kind_of_picture_is_drawn_small(content: bytes) -> None:
    """Whatever is taken is drawn with the asked long side, its paper light and its print dark."""
    found = opened(page_picture(content, 1, 700))
    assert max(found.size) == 700
    darkest, lightest = found.convert("L").getextrema()
    assert darkest < 110  # type: ignore[operator]
    assert lightest > 200  # type: ignore[operator]


def test_what_is_transparent_becomes_white() -> None:
    """Black print on nothing is black print on white."""
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 200, 400))
    found = opened(page_picture(saved(clear, "PNG"), 1, 400)).convert("L")
    assert (found.getpixel((20, 20)), found.getpixel((380, 20))) == (0, 255)


def test_pages_of_a_pdf_are_drawn_one_by_one() -> None:
    """Each page gives a picture of its own; there is none beyond the last, and one of a picture."""
    book = document_pdf(2)
    first, second = page_picture(book, 1, 1000), page_picture(book, 2, 1000)
    assert first != second
    assert max(opened(second).size) == 1000
    for number in (0, 3):
        with pytest.raises(IndexError):
            page_picture(book, number, 1000)
    with pytest.raises(IndexError):
        page_picture(saved(page(), "PNG"), 2, 1000)


def test_a_turned_page_of_a_pdf_is_drawn_turned() -> None:
    """The page's own rotation counts."""

    def turn(made: pikepdf.Pdf) -> None:
        made.pages[0].Rotate = 90

    straight, turned = opened(page_picture(pdf(1), 1, 800)).size, opened(page_picture(pdf(1, turn), 1, 800)).size
    assert turned == straight[::-1]


def test_a_pdf_that_cannot_be_drawn_is_refused() -> None:
    """Damage is a refusal with a reason, never another error."""
    with pytest.raises(UploadRefused) as refused:
        page_picture(b"%PDF-1.7\nnothing\n%%EOF\n", 1, 800)
    assert refused.value.reason == "pdf_broken"
