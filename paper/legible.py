"""Is there anything to read on a picture? Pure measures of a grey picture with a long side of about 1,200 pixels.

The frame is cut into 36 tiles and the fourth best counts: where there is print there are several good tiles, and a
lone edge of the table does not pass for print.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE = 1200
"""Pixels of the longer side that the measures below are made for."""

SHARP = 80.0
"""Variance of the Laplacian of grey levels (0–255): sharp print has 600 and more, print in poor light 150, print that
is hard to read less than this."""

CONTRAST = 1.2
"""Least deviation (grey levels) of what is as coarse as lines of print. An empty sheet has 0.8, a lens that is covered
1.1; print in a twentieth of the light has 1.6, in good light 20."""

STRUCTURE = 0.65
"""Least ratio of that deviation to the deviation of single pixels: print has 0.8 and more, noise 0.55 at most."""

DARK = 70
"""Mean grey level: what is not readable below it is too dark, above it is blank."""

_TILES = 6
_BEST = 3  # the fourth
_GAIN = 4  # of small differences, since pixels are whole numbers


def sharpness(grey: "Image") -> float:
    """Return the variance of the Laplacian in the sharpest parts of a picture."""
    from PIL import ImageFilter, ImageStat

    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128))
    # The outermost row is left as it was by the filter.
    edges = edges.crop((1, 1, grey.width - 1, grey.height - 1))
    return float(sorted((ImageStat.Stat(tile).var[0] for tile in _tiles(edges)), reverse=True)[_BEST])


def illegible(grey: "Image") -> Literal["image_dark", "blank"] | None:
    """Tell that a picture has no print: it is black, empty, a shadow on an empty sheet, or noise."""
    from PIL import ImageStat

    coarse, fine = _deviations(grey)
    if coarse >= CONTRAST and coarse >= STRUCTURE * fine:
        return None
    return "image_dark" if ImageStat.Stat(grey).mean[0] < DARK else "blank"


def _deviations(grey: "Image") -> tuple[float, float]:
    """Return the deviations of lines of print and of single pixels, without slow changes of light, in one tile."""
    from PIL import ImageChops, ImageFilter, ImageStat

    small = grey.reduce(4)
    lines = ImageChops.subtract(small, small.filter(ImageFilter.BoxBlur(6)), 1 / _GAIN, 128)
    pixels = ImageChops.subtract(grey, grey.filter(ImageFilter.BoxBlur(2)), 1 / _GAIN, 128)
    found = [
        (ImageStat.Stat(coarse).stddev[0] / _GAIN, ImageStat.Stat(fine).stddev[0] / _GAIN)
        for coarse, fine in zip(_tiles(lines), _tiles(pixels), strict=True)
    ]
    return sorted(found, reverse=True)[_BEST]


def _tiles(image: "Image") -> Iterator["Image"]:
    width, height = image.size
    for x in range(_TILES):
        for y in range(_TILES):
            left, top = width * x // _TILES, height * y // _TILES
            yield image.crop((left, top, width * (x + 1) // _TILES, height * (y + 1) // _TILES))
