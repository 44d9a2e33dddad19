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
    """Make a PDF of empty pages."""
    import pikepdf

    book = pikepdf.new()
    for _ in range(pages):
        book.add_blank_page()
    out = BytesIO()
    book.save(out)
    return out.getvalue()
