"""What a letter of a centre asks for, done step by step: each step commits before the next one looks."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from bot import texts
from bot.letters.orders import is_sheet
from bot.letters.post import Post
from mail.parse import FilePart
from paper.bank_statement import Statement, StatementRefused, payment_of
from paper.payments_sheet import SheetRefused
from paper.sheet_jobs import READ_PAYMENTS, READ_STATEMENT
from school.errors import Conflict, SchoolError
from school.ports import Token
from school.questionnaire import Page
from school.tokens import digest
from school.uploads import UploadRefused
from school.use_cases import read_bank_file, receive_payment
from school.use_cases.act_by_mail import CommitFirst, act_by_mail
from school.use_cases.mail_actor import Action, ByMail, Done
from school.use_cases.read_bank_file import Incoming
from school.use_cases.receive_payment import Row
from wording import mail_echoes as words
from wording.billing import account_tail
from wording.mail_actions import MailRead
from wording.sheets import explain_sheet
from wording.statements import explain_statement, odd_document, unchecked_account
from wording.uploads import explain_upload

KEPT = timedelta(days=30)
MOST_FAULTS = 10
_STATEMENT = b"1CClientBankExchange"
_HEAD = 200  # bytes
# Files whose names say that they are papers of another kind, in letters as keyboards and exporters write them.
_OTHER_PAPER = re.compile(
    r"сч[её]т|договор|доверенност|плат[её]ж|поручени|реквизит|карточк|паспорт|диплом|анкет"
    r"|invoice|schet|dogovor|platezh|rekvizit|diplom",
    re.IGNORECASE,
)
_ACT_NAMED = re.compile(r"акт|akt|(?<![a-z])act", re.IGNORECASE)


class NotDone(Exception):
    """A step was refused for a reason that is worded already."""

    def __init__(self, words: str) -> None:
        super().__init__("refused")
        self.words = words


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: the letter's line or a file's name, and how."""

    line: str
    do: Callable[[], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Result:
    """What a step came to: words, and the key of the way back ("" for none)."""

    line: str
    text: str
    undo: str
    done: bool


async def run(post: Post, steps: Sequence[Step]) -> list[Result] | None:
    """Do the first step that is not done yet; None where it has to be committed before the others can go on.

    What a step came to is kept by letter and place: a letter handled again does nothing twice.
    """
    results = []
    for at, step in enumerate(steps):
        key = digest(f"mail_step:{post.stored.id}:{at}")
        known = await post.uow.token(key)
        if known is not None:
            kept = known.data
            results.append(Result(kept["line"], kept["text"], kept["undo"], kept["done"] == "yes"))
            continue
        result = await _one(post, step)
        if result is None:
            post.go_on()
            return None
        results.append(result)
        if at + 1 < len(steps):
            told = {"line": result.line, "text": result.text, "undo": result.undo, "done": "yes" * result.done}
            post.uow.save_token(Token(key, "mail_step", str(post.stored.id), post.now + KEPT, told))
            post.go_on()
            return None
    return results


async def _one(post: Post, step: Step) -> Result | None:
    try:
        done = await step.do()
    except CommitFirst:
        return None
    except Conflict:
        raise
    except NotDone as refused:
        post.forget()
        return Result(step.line, refused.words, "", done=False)
    except SchoolError as error:
        post.forget()
        return Result(step.line, words.refusal(error, texts.error(error)), "", done=False)
    return Result(step.line, words.done_words(done), done.undo, done=True)


def steps_of(post: Post, by: ByMail, read: MailRead, undos: Sequence[str], files: Sequence[FilePart]) -> list[Step]:
    """Return what the letter asks for, in order: ways back, lines, files."""
    steps = [_step(post, by, Action("undo", "Отменить", {"key": key})) for key in undos]
    steps += [_step(post, by, action) for action in read.actions]
    scans = [file for file in files if is_scan(file) and not is_other_paper(file.name)]
    if scans:
        steps.append(_scan(post, by, scans, read.act))
    for file in files:
        if is_statement(file):
            steps += _statement(post, by, file, owns=read.owns)
        elif is_sheet(file):
            steps.append(_sheet(post, by, file))
        elif not is_scan(file):
            steps.append(_refused(file, words.UNKNOWN_FILE))
        elif is_other_paper(file.name):
            steps.append(_refused(file, words.OTHER_PAPER))
    return steps


def is_statement(file: FilePart) -> bool:
    """Tell whether a file is a statement of a bank for 1С."""
    return _STATEMENT in file.content[:_HEAD]


def is_scan(file: FilePart) -> bool:
    """Tell whether a file may be the scan of an act."""
    pictured = file.media == "application/pdf" or file.media.startswith("image/")
    return pictured and not is_statement(file) and not is_sheet(file)


def is_other_paper(name: str) -> bool:
    """Tell whether a file's name says that it is a paper of another kind than an act."""
    return _OTHER_PAPER.search(name) is not None and _ACT_NAMED.search(name) is None


def _step(post: Post, by: ByMail, action: Action) -> Step:
    if by.order is not None and not by.numbers:
        # A list that the writer has numbered: there is no digest whose lines the numbers would name.
        action = replace(action, place=None)
    return Step(action.line, lambda: act_by_mail(post.uow, by, action))


def _scan(post: Post, by: ByMail, files: Sequence[FilePart], act: str) -> Step:
    """Take the pictures and PDF files together as one scan."""
    line = ", ".join(file.name for file in files)
    # An act is numbered as its order, with the run's place where the order has several.
    order = "-".join(act.split("-")[:2]) if act else ""

    async def do() -> Done:
        pages: list[Page] = []
        for at, file in enumerate(files):
            try:
                pages.append(await post.uploads.keep(file.content, file.name, f"letter:{post.stored.id}:{at}"))
            except UploadRefused as refused:
                raise NotDone(explain_upload(refused, file.name)) from refused
        return await act_by_mail(post.uow, by, Action("scan", line, {"act": act}, order=order), tuple(pages))

    return Step(line, do)


def _statement(post: Post, by: ByMail, file: FilePart, *, owns: bool) -> list[Step]:
    async def read() -> Statement:
        try:
            return await post.jobs.run(READ_STATEMENT, file.content)
        except StatementRefused as refused:
            raise NotDone(explain_statement(refused)) from refused

    async def own() -> Done:
        accounts = [totals.account for totals in (await read()).accounts]
        await read_bank_file.remember_accounts(post.uow, by.desk, by.centre.number, accounts)
        return Done("owned", {"accounts": [account_tail(account) for account in accounts]})

    async def take() -> Done:
        found = await read()
        accounts = [totals.account for totals in found.accounts]
        strange = await read_bank_file.strange_accounts(post.uow, by.desk, accounts)
        if strange:
            raise NotDone(words.strange_account([account_tail(account) for account in strange]))
        incoming = [
            Incoming(payment_of(document, uuid4().hex[:16], ""), document.account)
            for document in found.incoming
            if document.account is not None
        ]
        taken = await read_bank_file.take_statement(post.uow, by.desk, accounts, incoming)
        data = {"settled": taken.settled, "settled_sum": taken.settled_sum, "waiting": taken.waiting}
        data |= {"repeated": taken.repeated, "skipped": taken.skipped, "waits": taken.waits}
        unchecked = [unchecked_account(account_tail(account)) for account in found.unchecked]
        unchecked += [odd_document(one.number, one.line, one.value) for one in found.odd]
        return Done("statement", data | {"unchecked": unchecked}, f"money:{taken.undo}" if taken.undo else "")

    return [*([Step("Это наш счёт", own)] if owns else []), Step(file.name, take)]


def _sheet(post: Post, by: ByMail, file: FilePart) -> Step:
    async def do() -> Done:
        try:
            read = await post.jobs.run(READ_PAYMENTS, file.content, by.desk.today)
        except SheetRefused as refused:
            raise NotDone(explain_sheet(refused)) from refused
        rows = [Row(row.number, row.paid_on, row.amount) for row in read.rows]
        plan = await receive_payment.find_rows(post.uow, by.desk, rows, sheet=True)
        faults = [f"строка {one.row}, «{one.column}»: {one.problem}" for one in read.faults[:MOST_FAULTS]]
        left = {"unknown": [*plan.unknown, *plan.closed], "repeated": plan.repeated, "faults": faults}
        if not plan.good:
            raise NotDone(words.sheet_words(0, 0, left, waits=False))
        applied = await receive_payment.record_planned(post.uow, by.desk, plan, sheet=True)
        data = {"count": applied.count, "total": applied.total, "left": left, "waits": applied.waits}
        return Done("sheet", data, f"money:{applied.undo}")

    return Step(file.name, do)


def _refused(file: FilePart, why: str) -> Step:
    async def do() -> Done:
        raise NotDone(why)

    return Step(file.name, do)
