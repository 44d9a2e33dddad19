"""Letters of centres and of their clients: reply lines act, files are filed, the rest is kept as notes (C1, P1, A2)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.letters import codes
from bot.letters.actions import Result, is_other_paper, is_scan, is_statement, run, steps_of
from bot.letters.post import Post
from mail.mailbox import same_mailbox
from mail.parse import FilePart
from school.centre import Centre
from school.mailroom import Topic
from school.notices import Notice
from school.order import Order
from school.people import fold
from school.ports import Token
from school.questionnaire import Page
from school.tokens import digest
from school.uploads import UploadRefused
from school.use_cases import client_scan
from school.use_cases.act_by_mail import order_states
from school.use_cases.answerable import add_letter
from school.use_cases.billing_desk import Desk
from school.use_cases.client_scan import Client, Handed
from school.use_cases.mail_actor import ByMail, digest_numbers, mail_session
from school.use_cases.note_order import LONGEST, Note, keep_note
from school.use_cases.send_act import MOST_MAILED
from school.use_cases.tell import tell_managers
from wording import mail_echoes as words
from wording.closing import THANKS
from wording.mail_actions import MailRead, example_of, read_actions

UNDO = "mail_undo"
UNDO_LIFETIME = timedelta(hours=24)
SHOWN_IN_CHAT = 500


async def handle(post: Post) -> bool:
    """Take answers of a centre's mailbox, and of the person who placed an order, from the address written to."""
    topic = post.topic
    if topic is None or topic.kind == "line" or not post.fits_topic:
        return False
    order = await post.uow.order(topic.subject) if topic.kind == "order" else None
    number = order.centre if order is not None else topic.subject
    centre = await post.uow.centre(number) if order is not None or topic.kind == "centre" else None
    if centre is None:
        return False
    if topic.address == centre.email.lower():
        await _of_centre(post, topic, centre, order)
        return True
    if order is not None and topic.address == order.orderer.email.lower():
        await _of_client(post, centre, order)
        return True
    return await note_filed(post)


async def note_filed(post: Post) -> bool:
    """Tell the centre of a letter that a person filed to an order: its writer, a stranger, is told nothing."""
    topic = post.topic
    if topic is None or topic.kind != "order" or topic.token_sha256:
        return False
    order = await post.uow.order(topic.subject)
    centre = await post.uow.centre(order.centre) if order is not None else None
    if order is None or centre is None:
        return False
    files, _, left = await _checked(post)
    lines = [words.DENIED, *_own_lines(post)] if post.denied else _own_lines(post)
    await _tell_centre(post, centre, order, lines, files)
    if left:
        post.leave("aside", "client_files", order.number)
    return True


async def _of_centre(post: Post, topic: Topic, centre: Centre, order: Order | None) -> None:
    lines = _own_lines(post)
    read = _without_own_address(
        post, centre, read_actions("\n".join(lines if post.proved else lines[: codes.MOST_LINES]))
    )
    files = [file for file in post.letter.files if not file.decoration]
    asks = bool(files or read.actions or read.unread or read.undo or read.owns or read.act)
    if read.code and (await codes.awaited(post) or (not asks and (not read.notes or "код" in fold(post.words)))):
        await codes.take(post, centre.name, read.code, alone=not asks)
        return
    if read.code:
        # Six digits alone on a line may be a postal code.
        read = replace(read, code="", notes=(*read.notes, read.code))
    if not asks and not read.notes:
        # A word of thanks needs no answer; a quote alone does, since its writer has meant something.
        if not post.words:
            await post.answer("centre_answer", answer_data(centre, heading=words.ONLY_QUOTE))
    elif not post.proved and not await codes.confirmed(post):
        await codes.ask(post, centre.name, lines, [file.name for file in files])
    else:
        await _act(post, topic, centre, order, read, files)


def _without_own_address(post: Post, centre: Centre, read: MailRead) -> MailRead:
    """Leave out «Почта: …» below a name: the writer's own address is no student's, a colleague's hardly one."""
    host = centre.email.rpartition("@")[2].lower()
    actions, unread, notes = [], list(read.unread), list(read.notes)
    for action in read.actions:
        email = action.values.get("email", "").lower()
        if action.verb != "email" or action.values["name"] or "учени" in fold(action.line):
            actions.append(action)
        elif same_mailbox(email, centre.email) or same_mailbox(email, post.sender):
            notes.append(action.line)
        elif email.endswith(f"@{host}"):
            unread.append(action.line)
        else:
            actions.append(action)
    return replace(read, actions=tuple(actions), unread=tuple(unread), notes=tuple(notes))


async def _act(
    post: Post, topic: Topic, centre: Centre, order: Order | None, read: MailRead, files: Sequence[FilePart]
) -> None:
    post.uow.speak_for(f"mail:{post.sender}")
    session = mail_session(centre, await post.uow.catalogue(), post.now)
    desk = Desk(session, post.now, post.settings.zone, post.settings.confirm)
    by = ByMail(desk, centre, order, await digest_numbers(post.uow, topic.token_sha256))
    undos = await _undos(post, topic) if read.undo else []
    results = await run(post, steps_of(post, by, read, undos, files))
    if results is None:
        return
    notes = _keep_notes(post, order.id if order is not None else centre.number, read.notes)
    refused = [_echo(one) for one in results if not one.done]
    refused += [_refused(line, words.NOT_CLEAR, example_of(line)) for line in read.unread]
    if read.undo and not undos:
        refused.append(_refused("Отменить", words.NOTHING_TO_UNDO))
    if read.owns and not any(is_statement(file) for file in files):
        refused.append(_refused("Это наш счёт", words.NO_STATEMENT))
    if read.act and not any(is_scan(file) for file in files):
        refused.append(_refused(f"Акт {read.act}", words.NO_SCAN))
    done = [one for one in results if one.done]
    ways_back = [one.undo for one in done if one.undo]
    data = answer_data(centre, done=[_echo(one) for one in done], refused=refused, notes=notes, undo=bool(ways_back))
    notice = await post.answer("centre_answer", data)
    if notice is not None and ways_back:
        _keep_undos(post, topic, notice, ways_back)


async def _of_client(post: Post, centre: Centre, order: Order) -> None:
    """Tell the client how the order stands; whatever else they write is for the centre to decide."""
    read = read_actions(post.words)
    asks = any(action.verb == "status" for action in read.actions)
    lines = [line for line in _own_lines(post) if line not in {a.line for a in read.actions if a.verb == "status"}]
    if not (read.actions or read.unread or read.notes or read.undo or read.code):
        lines = []
    done = [{"line": "Статус", "text": words.status_words([order_states(order)]), "example": ""}] if asks else []
    files, pages, left = await _checked(post)
    handed = await _signed_act(post, order, pages) if pages else None
    if lines or files or left:
        await _tell_centre(post, centre, order, lines, files, handed)
    if done or lines or files or left:
        heading = "" if done else words.PASSED_ON
        if handed is not None and handed.act is not None:
            heading = THANKS.format(number=handed.act.number)
        notes = [*lines[: codes.MOST_LINES], *(words.file_of_client(one["name"]) for one in files)]
        await post.answer("centre_answer", answer_data(centre, heading=heading, done=done, notes=notes))
    if left:
        post.leave("aside", "client_files", order.number)


async def _signed_act(post: Post, order: Order, pages: Sequence[Page]) -> Handed | None:
    """Take the files for the signed act, or let a manager say whose they are; None where no act is waited for."""
    acts = await client_scan.open_acts(post.uow, order)
    if not acts:
        return None
    client = Client(f"mail:{post.sender}", post.settings.in_chat, post.now, post.today)
    said = "\n".join([post.words, *(page.name for page in pages)])
    return await client_scan.hand_in(post.uow, order, acts, tuple(pages), said, client)


async def _checked(post: Post) -> tuple[list[dict[str, str]], list[Page], bool]:
    """Return the client's pictures and PDF files that may be passed on, and whether others are left to a person.

    The pages among them are those that may be of a signed act.
    """
    given = [file for file in post.letter.files if not file.decoration]
    passed: list[dict[str, str]] = []
    pages: list[Page] = []
    size = 0
    for at, file in enumerate(given):
        size += len(file.content)
        if not is_scan(file) or size > MOST_MAILED:
            continue
        try:
            page = await post.uploads.keep(file.content, file.name, f"letter:{post.stored.id}:{at}")
        except UploadRefused:
            continue
        content = b64encode(file.content).decode()
        passed.append({"name": page.name or file.name, "media": page.media, "base64": content})
        if not is_other_paper(file.name):
            pages.append(page)
    return passed, pages, len(passed) < len(given)


async def _tell_centre(
    post: Post,
    centre: Centre,
    order: Order,
    lines: Sequence[str],
    files: Sequence[dict[str, str]],
    handed: Handed | None = None,
) -> None:
    """Keep the words, and tell the centre of them and of the files, unless it was told of a signed act alone."""
    kept = _keep_notes(post, order.id, lines)
    notes = [*kept, *(words.file_of_client(one["name"]) for one in files)]
    if kept or handed is None:
        in_chat = post.settings.in_chat
        told = {"order_number": order.number, "text": "\n".join(notes)[:SHOWN_IN_CHAT] if in_chat else ""}
        await tell_managers(post.uow, centre.number, "client_wrote", told, f"client_wrote:{post.stored.id}")
    await _pass_on(post, centre, order, notes, files, handed)


async def _pass_on(
    post: Post, centre: Centre, order: Order, notes: list[str], files: Sequence[dict[str, str]], handed: Handed | None
) -> None:
    """Send what the client wrote to the centre's mailbox too where nobody is in chat, or there are files."""
    if post.settings.in_chat and not files and await post.uow.centre_staff(centre.number):
        return
    heading = words.client_wrote(order.number)
    if handed is not None and handed.act is not None:
        heading = words.client_scan(order.number, handed.act.number)
    data = answer_data(centre, heading=heading, notes=notes, files=list(files))
    key, about = f"client_wrote:{post.stored.id}:mail", order.id
    add_letter(post.uow, "centre_answer", centre.email, data, dedupe=key, about=("order", about), now=post.now)


def _own_lines(post: Post) -> list[str]:
    return [" ".join(line.split()) for line in post.words.splitlines() if line.strip()]


def _keep_notes(post: Post, about: str, lines: Sequence[str]) -> list[str]:
    """Keep words beside the order or the centre for a year; return them as kept."""
    text = "\n".join(lines)[:LONGEST]
    if text:
        keep_note(post.uow, about, Note(text, post.sender, post.now), f"mail:{post.sender}")
    return text.splitlines()


async def _undos(post: Post, topic: Topic) -> list[str]:
    """Return the ways back of the answer that this letter answers, the last thing done first."""
    token = await post.uow.token(_undo_key(topic.token_sha256)) if topic.token_sha256 else None
    if token is None or token.expires_at <= post.now:
        return []
    return token.data["keys"].split("\n")


def _keep_undos(post: Post, topic: Topic, notice: Notice, ways_back: Sequence[str]) -> None:
    key = _undo_key(digest(str(notice.data["reply"])))
    keys = "\n".join(reversed(ways_back))
    post.uow.save_token(Token(key, UNDO, topic.subject, post.now + UNDO_LIFETIME, {"keys": keys}))


def _undo_key(topic_sha256: str) -> str:
    return digest(f"{UNDO}:{topic_sha256}")


def _echo(one: Result) -> dict[str, str]:
    return {"line": one.line, "text": one.text, "example": "" if one.done else example_of(one.line)}


def _refused(line: str, text: str, example: str = "") -> dict[str, str]:
    return {"line": line, "text": text, "example": example}


def answer_data(centre: Centre, **changes: Any) -> dict[str, Any]:
    """Return what the letter "centre_answer" holds, with these changes."""
    empty: dict[str, Any] = {"heading": "", "done": [], "refused": [], "notes": [], "undo": False}
    return {"centre_name": centre.name} | empty | changes
