"""Decodes pictures whole, upright and small, within memory that is reckoned before decoding.

A picture is read to a long side of about `side` pixels in `mode` ("L" or "RGB"); what was transparent becomes white.
Nothing but the pixels comes out: place, device and thumbnails of the metadata stay behind.
"""

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from school.uploads import UploadRefused

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 190_000_000
"""Bytes that decoding may take; with libraries and a file of 20 MB the process stays within 256 MB."""

JPEG_PIXELS = 220_000_000
"""The greatest phone camera has 200 megapixels. A JPEG is decoded at an eighth, so this bounds time, not memory."""

TINY = 300
"""Pixels of the shorter side, below which no text of a page can be read."""

Mode = Literal["L", "RGB"]
Size = tuple[int, int]
_ORIENTATION = 0x0112  # EXIF 2.3, tag "Orientation"
_ROWS = 64  # reduced rows of one strip
# Measured peaks per pixel, all buffers of the decoder counted.
_HEIC_BYTES, _HEIC_DEEP_BYTES, _WEBP_BYTES = 6.3, 10, 15
_PNG_BYTES = {"1": 2, "L": 1, "P": 2, "I;16": 3, "I;16B": 3, "I": 5, "RGBA": 5, "LA": 5}


def read_image(content: bytes, media: str, side: int, mode: Mode) -> tuple[Size, "Image"]:
    """Return the size as it was sent and the upright picture. Raises `UploadRefused`."""
    from PIL import Image

    # Pillow's own limit knows neither the format nor how much it takes; ours below does.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on odd metadata are no reason to refuse a picture
            return _READERS[media](content, side, mode)
    except MemoryError as error:
        raise UploadRefused("image_bomb") from error
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, EOFError, RuntimeError) as error:
        raise UploadRefused("image_broken") from error


def _afford(size: Size, bytes_per_pixel: float) -> None:
    if min(size) < TINY:
        raise UploadRefused("image_tiny")
    if size[0] * size[1] * bytes_per_pixel > MEMORY:
        raise UploadRefused("image_bomb")


def _upright(image: "Image", turned: int) -> "Image":
    """Turn a picture as EXIF says that it was held (1 to 8); any other number leaves it."""
    from PIL.Image import Transpose as By

    ways = {
        2: By.FLIP_LEFT_RIGHT, 3: By.ROTATE_180, 4: By.FLIP_TOP_BOTTOM, 5: By.TRANSPOSE, 6: By.ROTATE_270,
        7: By.TRANSVERSE, 8: By.ROTATE_90,
    }  # fmt: skip
    return image.transpose(ways[turned]) if turned in ways else image


def _turned(image: "Image") -> int:
    """Return the orientation by EXIF, 1 where there is none or the metadata are broken."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (ValueError, TypeError, OSError, SyntaxError, KeyError, IndexError):
        return 1


def _reduce(image: "Image", side: int, mode: Mode) -> "Image":
    """Return a decoded picture small and upright, strip by strip: a second copy of the whole would take too much."""

    def strip(top: int, rows: int) -> "Image":
        return _opaque(image.crop((0, top, image.width, top + rows)))

    return _upright(_join_strips(strip, image.size, side, mode), _turned(image))


def _opaque(strip: "Image") -> "Image":
    from PIL import Image

    if strip.mode.startswith("I"):  # 16 bits of grey, which a plain conversion would clip to white
        strip = strip.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if not strip.has_transparency_data:
        return strip
    clear = strip.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)


def _join_strips(strip: Callable[[int, int], "Image"], size: Size, side: int, mode: Mode) -> "Image":
    """Return the picture whose rows `strip(top, rows)` gives, with a long side of about `side`."""
    from PIL import Image

    factor = max(1, max(size) // side)
    whole = Image.new(mode, (-(-size[0] // factor), -(-size[1] // factor)))
    step = factor * _ROWS
    for top in range(0, size[1], step):
        part = strip(top, min(step, size[1] - top)).convert("RGB").convert(mode)
        whole.paste(part.reduce(factor) if factor > 1 else part, (0, top // factor))
    whole.thumbnail((side, side))
    return whole


def _read_jpeg(content: bytes, side: int, mode: Mode) -> tuple[Size, "Image"]:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["JPEG", "MPO"]) as image:
        size = image.size
        _afford(size, MEMORY / JPEG_PIXELS)
        _afford(size, _coefficient_bytes(image))
        scale = max(size) / side
        image.draft(mode, (max(1, int(size[0] / scale)), max(1, int(size[1] / scale))))
        _afford((max(TINY, image.size[0]), max(TINY, image.size[1])), 4 if image.mode != "L" else 1)
        image.load()
        return size, _reduce(image, side, mode)


def _coefficient_bytes(image: "Image") -> float:
    """Return bytes a pixel of a JPEG of several scans: all coefficients are held at once, whatever the scale."""
    if not image.info.get("progressive"):
        return 0
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    widest = max((across * down for _, across, down, _ in layers), default=1)
    return 2 * sum(across * down / widest for _, across, down, _ in layers)


def _read_png(content: bytes, side: int, mode: Mode) -> tuple[Size, "Image"]:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        _afford(image.size, _PNG_BYTES.get(image.mode, 4.6))
        image.load()
        return image.size, _reduce(image, side, mode)


def _read_webp(content: bytes, side: int, mode: Mode) -> tuple[Size, "Image"]:
    from PIL import Image

    _afford(_webp_size(content), _WEBP_BYTES)
    with Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
        _afford(image.size, _WEBP_BYTES)
        image.load()
        return image.size, _reduce(image, side, mode)


def _webp_size(content: bytes) -> Size:
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


def _read_heic(content: bytes, side: int, mode: Mode) -> tuple[Size, "Image"]:
    """Read a HEIC: its decoder turns the picture itself, and EXIF's orientation is not to be applied again."""
    import pillow_heif
    from PIL import Image

    # One thread: each takes a stack of its own, and their number would depend on the machine.
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    found = pillow_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
    _afford(found.size, _HEIC_DEEP_BYTES if found.info["bit_depth"] > 8 else _HEIC_BYTES)
    kind, stride, pixels, width = found.mode, found.stride, memoryview(found.data), found.size[0]

    def strip(top: int, rows: int) -> "Image.Image":
        given: Any = pixels[top * stride : (top + rows) * stride]
        return _opaque(Image.frombuffer(kind, (width, rows), given, "raw", kind, stride, 1))

    return found.size, _join_strips(strip, found.size, side, mode)


_READERS: dict[str, Callable[[bytes, int, Mode], tuple[Size, "Image"]]] = {
    "image/jpeg": _read_jpeg,
    "image/png": _read_png,
    "image/webp": _read_webp,
    "image/heic": _read_heic,
}
