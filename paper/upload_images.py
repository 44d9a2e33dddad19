"""Pictures: decoded whole, so that a truncated one is found out, within memory that is reckoned before decoding."""

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from paper.upload_tail import refuse_glued_on
from school.uploads import UploadFlag, UploadRefused

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 190_000_000
"""Bytes that decoding may take; with libraries and a file of 20 MB the process stays within 256 MB."""

JPEG_PIXELS = 220_000_000
"""The greatest phone camera has 200 megapixels. A JPEG is decoded at an eighth, so this bounds time, not memory."""

TINY = 300
"""Pixels of the shorter side, below which no text of a page can be read."""

SMALL = 700
"""Pixels of the shorter side, below which a number on a page may be unreadable."""

SHARP = 80.0
"""Variance of the Laplacian of grey levels (0–255) at 1,200 pixels: sharp print has 600 and more, print in poor light
150, print that is hard to read less than this."""

_LONG_SIDE = 1200
_TILES = 6
# Measured peaks per pixel, all buffers of the decoder counted.
_HEIC_BYTES, _HEIC_DEEP_BYTES, _WEBP_BYTES = 6.3, 10, 15


def check_image(content: bytes, media: str) -> tuple[UploadFlag, ...]:
    """Return hints on a picture of this type. Raises `UploadRefused`."""
    from PIL import Image

    # Pillow's own limit knows neither the format nor how much it takes; ours below does.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on odd metadata are no reason to refuse a picture
            size, grey = _READERS[media](content)
    except MemoryError as error:
        raise UploadRefused("image_bomb") from error
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, EOFError, RuntimeError) as error:
        raise UploadRefused("image_broken") from error
    refuse_glued_on(content, media)
    flags: list[UploadFlag] = []
    if min(size) < SMALL:
        flags.append("small")
    if sharpness(grey) < SHARP:
        flags.append("blurred")
    return tuple(flags)


def sharpness(grey: "Image") -> float:
    """Return the variance of the Laplacian in the sharpest parts of a grey picture.

    A page on a desk leaves most of the frame smooth; so the frame is cut into tiles and the fourth best of 36 counts:
    where there is print it is sharp, and a lone edge of the table does not pass for print.
    """
    from PIL import ImageFilter, ImageStat

    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128))
    # The outermost row is left as it was by the filter.
    edges = edges.crop((1, 1, grey.width - 1, grey.height - 1))
    width, height = edges.size
    columns = [width * i // _TILES for i in range(_TILES + 1)]
    rows = [height * i // _TILES for i in range(_TILES + 1)]
    tiles = [
        ImageStat.Stat(edges.crop((columns[x], rows[y], columns[x + 1], rows[y + 1]))).var[0]
        for x in range(_TILES)
        for y in range(_TILES)
    ]
    return float(sorted(tiles, reverse=True)[3])


def _afford(size: tuple[int, int], bytes_per_pixel: float) -> None:
    if min(size) < TINY:
        raise UploadRefused("image_tiny")
    if size[0] * size[1] * bytes_per_pixel > MEMORY:
        raise UploadRefused("image_bomb")


def _reduce(image: "Image") -> "Image":
    """Return the picture in grey with a long side of about 1,200 pixels, without a whole copy on the way."""
    factor = max(image.size) // _LONG_SIDE
    if image.mode in ("1", "P", "PA", "I", "I;16", "I;16B", "F"):
        image = image.convert("L")
    if image.mode in ("RGBA", "LA"):
        # Reducing with transparency would take a second copy; one channel tells print from paper.
        image = image.getchannel("G" if image.mode == "RGBA" else "L")
    if factor > 1:
        image = image.reduce(factor)
    grey = image.convert("L")
    grey.thumbnail((_LONG_SIDE, _LONG_SIDE))
    return grey


def _read_jpeg(content: bytes) -> tuple[tuple[int, int], "Image"]:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["JPEG", "MPO"]) as image:
        size = image.size
        _afford(size, MEMORY / JPEG_PIXELS)
        _afford(size, _coefficient_bytes(image))
        scale = max(size) / _LONG_SIDE
        image.draft("L", (max(1, int(size[0] / scale)), max(1, int(size[1] / scale))))
        _afford((max(TINY, image.size[0]), max(TINY, image.size[1])), 4 if image.mode != "L" else 1)
        image.load()
        return size, _reduce(image)


def _coefficient_bytes(image: "Image") -> float:
    """Return bytes a pixel of a JPEG of several scans: all coefficients are held at once, whatever the scale."""
    if not image.info.get("progressive"):
        return 0
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    widest = max((across * down for _, across, down, _ in layers), default=1)
    return 2 * sum(across * down / widest for _, across, down, _ in layers)


def _read_png(content: bytes) -> tuple[tuple[int, int], "Image"]:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        single = {"1": 2, "L": 1, "P": 2, "I;16": 3, "I;16B": 3, "I": 5, "RGBA": 5, "LA": 5}
        _afford(image.size, single.get(image.mode, 4.6))
        image.load()
        return image.size, _reduce(image)


def _read_webp(content: bytes) -> tuple[tuple[int, int], "Image"]:
    from PIL import Image

    _afford(_webp_size(content), _WEBP_BYTES)
    with Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
        _afford(image.size, _WEBP_BYTES)
        image.load()
        return image.size, _reduce(image)


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the size by the header: the library makes room for the whole canvas when it opens a file."""
    kind, head = content[12:16], content[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise UploadRefused("image_broken")


def _read_heic(content: bytes) -> tuple[tuple[int, int], "Image"]:
    import pillow_heif

    # One thread: each takes a stack of its own, and their number would depend on the machine.
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    found = pillow_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
    _afford(found.size, _HEIC_DEEP_BYTES if found.info["bit_depth"] > 8 else _HEIC_BYTES)
    return found.size, _reduce_strips(found.mode, found.size, found.stride, memoryview(found.data))


def _reduce_strips(mode: str, size: tuple[int, int], stride: int, pixels: memoryview) -> "Image":
    """Return pixels that a library holds in grey with a long side of about 1,200, read strip by strip.

    A Pillow image of the whole would be a second copy.
    """
    from PIL import Image

    factor = max(1, max(size) // _LONG_SIDE)
    grey = Image.new("L", (-(-size[0] // factor), -(-size[1] // factor)))
    step = factor * 64
    for top in range(0, size[1], step):
        rows = min(step, size[1] - top)
        strip: Any = pixels[top * stride : (top + rows) * stride]
        image = Image.frombuffer(mode, (size[0], rows), strip, "raw", mode, stride, 1)
        grey.paste(image.convert("RGB").convert("L").reduce(factor), (0, top // factor))
    grey.thumbnail((_LONG_SIDE, _LONG_SIDE))
    return grey


_READERS: dict[str, Callable[[bytes], tuple[tuple[int, int], "Image"]]] = {
    "image/jpeg": _read_jpeg,
    "image/png": _read_png,
    "image/webp": _read_webp,
    "image/heic": _read_heic,
}
