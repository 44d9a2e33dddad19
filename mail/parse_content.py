"""What a MIME tree holds for people: the text, the files, the letters enclosed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.parse_body import clean, part_text
from mail.parse_html import html_to_text
from mail.parse_parts import Part, Reader
from mail.parse_smime import is_envelope, open_envelope
from mail.parse_tnef import SIGNATURE, read_tnef

MAX_FILES = 100
MAX_WORDS = 400_000
"""Characters of a whole letter's texts, those of letters enclosed too: twice what one text may have."""
MAX_ENVELOPES = 4  # one in another: signed, compressed, signed again
_SMALL_PICTURE = 24 * 1024  # bytes; a logo of a signature is smaller, a photo of a paper is not
_UNKNOWN_MEDIA = {
    "",
    "application/octet-stream",
    "application/x-download",
    "application/force-download",
    "binary/octet-stream",
}
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_NO_FILES = {"message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
             "text/rfc822-headers", "message/global-headers", "application/pgp-encrypted", *_SIGNATURES}  # fmt: skip
_BY_FIRST_BYTES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_BY_SUFFIX = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "heic": "image/heic", "heif": "image/heif",
    "webp": "image/webp", "gif": "image/gif", "pdf": "application/pdf", "txt": "text/plain", "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "doc": "application/msword",
    "xls": "application/vnd.ms-excel", "rtf": "application/rtf", "ics": "text/calendar",
}  # fmt: skip
_SUFFIX_OF = {
    "image/jpeg": "jpg", "image/png": "png", "image/heic": "heic", "image/webp": "webp", "image/gif": "gif",
    "application/pdf": "pdf", "text/calendar": "ics", "text/html": "html", "text/plain": "txt",
}  # fmt: skip
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim"}
_STUB = re.compile(r"(?:your|ваш\w*|this) .{0,60}(?:html|mime)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file. `media` is by its content where that is plain to see; `inline`: shown within the text, as iPhones also
    show photos of documents; `decoration`: an inline picture so small that it is the logo of a signature.
    """

    name: str
    media: str
    content: bytes
    inline: bool
    content_id: str | None

    @property
    def decoration(self) -> bool:
        """Whether the file may be passed over."""
        return self.inline and self.media.startswith("image/") and len(self.content) <= _SMALL_PICTURE


@dataclass(frozen=True, slots=True)
class Content:
    """The letter's text as it came, the files of it and of the letters enclosed, the texts of those, and faults."""

    text: str
    files: tuple[FilePart, ...]
    forwarded: tuple[str, ...]
    faults: tuple[str, ...]


def gather(tree: Part, *, with_files: bool = True, room: int = MAX_WORDS) -> Content:
    """Gather what the tree holds, texts of at most `room` characters in all. Never raises."""
    work = _Gathering(with_files=with_files, room=room)
    work.take(tree, shown=False)
    texts = work.texts or work.spare
    return Content(
        "\n".join(texts).strip("\n"), tuple(work.files), tuple(work.forwarded), tuple(dict.fromkeys(work.faults))
    )


@dataclass(slots=True)
class _Gathering:
    with_files: bool
    room: int  # characters of text that may still be kept
    texts: list[str] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)  # texts out of winmail.dat, for letters that have no other
    files: list[FilePart] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    envelopes: int = 0

    def take(self, part: Part, *, shown: bool) -> None:
        """Take an entity; `shown`: it stands inside multipart/related, where a text refers to it."""
        media = part.media
        if media == "multipart/alternative" and part.children:
            self._alternative(part)
        elif media == "multipart/encrypted":
            self.faults.append("encrypted")
            self._each(part, shown=False)
        elif media in ("message/rfc822", "message/global"):
            self._enclosed(part)
        elif part.children:
            self._each(part, shown=media == "multipart/related")
        elif self._is_text(part):
            self._text(part)
        elif is_envelope(part):
            self._envelope(part)
        elif not media.startswith("multipart/"):
            self._file(part, shown=shown)

    def _text(self, part: Part) -> None:
        if self.room <= 0:
            self.faults.append("text_cut")
            return
        text, faults = part_text(part)
        self.faults += faults
        if "-----BEGIN PGP MESSAGE-----" in text:
            self.faults.append("encrypted")
        self._keep(self.texts, text)

    def _keep(self, texts: list[str], text: str) -> None:
        if not text.strip():
            return
        if len(text) > self.room:
            self.faults.append("text_cut")
        if self.room > 0:
            texts.append(text[: self.room])
            self.room -= len(texts[-1])

    def _each(self, part: Part, *, shown: bool) -> None:
        report = part.media == "multipart/report"
        for index, child in enumerate(part.children):
            if report and index and child.media in ("message/rfc822", "text/rfc822-headers"):
                continue  # a report gives our own letter back
            self.take(child, shown=shown)

    def _alternative(self, part: Part) -> None:
        """Plain text says it best; HTML where that is empty or sends one to the HTML; files of either are files."""
        plain = [leaf for leaf in part.walk() if leaf.media == "text/plain" and self._is_text(leaf)]
        html = [leaf for leaf in part.walk() if leaf.media == "text/html" and self._is_text(leaf)]
        chosen = ""
        for leaf in (*plain, *html):
            text, faults = part_text(leaf)
            if leaf.media == "text/plain" and html and (not text.strip() or (len(text) < 200 and _STUB.search(text))):
                continue
            chosen, found = text, faults
            self.faults += found
            break
        self._keep(self.texts, chosen)
        for leaf in _files_within(part):
            self.take(leaf, shown=True)

    def _enclosed(self, part: Part) -> None:
        """A letter within the letter: its words are not the writer's, its files are sent by the writer all the same."""
        for child in part.children:
            inner = gather(child, with_files=self.with_files, room=self.room)
            subject = child.headers.words("subject")
            self._keep(self.forwarded, f"{subject}\n\n{inner.text}".strip())
            for text in inner.forwarded:
                self._keep(self.forwarded, text)
            self.faults += inner.faults
            for file in inner.files:
                self._add(file)

    def _envelope(self, part: Part) -> None:
        """What is signed is read as if it were not: a signature proves nothing here. What is encrypted stays shut."""
        self.envelopes += 1
        found = open_envelope(part.content())
        if found.inner and self.envelopes <= MAX_ENVELOPES:
            reader = Reader()
            self.take(reader.read(found.inner), shown=False)
            self.faults += reader.faults
        else:
            self.faults.append("encrypted" if found.kind == "encrypted" else "signed_opaque")

    def _is_text(self, part: Part) -> bool:
        if part.media not in ("text/plain", "text/html", "text/enriched", "text/x-amp-html"):
            return False
        return part.disposition != "attachment" and not (part.file_name and part.disposition != "inline")

    def _file(self, part: Part, *, shown: bool) -> None:
        if part.media.startswith("message/partial"):
            self.faults.append("partial")
        if part.media in _NO_FILES or not self.with_files:
            return
        content = part.content()
        if part.media in ("application/ms-tnef", "application/vnd.ms-tnef") or content.startswith(SIGNATURE):
            self._winmail(content)
        elif content:
            content_id = part.headers.first("content-id").strip(" <>")[:200] or None
            media = _media(part.media, content, part.file_name)
            inline = part.disposition == "inline" or (shown and part.disposition != "attachment")
            self._add(FilePart(_name(part.file_name, media), media, content, inline, content_id))

    def _winmail(self, content: bytes) -> None:
        found = read_tnef(content)
        if not found.whole:
            self.faults.append("winmail")
        text = found.text or html_to_text(found.html[:300_000])
        self._keep(self.spare, clean(text[:200_000]))
        for file in found.files:
            media = _media(file.media, file.content, file.name)
            name = re.split(r"[/\\]", file.name)[-1][:255]
            self._add(FilePart(_name(name, media), media, file.content, bool(file.content_id), file.content_id or None))
        if not found.whole and not found.files:
            self._add(FilePart("winmail.dat", "application/ms-tnef", content, inline=False, content_id=None))

    def _add(self, file: FilePart) -> None:
        if len(self.files) < MAX_FILES:
            self.files.append(file)
        else:
            self.faults.append("too_many_files")


def _files_within(part: Part) -> Iterator[Part]:
    """Leaves of an alternative that are no text of it: pictures, invitations, and letters enclosed."""
    for child in part.children:
        if child.media.startswith("multipart/"):
            yield from _files_within(child)
        elif child.media not in ("text/plain", "text/html", "text/enriched", "text/x-amp-html", "text/watch-html") or (
            child.disposition == "attachment"
        ):
            yield child


def _media(declared: str, content: bytes, name: str) -> str:
    for first, media in _BY_FIRST_BYTES:
        if content.startswith(first):
            return media
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if declared in _UNKNOWN_MEDIA:
        return _BY_SUFFIX.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return declared


def _name(name: str, media: str) -> str:
    return name or f"file.{_SUFFIX_OF.get(media, 'bin')}"
