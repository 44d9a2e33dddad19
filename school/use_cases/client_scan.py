"""A client hands the signed act back: it becomes the scan, or a manager accepts it with one tap (REGULATIONS C1).

It is the scan where the order leaves no doubt: the act is named, or it is the only one that is open, and it was sent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from school import closing
from school.closing import Act, ActState, dump_pages, load_pages
from school.errors import NotFound
from school.forms.questionnaire import MOST_PAGES
from school.order import Order
from school.ports import Session, Token, UnitOfWork
from school.questionnaire import Page
from school.tokens import digest, new_secret
from school.use_cases.find import who
from school.use_cases.move_act import Given, Moved, keep_undo, move_act
from school.use_cases.tell import tell_managers

OFFER = "client_file"
OFFERED = timedelta(days=30)
_NUMBER = re.compile(r"\d{2,8}-\d{4,8}(?:-\d{1,2})?")
_DASHES = re.compile(r"\s*[-–—]\s*")


@dataclass(frozen=True, slots=True)
class Client:
    """Who hands the act in: `actor` as the audit names them; `shown` tells that chats may carry the file to managers.

    `now` in UTC, `today` of the school's zone.
    """

    actor: str
    shown: bool
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of the files: the act whose scan they are, or None where a manager decides; `secret` leads on.

    It is that of the way back, or that of the offer. `pages` are all files handed in together so far.
    """

    act: Act | None
    pages: tuple[Page, ...]
    secret: str


async def open_acts(uow: UnitOfWork, order: Order) -> list[Act]:
    """Return the order's acts whose scan may still come."""
    return [act for act in await uow.acts_of_order(order.id) if not closing.scan_closed(act)]


def numbers_in(text: str) -> set[str]:
    """Return what may be numbers of orders or acts in the text."""
    return set(_NUMBER.findall(_DASHES.sub("-", text)))


def act_meant(acts: Sequence[Act], text: str) -> Act | None:
    """Return the act that a client certainly means: named in the text or the only one; sent, and without a scan."""
    named = [act for act in acts if act.number in numbers_in(text)]
    found = named or list(acts)
    if len(found) != 1 or found[0].sent_at is None or found[0].scan not in ("none", "returned"):
        return None
    return found[0]


async def hand_in(
    uow: UnitOfWork, order: Order, acts: Sequence[Act], pages: tuple[Page, ...], text: str, client: Client
) -> Handed:
    """Take the files as the scan of the act meant, or offer them to the managers; they are told and shown the files."""
    meant = act_meant(acts, text)
    if meant is None:
        return await _offer(uow, order, acts, pages, client)
    after = closing.with_scan(meant, pages, client.today)
    uow.save_act(after)
    uow.audit(client.actor, "act.scan", meant.id, *closing.differences(meant, after))
    secret = keep_undo(uow, meant, "scan", client.now)
    await _show(uow, order, pages, client)
    data = {**_about(order), "act": meant.id, "act_number": meant.number, "undo": secret}
    data |= {"scan_due": closing.scan_due(meant).isoformat()}
    await tell_managers(uow, order.centre, "client_scan", data, f"client_scan:{meant.id}:{meant.version}")
    return Handed(replace(after, version=meant.version + 1), pages, secret)


async def _offer(uow: UnitOfWork, order: Order, acts: Sequence[Act], pages: tuple[Page, ...], client: Client) -> Handed:
    secret = new_secret()
    told = {"pages": dump_pages(pages), "acts": ",".join(act.id for act in acts)}
    uow.save_token(Token(digest(secret), OFFER, order.id, client.now + OFFERED, told))
    await _show(uow, order, pages, client)
    data = {**_about(order), "secret": secret, "acts": [act.number for act in acts]}
    await tell_managers(uow, order.centre, "client_file", data, f"client_file:{digest(secret)}")
    return Handed(None, pages, secret)


async def go_on(uow: UnitOfWork, order: Order, former: Handed, page: Page, client: Client) -> Handed | None:
    """Add a page to what was handed in just before; None where it is no longer as it was then.

    Raises `ActState` scan_full beyond `MOST_PAGES`.
    """
    token = await uow.token(digest(former.secret))
    if token is None or token.used_at is not None:
        return None
    if len(former.pages) >= MOST_PAGES:
        raise ActState(why="scan_full")
    pages = (*former.pages, page)
    if former.act is None:
        uow.save_token(replace(token, data={**token.data, "pages": dump_pages(pages)}))
        await _show(uow, order, (page,), client)
        return replace(former, pages=pages)
    act = await uow.act(former.act.id)
    if act is None or token.data["version"] != str(act.version):
        return None
    after = closing.with_scan(act, pages, client.today)
    uow.save_act(after)
    uow.save_token(replace(token, data={**token.data, "version": str(act.version + 1)}))
    uow.audit(client.actor, "act.scan", act.id, *closing.differences(act, after))
    await _show(uow, order, (page,), client)
    return Handed(replace(after, version=act.version + 1), pages, former.secret)


async def accept(uow: UnitOfWork, session: Session, secret: str, place: int, now: datetime, today: date) -> Moved:
    """Take the offered files as the scan of the act at this place of the offer. Raises `NotFound`, `ActState`."""
    token = await uow.token(digest(secret))
    if token is None or token.kind != OFFER or token.expires_at <= now:
        raise NotFound
    acts = token.data["acts"].split(",")
    if place >= len(acts):
        raise NotFound
    given = Given(today, now, pages=load_pages(token.data["pages"]))
    if token.used_at is not None:
        raise ActState(why="accepted_before")
    moved = await move_act(uow, session, acts[place], "scan", given, today)
    uow.save_token(replace(token, used_by=who(session), used_at=now))
    return moved


def _about(order: Order) -> dict[str, Any]:
    return {"order_number": order.number}


async def _show(uow: UnitOfWork, order: Order, pages: Sequence[Page], client: Client) -> None:
    """Show the files in the managers' chats, where chats may carry them: as pictures, since nobody asked for a file."""
    if not client.shown:
        return
    shown = [{"id": page.id, "number": number} for page in pages for number in range(1, page.pages + 1)]
    data = {"pages": shown, "caption": f"📎 Файл от клиента, заявка № {order.number}", "original": "scan"}
    await tell_managers(uow, order.centre, "pictures", data, f"client_file:{pages[0].id}:{uuid4().hex}")
