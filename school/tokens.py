"""Secrets of links: made here, kept only as their hash (`school.ports.Token`)."""

import hashlib
import secrets

_BYTES = 18  # 144 random bits, 24 characters: fits a deep link with its prefix


def new_secret() -> str:
    """Make a secret of letters, digits, «-» and «_»: nobody guesses it."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return the SHA-256 of the secret in hex: what is stored and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()
