"""One letter from the store to its committed effects: read, told whose it is, handled, answered, marked; one commit."""

import logging
from collections.abc import Awaitable, Callable
from uuid import uuid4

from bot.context import Settings
from bot.letters import bounces, centres, confirming, denied, orders, sealed, students, unclear, unsubscribe
from bot.letters.post import Post
from mail.authenticity import Trust
from mail.automatic import Automatic, Kind
from mail.parse import Letter
from mail.parse_job import PARSE, LetterStopped
from school import tokens
from school.centre import Role
from school.errors import NotFound
from school.jobs import Jobs
from school.mailroom import LetterState, StoredLetter, Topic
from school.notices import Notice
from school.ports import Clock, CommittingUnitOfWork, UnitOfWork, Uploads, Vault
from school.use_cases.answerable import LIFETIME
from school.use_cases.file_letter import filed_topic

log = logging.getLogger(__name__)


# In the order they are asked; the first that takes the letter ends it. `unclear` takes whatever is left.
HANDLERS: tuple[Callable[[Post], Awaitable[bool]], ...] = (
    unsubscribe.handle,
    sealed.handle,
    students.handle,
    confirming.handle,
    centres.handle,
    orders.handle,
    unclear.handle,
)


class Desk:
    """Handles stored letters one by one. `base` is the address that letters come to."""

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        vault: Vault,
        clock: Clock,
        settings: Settings,
        files: tuple[Uploads, Jobs],
        base: str,
        trust: Trust,
    ) -> None:
        self._open_uow = open_uow
        self._vault = vault
        self._clock = clock
        self._settings = settings
        self._uploads, self._jobs = files
        self._base = base
        self._trust = trust

    async def handle(self, stored: StoredLetter) -> None:
        """Handle one letter: its effects, its answers and its mark commit together.

        Raises `Conflict` when another input was faster (run it again), and whatever a defect raises.
        """
        try:
            letter = await self._read(stored)
        except LetterStopped:
            uow = self._open_uow()
            uow.set_letter(stored.id, "aside", reason="too_hard")
            await uow.commit()
            await self.alert(stored)
            return
        if letter is None:
            uow = self._open_uow()
            uow.set_letter(stored.id, "aside", reason="gone")
            await uow.commit()
            return
        while not await self._pass(stored, letter):
            pass

    async def _pass(self, stored: StoredLetter, letter: Letter) -> bool:
        """Handle the letter once and commit; False where it is to be gone on with."""
        uow = self._open_uow()
        post = Post(
            uow=uow,
            stored=stored,
            letter=letter,
            topic=await self._topic(uow, stored, letter),
            now=self._clock.now(),
            settings=self._settings,
            uploads=self._uploads,
            jobs=self._jobs,
            base=self._base,
            forget=uow.rollback,
        )
        await self._route(post)
        if post.state == "again":
            await uow.commit()
            return False
        if post.state == "handled":
            uow.mark_letter_handled(stored.id)
        else:
            state: LetterState = "waiting" if post.state == "waiting" else "aside"
            uow.set_letter(stored.id, state, subject=post.subject, reason=post.reason)
        await uow.commit()
        return True

    async def _read(self, stored: StoredLetter) -> Letter | None:
        try:
            raw = await self._vault.get(stored.raw_id)
        except NotFound:
            return None
        own = frozenset({self._base})
        return await self._jobs.run(
            PARSE, raw, authserv_id=self._trust.authserv_id, own_addresses=own, own_hops=self._trust.own_hops
        )

    async def _topic(self, uow: UnitOfWork, stored: StoredLetter, letter: Letter) -> Topic | None:
        filed = filed_topic(stored.subject)
        if filed is not None:
            # A person has said whose it is, so it counts as an answer of whoever wrote it.
            address = letter.sender.address.lower() if letter.sender else ""
            return Topic("", *filed, address, self._clock.now() + LIFETIME)
        topic = await uow.topic(tokens.digest(letter.token)) if letter.token else None
        if topic is None:
            topic = await uow.topic_of_letters([*letter.in_reply_to, *letter.references])
        return topic if topic is not None and topic.expires_at > self._clock.now() else None

    async def _route(self, post: Post) -> None:
        if post.letter.too_big:
            post.leave("aside", "too_big")
            return
        if post.letter.bounce is not None:
            await bounces.handle(post)
            return
        found = post.letter.automatic
        if found is not None and found.kind is not Kind.SECOND_BOT:
            # Nothing automatic is ever answered; lists and bulk are kept for a person, who may want them.
            if found.kind is Kind.AUTO_REPLY and _may_be_a_person(found, post.letter):
                post.leave("aside", "unclear")
            elif found.kind not in (Kind.OWN, Kind.AUTO_REPLY):
                post.leave("aside", found.kind.value)
            return
        if post.denied:
            await denied.handle(post)
            return
        # Some servers forbid answers in letters of people: those are acted upon, and not answered.
        post.quiet = found is not None
        for handler in HANDLERS:
            if await handler(post):
                return

    async def alert(self, stored: StoredLetter) -> None:
        """Tell the administrators that a letter was set aside."""
        uow = self._open_uow()
        data = {"text": "Письмо не удалось обработать, оно отложено. Посмотрите: /mail."}
        for member in await uow.staff_of_role(Role.ADMIN):
            key = f"alert:letter:{stored.id}:{member.id}"
            uow.add_notice(Notice(uuid4().hex, "alert", "chat", str(member.chat_id), data, key))
        await uow.commit()


def _may_be_a_person(found: Automatic, letter: Letter) -> bool:
    """A machine answers without files («В отпуске, диплом прилагаю»); a text alone proves nothing."""
    brings_files = any(not file.decoration for file in letter.files)
    return found.why.startswith("Text") or (found.why.startswith("Subject") and brings_files)
