"""Whether two addresses are one mailbox: people write from another spelling of the address they gave."""

_YANDEX = frozenset({"yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.com.tr"})
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether letters to both addresses come to one mailbox, by what the big providers say of theirs.

    A tag behind «+» is the owner's own everywhere; Google passes over dots; Yandex has one mailbox under all its
    hosts and takes a dot for a hyphen.
    """
    return bool(one) and _mailbox(one) == _mailbox(other)


def _mailbox(address: str) -> tuple[str, str]:
    local, _, host = address.casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if host in _GOOGLE:
        return local.replace(".", ""), "gmail.com"
    if host in _YANDEX:
        return local.replace(".", "-"), "yandex.ru"
    return local, host
