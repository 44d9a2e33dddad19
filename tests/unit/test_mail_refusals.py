"""What a refusal while sending says of the address."""

import pytest

from bot.mail_refusals import _judged


@pytest.mark.parametrize(
    ("error", "wrong"),
    [
        ("550 5.1.1 …: Recipient address rejected: User unknown in virtual mailbox table", True),
        ("550 Requested action not taken", True),
        ("550 5.7.1 No such user!", True),
        ("550 5.1.2 Host not found", True),
        ("the server takes no Cyrillic addresses", True),
        ("550 5.7.1 Message rejected under suspicion of SPAM", False),
        ("554 5.7.1 Service unavailable; client host blocked", False),
        ("554 Transaction failed", False),
        ("552 5.2.2 Mailbox full", False),
        ("552 5.3.4 Message too big", False),
    ],
)
def test_only_the_address_own_fault_is_marked(error: str, wrong: bool) -> None:
    """No such mailbox or host is the address's fault; spam, policy, size and a full mailbox are not."""
    assert _judged(error)[0] is wrong
