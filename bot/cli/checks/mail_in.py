"""Letters in: the server takes the login and the mailbox opens; the newest letter is looked at, none is marked."""

import asyncio

from bot.cli.checks.line import Line
from bot.config import Settings

_PIECE = "Входящая почта"
_LIMIT = 15.0  # seconds
_LOST = "сервер оборвал разговор, повторите позже или проверьте imap.port и imap.security"
FAULTS = {
    "unreachable": "сервер недоступен, проверьте imap.host и imap.port",
    "timeout": "сервер не отвечает, проверьте imap.host, imap.port и imap.security",
    "certificate": "сертификат не подходит, проверьте imap.host",
    "tls": "соединение не защищается, проверьте imap.port и imap.security (993 — tls, 143 — starttls)",
    "starttls": "сервер не знает STARTTLS, поставьте imap.security = «tls» и его порт, 993",
    "login": "сервер не принял имя или пароль, проверьте imap.username и imap.password",
    "mailbox": "папки «{mailbox}» на сервере нет, исправьте imap.mailbox",
    "refused": "сервер отказал на время: у него слишком много соединений или он занят, повторите позже",
}


async def check_mail_in(settings: Settings) -> list[Line]:
    """Log in and open the mailbox as the bot does."""
    imap = settings.imap
    if imap is None:
        return [Line("ok", _PIECE, "выключено: нет раздела [imap]")]
    from bot.mail_trust import trust_words
    from bot.mail_ways import receiver_settings
    from mail.authenticity import Trust
    from mail.errors import ProbeFailed
    from mail.imap import probe
    from mail.imap_newest import newest_headers

    where = f"{imap.host}:{imap.port_number()}"
    try:
        async with asyncio.timeout(_LIMIT):
            await probe(receiver_settings(imap))
            head = await newest_headers(receiver_settings(imap))
    except TimeoutError:
        return [Line("bad", _PIECE, f"{where}: {FAULTS['timeout']}")]
    except ProbeFailed as error:
        return [Line("bad", _PIECE, f"{where}: {FAULTS.get(error.code, _LOST).format(mailbox=imap.mailbox)}")]
    state, said = trust_words(head, Trust(imap.authserv_id, imap.own_hops))
    opens = Line("ok", _PIECE, f"{where} впускает, папка «{imap.mailbox}» открывается")
    return [opens, Line(state, "Подлинность писем", said)]
