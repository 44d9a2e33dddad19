"""Pictures of invented documents, drawn for the tests."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont


def document_picture(text: str = "ДИПЛОМ", form: str = "JPEG", size: tuple[int, int] = (1000, 1400)) -> bytes:
    """Draw a page of print, sharp enough to be read; another text makes another file."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=28)
    for row in range(20, size[1] - 40, 44):
        draw.text((30, row), f"{text} {row} " * 6, fill="black", font=font)
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def phone_photo(orientation: int) -> bytes:
    """Draw a page as a phone keeps it: with the way it was held (EXIF 2.3, 1 to 8), the place and the model."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Maker", "Phone 12"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 45.0, 7.0), 3: "E", 4: (37.0, 37.0, 0.0)})
    out = BytesIO()
    Image.open(BytesIO(document_picture("ДИПЛОМ", "PNG", (1400, 1000)))).save(out, "JPEG", exif=exif)
    return out.getvalue()


def document_pdf(pages: int = 1) -> bytes:
    """Make a PDF whose pages are pictures of print."""
    sheets = [Image.open(BytesIO(document_picture(f"ЛИСТ {number}", "PNG"))) for number in range(1, pages + 1)]
    out = BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()
