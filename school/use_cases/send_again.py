"""Send a message given up once more: the links in it are made anew, since no secret was kept."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from school import tokens
from school.errors import NotFound, SchoolError
from school.ports import Token, UnitOfWork
from school.sealed_links import unsealed
from school.use_cases.find import find_enrolment
from school.use_cases.renew_link import KIND, renew_link
from school.use_cases.request_link import may_be_asked
from school.use_cases.visit_page import CLIENT_LINK, new_client_link


class MessageOutdated(SchoolError):
    """A link or a code in the message leads nowhere any more, or a newer one was sent instead."""

    code = "message_outdated"


async def send_again(uow: UnitOfWork, message_id: str, now: datetime) -> None:
    """Stage one more try of a message given up. Raises `NotFound` where it is none, `MessageOutdated`."""
    notice = await uow.given_up(message_id)
    if notice is None:
        raise NotFound
    uow.send_again(message_id, await unsealed(notice.data, partial(_renew, uow, now)), now)


async def _renew(uow: UnitOfWork, now: datetime, sha256: str) -> str:
    """Stage a link in place of the one with this hash and return its secret.

    One that was revoked or used has a newer one in its place, maybe at another address: it is not made anew.
    """
    token = await uow.token(sha256) if sha256 else None
    if token is None or token.revoked_at is not None or token.used_at is not None:
        raise MessageOutdated
    if token.kind == KIND:
        return await _student_link(uow, token, now)
    uow.save_token(replace(token, revoked_at=now))
    if token.kind == CLIENT_LINK:
        order = await uow.order(token.subject)
        if order is None:
            raise MessageOutdated
        return new_client_link(uow, order, now)
    if token.expires_at <= now:
        raise MessageOutdated
    secret = tokens.new_secret()
    uow.save_token(replace(token, sha256=tokens.digest(secret), version=0))
    return secret


async def _student_link(uow: UnitOfWork, token: Token, now: datetime) -> str:
    about = await find_enrolment(uow, token.subject)
    if not may_be_asked(about.line):
        raise MessageOutdated
    return await renew_link(uow, about.order, about.line, now, token.failures)
