"""A student's link: made with the order, and made anew when asked; the earlier ones then open nothing (Q1)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from school import tokens
from school.order import Order, OrderLine
from school.ports import Token, UnitOfWork

KIND = "questionnaire"
LIFETIME = timedelta(days=90)


def new_link(uow: UnitOfWork, order: Order, line: OrderLine, now: datetime, failures: int = 0) -> str:
    """Stage a link of a line and return its secret, which is kept nowhere; `failures`: wrong guesses so far."""
    secret = tokens.new_secret()
    uow.save_token(Token(tokens.digest(secret), KIND, line.id, now + LIFETIME, {"order": order.id}, failures=failures))
    return secret


async def renew_link(uow: UnitOfWork, order: Order, line: OrderLine, now: datetime, failures: int = 0) -> str:
    """Stage a new link in place of all that still live and return its secret. Who is bound stays bound until proof.

    `failures` are the wrong guesses that it begins with.
    """
    for token in await uow.living_tokens(KIND, line.id, now):
        uow.save_token(replace(token, revoked_at=now))
    return new_link(uow, order, line, now, failures)


def expires_on(now: datetime) -> date:
    """Return the day a link made now expires, as letters tell it."""
    return (now + LIFETIME).date()
