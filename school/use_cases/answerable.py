"""Letters that can be answered: each carries a reply token that tells what the answer is about and who may send it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from school import tokens
from school.mailroom import Topic, TopicKind
from school.notices import Notice
from school.ports import UnitOfWork

LIFETIME = timedelta(days=180)


def add_letter(
    uow: UnitOfWork,
    kind: str,
    address: str,
    data: dict[str, Any],
    *,
    dedupe: str,
    about: tuple[TopicKind, str],
    now: datetime,
) -> Notice:
    """Stage a letter with a reply token; `about` is the topic's kind and subject. Return its notice."""
    notice = Notice(uuid4().hex, kind, "mail", address, data, dedupe)
    return add_answerable(uow, notice, about, now)


def add_answerable(uow: UnitOfWork, notice: Notice, about: tuple[TopicKind, str], now: datetime) -> Notice:
    """Stage a mail notice as `add_letter` does; the secret stands in its data as `reply`, stored is its hash."""
    secret = tokens.new_reply_token()
    made = replace(notice, data={**notice.data, "reply": secret})
    kind, subject = about
    sha256 = tokens.digest(secret)
    uow.save_topic(Topic(sha256, kind, subject, notice.recipient.lower(), now + LIFETIME))
    uow.link_letter(made.id, sha256)
    uow.add_notice(made)
    return made
