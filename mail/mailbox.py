"""Whether two addresses are one mailbox: people write from another spelling of the address they gave."""

from school.mailboxes import mailbox_key


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether letters to both addresses come to one mailbox, by what the big providers say of theirs."""
    return bool(one) and mailbox_key(one) == mailbox_key(other)
