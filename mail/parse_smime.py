"""S/MIME envelopes: a signed letter is opened without trusting its signature, an encrypted one says that it is one."""

import zlib
from dataclasses import dataclass
from typing import Literal

from mail.parse_parts import Part

MEDIA = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_LARGEST = 40 * 1024 * 1024  # bytes of what an envelope holds
_COMMON_MEDIA = frozenset({"application/octet-stream", "application/x-download", "application/x-pkcs7", ""})


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an S/MIME part is: `inner` are the bytes of the entity inside, empty where it cannot be read."""

    kind: Literal["signed", "compressed", "encrypted", "broken"]
    inner: bytes = b""


def is_envelope(part: Part) -> bool:
    """Tell whether a part is an S/MIME envelope, by its type or, where a server has lost that, by its name."""
    name = part.file_name.lower()
    return part.media in MEDIA or (part.media in _COMMON_MEDIA and name.endswith((".p7m", ".p7z")))


def open_envelope(content: bytes) -> Envelope:
    """Read a CMS envelope (RFC 5652) in DER or BER. Never raises."""
    from asn1crypto import cms

    try:
        found = cms.ContentInfo.load(_der(content))
        kind, body = found["content_type"].native, found["content"]
        if kind == "signed_data":
            inner = body["encap_content_info"]["content"].native
            return Envelope("signed", inner) if isinstance(inner, bytes) else Envelope("broken")
        if kind == "compressed_data":
            packed = body["encap_content_info"]["content"].native
            return Envelope("compressed", zlib.decompressobj().decompress(packed, _LARGEST))
        encrypted = kind in ("enveloped_data", "authenticated_enveloped_data", "encrypted_data")
        return Envelope("encrypted" if encrypted else "broken")
    except (ValueError, TypeError, KeyError, IndexError, zlib.error, RecursionError, AttributeError):
        return Envelope("broken")


def _der(content: bytes) -> bytes:
    """Take off a PEM armour, which some gateways put around."""
    from asn1crypto import pem

    return bytes(pem.unarmor(content)[2]) if pem.detect(content) else content
