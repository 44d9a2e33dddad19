"""Files of all kinds that people and attackers send, made on the spot: nothing binary is committed."""

import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from school.uploads import MAX_UPLOAD

Expected = str | tuple[str, int, tuple[str, ...]]
"""A reason of refusal, or media, pages and flags."""


@cache
def page(width: int = 1600, height: int = 1200, blur: float = 0) -> Image.Image:
    """Draw a document of invented words that lies on a darker desk; `blur` in pixels."""
    image = Image.new("RGB", (width, height), (150, 130, 110))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 12, height // 12, width * 11 // 12, height * 11 // 12), fill=(236, 230, 214))
    font = ImageFont.load_default(max(8, height // 45))
    for row in range(18):
        words = f"DIPLOMA 107704 {row:07d} Ivanova Ekaterina has mastered the programme"
        draw.text((width // 8, height // 8 + row * height // 24), words, fill=(50, 44, 60), font=font)
    return image.filter(ImageFilter.GaussianBlur(blur)) if blur else image


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    """Return the picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


@cache
def jpeg() -> bytes:
    """Return a plain photo of a document."""
    return saved(page(), "JPEG", quality=85)


@cache
def png() -> bytes:
    """Return the same as PNG."""
    return saved(page(), "PNG")


def scan_at_600_dpi() -> bytes:
    """Return an A4 page as a scanner gives it at its finest."""
    return saved(page().resize((7016, 4960), Image.Resampling.NEAREST), "PNG", compress_level=1)


@cache
def heic(**how: int) -> bytes:
    """Return the same as a phone with an apple keeps it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(page()).save(out, quality=60, **how)
    return out.getvalue()


def heic_of_48_megapixels() -> bytes:
    """Return a picture that says it is too great to be decoded."""
    small = heic()
    at = small.index(b"ispe") + 8
    return small[:at] + struct.pack(">II", 8000, 6000) + small[at + 8 :]


@cache
def phone_photo(width: int, height: int, *, progressive: bool = False, subsampling: int = 2) -> bytes:
    """Return a large photo with some grain."""
    grain = Image.effect_noise((width // 8, height // 8), 30).resize((width, height)).convert("RGB")
    grain.paste(page(width // 2, height // 2), (width // 4, height // 4))
    return saved(grain, "JPEG", quality=80, progressive=progressive, subsampling=subsampling)


def png_bomb() -> bytes:
    """Return a PNG of 40,000 × 40,000 that weighs some kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def archive(*names: str) -> bytes:
    """Return a ZIP with files of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return out.getvalue()


def tar() -> bytes:
    """Return a TAR with one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo("a.txt"))
    return out.getvalue()


def pdf(pages: int = 2, change: Callable[[pikepdf.Pdf], None] | None = None, **how: object) -> bytes:
    """Return a PDF of scanned pages; `change` is made before saving."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        picture = made.make_stream(saved(page(400, 300), "JPEG"), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
                                   Width=400, Height=300, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
                                   Filter=pikepdf.Name.DCTDecode)  # fmt: skip
        for _ in range(pages):
            sheet = made.add_blank_page()
            sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
            sheet.Contents = made.make_stream(b"q 595 0 0 842 0 0 cm /P Do Q")
        if change:
            change(made)
        made.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def script(made: pikepdf.Pdf) -> None:
    """Let the document run a script when it is opened."""
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def hidden_script(made: pikepdf.Pdf) -> None:
    """Let a page run a program when it is shown, the action two levels deep."""
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    made.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=pikepdf.Array([action])))


def attachment(made: pikepdf.Pdf) -> None:
    """Put a file inside."""
    made.attachments["a.docm"] = pikepdf.AttachedFileSpec(made, b"PK", filename="a.docm")


def opening_view(made: pikepdf.Pdf) -> None:
    """Say which page to show first, and add a link to a site, as honest documents do."""
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/AA/JS")
    made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=link)])


def opening(kind: str, **more: str) -> Callable[[pikepdf.Pdf], None]:
    """Let the document do something of this kind when it is opened."""

    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = made.make_indirect(
            pikepdf.Dictionary({"/S": pikepdf.Name(f"/{kind}")} | {f"/{key}": value for key, value in more.items()})
        )

    return change


def link(kind: str, **more: str) -> Callable[[pikepdf.Pdf], None]:
    """Put a link of this kind on the first page."""

    def change(made: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(
            {"/S": pikepdf.Name(f"/{kind}")} | {f"/{key}": value for key, value in more.items()}
        )
        made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])

    return change


def a_site_after_a_view(made: pikepdf.Pdf) -> None:
    """Let the document open a site after it has shown a page."""
    site = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
    view = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([0, pikepdf.Name.Fit]))
    view.Next = pikepdf.Array([made.make_indirect(site)])
    made.Root.OpenAction = view


def event_of_a_note(made: pikepdf.Pdf) -> None:
    """Let a note open a site when the pointer comes over it."""
    site = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
    field = pikepdf.Dictionary(Subtype=pikepdf.Name.Text, AA=pikepdf.Dictionary(E=site))
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(field)])


def stream_elsewhere(made: pikepdf.Pdf) -> None:
    """Say that a page's contents lie in another file."""
    made.pages[0].Contents = pikepdf.Stream(made, b"q Q", F=pikepdf.String("//example.org/share/page"))


def empty_name_trees(made: pikepdf.Pdf) -> None:
    """Leave trees of scripts and of files with nothing in them, as programs that strip them do."""
    empty = pikepdf.Dictionary(Names=pikepdf.Array([]))
    made.Root.Names = pikepdf.Dictionary(EmbeddedFiles=empty, JavaScript=made.make_indirect(empty))
    made.Root.AA = pikepdf.Dictionary()


def markup_in_metadata(made: pikepdf.Pdf) -> None:
    """Give the document the title of the web page that it was printed from."""
    made.docinfo["/Title"] = "<!doctype html><html lang=ru>"
    with made.open_metadata() as metadata:
        metadata["dc:description"] = "&lt;html&gt;"
    made.Root.Metadata.write(made.Root.Metadata.read_bytes() + b"<!-- <html> -->")


def empty_page_first(made: pikepdf.Pdf) -> None:
    """Put an empty sheet before the others."""
    with pikepdf.new() as other:
        made.pages.insert(0, other.add_blank_page())


def empty_contents(made: pikepdf.Pdf) -> None:
    """Draw nothing on any page."""
    for sheet in made.pages:
        sheet.Contents = made.make_stream(b"q Q")


def great_picture(made: pikepdf.Pdf) -> None:
    """Say that a picture has 40,000 × 40,000 pixels."""
    made.pages[0].Resources.XObject.P.Width = made.pages[0].Resources.XObject.P.Height = 40_000


def page_of_a_kilometre(made: pikepdf.Pdf) -> None:
    """Make a page of a kilometre by a kilometre."""
    made.pages[0].MediaBox = pikepdf.Array([0, 0, 2_834_646, 2_834_646])


def flate_bomb(made: pikepdf.Pdf) -> None:
    """Give the first page contents packed twice, that unpack to 125 MB."""
    packed = zlib.compress(zlib.compress(bytes(125_000_000), 9), 9)
    flate = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    made.pages[0].Contents = pikepdf.Stream(made, packed, Filter=flate)


def pdf_object_bomb() -> bytes:
    """Return a PDF whose table of objects is a stream that unpacks to 200 MB."""
    deflate = zlib.compressobj(9)
    packed = b"".join(deflate.compress(bytes(50_000_000)) for _ in range(4)) + deflate.flush()
    head = b"%PDF-1.5\n"
    table = b"1 0 obj\n<</Type/XRef/Size 100000000/W[1 2 2]/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % len(
        packed
    )
    return head + table + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def many_objects(made: pikepdf.Pdf) -> None:
    """Add more objects than any scan has."""
    made.Root.Heap = pikepdf.Array([made.make_indirect(pikepdf.Array([])) for _ in range(25_000)])


def samsung_trailer() -> bytes:
    """Return what a motion photo has after its picture: a name, a film, a directory."""
    film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + random.Random(1).randbytes(300_000)
    return b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data" + film + b"SEFH\x6a\0\0\0\x01\0\0\0" + b"\x18\0\0\0SEFT"


def accepted() -> dict[str, tuple[Callable[[], bytes], Expected]]:
    """Return files that are taken, by name."""
    return {
        "photo.jpg": (jpeg, ("image/jpeg", 1, ())),
        "scan.png": (png, ("image/png", 1, ())),
        "palette.png": (lambda: saved(page().convert("P"), "PNG"), ("image/png", 1, ())),
        "transparent.png": (lambda: saved(page().convert("RGBA"), "PNG"), ("image/png", 1, ())),
        "bilevel.png": (lambda: saved(page().convert("1"), "PNG"), ("image/png", 1, ())),
        "600dpi.png": (scan_at_600_dpi, ("image/png", 1, ())),
        "photo.webp": (lambda: saved(page(), "WEBP", method=0), ("image/webp", 1, ())),
        "12mp.webp": (lambda: saved(page().resize((4000, 3000)), "WEBP", method=0), ("image/webp", 1, ())),
        "photo.heic": (heic, ("image/heic", 1, ())),
        "tiles.heic": (lambda: heic(tile_size=512), ("image/heic", 1, ())),
        "jpeg named.pdf": (jpeg, ("image/jpeg", 1, ())),
        "cmyk.jpg": (lambda: saved(page().convert("CMYK"), "JPEG"), ("image/jpeg", 1, ())),
        "48mp.jpg": (lambda: phone_photo(8000, 6000), ("image/jpeg", 1, ())),
        "progressive.jpg": (lambda: phone_photo(6400, 4800, progressive=True), ("image/jpeg", 1, ())),
        "padded.jpg": (lambda: jpeg() + bytes(4096), ("image/jpeg", 1, ())),
        "mpf.jpg": (lambda: jpeg() + saved(page(800, 600), "JPEG"), ("image/jpeg", 1, ())),
        "two frames.jpg": (
            lambda: saved(page(), "MPO", save_all=True, append_images=[page(800, 600)]), ("image/jpeg", 1, ())
        ),
        "motion.jpg": (lambda: jpeg() + samsung_trailer(), ("image/jpeg", 1, ())),
        "small.jpg": (lambda: saved(page(800, 600), "JPEG"), ("image/jpeg", 1, ("small",))),
        "blurred.jpg": (lambda: saved(page(blur=5), "JPEG"), ("image/jpeg", 1, ("blurred",))),
        "scan.pdf": (pdf, ("application/pdf", 2, ())),
        "compressed.pdf": (
            lambda: pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), ("application/pdf", 2, ())
        ),
        "opening view.pdf": (lambda: pdf(change=opening_view), ("application/pdf", 2, ())),
        "no password to open.pdf": (
            lambda: pdf(encryption=pikepdf.Encryption(owner="owner", user="")), ("application/pdf", 2, ())
        ),
        "empty name trees.pdf": (lambda: pdf(change=empty_name_trees), ("application/pdf", 2, ())),
        "markup in metadata.pdf": (lambda: pdf(change=markup_in_metadata), ("application/pdf", 2, ())),
        "padded.pdf": (lambda: pdf() + bytes(100_000), ("application/pdf", 2, ())),
        "empty lines behind.pdf": (lambda: pdf() + b"\r\n" * 9000, ("application/pdf", 2, ())),
        "empty reverse.pdf": (lambda: pdf(change=empty_page_first), ("application/pdf", 3, ())),
        "dim.jpg": (lambda: saved(page().point(lambda level: level // 6), "JPEG"), ("image/jpeg", 1, ())),
        "thirty.pdf": (lambda: pdf(30), ("application/pdf", 30, ())),
    }  # fmt: skip


def refused() -> dict[str, tuple[Callable[[], bytes], Expected]]:
    """Return files that are not taken, by name, and why."""
    return {
        "empty.jpg": (lambda: b"", "empty"),
        "21mb.jpg": (lambda: jpeg() + bytes(21 * 1024 * 1024), "too_big"),
        "one byte over.jpg": (lambda: jpeg() + bytes(MAX_UPLOAD + 1 - len(jpeg())), "too_big"),
        "noise.jpg": (lambda: random.Random(2).randbytes(5000), "wrong_type"),
        "program.jpg": (lambda: b"MZ\x90\0" + bytes(60) + b"This program cannot be run in DOS mode", "wrong_type"),
        "elf.pdf": (lambda: b"\x7fELF\x02\x01\x01" + bytes(100), "wrong_type"),
        "page.html.jpg": (lambda: b"<!doctype html><script>1</script>", "wrong_type"),
        "picture.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_type"),
        "text.pdf": (lambda: b"diploma", "wrong_type"),
        "a.gif": (lambda: saved(page(400, 300), "GIF"), "image_format"),
        "a.tiff": (lambda: saved(page(400, 300), "TIFF"), "image_format"),
        "a.bmp": (lambda: saved(page(400, 300), "BMP"), "image_format"),
        "a.avif": (lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(99), "image_format"),
        "a.docx": (lambda: archive("[Content_Types].xml", "word/document.xml"), "office_file"),
        "a.docm.jpg": (lambda: archive("[Content_Types].xml", "word/vbaProject.bin"), "office_file"),
        "a.xlsm": (lambda: archive("[Content_Types].xml", "xl/vbaProject.bin"), "office_file"),
        "a.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "office_file"),
        "a.rtf": (lambda: b"{\\rtf1 x}", "office_file"),
        "a.zip": (lambda: archive("diploma.jpg"), "archive"),
        "a.rar": (lambda: b"Rar!\x1a\x07\x01\0" + bytes(50), "archive"),
        "a.gz": (lambda: gzip.compress(b"x"), "archive"),
        "a.tar": (tar, "archive"),
        "a.mp4": (lambda: b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(99), "video_audio"),
        "a.ogg": (lambda: b"OggS" + bytes(99), "video_audio"),
        "a.wav": (lambda: b"RIFF\0\0\0\0WAVE" + bytes(99), "video_audio"),
        "truncated.jpg": (lambda: jpeg()[: len(jpeg()) // 2], "image_broken"),
        "truncated.png": (lambda: png()[: len(png()) // 2], "image_broken"),
        "truncated.webp": (lambda: saved(page(), "WEBP", method=0)[:9000], "image_broken"),
        "truncated.heic": (lambda: heic()[:9000], "image_broken"),
        "head only.jpg": (lambda: b"\xff\xd8\xff\xe0" + bytes(40), "image_broken"),
        "pixel.png": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "image_tiny"),
        "thumbnail.jpg": (lambda: saved(page(320, 240), "JPEG"), "image_tiny"),
        "bomb.png": (png_bomb, "image_bomb"),
        "wide.webp": (lambda: b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0", "image_bomb"),
        "48mp.heic": (heic_of_48_megapixels, "image_bomb"),
        "jpeg with zip.jpg": (lambda: jpeg() + archive("run.exe"), "polyglot"),
        "jpeg with rar.jpg": (lambda: jpeg() + b"Rar!\x1a\x07\x01\0" + bytes(50), "polyglot"),
        "jpeg with program.jpg": (lambda: jpeg() + b"MZ\x90\0" + bytes(100), "polyglot"),
        "jpeg with pdf.jpg": (lambda: jpeg() + pdf(1), "polyglot"),
        "jpeg with html.jpg": (lambda: saved(page(), "JPEG", comment=b"<script>alert(1)</script>"), "polyglot"),
        "png with zip.png": (lambda: png() + archive("run.exe"), "polyglot"),
        "webp with zip.webp": (lambda: saved(page(), "WEBP", method=0) + archive("run.exe"), "polyglot"),
        "heic with zip.heic": (lambda: heic() + archive("run.exe"), "polyglot"),
        "pdf with zip.pdf": (lambda: pdf(1) + archive("run.exe"), "polyglot"),
        "pdf not first.pdf": (lambda: b"MZ" + bytes(90) + pdf(1), "polyglot"),
        "script.pdf": (lambda: pdf(change=script), "pdf_active"),
        "hidden.pdf": (lambda: pdf(change=hidden_script), "pdf_active"),
        "packed script.pdf": (
            lambda: pdf(change=script, object_stream_mode=pikepdf.ObjectStreamMode.generate), "pdf_active"
        ),
        "attachment.pdf": (lambda: pdf(change=attachment), "pdf_active"),
        "password.pdf": (lambda: pdf(encryption=pikepdf.Encryption(owner="owner", user="user")), "pdf_encrypted"),
        "truncated.pdf": (lambda: pdf()[:3000], "pdf_broken"),
        "hollow.pdf": (lambda: b"%PDF-1.7\nnothing\n%%EOF\n", "pdf_broken"),
        "no pages.pdf": (lambda: pdf(0), "pdf_broken"),
        "black.jpg": (lambda: saved(Image.new("RGB", (1600, 1200), (4, 3, 3)), "JPEG"), "image_dark"),
        "covered lens.jpg": (
            lambda: saved(Image.effect_noise((1600, 1200), 8).point(lambda v: v - 118), "JPEG"), "image_dark"
        ),
        "white.png": (lambda: saved(Image.new("L", (1600, 1200), 250), "PNG"), "blank"),
        "noise.png": (lambda: saved(Image.effect_noise((1600, 1200), 50), "PNG"), "blank"),
        "blank.pdf": (lambda: pdf(change=empty_contents), "blank"),
        "flate bomb.pdf": (lambda: pdf(change=flate_bomb), "too_heavy"),
        "great picture.pdf": (lambda: pdf(change=great_picture), "too_heavy"),
        "kilometre.pdf": (lambda: pdf(change=page_of_a_kilometre), "too_heavy"),
        "opens a site.pdf": (lambda: pdf(change=opening("URI", URI="https://example.org/")), "pdf_active"),
        "opens another file.pdf": (lambda: pdf(change=opening("GoToR", F="//example.org/share/a.pdf")), "pdf_active"),
        "opens a program.pdf": (lambda: pdf(change=opening("Launch", F="cmd.exe")), "pdf_active"),
        "then a site.pdf": (lambda: pdf(change=a_site_after_a_view), "pdf_active"),
        "note with event.pdf": (lambda: pdf(change=event_of_a_note), "pdf_active"),
        "link to a program.pdf": (lambda: pdf(change=link("Launch", F="cmd.exe")), "pdf_active"),
        "link to a share.pdf": (lambda: pdf(change=link("GoToR", F="//example.org/share/a.pdf")), "pdf_active"),
        "link to a local file.pdf": (lambda: pdf(change=link("URI", URI="file:///etc/passwd")), "pdf_active"),
        "stream elsewhere.pdf": (lambda: pdf(change=stream_elsewhere), "pdf_active"),
        "pdf with page behind.pdf": (lambda: pdf(1) + b"\n<html><script>1</script>", "polyglot"),
        "thirty one.pdf": (lambda: pdf(31), "pdf_too_long"),
        "objects.pdf": (lambda: pdf(change=many_objects), "too_heavy"),
        "object bomb.pdf": (pdf_object_bomb, "pdf_broken"),
    }  # fmt: skip
