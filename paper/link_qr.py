"""The QR picture of a link: for a leaflet, a screen or a letter (docs/regulations.md: O1)."""

from io import BytesIO

_SCALE = 14
_QUIET = 4  # modules of white around it: scanners need them


def link_qr(url: str) -> bytes:
    """Draw the link as PNG, 0.5 to 0.7 thousand pixels wide; the same bytes for the same link."""
    import segno

    picture = BytesIO()
    segno.make_qr(url, error="m").save(picture, kind="png", border=_QUIET, scale=_SCALE)
    return picture.getvalue()
