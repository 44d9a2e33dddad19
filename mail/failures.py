"""What an error of a server means: try later, call the operator, or give the letter up."""

import ssl

import aiosmtplib

from mail.errors import ProbeFailed
from mail.results import Refused, TryLater, without_addresses

SHUTTING_DOWN = 421  # RFC 5321: the server closes the connection, whatever was asked


class PartlyRefused(Exception):
    """The server took the letter but not its recipient; `code` and `answer` are its reply to RCPT."""

    def __init__(self, code: int, answer: str) -> None:
        super().__init__(code, answer)
        self.code = code
        self.answer = answer


def result_of(error: Exception) -> TryLater | Refused:
    """Map what `SmtpPool.send` raises; only refusals of the recipient or of the letter itself are final."""
    error = tls_fault(error) or error
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        first = error.recipients[0]
        return _by_code(first.code, first.message, recipient=True)
    if isinstance(error, PartlyRefused):
        return _by_code(error.code, error.answer, recipient=True)
    if isinstance(error, aiosmtplib.SMTPDataError):
        return _by_code(error.code, error.message)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        # Sender, greeting or login refused: the letter is good, our own account is not.
        return TryLater(_told(error.code, error.message), permanent=error.code >= 500, server=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return TryLater(f"certificate: {error.verify_message}", permanent=True, server=True)
    if isinstance(error, NoUnicodeAddresses):
        return Refused("the server takes no Cyrillic addresses", recipient=True)
    if isinstance(error, ssl.SSLError):
        return TryLater(f"no TLS: {error.reason or type(error).__name__}", server=True)
    if isinstance(error, TimeoutError):
        return TryLater("the server did not answer in time", server=True)
    if isinstance(error, ConnectionError | OSError):
        return TryLater(f"no connection: {type(error).__name__}", server=True)
    return TryLater(without_addresses(f"{type(error).__name__}: {error}"), permanent=True)


def tls_fault(error: BaseException) -> ssl.SSLError | None:
    """Return the fault of TLS behind the error, which the library hides in a refused connection; None for another."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__
    return seen


class NoUnicodeAddresses(Exception):
    """The address has a Cyrillic local part and the server lacks SMTPUTF8."""


def probe_failure(error: Exception) -> ProbeFailed:
    """Name what keeps the server from being used."""
    error = tls_fault(error) or error
    detail = result_of(error).error
    if isinstance(error, ssl.SSLCertVerificationError):
        return ProbeFailed("certificate", detail)
    if isinstance(error, ssl.SSLError):
        return ProbeFailed("tls", detail)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return ProbeFailed("login", detail)
    if isinstance(error, TimeoutError):
        return ProbeFailed("timeout", detail)
    if isinstance(error, OSError) and not isinstance(error, aiosmtplib.SMTPResponseException):
        return ProbeFailed("unreachable", detail)
    return ProbeFailed("refused", detail)


def _by_code(code: int, answer: str, *, recipient: bool = False) -> TryLater | Refused:
    told = _told(code, answer)
    return Refused(told, recipient) if code >= 500 else TryLater(told, server=code == SHUTTING_DOWN)


def _told(code: int, answer: str) -> str:
    return without_addresses(f"{code} {answer}")
