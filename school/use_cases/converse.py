"""A student and the curators write to each other inside the bot (REGULATIONS Q5).

A conversation belongs to an order line. Who may write into it is asked anew at every message: the student bound to
the line now, and whoever is a curator or an administrator now. To anybody else it looks absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from school.centre import Role, StaffMember
from school.draft import Draft
from school.errors import BadAnswer, NotFound, SchoolError
from school.notices import Notice
from school.order import Enrolment
from school.ports import Card, Token, UnitOfWork
from school.tokens import digest
from school.use_cases.ask_aside import ask_aside
from school.use_cases.find import find_enrolment
from school.use_cases.follow_order import require_released
from school.use_cases.review_questionnaire import Acting, require_reviewer
from school.use_cases.tell import channel_of, student_data, tell_student

TO_CURATOR, ANSWER = "to_curator", "answer"
MOST_TEXT = 2000
# Parts of a long letter that are sent on: more than this nobody types, and nobody reads in chat.
MOST_PARTS = 5
# Telegram cuts a text of over 4,096 characters into several messages, the first of about as many.
SPLIT = 3900
REST_WITHIN = timedelta(seconds=5)
SAID, SAID_KEPT, MOST_SAID = "said", timedelta(days=365), 30


class NobodyToWriteTo(SchoolError):
    """There is no curator and no administrator yet."""

    code = "nobody_to_write_to"


@dataclass(frozen=True, slots=True)
class Written:
    """A message that was sent on: about whom, and to how many members of staff (1 for one to the student).

    `in_chat`: the student reads it in chat, not by mail.
    """

    about: Enrolment
    told: int = 1
    in_chat: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the conversation: its words, the curator's name ("": the student wrote it), when (UTC).

    `by` is the curator's account, 0 for the student.
    """

    text: str
    curator: str
    at: datetime
    by: int = 0


async def ask_student(uow: UnitOfWork, user_id: int, line_id: str, now: datetime) -> Enrolment:
    """Ask the student for the text to the curator. Raises `NotFound` for another's line."""
    about = await _own(uow, user_id, line_id)
    await ask_aside(uow, user_id, TO_CURATOR, about, {}, now)
    return about


async def ask_curator(uow: UnitOfWork, who: Acting, line_id: str) -> Enrolment:
    """Ask the curator for the answer to this student. Raises `Forbidden`, `NotFound`."""
    require_reviewer(who)
    about = await find_enrolment(uow, line_id)
    await ask_aside(uow, who.user_id, ANSWER, about, {}, who.now)
    return about


def end_question(uow: UnitOfWork, draft: Draft, now: datetime) -> None:
    """Stage that the text asked for has come."""
    uow.save_draft(replace(draft, state="placed", answers={}, touched_at=now))


def expect_rest(uow: UnitOfWork, draft: Draft, now: datetime) -> None:
    """Stage that the text just refused as too long may have been cut, and its rest comes at once."""
    uow.save_draft(replace(draft, answers={**draft.answers, "cut": now.isoformat()}, touched_at=now))


def is_rest(draft: Draft, now: datetime) -> bool:
    """Tell whether a text that comes now is the rest of one that was refused: half a thought is not sent."""
    cut = draft.answers.get("cut")
    return cut is not None and now - datetime.fromisoformat(cut) <= REST_WITHIN


async def write_to_curator(uow: UnitOfWork, user_id: int, line_id: str, text: str, now: datetime) -> Written:
    """Send the student's text to the curator of the conversation, else to all.

    Raises `NotFound` for another's line, `BadAnswer` (message_empty, message_long), `NobodyToWriteTo`.
    """
    about = await _own(uow, user_id, line_id)
    return await _send_on(uow, about, text, f"chat:{user_id}", now)


async def write_by_mail(
    uow: UnitOfWork, about: Enrolment, text: str, address: str, now: datetime, mailbox: str = ""
) -> Written:
    """Send what the student wrote in a letter to the curators as `write_to_curator` does, whole, in as many parts.

    `mailbox` is the curators', given where neither chats nor a page show the words. Raises `BadAnswer` message_empty,
    `NobodyToWriteTo`.
    """
    words = text.strip()
    parts = [words[at : at + MOST_TEXT] for at in range(0, len(words), MOST_TEXT)][:MOST_PARTS] or [""]
    if mailbox:
        return await _with_mailbox(uow, about, parts, f"mail:{address}", now, mailbox)
    return await _send_parts(uow, about, parts, f"mail:{address}", now)


async def write_on_page(
    uow: UnitOfWork, about: Enrolment, text: str, actor: str, now: datetime, mailbox: str = ""
) -> Written:
    """Send on what a student who has proved who they are wrote on their page; `in_chat`: where the answer comes.

    `mailbox` is the curators', given where chats tell no words of people: the words go there by mail.
    Raises `BadAnswer` (message_empty, message_long), `NobodyToWriteTo`.
    """
    if mailbox:
        written = await _with_mailbox(uow, about, [text], actor, now, mailbox)
    else:
        written = await _send_on(uow, about, text, actor, now)
    in_chat = not mailbox and await channel_of(uow, about.line) == "chat"
    return replace(written, in_chat=in_chat)


async def _with_mailbox(
    uow: UnitOfWork, about: Enrolment, parts: Sequence[str], actor: str, now: datetime, mailbox: str
) -> Written:
    """Send the text to the curators' mailbox too, which is enough where no curator has come yet."""
    for part in parts:
        _checked(part)
    data = {**student_data(about), "text": "".join(parts).strip(), "email": about.line.email}
    uow.add_notice(Notice(uuid4().hex, "student_message", "mail", mailbox, data, f"thread:{uuid4().hex}"))
    try:
        return await _send_parts(uow, about, parts, actor, now)
    except NobodyToWriteTo:
        uow.audit(actor, "conversation.student", about.line.id)
        return Written(about)


async def _send_parts(uow: UnitOfWork, about: Enrolment, parts: Sequence[str], actor: str, now: datetime) -> Written:
    written = [await _send_on(uow, about, part, actor, now) for part in parts]
    return written[0]


async def _send_on(uow: UnitOfWork, about: Enrolment, text: str, actor: str, now: datetime) -> Written:
    words, line_id = _checked(text), about.line.id
    readers = await _readers(uow, about, now)
    if not readers:
        raise NobodyToWriteTo
    data, key = {**student_data(about), "text": words}, uuid4().hex
    for chat_id in readers:
        notice = Notice(uuid4().hex, "student_message", "chat", str(chat_id), data, f"thread:{key}:{chat_id}")
        uow.add_notice(notice)
        uow.save_card(Card(notice.id, line_id, "thread", chat_id, now))
    keep_said(uow, line_id, Said(words, "", now))
    uow.audit(actor, "conversation.student", line_id)
    return Written(about, len(readers))


async def answer_student(uow: UnitOfWork, who: Acting, line_id: str, text: str) -> Written:
    """Send the curator's text to the student, in chat or by mail.

    Raises `Forbidden`, `NotFound`, `OrderHeld`, `BadAnswer` (message_empty, message_long).
    """
    require_reviewer(who)
    about = await find_enrolment(uow, line_id)
    require_released(about.order)
    data = {"text": _checked(text), "curator": who.name}
    notice = await tell_student(uow, about, "curator_message", data, dedupe=f"thread:{uuid4().hex}", now=who.now)
    in_chat = notice is not None and notice.channel == "chat"
    if notice is not None and in_chat:
        uow.save_card(Card(notice.id, line_id, "thread", int(notice.recipient), who.now))
    keep_said(uow, line_id, Said(data["text"], who.name, who.now, who.user_id))
    uow.audit(who.actor, "conversation.curator", line_id)
    return Written(about, in_chat=in_chat)


def keep_said(uow: UnitOfWork, line_id: str, said: Said) -> None:
    """Stage a message for the page of staff: the message that brings it to a chat is forgotten once it is sent."""
    data = {"text": said.text, "curator": said.curator, "at": said.at.isoformat(), "by": str(said.by)}
    uow.save_token(Token(digest(f"{SAID}:{uuid4().hex}"), SAID, line_id, said.at + SAID_KEPT, data))


async def conversation(uow: UnitOfWork, who: Acting, line_id: str) -> tuple[Said, ...]:
    """Return the latest messages, the oldest first. Raises `Forbidden`, `NotFound`."""
    require_reviewer(who)
    await find_enrolment(uow, line_id)
    return tuple((await _all_said(uow, line_id, who.now))[-MOST_SAID:])


async def _all_said(uow: UnitOfWork, line_id: str, now: datetime) -> list[Said]:
    found = [
        Said(one["text"], one["curator"], datetime.fromisoformat(one["at"]), int(one.get("by", 0)))
        for one in [token.data for token in await uow.living_tokens(SAID, line_id, now)]
    ]
    return sorted(found, key=lambda said: said.at)


def forget_conversation(uow: UnitOfWork, line_id: str) -> None:
    """Stage the erasure of all that was written: the person it was of is the line's no more, or has refused consent.

    Answers to its messages in chats lead nowhere from then on.
    """
    uow.drop_tokens(SAID, line_id)
    uow.drop_cards(line_id, "thread")


async def may_write(uow: UnitOfWork, user_id: int, line_id: str) -> bool:
    """Tell whether the account is the student of this line."""
    order = await uow.order_of_line(line_id)
    return order is not None and order.line(line_id).student_id == user_id


async def _own(uow: UnitOfWork, user_id: int, line_id: str) -> Enrolment:
    about = await find_enrolment(uow, line_id)
    if about.line.student_id != user_id:
        raise NotFound
    return about


async def _readers(uow: UnitOfWork, about: Enrolment, now: datetime) -> Sequence[int]:
    """Return the chats a student's text goes to.

    The one who answered last, in chat or on the page, else the one who decided, where they are a curator still; else
    all curators; without any, the administrators.
    """
    curators = _chats(await uow.staff_of_role(Role.CURATOR))
    answered = [said.by for said in await _all_said(uow, about.line.id, now) if said.by]
    if answered and answered[-1] in curators:
        return [answered[-1]]
    questionnaire = await uow.questionnaire(about.line.id)
    if questionnaire is not None and questionnaire.decided_by in curators:
        return [questionnaire.decided_by]
    return curators or _chats(await uow.staff_of_role(Role.ADMIN))


def _chats(staff: Sequence[StaffMember]) -> list[int]:
    return sorted({member.chat_id for member in staff})


def _checked(text: str) -> str:
    words = text.strip()
    if not words:
        raise BadAnswer("message_empty", text)
    if len(words) > MOST_TEXT:
        raise BadAnswer("message_long", limit=MOST_TEXT)
    return words
