"""The headers of the newest letter in the mailbox, for whoever checks a configuration; nothing is marked or moved."""

from mail.errors import ProbeFailed
from mail.imap_answers import NotGiven
from mail.imap_session import Session
from mail.imap_settings import ImapSettings
from mail.imap_wire import SessionLost


async def newest_headers(settings: ImapSettings) -> bytes | None:
    """Return the header block of the newest letter, of those taken before where none waits; None for no letter.

    Raises `ProbeFailed` with the codes of `ReceiverState`.
    """
    try:
        session = await Session.open(settings)
        try:
            found = await _newest(session, settings.mailbox)
            if found is None and settings.handled:
                found = await _newest(session, settings.handled)
            await session.close()
        finally:
            session.abort()
    except SessionLost as lost:
        raise ProbeFailed(lost.code, lost.detail) from None
    return found


async def _newest(session: Session, mailbox: str) -> bytes | None:
    try:
        await session.select(mailbox)
    except SessionLost as lost:
        if lost.code == "mailbox":
            return None  # the folder of taken letters is made with the first of them
        raise
    uids = await session.search("ALL")
    try:
        return await session.headers(uids[-1]) if uids else None
    except NotGiven:
        return None
