"""Words about files, names of files, and what is said of sharpness."""

from typing import get_args

import pytest
from PIL import Image

from paper.legible import SHARP, sharpness
from paper.upload_check import media_of
from school.uploads import MAX_NAME, UploadFlag, UploadReason, UploadRefused, tidy_name
from tests.integration.upload_corpus import page
from wording.uploads import HINTS, SENTENCES, explain_upload, upload_hints


@pytest.mark.parametrize("reason", get_args(UploadReason))
def test_each_reason_is_said_in_words(reason: UploadReason) -> None:
    """Every refusal names the file and says in a second line or sentence what to send instead."""
    words = explain_upload(UploadRefused(reason), "диплом {0} & <b>.pdf")
    assert words.startswith("Файл «диплом {0} & <b>.pdf»")
    assert any(verb in words for verb in ("пришлите", "Пришлите"))
    assert "{" not in words.replace("{0}", "")


def test_words_cover_exactly_the_reasons_and_flags() -> None:
    """No reason or flag is without words, and no words are left over."""
    assert set(SENTENCES) == set(get_args(UploadReason))
    assert set(HINTS) == set(get_args(UploadFlag))


def test_a_photo_without_name_is_called_a_file() -> None:
    """A photo that has no name is «Файл»."""
    assert explain_upload(UploadRefused("empty")).startswith("Файл пустой")


def test_a_long_name_is_shown_short() -> None:
    """A long name does not drown the sentence."""
    assert len(explain_upload(UploadRefused("empty"), "д" * 300).split("»")[0]) < 50


def test_hints_follow_the_flags() -> None:
    """Each flag gives its sentence; an unknown one of an older row gives none."""
    assert upload_hints(("blurred", "odd")) == (HINTS["blurred"],)
    assert upload_hints(()) == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("диплом.pdf", "диплом.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Документы\\скан.jpg", "скан.jpg"),
        ("a\u202egpj.exe\n\x00b", "a gpj.exe b"),
        ("", ""),
    ],
)
def test_names_are_tidied(given: str, kept: str) -> None:
    """A kept name has no path, no control characters and nothing that turns the writing round."""
    assert tidy_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    """A name over the limit is cut in the middle, so that its ending is still seen."""
    kept = tidy_name("д" * 300 + ".pdf")
    assert len(kept) == MAX_NAME
    assert kept.endswith("….pdf")


@pytest.mark.parametrize("size", [(1200, 900), (900, 1200)])
def test_sharpness_tells_sharp_print_from_blurred(size: tuple[int, int]) -> None:
    """Sharp print is far above the threshold, print out of focus far below, an empty page at nothing."""
    assert sharpness(page(*size).convert("L")) > 4 * SHARP
    assert sharpness(page(*size, blur=1).convert("L")) > SHARP
    assert sharpness(page(*size, blur=3).convert("L")) < SHARP / 2
    assert sharpness(Image.new("L", size, 240)) == 0


def test_a_scan_with_a_byte_order_mark_is_a_pdf() -> None:
    """What some scanners put before the header does not make a PDF foreign."""
    assert media_of(b"\xef\xbb\xbf\r\n%PDF-1.4\n") == "application/pdf"
