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


def document_pdf(pages: int = 1) -> bytes:
    """Make a PDF whose pages are pictures of print."""
    sheets = [Image.open(BytesIO(document_picture(f"ЛИСТ {number}", "PNG"))) for number in range(1, pages + 1)]
    out = BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()
