"""The ways to the mail servers, of the configuration: the same for the bot and for `check`."""

from bot.config import Imap, Smtp
from mail.imap_settings import ImapSettings
from mail.smtp import SmtpSettings


def receiver_settings(imap: Imap) -> ImapSettings:
    """Return the way to the mailbox."""
    return ImapSettings(
        host=imap.host,
        port=imap.port_number(),
        security=imap.security,
        username=imap.username,
        password=imap.password.get_secret_value(),
        mailbox=imap.mailbox,
        handled=imap.handled or None,
    )


def sender_settings(smtp: Smtp, timeout: float = 30.0) -> SmtpSettings:
    """Return the way to the server of letters out; `timeout` in seconds for every step."""
    return SmtpSettings(
        host=smtp.host,
        port=smtp.port_number(),
        security=smtp.security,
        username=smtp.username,
        password=smtp.password.get_secret_value(),
        timeout=timeout,
    )
