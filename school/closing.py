"""Closing documents (закрывающие документы): the act of an order and a run, and its two clocks (REGULATIONS C1–C3).

Explicit states, each transition a function that returns the next act or raises. Dates are of the school's zone.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from school.errors import SchoolError
from school.money import Kopecks
from school.order import Order, OrderLine
from school.questionnaire import Page
from school.terms import add_calendar_days_moved, add_working_days

SCAN_DAYS = 10
ORIGINAL_DAYS = 30

ScanState = Literal["none", "at_centre", "uploaded", "confirmed", "returned"]
DiadocState = Literal["no", "promised", "signed"]
FinalState = Literal["diadoc", "received", "confirmed", "uploaded"]

# Flaws of a returned scan that mean that no signed act of this order had come.
NOT_THE_ACT = frozenset({"unsigned", "wrong"})


class ActState(SchoolError):
    """The act is not in a state in which this may be done; `data` tells what is in the way as `why`."""

    code = "act_state"


@dataclass(frozen=True, slots=True)
class Act:
    """An act (акт сдачи-приёмки) of one order and one run.

    `ends` is the run's end, from which the scan's clock runs. `scan` is where the scan is: only "uploaded" (загружен в
    Клиент-Сервис) or "confirmed" (by the school) stops that clock, "at_centre" does not. `scan_pages` are its files in
    the vault, `scan_page` the id of the first. `paper` is "generated" for one made of the template, the id of the first
    of `paper_pages` for one sent in, "" for none yet; `issued_on` is the day of it. `signed_on` starts the
    original's clock, `scanned_on` where it is missing. `version` is compared by saves, 0 means not stored yet.
    """

    id: str
    order_id: str
    centre: str
    run: str
    ends: date
    line_ids: tuple[str, ...]
    number: str = ""
    total: int = 0
    paper: str = ""
    sent_at: datetime | None = None
    scan: ScanState = "none"
    scan_page: str = ""
    scanned_on: date | None = None
    uploaded_on: date | None = None
    confirmed_on: date | None = None
    return_reason: str = ""
    signed_on: date | None = None
    diadoc: DiadocState = "no"
    posted_on: date | None = None
    tracking: str = ""
    received_on: date | None = None
    version: int = 0
    issued_on: date | None = None
    scan_pages: tuple[Page, ...] = ()
    paper_pages: tuple[Page, ...] = ()


def lines_of_run(order: Order, run: str) -> tuple[OrderLine, ...]:
    """Return the students of the order who were admitted to the run and not expelled: the act is about them."""
    admitted = (line for line in order.lines if line.run == run and line.admitted_at is not None)
    return tuple(line for line in admitted if not line.expelled)


def act_of(order: Order, run: str, act_id: str) -> Act | None:
    """Return the new act of the order and the run, or None where nobody of the order was admitted to it.

    Its number is the order's, with the run's place where the order has several.
    """
    lines = lines_of_run(order, run)
    if not lines:
        return None
    runs = list(dict.fromkeys(line.run for line in order.lines))
    number = order.number if len(runs) == 1 else f"{order.number}-{runs.index(run) + 1}"
    made = Act(act_id, order.id, order.centre, run, max(line.ends for line in lines), (), number)
    return with_lines(made, lines, {})


def with_lines(act: Act, lines: tuple[OrderLine, ...], sums: dict[str, Kopecks]) -> Act:
    """Return the act about these students; `sums` (by line) are those of the invoice, which override the catalogue."""
    total = sum(sums.get(line.id, line.price) for line in lines)
    return replace(act, line_ids=tuple(line.id for line in lines), total=total)


def scan_due(act: Act) -> date:
    """Return the last day for the scan: ten working days after the run's end (C1)."""
    return add_working_days(act.ends, SCAN_DAYS)


def original_due(act: Act) -> date | None:
    """Return the last day to post the original: thirty calendar days after signing, or after the scan (C3)."""
    signed = act.signed_on or act.scanned_on
    return add_calendar_days_moved(signed, ORIGINAL_DAYS) if signed is not None else None


def scan_closed(act: Act) -> bool:
    """Tell whether the scan's clock stands: uploaded, confirmed, or signed in Диадок (C2)."""
    return act.scan in ("uploaded", "confirmed") or act.diadoc == "signed"


def original_closed(act: Act) -> bool:
    """Tell whether the original's clock stands: posted in time or received, or electronic (C2, ГК 194)."""
    return act.posted_on is not None or act.received_on is not None or act.diadoc == "signed"


def next_deadline(act: Act) -> date | None:
    """Return the nearest day by which something is to be done; None where no clock runs."""
    if not scan_closed(act):
        return scan_due(act)
    return None if original_closed(act) else original_due(act)


def is_closed(act: Act) -> bool:
    """Tell whether nothing of the act is waited for any more."""
    return act.diadoc == "signed" or (scan_closed(act) and act.received_on is not None)


def with_paper(act: Act, pages: tuple[Page, ...], on: date) -> Act:
    """Take the act itself: sent in as these files, or, where there are none, generated. It is to be sent (anew)."""
    _open(act)
    return replace(act, paper=pages[0].id if pages else "generated", paper_pages=pages, issued_on=on, sent_at=None)


def sent(act: Act, now: datetime) -> Act:
    """Note that the act was sent to the client. Raises `ActState` where there is nothing to send."""
    _open(act)
    if not act.paper:
        raise ActState(why="no_paper")
    return replace(act, sent_at=now)


def with_scan(act: Act, pages: tuple[Page, ...], on: date) -> Act:
    """Take a scan: it is at the centre, and the clock runs on (C1) unless the scan is in Клиент-Сервис already.

    The original's term runs from the first scan: a better one of the same act does not move it (C3). Raises `ActState`
    once the school has confirmed one.
    """
    _open(act)
    if act.scan == "confirmed":
        raise ActState(why="confirmed")
    state: ScanState = "uploaded" if act.scan == "uploaded" else "at_centre"
    first = act.scanned_on or on
    return replace(act, scan=state, scan_page=pages[0].id, scan_pages=pages, scanned_on=first, return_reason="")


def uploaded(act: Act, on: date) -> Act:
    """Note that the scan is uploaded to Клиент-Сервис: this stops the clock. Raises `ActState` once it is confirmed."""
    _open(act)
    if act.scan == "confirmed":
        raise ActState(why="confirmed")
    return replace(act, scan="uploaded", uploaded_on=on, scanned_on=act.scanned_on or on, return_reason="")


def confirmed(act: Act, on: date) -> Act:
    """Note that the school confirms the scan."""
    _open(act)
    return replace(act, scan="confirmed", confirmed_on=on, scanned_on=act.scanned_on or on, return_reason="")


def scan_returned(act: Act, reason: str, flaw: str = "") -> Act:
    """Return the scan with a reason: the clock runs again. Raises `ActState` where there is none.

    `flaw` is the reason's code. The day of what was no signed act of ours starts no term of the original (C3).
    """
    _open(act)
    if act.scan in ("none", "returned"):
        raise ActState(why="no_scan")
    back = replace(act, scan="returned", uploaded_on=None, confirmed_on=None, return_reason=reason)
    if flaw in NOT_THE_ACT:
        back = replace(back, scanned_on=None)
    return replace(back, signed_on=None) if flaw == "unsigned" else back


def promised_in_diadoc(act: Act) -> Act:
    """Note that it will be signed in Диадок: this stops nothing (C2)."""
    _open(act)
    return replace(act, diadoc="promised")


def signed_in_diadoc(act: Act, on: date) -> Act:
    """Note that it is signed in Диадок: both clocks stand, since the original itself is electronic (C2)."""
    return replace(act, diadoc="signed", signed_on=on)


def signed_on_paper(act: Act, on: date) -> Act:
    """Note the day it was signed: the original's clock runs from it (C3)."""
    _open(act)
    return replace(act, signed_on=on)


def posted(act: Act, on: date, tracking: str) -> Act:
    """Note that the original is in the post; a paper handed in before 24:00 of the last day is in time (ГК 194)."""
    _open(act)
    return replace(act, posted_on=on, tracking=tracking)


def received(act: Act, on: date) -> Act:
    """Note that the school has the original."""
    _open(act)
    return replace(act, received_on=on)


def final_state(act: Act) -> FinalState | None:
    """Return the state that nobody but the school takes back, the one that closes most first; None where none is."""
    if act.diadoc == "signed":
        return "diadoc"
    if act.received_on is not None:
        return "received"
    return act.scan if act.scan in ("confirmed", "uploaded") else None


def reopened(act: Act) -> Act:
    """Take the final state back, as if it had not been noted: its clocks run again. Raises `ActState` where none is."""
    state = final_state(act)
    if state is None:
        raise ActState(why="not_final")
    if state == "diadoc":
        return replace(act, diadoc="no", signed_on=None)
    if state == "received":
        return replace(act, received_on=None)
    if state == "confirmed" and act.uploaded_on is not None:
        return replace(act, scan="uploaded", confirmed_on=None)
    here: ScanState = "at_centre" if act.scan_pages else "none"
    return replace(act, scan=here, uploaded_on=None, confirmed_on=None, scanned_on=_of_scan(act))


def _of_scan(act: Act) -> date | None:
    """Return the day that a scan has come; the day of an upload without one starts no term once it is taken back."""
    return act.scanned_on if act.scan_pages else None


def _open(act: Act) -> None:
    if act.diadoc == "signed":
        raise ActState(why="signed_in_diadoc")


def dump(act: Act) -> str:
    """Write the act down as JSON, to be taken up again by `load`."""
    return json.dumps(asdict(act), ensure_ascii=False, default=_plain)


def load(text: str) -> Act:
    """Read what `dump` wrote; fields that it does not name are as in a new act."""
    told: dict[str, Any] = json.loads(text)
    known = {field.name for field in fields(Act)}
    values = {key: _value(key, value) for key, value in told.items() if key in known}
    return Act(**values)


def dump_pages(pages: Sequence[Page]) -> str:
    """Write pages down as JSON, to be taken up again by `load_pages`."""
    return json.dumps([asdict(page) for page in pages], ensure_ascii=False)


def load_pages(text: str) -> tuple[Page, ...]:
    """Read what `dump_pages` wrote."""
    return _pages(json.loads(text))


def differences(before: Act, after: Act) -> tuple[str, str]:
    """Return what differs, as it was and as it is, as JSON for the audit; pages by their ids, the version not."""
    was, now = json.loads(dump(before)), json.loads(dump(after))
    keys = [key for key in now if key != "version" and was.get(key) != now[key]]
    return _shortly(was, keys), _shortly(now, keys)


def with_reason(differences: str, reason: str) -> str:
    """Return what differs with the reason of it, as JSON for the audit."""
    return json.dumps({**json.loads(differences), "reason": reason}, ensure_ascii=False)


def _shortly(told: dict[str, Any], keys: list[str]) -> str:
    short = {key: [page["id"] for page in told[key]] if key.endswith("_pages") else told[key] for key in keys}
    return json.dumps(short, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _pages(told: list[dict[str, Any]]) -> tuple[Page, ...]:
    return tuple(Page(**{**page, "flags": tuple(page.get("flags", ()))}) for page in told)


def _value(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key.endswith("_pages"):
        return _pages(value)
    if key == "line_ids":
        return tuple(value)
    if key == "sent_at":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if key == "ends" or key.endswith("_on") else value
