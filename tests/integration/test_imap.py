"""The receiver against a real Dovecot: letters come by LMTP and are handed over once each, in order."""

import asyncio
import base64
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import pytest

from mail.errors import ProbeFailed
from mail.imap import ImapSettings, ImapTimes, RawLetter, Receiver, ReceiverState, probe
from mail.imap_names import encoded
from mail.imap_settings import Security
from tests.integration import dovecot
from tests.integration.dovecot import PASSWORD, Dovecot, Owner

HANDLED = "Обработано"
ON_WIRE = "&BB4EMQRABDAEMQQ+BEIEMAQ9BD4-"
# A poll that no test lives to see: what arrives has arrived by IDLE.
TIMES = ImapTimes(answer=10, poll=300, settle=0.02, backoff_first=0.05, backoff_max=0.2, letter_retry=0.1, take=10)


class Store:
    """Keeps letters as the inbox does; `before` and `after` the commit a test may interfere."""

    def __init__(self) -> None:
        self.letters: list[RawLetter] = []
        self.states: list[ReceiverState] = []
        self.before: Callable[[RawLetter], None] = lambda letter: None
        self.block_after = 0
        self._changed = asyncio.Event()

    async def take(self, letter: RawLetter) -> None:
        """Commit the letter."""
        self.before(letter)
        self.letters.append(letter)
        self._changed.set()
        if len(self.letters) == self.block_after:
            await asyncio.Event().wait()

    async def seen_before(self, uidvalidity: int, uids: list[int]) -> set[int]:
        """Tell which are kept."""
        return {letter.uid for letter in self.letters if letter.uidvalidity == uidvalidity} & set(uids)

    def hear(self, state: ReceiverState) -> None:
        """Remember a state."""
        self.states.append(state)
        self._changed.set()

    def subjects(self) -> list[str]:
        """Return the subjects of the letters kept, in their order."""
        lines = (line for letter in self.letters for line in letter.content.split(b"\r\n"))
        return [line.removeprefix(b"Subject: ").decode() for line in lines if line.startswith(b"Subject: ")]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds after a letter or a state."""
        async with asyncio.timeout(20):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def has(self, count: int) -> None:
        """Wait for that many letters."""
        await self.until(lambda: len(self.letters) >= count)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """Start one server for all tests here."""
    with dovecot.running() as started:
        yield started


@pytest.fixture
def owner(server: Dovecot) -> Owner:
    """Give an owner of an empty mailbox."""
    return server.owner()


@pytest.fixture
def store() -> Store:
    """Give an empty store."""
    return Store()


def settings(owner: Owner) -> ImapSettings:
    """Return the way to the owner's mailbox."""
    return ImapSettings("127.0.0.1", owner.server.imap, "none", owner.user, PASSWORD, handled=HANDLED, times=TIMES)


def letter(subject: str, body: str = "Здравствуйте") -> bytes:
    """Return a small letter."""
    return f"From: a@example.test\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@contextlib.asynccontextmanager
async def receiving(given: ImapSettings, store: Store) -> AsyncIterator[Receiver]:
    """Run a receiver for the time of the block."""
    receiver = Receiver(given, store.take, store.seen_before, store.hear)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop(5)


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until the server shows it; asked in a thread."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - another process tells nobody when it is done
            await asyncio.sleep(0.02)


async def test_new_letter_arrives_by_idle(owner: Owner, store: Store) -> None:
    """A letter that comes while the receiver idles is handed over at once, whole, and moved seen."""
    async with receiving(settings(owner), store):
        await store.until(lambda: ReceiverState(connected=True) in store.states)
        await asyncio.to_thread(owner.deliver, [letter("новое", "строка")])
        await store.has(1)
        await eventually(lambda: owner.uids(ON_WIRE, "SEEN") == [1])
    assert store.letters[0].content.endswith("Subject: новое\r\n\r\nстрока\r\n".encode())
    assert not store.letters[0].truncated
    assert owner.uids() == []


async def test_many_letters_at_once(owner: Owner, store: Store) -> None:
    """250 letters that lie there at the start are handed over in order, each once, and all are moved."""
    await asyncio.to_thread(owner.deliver, [letter(f"n{number}") for number in range(250)])
    async with receiving(settings(owner), store):
        await store.has(250)
        await eventually(lambda: len(owner.uids(ON_WIRE, "SEEN")) == 250)
    assert store.subjects() == [f"n{number}" for number in range(250)]
    assert owner.uids() == []


async def test_kick_in_the_middle(owner: Owner, store: Store) -> None:
    """When the server closes the session in the middle, the rest comes over the next, nothing twice."""
    await asyncio.to_thread(owner.deliver, [letter(f"n{number}") for number in range(120)])
    kicked: list[int] = []

    def kick_once(taken: RawLetter) -> None:
        if len(store.letters) == 60 and not kicked:
            kicked.append(taken.uid)
            owner.kick()

    store.before = kick_once
    async with receiving(settings(owner), store):
        await store.has(120)
        await eventually(lambda: len(owner.uids(ON_WIRE)) == 120)
    assert store.subjects() == [f"n{number}" for number in range(120)]
    assert [state.connected for state in store.states].count(True) == 2


async def test_kick_while_idle(owner: Owner, store: Store) -> None:
    """A session closed while nothing happens is noticed at once, and the next letter comes."""
    async with receiving(settings(owner), store):
        await store.until(lambda: ReceiverState(connected=True) in store.states)
        await asyncio.to_thread(owner.kick)
        await store.until(lambda: len(store.states) >= 3)
        await asyncio.to_thread(owner.deliver, [letter("после")])
        await store.has(1)
    assert [state.connected for state in store.states] == [True, False, True, False]
    assert store.states[1].code in {"bye", "closed"}


async def test_restart_in_the_middle(owner: Owner, store: Store) -> None:
    """A receiver stopped after 100 of 250 letters leaves the rest to the next; nothing is lost or repeated."""
    await asyncio.to_thread(owner.deliver, [letter(f"n{number}") for number in range(250)])
    async with receiving(settings(owner), store):
        await store.has(100)
    assert len(store.letters) < 250
    assert len(owner.uids(ON_WIRE)) == len(store.letters)
    async with receiving(settings(owner), store):
        await store.has(250)
        await eventually(lambda: owner.uids() == [])
    assert store.subjects() == [f"n{number}" for number in range(250)]


async def test_killed_after_the_commit(owner: Owner, store: Store) -> None:
    """Letters committed but neither marked nor moved when the process died are moved by the next, not taken again."""
    await asyncio.to_thread(owner.deliver, [letter(f"n{number}") for number in range(10)])
    store.block_after = 5
    receiver = Receiver(settings(owner), store.take, store.seen_before)
    await receiver.start()
    await store.has(5)
    await receiver.stop(0)
    assert len(owner.uids(criterion="UNSEEN")) == 10
    store.block_after = 0
    async with receiving(settings(owner), store):
        await store.has(10)
        await eventually(lambda: len(owner.uids(ON_WIRE, "SEEN")) == 10)
    assert store.subjects() == [f"n{number}" for number in range(10)]


async def test_seen_but_not_moved(owner: Owner, store: Store) -> None:
    """A letter taken and marked but not moved when the process died is moved by the next."""
    await asyncio.to_thread(owner.deliver, [letter("раз"), letter("два")])
    async with receiving(replace(settings(owner), handled=None), store):
        await store.has(2)
        await eventually(lambda: owner.uids(criterion="SEEN") == [1, 2])
    async with receiving(settings(owner), store):
        await eventually(lambda: owner.uids(ON_WIRE) == [1, 2])
    assert store.subjects() == ["раз", "два"]


async def test_letters_read_by_a_person(owner: Owner, store: Store) -> None:
    """A letter read before the receiver's time is left alone; one read by a person since is taken all the same."""
    await asyncio.to_thread(owner.deliver, [letter("старое"), letter("первое")])
    _mark_seen(owner, 1)
    async with receiving(settings(owner), store):
        await store.has(1)
        await eventually(lambda: owner.uids() == [1])
    await asyncio.to_thread(owner.deliver, [letter("второе")])
    _mark_seen(owner, 3)
    async with receiving(settings(owner), store):
        await store.has(2)
        await eventually(lambda: owner.uids() == [1])
    assert store.subjects() == ["первое", "второе"]


def _mark_seen(owner: Owner, uid: int) -> None:
    with owner.client() as client:
        client.select()
        client.uid("STORE", str(uid), "+FLAGS", "(\\Seen)")


async def test_new_uidvalidity(owner: Owner, store: Store) -> None:
    """After the mailbox was made anew its letters are new, though their UIDs are known from before."""
    box = "Заявки"
    given = replace(settings(owner), mailbox=box)
    _recreate(owner, box, [letter("раз"), letter("два")])
    async with receiving(given, store):
        await store.has(2)
        await eventually(lambda: owner.uids(encoded(box)) == [])
        await asyncio.to_thread(_recreate, owner, box, [letter("три"), letter("четыре")])
        await asyncio.to_thread(owner.kick)
        await store.has(4)
    assert store.subjects() == ["раз", "два", "три", "четыре"]
    assert [taken.uid for taken in store.letters] == [1, 2, 1, 2]
    assert len({taken.uidvalidity for taken in store.letters}) == 2


def _recreate(owner: Owner, mailbox: str, letters: list[bytes]) -> None:
    name = f'"{encoded(mailbox)}"'
    with owner.client() as client:
        client.delete(name)
        client.create(name)
        for one in letters:
            client.append(name, "", "", one)


async def test_one_letter_is_not_taken(owner: Owner, store: Store) -> None:
    """A letter that cannot be stored stays unseen while the others go on, and comes when it can be."""
    tries: list[int] = []

    def refuse_second(taken: RawLetter) -> None:
        if taken.uid == 2:
            tries.append(taken.uid)
            if len(tries) < 3:
                raise RuntimeError("the disk is full")

    store.before = refuse_second
    await asyncio.to_thread(owner.deliver, [letter("раз"), letter("два"), letter("три")])
    async with receiving(settings(owner), store):
        await store.has(2)
        assert store.subjects() == ["раз", "три"]
        await store.has(3)
        await eventually(lambda: owner.uids() == [])
    assert (store.subjects(), len(tries)) == (["раз", "три", "два"], 3)


async def test_commit_whose_outcome_was_lost(owner: Owner, store: Store) -> None:
    """A letter that was committed though storing it failed is not taken again, and is moved."""

    async def take(taken: RawLetter) -> None:
        await store.take(taken)
        raise TimeoutError

    await asyncio.to_thread(owner.deliver, [letter("раз"), letter("два")])
    receiver = Receiver(settings(owner), take, store.seen_before)
    await receiver.start()
    await eventually(lambda: owner.uids(ON_WIRE, "SEEN") == [1, 2])
    await receiver.stop(5)
    assert store.subjects() == ["раз", "два"]


async def test_store_away(owner: Owner, store: Store) -> None:
    """While the store cannot be asked nothing is fetched, and the state says so."""
    await asyncio.to_thread(owner.deliver, [letter("раз")])
    answers = iter([OSError, OSError])

    async def seen_before(uidvalidity: int, uids: list[int]) -> set[int]:
        for error in answers:
            raise error
        return await store.seen_before(uidvalidity, uids)

    receiver = Receiver(settings(owner), store.take, seen_before, store.hear)
    await receiver.start()
    await store.has(1)
    await receiver.stop(5)
    assert ReceiverState(connected=False, code="store", detail="OSError") in store.states


async def test_letter_over_the_limit(owner: Owner, store: Store) -> None:
    """A letter over the limit is handed over by its headers alone, with its size, and those around it whole."""
    await asyncio.to_thread(owner.deliver, [letter("малое"), letter("большое", "x\r\n" * 30_000), letter("после")])
    async with receiving(replace(settings(owner), max_bytes=50_000), store):
        await store.has(3)
    large = store.letters[1]
    assert [taken.truncated for taken in store.letters] == [False, True, False]
    assert large.content.endswith("Subject: большое\r\n\r\n".encode())
    assert large.size > 90_000


async def test_large_letter_is_whole_and_stalls_nothing(owner: Owner, store: Store) -> None:
    """20 MB arrive byte for byte, and no turn of the loop takes 50 ms of the processor meanwhile."""
    lines = (base64.b64encode(os.urandom(57)) for _ in range(20 * 1024 * 1024 // 78))
    body = b"\r\n".join(lines) + b"\r\n"
    await asyncio.to_thread(owner.deliver, [b"Subject: large\r\n\r\n" + body])
    turns: list[float] = []
    async with receiving(settings(owner), store):
        watching = asyncio.create_task(_watch(turns))
        await store.has(1)
        watching.cancel()
    assert store.letters[0].content.endswith(b"\r\n\r\n" + body)
    assert max(turns) < 0.05


async def _watch(turns: list[float]) -> None:
    """Note the processor's time of each turn of the loop: other processes do not count."""
    before = time.thread_time()
    while True:
        await asyncio.sleep(0)
        now = time.thread_time()
        turns.append(now - before)
        before = now


@pytest.mark.parametrize("size", [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1])
async def test_sizes_around_a_part(owner: Owner, store: Store, size: int) -> None:
    """A letter as large as the parts it is fetched in, or nearly so, is whole."""
    content = b"S: 1\r\n\r\n".ljust(size, b"x")[:size] if size else b"\r\n"
    with owner.client() as client:
        client.append("INBOX", "", "", content)
    async with receiving(settings(owner), store):
        await store.has(1)
    assert store.letters[0].content == content


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_encrypted(owner: Owner, store: Store, security: Security) -> None:
    """Letters come over TLS from the start and over STARTTLS."""
    given = replace(
        settings(owner),
        port=owner.server.imaps if security == "tls" else owner.server.imap,
        security=security,
        tls_context=owner.server.tls_context(),
    )
    await probe(given)
    await asyncio.to_thread(owner.deliver, [letter("тайное", "x\r\n" * 200_000)])
    async with receiving(given, store):
        await store.has(1)
    assert len(store.letters[0].content) > 600_000


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_unknown_certificate(owner: Owner, security: Security) -> None:
    """A certificate that nobody vouches for is not accepted, and named as the reason."""
    port = owner.server.imaps if security == "tls" else owner.server.imap
    with pytest.raises(ProbeFailed) as failed:
        await probe(replace(settings(owner), port=port, security=security))
    assert failed.value.code == "certificate"


async def test_wrong_password(owner: Owner, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong password is told as such, and stands in no log."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProbeFailed) as failed:
        await probe(replace(settings(owner), password='qwerty-"1917'))
    assert failed.value.code == "login"
    assert "1917" not in caplog.text + str(failed.value)


async def test_mailbox_missing(owner: Owner) -> None:
    """A mailbox that does not exist is told as such."""
    with pytest.raises(ProbeFailed) as failed:
        await probe(replace(settings(owner), mailbox="Нет такой"))
    assert failed.value.code == "mailbox"


async def test_nobody_listens(owner: Owner) -> None:
    """A server that cannot be reached is told as such."""
    with pytest.raises(ProbeFailed) as failed:
        await probe(replace(settings(owner), port=1))
    assert failed.value.code == "unreachable"
