"""Secrets of links: made here, kept only as their hash (`school.ports.Token`)."""

import hashlib
import secrets

# Mail servers and clients change the case, so a reply token has one case only.
_REPLY_MARKS = "abcdefghijklmnopqrstuvwxyz234567"
REPLY_LENGTH = 26  # 130 random bits (DESIGN, Security: 128 or more)
_BYTES = 18  # 144 random bits, 24 characters: fits a deep link with its prefix


def new_secret() -> str:
    """Make a secret of letters, digits, «-» and «_»: nobody guesses it."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return the SHA-256 of the secret in hex: what is stored and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_reply_token() -> str:
    """Make a secret of small letters and digits that means the same whatever case a mail server gives it."""
    return "".join(secrets.choice(_REPLY_MARKS) for _ in range(REPLY_LENGTH))


def new_code() -> str:
    """Make a one-time code that a person can type from a letter: six digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
