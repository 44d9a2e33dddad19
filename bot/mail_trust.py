"""What the bot would trust of a letter's headers, in words for the operator who checks the configuration."""

from typing import Literal

from mail.authenticity import Trust, dmarc, statements
from mail.parse_addresses import read_sender
from mail.parse_headers import read_headers
from wording.plurals import plural

Found = tuple[Literal["ok", "warn"], str]
_LINES = ("строки", "строк", "строк")
NO_NAME = "не задан imap.authserv_id: отправителям не верим, действия по почте подтверждаются кодом"
NO_LETTER = "писем ещё нет: чему верим, станет видно с первым"


def trust_words(head: bytes | None, trust: Trust) -> Found:
    """Say what of the newest letter's headers counts; `head` is its header block, None where there is no letter."""
    if not trust.authserv_id:
        return "warn", NO_NAME
    if head is None:
        return "warn", NO_LETTER
    headers = read_headers(head)
    sender, _ = read_sender(headers)
    said = dmarc(headers, trust.authserv_id, sender.host if sender else None, trust.own_hops)
    if said == "fail":
        return "ok", f"новейшее письмо: {trust.authserv_id} не подтвердил отправителя, оно останется человеку"
    if said == "pass":
        return "ok", f"новейшее письмо: верим слову {trust.authserv_id}, отправитель подтверждён"
    return "warn", _absent(trust, [one.hops for one in statements(headers, trust.authserv_id, 20)])


def _absent(trust: Trust, hops: list[int]) -> str:
    if not hops:
        return f"в новейшем письме нет слова {trust.authserv_id} об отправителе: проверьте imap.authserv_id"
    if hops[0] == (trust.own_hops or 0):
        return f"в новейшем письме {trust.authserv_id} не говорит о DMARC: отправителю не верим"
    lines = plural(hops[0], *_LINES)
    return (
        f"в новейшем письме слово {trust.authserv_id} стоит ниже {lines} Received, ему не верим. Если ваш сервер пишет "
        f"именно там и удаляет чужие заголовки со своим именем, впишите imap.own_hops = {hops[0]}"
    )
