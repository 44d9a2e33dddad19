"""Workbooks saved as "Strict Open XML" (ISO 29500), read as the common kind: only the names of things differ."""

import zipfile
from io import BytesIO

_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (b"spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)
_ROOT = "_rels/.rels"


def as_common(content: bytes) -> bytes:
    """Return the workbook with the common names; one that has them already comes back as it is.

    Sizes are checked before. Raises what zipfile raises on a damaged archive, `KeyError` where the root is missing.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if _STRICT not in archive.read(_ROOT):
            return content
        made = BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
            for part in archive.infolist():
                target.writestr(part.filename, _renamed(part.filename, archive.read(part)))
    return made.getvalue()


def _renamed(name: str, part: bytes) -> bytes:
    if not name.endswith((".xml", ".rels")):
        return part
    for strict, common in _NAMES:
        part = part.replace(_STRICT + strict, common)
    return part
