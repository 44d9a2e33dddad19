"""The servers of HTTP, put together: the public pages with the webhook beside them, and health apart from both."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

from aiohttp import web

from bot.binding import bind_fault
from bot.config import Settings
from bot.faults import where
from school.ports import Clock
from storage.database import Database
from web import gate, webhook
from web.application import application
from web.gate import Gates
from web.limits import Limits
from web.proxies import parse_networks
from web.site import PageSettings, Site, SiteFiles
from web.webhook import Take

SHUTDOWN = 5.0  # seconds
BACKLOG = 128  # connections that the system keeps until they are taken


def _without_words(record: logging.LogRecord) -> bool:
    """Leave of a failed request its type and place: the server's own words quote the address, and that has a token."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = "a request failed: %s", (where(error),)
        record.exc_info = record.exc_text = None
    return True


_LOG = logging.getLogger("bot.site.http")
_LOG.addFilter(_without_words)


class NotBound(Exception):
    """A server cannot listen there; the text is one line for the operator."""


def page_settings(settings: Settings, username: str) -> PageSettings | None:
    """Return what the pages have to know, None where `web.public_url` is not set: there are no pages then."""
    if settings.web is None or settings.web.public_url is None:
        return None
    token, school = settings.telegram.token.get_secret_value().encode(), settings.school
    return PageSettings(
        public_url=settings.web.public_url,
        secret=hmac.new(token, b"pages", hashlib.sha256).digest(),
        init_data_key=hmac.new(b"WebAppData", token, hashlib.sha256).digest(),
        timezone=school.timezone,
        bot_username=username,
        school_name=school.name,
        support_phone=school.support_phone,
        curator_email=school.curator_email,
        originals_address=school.originals_address,
        registration=school.registration,
        frdo=school.frdo,
        confirm=settings.billing.confirm,
        in_chat=settings.personal_data.in_chat,
        mail=settings.smtp is not None,
        links=settings.links.sites,
        trusted_proxies=parse_networks(settings.web.trusted_proxies),
        caps=settings.limits.caps(),
    )


def public_application(
    settings: Settings,
    pages: PageSettings | None,
    database: Database,
    clock: Clock,
    files: SiteFiles,
    take: Take,
) -> web.Application | None:
    """Return the application that strangers reach: pages and, where it is the mode, the webhook; None without both."""
    secret = settings.telegram.webhook_secret()
    hooked = settings.telegram.mode == "webhook"
    if pages is None:
        return webhook.application(secret, take) if hooked else None
    site = Site(lambda: database.uow(clock), clock, files, pages, Limits(clock))
    return application(site, [webhook.route(secret, take)] if hooked else [])


async def serve(
    closing: AsyncExitStack, app: web.Application, host: str, port: int, key: str, trusted: Sequence[str] = ()
) -> None:
    """Serve until `closing` closes, behind gates that know the `trusted` proxies.

    `key` begins the settings' names. Raises `NotBound`.
    """
    runner = web.AppRunner(app, access_log=None, logger=_LOG, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    closing.push_async_callback(runner.cleanup)
    assert runner.server is not None
    loop = asyncio.get_running_loop()
    gates = Gates(runner.server, parse_networks(trusted), gate.PATIENCE, loop.time)
    try:
        server = await loop.create_server(gates, host, port, backlog=BACKLOG)
    except OSError as error:
        raise NotBound(bind_fault(error, host, port, key)) from error
    closing.callback(server.close)
    watch = asyncio.create_task(gates.watch())
    closing.callback(watch.cancel)
