"""Documents on disk, encrypted: AES-256-GCM, one file each. The key is in the configuration or in a file of its own."""

import asyncio
import logging
import os
import re
import secrets
import time
from collections.abc import Collection
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from school.errors import NotFound
from storage import lost_and_found

KEY_FILE = "documents.key"
SHORTEST_KEY = 16

_FORMAT = b"DV1"
_NONCE = 12
_ID = re.compile(r"[0-9a-f]{16,64}")
_ABANDONED = 3600.0

log = logging.getLogger(__name__)


class VaultKeyMissing(Exception):
    """There are documents but the file with their key is gone; a new key would make all of them unreadable."""


class VaultKeyBroken(Exception):
    """The file with the key is empty, cut or no text: it opens nothing that was put with the whole key."""


class FileVault:
    """Keeps each document as `ab/cd/<id>`: format, nonce, ciphertext. The id is part of what is authenticated.

    So a file put in another's place does not open. Ids are lowercase hex of 16 to 64 characters.
    """

    def __init__(self, folder: Path, secret: bytes) -> None:
        self.folder = folder
        self.key_check = key_check(secret)
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=b"documents v1").derive(secret))

    async def put(self, document_id: str, content: bytes) -> None:
        """Keep the content durably; the same id twice keeps the later. Raises `ValueError` for a malformed id."""
        await asyncio.to_thread(self._put, document_id, content)

    async def get(self, document_id: str) -> bytes:
        """Return the content. Raises `NotFound` for an unknown id or one that cannot be decrypted."""
        return await asyncio.to_thread(self._get, document_id)

    async def delete(self, document_id: str) -> None:
        """Erase; an unknown id is erased already."""
        if _ID.fullmatch(document_id):
            await asyncio.to_thread(self._path(document_id).unlink, missing_ok=True)

    async def ids(self) -> list[str]:
        """Return all that is kept, sorted."""
        return await asyncio.to_thread(self._ids)

    async def move_aside(self, ids: Collection[str], day: date) -> None:
        """Move files that nobody knows into the lost-and-found of this day; `get` still finds them there."""
        await asyncio.to_thread(lambda: lost_and_found.move_aside(self.folder, map(self._path, ids), day))

    async def bring_back(self, ids: Collection[str]) -> None:
        """Move these files out of the lost-and-found, as far as they are there."""
        await asyncio.to_thread(self._bring_back, ids)

    async def erase_aside(self, before: date) -> list[str]:
        """Erase what was moved aside before this day, and return its ids."""
        return await asyncio.to_thread(lost_and_found.erase_before, self.folder, before)

    def _bring_back(self, ids: Collection[str]) -> None:
        if not (self.folder / lost_and_found.FOLDER).exists():
            return
        for document_id in ids:
            if _ID.fullmatch(document_id) and (found := lost_and_found.find(self.folder, document_id)):
                path = self._path(document_id)
                _make_folder(path.parent)
                found.replace(path)

    def _path(self, document_id: str) -> Path:
        if not _ID.fullmatch(document_id):
            raise ValueError("an id of a document is lowercase hex")
        return self.folder / document_id[:2] / document_id[2:4] / document_id

    def _put(self, document_id: str, content: bytes) -> None:
        path = self._path(document_id)
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, content, _FORMAT + document_id.encode())
        _make_folder(path.parent)
        draft = path.with_name(f".{document_id}.{secrets.token_hex(4)}")
        try:
            _write(draft, _FORMAT + nonce + sealed)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def _get(self, document_id: str) -> bytes:
        if not _ID.fullmatch(document_id):
            raise NotFound
        kept = self._read(document_id)
        start = len(_FORMAT)
        nonce, sealed = kept[start : start + _NONCE], kept[start + _NONCE :]
        try:
            if not kept.startswith(_FORMAT) or len(nonce) < _NONCE:
                raise InvalidTag
            return self._cipher.decrypt(nonce, sealed, _FORMAT + document_id.encode())
        except InvalidTag as error:
            log.error("document %s does not open: it is damaged or was put with another key", document_id)
            raise NotFound from error

    def _read(self, document_id: str) -> bytes:
        try:
            return self._path(document_id).read_bytes()
        except FileNotFoundError as error:
            aside = lost_and_found.find(self.folder, document_id)
            if aside is None:
                raise NotFound from error
            return aside.read_bytes()

    def _ids(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("??/??/*") if _ID.fullmatch(path.name))


def open_vault(path: Path, key: str | None) -> FileVault:
    """Open the folder, made when it is not there. `key` is the configured secret, at least 16 characters.

    Without one a random key is made once, in `documents.key` beside the folder, and used from then on. Raises
    `ValueError` for a short key, `VaultKeyMissing` when the file is gone and documents are there, `VaultKeyBroken`.
    """
    if key is not None and len(key) < SHORTEST_KEY:
        raise ValueError(f"the key of the documents is shorter than {SHORTEST_KEY} characters")
    _make_folder(path)
    secret = key if key is not None else _own_key(path)
    _drop_abandoned(path)
    return FileVault(path, secret.encode())


def vault_there(path: Path, key: str | None) -> FileVault | None:
    """Return the vault of a folder that is there already, and make nothing; None where the folder or the key is not.

    Raises `VaultKeyMissing`, `VaultKeyBroken`.
    """
    if not path.is_dir() or (key is None and not _has_own_key(path)):
        return None
    return FileVault(path, (key if key is not None else read_own_key(path.parent / KEY_FILE)).encode())


def _has_own_key(folder: Path) -> bool:
    """Tell whether the file of the key is there. Raises `VaultKeyMissing` where it has to be."""
    file = folder.parent / KEY_FILE
    if file.exists():
        return True
    if any(folder.glob("??/??/*")):
        raise VaultKeyMissing(f"{file} is gone, and {folder} holds documents that only its key opens")
    return False


def _own_key(folder: Path) -> str:
    file = folder.parent / KEY_FILE
    if not _has_own_key(folder):
        draft = folder.parent / f".{KEY_FILE}.{secrets.token_hex(4)}"
        try:
            _write(draft, secrets.token_hex(32).encode())
            # A link, unlike a rename, does not replace the key that another process has made meanwhile.
            file.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(folder.parent)
    return read_own_key(file)


def read_own_key(file: Path) -> str:
    """Return the key in the file. Raises `VaultKeyBroken`."""
    try:
        key = file.read_text("ascii").strip()
    except UnicodeDecodeError as error:
        raise VaultKeyBroken(str(file)) from error
    if len(key) < SHORTEST_KEY:
        raise VaultKeyBroken(str(file))
    return key


def key_check(secret: bytes) -> str:
    """Return a value that tells one key from another and gives none of them away."""
    return HKDF(SHA256(), 16, salt=None, info=b"key check v1").derive(secret).hex()


def _drop_abandoned(folder: Path) -> None:
    """Remove halves of files that a kill left behind, an hour old so that nobody is writing them now."""
    for path in folder.glob("??/??/.*"):
        if time.time() - path.stat().st_mtime > _ABANDONED:
            path.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
