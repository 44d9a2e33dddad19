"""Letters out: the server is greeted, encrypted as set, and takes the login; no letter is sent."""

import asyncio

from bot.cli.checks.line import Line
from bot.cli.common import SystemClock
from bot.config import Settings, Smtp

_PIECE = "Исходящая почта"
_LIMIT = 15.0  # seconds
_STEP = 10.0
FAULTS = {
    "unreachable": "сервер недоступен, проверьте smtp.host и smtp.port",
    "timeout": "сервер не отвечает, проверьте smtp.host, smtp.port и smtp.security",
    "certificate": "сертификат не подходит, проверьте smtp.host",
    "tls": "соединение не защищается, проверьте smtp.port и smtp.security (465 — tls, 587 — starttls)",
    "login": "сервер не принял имя или пароль, проверьте smtp.username и smtp.password",
    "refused": "сервер отказал, проверьте smtp.security",
}


async def check_mail_out(settings: Settings) -> list[Line]:
    """Connect and log in as the bot does."""
    smtp = settings.smtp
    if smtp is None:
        return [Line("warn", _PIECE, "выключена: нет раздела [smtp], письма центрам и ученикам ждут")]
    from mail.errors import ProbeFailed

    try:
        async with asyncio.timeout(_LIMIT):
            await _probe(smtp, settings)
    except TimeoutError:
        return [Line("bad", _PIECE, FAULTS["timeout"])]
    except ProbeFailed as error:
        return [Line("bad", _PIECE, FAULTS[error.code])]
    return [Line("ok", _PIECE, f"{smtp.host}:{smtp.port_number()} принимает письма")]


async def _probe(smtp: Smtp, settings: Settings) -> None:
    from bot.mail_ways import sender_settings
    from mail.channel import MailChannel

    channel = MailChannel(
        sender_settings(smtp, _STEP), smtp.sender_address(), SystemClock(), settings.for_letters(), lambda: None
    )
    try:
        await channel.probe()
    finally:
        await channel.close()
