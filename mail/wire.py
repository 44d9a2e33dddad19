"""Serialising a letter: the standard library's folding of long encoded headers loses spaces, so it is done here."""

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any


def serialise(message: EmailMessage, *, utf8: bool = False) -> bytes:
    """Return the letter as bytes with CRLF; `utf8` writes headers unencoded, for a server that has SMTPUTF8."""
    if utf8:
        return message.as_bytes(policy=_Whole(linesep="\r\n", utf8=True))
    return message.as_bytes(policy=_Wire(linesep="\r\n"))


# Headers made of words that no server may find encoded or cut; the standard library encodes those above 77 characters.
_WHOLE = frozenset({"list-unsubscribe", "in-reply-to", "references", "message-id"})


class _Whole(EmailPolicy):
    """Folds identifiers and addresses of the web between words only."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as bytes, folded."""
        if name.lower() in _WHOLE and str(value).isascii():
            words = f"{self.linesep} ".join(str(value).split())
            return f"{name}: {words}{self.linesep}".encode("ascii")
        return bytes(super().fold_binary(name, value))


class _Wire(_Whole):
    """Folds Russian subjects and names of mailboxes by `email.header.Header`, everything else as its parent does."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as bytes, folded."""
        if str(value).isascii():
            return bytes(super().fold_binary(name, value))
        if name.lower() == "subject":
            return self._line(name, _encoded(str(value), name))
        if addresses := getattr(value, "addresses", ()):
            return self._line(name, ",\n ".join(_address(address, name) for address in addresses))
        return bytes(super().fold_binary(name, value))

    def _line(self, name: str, encoded: str) -> bytes:
        return f"{name}: {encoded}\n".replace("\n", self.linesep).encode("ascii")


def _encoded(text: str, name: str) -> str:
    return Header(text, "utf-8", header_name=name).encode()


def _address(address: Address, name: str) -> str:
    if address.display_name.isascii():
        return str(address)
    return f"{_encoded(address.display_name, name)}\n <{address.addr_spec}>"
