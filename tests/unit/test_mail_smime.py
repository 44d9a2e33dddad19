"""S/MIME: what is signed is read without trusting the signature, what is encrypted says that it is."""

import base64
import zlib
from pathlib import Path

import pytest
from asn1crypto import cms

from mail.parse_smime import open_envelope
from tests.unit.mail_corpus import JPEG, attachment, letter, multipart, part
from tests.unit.test_mail_parse import read

WORDS = "Согласна\r\nвысшее\r\nфамилия та же"
LETTERS = Path(__file__).parent.parent / "letters"


def signed(inner: bytes) -> bytes:
    """Return CMS SignedData around an entity, without signers: nobody checks them."""
    data = {
        "version": "v1",
        "digest_algorithms": [],
        "encap_content_info": {"content_type": "data", "content": inner},
        "signer_infos": [],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)}).dump())


def compressed(inner: bytes) -> bytes:
    """Return CMS CompressedData around an entity (RFC 3274)."""
    data = {
        "version": 0,
        "compression_algorithm": {"algorithm": "1.2.840.113549.1.9.16.3.8"},
        "encap_content_info": {"content_type": "data", "content": zlib.compress(inner)},
    }
    return bytes(cms.ContentInfo({"content_type": "compressed_data", "content": cms.CompressedData(data)}).dump())


def encrypted() -> bytes:
    """Return the head of CMS EnvelopedData, as much of it as says what it is."""
    data = {
        "version": "v0",
        "recipient_infos": [],
        "encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {"algorithm": "aes128_cbc", "parameters": b"\0" * 16},
            "encrypted_content": b"\0" * 32,
        },
    }
    return bytes(cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData(data)}).dump())


def enveloped(content: bytes, media: str) -> bytes:
    """Return a letter that is an envelope."""
    return letter(base64.b64encode(content).decode(), content_type=media, encoding="base64")


DRESSES = [
    'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
    'application/x-pkcs7-mime; name="smime.p7m"',
    "application/pkcs7-mime (signed); smime-type=signed-data",
    'application/octet-stream; name="smime.p7m"',
]


@pytest.mark.parametrize("media", DRESSES)
def test_words_and_files_of_a_signed_letter_are_read(media: str) -> None:
    """Under whichever name the envelope comes, the words and the files inside are the letter's."""
    inner = multipart(part(WORDS), attachment(JPEG, "diplom.jpg"), head=b"")
    found = read(enveloped(signed(inner), media))
    assert found.text.splitlines() == WORDS.splitlines()
    assert [file.name for file in found.files] == ["diplom.jpg"]
    assert found.faults == ()


def test_envelopes_within_envelopes_are_read_to_a_depth() -> None:
    """Compressed and signed is read; a letter of nothing but envelopes ends."""
    inner = part(WORDS)
    once = part(signed(inner), DRESSES[0])
    assert read(enveloped(compressed(once), "application/pkcs7-mime; smime-type=compressed-data")).text.startswith(
        "Согласна"
    )
    for _ in range(20):
        inner = part(signed(inner), DRESSES[0])
    assert read(inner).text == ""


def test_an_encrypted_letter_says_so() -> None:
    """Nothing is read of it, and nothing is taken for a file."""
    found = read(enveloped(encrypted(), "application/pkcs7-mime; smime-type=enveloped-data"))
    assert (found.text, found.files, found.faults) == ("", (), ("encrypted",))


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff", signed(b"x")[:40]]
)
def test_broken_envelopes_raise_nothing(content: bytes) -> None:
    """Whatever stands there, the answer is an envelope without words."""
    assert open_envelope(content).inner == b""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mail_smime_opaque", "Согласна\nвысшее\nфамилия та же"),
        ("mail_cte_comment", "Трек 10283512004231"),
        ("mail_html_pre", "Согласна\nвысшее\nфамилия та же"),
    ],
)
def test_letters_as_they_came(name: str, words: str) -> None:
    """Real letters in odd dress say what their writers wrote."""
    assert read((LETTERS / f"{name}.eml").read_bytes()).text == words
