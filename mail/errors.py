"""What may go wrong before a server is met."""


class ComposeError(Exception):
    """The letter cannot be made of this data; its text names no person and no address."""


class ProbeFailed(Exception):
    """The mail server cannot be used now.

    `code` is one of unreachable, timeout, certificate, tls, login, refused (of a mailbox: those of `ReceiverState`);
    `detail` is the server's own answer.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
