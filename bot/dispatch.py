"""One update from the inbox to its committed effects: open a unit of work, route, stage the replies, commit once."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any, Protocol
from uuid import uuid4

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.filters.callback_data import MAX_CALLBACK_LENGTH
from aiogram.types import BotCommandScopeChat, CallbackQuery, Message, Update, User

from bot import menus, odd_updates, raw_updates, routers, texts
from bot.alerts import alert_admins
from bot.context import Files, Settings, Talk
from bot.replies import Replies, Screen
from bot.routers import groups
from bot.routers.fallback import not_understood
from bot.views.closed import problem_words
from school.digest_readers import is_to_note
from school.draft import SIDE_FORMS, Visitor
from school.errors import BadAnswer, Conflict, SchoolError
from school.ports import Clock, CommittingUnitOfWork, Session, UnitOfWork
from school.use_cases.prove_link import PROOF

MAX_NAME = 64  # characters of a first name, as Telegram has it
MAIN_FORMS = ("order", "questionnaire")

log = logging.getLogger(__name__)


class Row(Protocol):
    """A stored update."""

    @property
    def id(self) -> int:
        """Its place in the inbox."""

    @property
    def update_id(self) -> int:
        """Telegram's id of it."""

    @property
    def payload(self) -> str:
        """The raw JSON."""


class Conversation:
    """Handles stored updates one by one; `open_uow` begins a unit of work."""

    def __init__(
        self, bot: Bot, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock, settings: Settings, files: Files
    ) -> None:
        self._bot = bot
        self._open_uow = open_uow
        self._clock = clock
        self._settings = settings
        self._files = files
        self._dispatcher = routers.dispatcher()
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, row: Row) -> None:
        """Handle one update: its effects, its replies and the handled mark commit together.

        Raises `Conflict` when another input was faster (run it again), and whatever a defect raises.
        """
        read = raw_updates.read(row.payload, self._bot)
        update, uow = read.update, self._open_uow()
        if read.odd:
            await odd_updates.tell(uow, read.odd, row.payload, self._clock.now(), in_chat=self._settings.in_chat)
        if update is None or odd_updates.says_nothing(update, odd=bool(read.odd)):
            odd_updates.ask_anew(uow, row.payload, row.id, self._settings)
            await self._settle(uow, row.id)
            return
        found = _person(update)
        if found is None:
            await self._in_group(update, uow, row.id)
            await self._settle(uow, row.id)
            return
        if odd_updates.is_service(update):
            await self._settle(uow, row.id)
            return
        is_command = update.message is not None and (update.message.text or "").startswith("/")
        talk = await self._talk(uow, row, *found, is_command=is_command)
        await self._route(update, talk, uow)
        _note_seen(uow, talk.session, talk.user_id, talk.now)
        for notice in talk.replies.notices:
            uow.add_notice(notice)
        uow.mark_handled(row.id)
        await uow.commit()
        if update.callback_query is not None:
            self._after(self._answer(update.callback_query.id, talk.replies.toast))
        changed = {*talk.menu_changes} | ({talk.chat_id} if talk.new_role is not None else set())
        for chat_id in changed:
            self._after(self._menu(chat_id))

    async def _settle(self, uow: CommittingUnitOfWork, row_id: int) -> None:
        uow.mark_handled(row_id)
        await uow.commit()

    async def _in_group(self, update: Update, uow: CommittingUnitOfWork, row_id: int) -> None:
        """Take what happened in a group: it never reaches the handlers of private chats."""
        found = groups.heard(update)
        if found is not None:
            session = await uow.session(found.user_id)
            place = groups.Place(uow, session, self._clock.now(), self._settings, f"update:{row_id}")
            await groups.take(found, place)
            _note_seen(uow, session, found.user_id, self._clock.now())

    async def _talk(
        self, uow: CommittingUnitOfWork, row: Row, user: User, message_id: int | None, *, is_command: bool
    ) -> Talk:
        session = await uow.session(user.id)
        if message_id is not None or is_command:
            session = await _main_form(uow, session, self._clock.now(), ended=is_command)
        if session.visitor is not None and session.visitor.blocked_at is not None:
            uow.save_visitor(replace(session.visitor, blocked_at=None))
        elif session.visitor is None:
            uow.save_visitor(Visitor(user.id, user.id, user.first_name[:MAX_NAME]))
        return Talk(
            uow=uow,
            session=session,
            replies=Replies(user.id, str(row.id)),
            now=self._clock.now(),
            settings=self._settings,
            files=self._files,
            user_id=user.id,
            chat_id=user.id,
            first_name=user.first_name[:MAX_NAME],
            message_id=message_id,
        )

    async def _route(self, update: Update, talk: Talk, uow: CommittingUnitOfWork) -> None:
        button = update.callback_query
        data = (button.data or "") if button is not None else ""
        if not data.isprintable() or len(data) > MAX_CALLBACK_LENGTH:
            # No button of ours holds such characters or so many, and PostgreSQL takes no NUL.
            talk.replies.say(not_understood(talk))
            return
        try:
            raw_updates.check_length(update)
            await self._dispatcher.feed_update(self._bot, update, talk=talk)
        except Conflict:
            raise
        except SchoolError as error:
            uow.rollback()
            talk.replies.clear()
            if isinstance(error, BadAnswer):
                talk.replies.say(Screen(problem_words(error, talk.settings)))
            else:
                talk.replies.say(Screen(f"{escape(texts.error(error))}\n\n{talk.settings.support()}"))

    def _after(self, call: Coroutine[Any, Any, None]) -> None:
        """Do after the commit what may be lost: best effort."""
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, query_id: str, toast: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id, text=toast or None)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.debug("a button's answer was not taken: %s", type(error).__name__)

    async def _menu(self, chat_id: int) -> None:
        """Set the command menu of a person whose roles have changed: what they hold now."""
        scope = BotCommandScopeChat(chat_id=chat_id)
        try:
            held = [member.role for member in (await self._open_uow().session(chat_id)).roles]
            if held:
                await self._bot.set_my_commands(menus.bot_commands(held), scope=scope)
            else:
                await self._bot.delete_my_commands(scope=scope)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.warning("a member of staff got no menu: %s", type(error).__name__)

    async def alert(self, row: Row) -> None:
        """Tell the administrators that an update was set aside."""
        uow = self._open_uow()
        await alert_admins(uow, odd_updates.ASIDE, f"inbox:{row.id}:{uuid4().hex}")
        await uow.commit()

    async def set_commands(self) -> None:
        """Set the command menu of everyone who has no role of staff."""
        await self._bot.set_my_commands(menus.bot_commands(()))

    async def finish(self) -> None:
        """Wait for the buttons' answers under way."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


def _note_seen(uow: UnitOfWork, session: Session, user_id: int, now: datetime) -> None:
    """Keep that a member of staff has written: whose digests lie unopened is told by it; of clients nothing is kept."""
    if any(is_to_note(member.seen_at, now) for member in session.roles):
        uow.see_staff(user_id, now)


async def _main_form(uow: UnitOfWork, session: Session, now: datetime, *, ended: bool) -> Session:
    """Let a command or a button find the form being filled in, though a short question was asked after it.

    A command ends that question: what is typed later must not go where it was once meant to go.
    """
    side = session.draft
    if side is None or side.form not in SIDE_FORMS:
        return session
    if ended and side.form != PROOF:
        uow.save_draft(replace(side, state="cancelled", answers={}, touched_at=now))
    found = [draft for form in MAIN_FORMS if (draft := await uow.active_draft(side.user_id, form))]
    main = max(found, key=lambda draft: draft.touched_at, default=None)
    number = main.centre if main else session.visitor.centre if session.visitor else None
    return replace(session, draft=main, centre=await uow.centre(number) if number else None)


def _person(update: Update) -> tuple[User, int | None] | None:
    """Return who wrote in a private chat, and the message whose button was pressed."""
    event: Any = update.event
    if isinstance(event, CallbackQuery):
        pressed = event.message
        if pressed is not None and pressed.chat.type != "private":
            return None
        return event.from_user, pressed.message_id if pressed is not None else None
    if isinstance(event, Message) and event.chat.type == "private" and event.from_user is not None:
        return event.from_user, None
    return None
