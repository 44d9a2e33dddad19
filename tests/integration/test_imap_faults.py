"""The receiver against a server that misbehaves: it connects anew, and each letter comes once all the same."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from mail.errors import ProbeFailed
from mail.imap import ImapSettings, ImapTimes, RawLetter, Receiver, ReceiverState, probe
from tests.integration.scripted_imap import Fault, Line, ScriptedServer

LETTERS = [f"Subject: n{number}\r\n\r\ntext\r\n".encode() for number in range(3)]
PASSWORD = 'sekret "17"'
TIMES = ImapTimes(answer=0.3, poll=30, settle=0.01, backoff_first=0.02, backoff_max=0.1, letter_retry=0.05, take=1)


async def first(*waits: Coroutine[Any, Any, Any]) -> None:
    """Wait for the first of these."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


class Play:
    """The server, the receiver's settings, and what it handed over and told."""

    def __init__(self, server: ScriptedServer, port: int) -> None:
        self.server = server
        self.settings = ImapSettings("127.0.0.1", port, "none", "user", PASSWORD, handled="Done", times=TIMES)
        self.letters: list[RawLetter] = []
        self.states: list[ReceiverState] = []
        self._changed = asyncio.Event()

    async def take(self, letter: RawLetter) -> None:
        """Commit the letter."""
        self.letters.append(letter)
        self._changed.set()

    async def seen_before(self, uidvalidity: int, uids: list[int]) -> set[int]:
        """Tell which are kept."""
        return {letter.uid for letter in self.letters} & set(uids)

    def _hear(self, state: ReceiverState) -> None:
        self.states.append(state)
        self._changed.set()

    @contextlib.asynccontextmanager
    async def receiving(self, **changes: float) -> AsyncIterator[None]:
        """Run the receiver for the time of the block, with other times if given."""
        settings = replace(self.settings, times=replace(TIMES, **changes))
        receiver = Receiver(settings, self.take, self.seen_before, self._hear)
        await receiver.start()
        try:
            yield
        finally:
            await receiver.stop(2)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds; looked at after whatever happens on either side."""
        async with asyncio.timeout(10):
            while not holds():
                self._changed.clear()
                self.server.changed.clear()
                await first(self._changed.wait(), self.server.changed.wait())

    async def delivered(self, count: int = len(LETTERS)) -> None:
        """Wait for that many letters; each must be whole, and come once."""
        await self.until(lambda: len(self.letters) >= count)
        assert sorted(letter.content for letter in self.letters) == sorted(LETTERS)[:count]

    def lost(self) -> list[str]:
        """Return why sessions were lost."""
        return [state.code for state in self.states if not state.connected and state.code != "stopped"]


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    """Give a server with three letters, not asked yet."""
    server = ScriptedServer()
    server.add(*LETTERS)
    async with server.listening() as port:
        yield Play(server, port)


def silence(line: Line, command: str) -> None:
    """Say nothing, and keep the connection open."""


def bye(line: Line, command: str) -> None:
    """Take leave, and keep the connection open."""
    line.say("* BYE going down")


def hang_up(line: Line, command: str) -> None:
    """Close the connection."""
    line.hang_up()


def cut_and_close(line: Line, command: str) -> None:
    """Break off in the middle of a letter."""
    line.say("* 1 FETCH (UID 1 BODY[]<0> {21}", b"Subject: n0")
    line.hang_up()


def cut_and_wait(line: Line, command: str) -> None:
    """Stop in the middle of a letter."""
    line.say("* 1 FETCH (UID 1 BODY[]<0> {21}", b"Subject: n0")


def too_short(line: Line, command: str) -> None:
    """Announce more than is sent, then finish the command as if nothing were."""
    line.say("* 1 FETCH (UID 1 BODY[]<0> {2300}", b"Subject: n0")
    line.say(")")
    line.ok()


def nonsense(line: Line, command: str) -> None:
    """Answer a command that nobody gave."""
    line.say("ZZ99 OK done")


def endless_literal(line: Line, command: str) -> None:
    """Announce more than any letter may have."""
    line.say("* 1 FETCH (UID 1 BODY[]<0> {99999999999}")


def _name(fault: Fault) -> str:
    return getattr(fault, "__name__", "")


BREAKS = [silence, bye, hang_up, cut_and_close, cut_and_wait, too_short, nonsense, endless_literal]


@pytest.mark.parametrize("fault", BREAKS, ids=_name)
async def test_broken_while_fetching(play: Play, fault: Fault) -> None:
    """A session that breaks over a letter is dropped and the letter comes whole over the next."""
    play.server.fail("UID FETCH 1 (UID BODY", fault)
    async with play.receiving():
        await play.delivered()
    assert len(play.lost()) == 1


@pytest.mark.parametrize("command", ["LOGIN", "CAPABILITY", "SELECT", "LIST", "NOOP", "UID SEARCH", "UID FETCH 1,2,3"])
@pytest.mark.parametrize("fault", [silence, bye, hang_up, nonsense], ids=_name)
async def test_broken_anywhere(play: Play, command: str, fault: Fault) -> None:
    """Whatever command the session breaks at, the next one delivers."""
    play.server.fail(command, fault)
    async with play.receiving():
        await play.delivered()
    assert len(play.lost()) == 1


@pytest.mark.parametrize("command", ["UID STORE", "UID MOVE"])
@pytest.mark.parametrize("fault", [silence, bye, hang_up], ids=_name)
async def test_broken_while_marking(play: Play, command: str, fault: Fault) -> None:
    """Letters whose marking or moving broke are marked and moved over the next session, not taken again."""
    play.server.fail(command, fault)
    async with play.receiving():
        await play.delivered()
        await play.until(lambda: len(play.server.moved) == 3)
    assert play.server.seen == {1, 2, 3}
    await play.delivered()


async def test_silent_idle(play: Play) -> None:
    """A server that never starts to idle is left within the limit, and the next session hears of new letters."""
    late = play.server.letters.pop(3)
    play.server.fail("IDLE", silence)
    async with play.receiving():
        await play.until(lambda: play.lost() == ["timeout"])
        await play.server.idling.wait()
        play.server.add(late)
        await play.delivered()


@pytest.mark.parametrize("say", [("+ idling",), ("+ idling", "* BYE idle for too long")])
async def test_lost_while_idle(play: Play, say: tuple[str, ...]) -> None:
    """A server that falls silent or takes leave in IDLE is noticed, and letters come over the next session."""
    late = play.server.letters.pop(3)
    play.server.fail("IDLE", lambda line, command: line.say(*say))
    async with play.receiving(poll=0.2):
        await play.until(lambda: len(play.lost()) == 1)
        play.server.add(late)
        await play.delivered()
    assert play.lost() == ["bye" if len(say) > 1 else "timeout"]


async def test_idle_that_announces_nothing(play: Play) -> None:
    """Where IDLE is deaf, the poll finds what came, on the same session."""
    late = play.server.letters.pop(3)
    async with play.receiving(poll=0.1):
        await play.server.idling.wait()
        play.server.letters[3] = late
        await play.delivered()
    assert play.lost() == []


@pytest.mark.parametrize("offered", [True, False])
async def test_no_idle(play: Play, offered: bool) -> None:
    """A server that does not offer IDLE, or refuses it, is polled."""
    if offered:
        play.server.fail("IDLE", lambda line, command: line.say(f"{line.tag} NO not today"))
    else:
        play.server.capabilities = "IMAP4rev1"
    late = play.server.letters.pop(3)
    async with play.receiving(poll=0.05):
        await play.until(lambda: play.server.asked("NOOP") >= 3)
        play.server.letters[3] = late
        await play.delivered()
    assert (play.lost(), play.server.asked("IDLE")) == ([], int(offered))


def _tagged_no(line: Line, command: str) -> None:
    line.say(f"{line.tag} NO [SERVERBUG] cannot read it")


def _only_ok(line: Line, command: str) -> None:
    line.ok()


def _nil(line: Line, command: str) -> None:
    line.say("* 1 FETCH (UID 1 BODY[]<0> NIL)")
    line.ok()


def _flags_alone(line: Line, command: str) -> None:
    line.say("* 1 FETCH (UID 1 FLAGS (\\Seen))")
    line.ok()


def _another_letter(line: Line, command: str) -> None:
    line.say("* 2 FETCH (UID 2 BODY[]<0> {5}", "12345)")
    line.ok()


def _another_part(line: Line, command: str) -> None:
    line.say("* 1 FETCH (UID 1 BODY[]<9> {5}", "12345)")
    line.ok()


@pytest.mark.parametrize("fault", [_tagged_no, _only_ok, _nil, _flags_alone, _another_letter, _another_part], ids=_name)
async def test_letter_not_given(play: Play, fault: Fault) -> None:
    """A letter that the server does not give comes later; the others go on over the same session."""
    play.server.fail("UID FETCH 1 (UID BODY", fault, times=2)
    async with play.receiving():
        await play.delivered()
    assert [letter.uid for letter in play.letters] == [2, 3, 1]
    assert play.lost() == []


async def test_size_not_given(play: Play) -> None:
    """A letter whose size the server leaves out is looked for again."""
    play.server.fail("UID FETCH 1,2,3", lambda line, command: _sizes(line, 1, 3))
    async with play.receiving(poll=0.05):
        await play.delivered()
    assert [letter.uid for letter in play.letters] == [1, 3, 2]


def _sizes(line: Line, *uids: int) -> None:
    line.say(*(f"* {uid} FETCH (RFC822.SIZE 21 UID {uid})" for uid in uids))
    line.ok()


async def test_letter_that_kills_every_session(play: Play) -> None:
    """A letter over which the server breaks every time keeps back no other."""
    play.server.fail("UID FETCH 1 (UID BODY", hang_up, times=3)
    async with play.receiving():
        await play.delivered()
    assert [letter.uid for letter in play.letters] == [2, 3, 1]


@pytest.mark.parametrize("shape", ["quoted", "whole", "uid last"])
async def test_shapes_of_an_answer(play: Play, shape: str) -> None:
    """A body as a quoted string, one sent whole in spite of the range, and a UID after the body are all read."""
    quoted = "Subject: * (UID 9"
    content = quoted if shape == "quoted" else "letter!"
    told: dict[str, tuple[str, ...]] = {
        "quoted": (f'* 1 FETCH (UID 1 BODY[]<0> "{quoted}")',),
        "whole": ("* 1 FETCH (UID 1 BODY[] {7}", "letter!)"),
        "uid last": ("* 2 FETCH (FLAGS ())", "* 1 FETCH (BODY[]<0> {7}", "letter! UID 1)"),
    }

    def answer(line: Line, command: str) -> None:
        line.say(*told[shape])
        line.ok()

    play.server.letters[1] = content.encode()
    play.server.fail("UID FETCH 1 (UID BODY", answer)
    async with play.receiving():
        await play.until(lambda: len(play.letters) == 3)
    assert play.letters[0].content == content.encode()
    assert play.lost() == []


async def test_storm_while_idle(play: Play) -> None:
    """Announcements by the thousand, in IDLE and within answers, break nothing and are not followed one by one."""

    def storm(line: Line, command: str) -> None:
        line.say("+ idling", *(f"* {number} EXISTS" for number in range(4, 5004)))
        # Its DONE finds no IDLE any more.
        line.ok()

    play.server.fail("IDLE", storm, times=3)
    play.server.fail("UID SEARCH", lambda line, command: _stormy_search(line))
    async with play.receiving():
        await play.delivered()
        await play.server.idling.wait()
    assert play.lost() == []
    assert play.server.asked("NOOP") < 10


def _stormy_search(line: Line) -> None:
    line.say(*(f"* {number} EXISTS" for number in range(4, 5004)))
    line.say("* SEARCH 1 2 3", *("* 3 EXISTS",) * 5000)
    line.ok()


async def test_storm_within_a_letter(play: Play) -> None:
    """Announcements between the parts of an answer leave the letter whole."""

    def stormy(line: Line, command: str) -> None:
        line.say(*("* 9 EXISTS",) * 3000, "* 1 FETCH (UID 1 BODY[]<0> {21}")
        line.writer.write(LETTERS[0][:10])
        line.writer.write(LETTERS[0][10:])
        line.say(")", *("* 9 EXISTS",) * 3000)
        line.ok()

    play.server.fail("UID FETCH 1 (UID BODY", stormy)
    async with play.receiving():
        await play.delivered()
    assert play.lost() == []


async def test_login_refused(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    """A refused login is told and tried again slowly; the password stands in no log and no state, echoed or not."""
    caplog.set_level(logging.DEBUG)

    def refuse(line: Line, command: str) -> None:
        line.say(f"{line.tag} NO [AUTHENTICATIONFAILED] wrong: {PASSWORD}")

    play.server.fail("LOGIN", refuse, times=100)
    async with play.receiving(login_retry=0.2):
        await play.until(lambda: play.server.asked("LOGIN") == 2)
        play.server.faults.clear()
        await play.delivered()
    assert play.lost() == ["login"]
    assert "sekret" not in caplog.text + str(play.states)
    assert play.server.asked("LOGIN") == 3


async def test_login_refused_for_long(play: Play) -> None:
    """While a refused login waits, the server is left alone, and stopping does not wait for it."""
    play.server.fail("LOGIN", lambda line, command: line.say(f"{line.tag} NO wrong password"), times=100)
    async with play.receiving(login_retry=3600):
        await play.until(lambda: play.lost() == ["login"])
    assert play.server.asked("LOGIN") == 1


async def test_server_busy_at_login(play: Play) -> None:
    """A login refused because the server is busy is no wrong password: it is tried again soon."""
    busy = "NO [UNAVAILABLE] try later"
    play.server.fail("LOGIN", lambda line, command: line.say(f"{line.tag} {busy}"), times=2)
    async with play.receiving(login_retry=3600):
        await play.delivered()
    assert play.lost() == ["refused"]


async def test_password_in_an_unexpected_answer(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that confuses the library in the middle of a login brings no password into the log."""
    caplog.set_level(logging.DEBUG)
    play.server.fail("LOGIN", nonsense)
    async with play.receiving():
        await play.delivered()
    assert play.lost() == ["garbled"]
    assert "sekret" not in caplog.text


async def test_uidplus_without_move(play: Play) -> None:
    """Without MOVE letters are copied, marked and expunged by UID."""
    play.server.capabilities = "IMAP4rev1 IDLE UIDPLUS"
    async with play.receiving():
        await play.delivered()
        await play.until(lambda: play.server.moved == [1, 2, 3])
    assert 'UID COPY 1,2,3 "Done"' in play.server.commands
    assert "UID EXPUNGE 1,2,3" in play.server.commands


async def test_neither_move_nor_uidplus(play: Play) -> None:
    """A server that can move nothing by UID keeps the letters seen in place, and they are taken once."""
    play.server.capabilities = "IMAP4rev1 IDLE"
    async with play.receiving(poll=0.05):
        await play.delivered()
        await play.until(lambda: play.server.asked("NOOP") >= 4)
    assert (sorted(play.server.letters), play.server.seen) == ([1, 2, 3], {1, 2, 3})
    assert play.server.asked("UID EXPUNGE") + play.server.asked("EXPUNGE") == 0
    await play.delivered()


async def test_handled_mailbox_removed(play: Play) -> None:
    """The mailbox for letters taken is made again when somebody removed it meanwhile."""
    play.server.fail("LIST", lambda line, command: line.ok(), times=2)
    play.server.fail("UID MOVE", lambda line, command: line.say(f"{line.tag} NO [TRYCREATE] no such mailbox"))
    async with play.receiving():
        await play.until(lambda: play.server.moved == [1, 2, 3])
    assert play.server.asked('CREATE "Done"') == 2


@pytest.mark.parametrize("command", ["UID STORE", "UID MOVE", "CREATE"])
async def test_marking_refused(play: Play, command: str) -> None:
    """Where the server lets nothing be marked or moved, letters are still taken, and once."""
    play.server.fail("LIST", lambda line, command: line.ok())
    play.server.fail(command, lambda line, command: line.say(f"{line.tag} NO read-only"), times=100)
    async with play.receiving(poll=0.05):
        await play.delivered()
        await play.until(lambda: play.server.asked("NOOP") >= 4)
    await play.delivered()
    assert play.lost() == []


@pytest.mark.parametrize(("security", "code"), [("starttls", "starttls"), ("none", "login")])
async def test_encryption_missing(play: Play, security: str, code: str) -> None:
    """A server without STARTTLS, or one that wants it, is refused with the setting to mend."""
    play.server.capabilities += " LOGINDISABLED"
    with pytest.raises(ProbeFailed) as failed:
        await probe(replace(play.settings, security=security))  # type: ignore[arg-type]
    assert failed.value.code == code
    assert "imap.security" in failed.value.detail
    assert play.server.asked("LOGIN") == 0


async def test_stop_while_the_server_is_silent(play: Play) -> None:
    """Stopping takes no longer than it is given, whatever the server does not say."""
    play.server.fail("UID SEARCH", silence)
    receiver = Receiver(replace(play.settings, times=replace(TIMES, answer=3600)), play.take, play.seen_before)
    await receiver.start()
    await play.until(lambda: play.server.asked("UID SEARCH") == 1)
    async with asyncio.timeout(1):
        await receiver.stop(0.05)
    assert receiver.state.code == "stopped"


async def test_no_task_is_left(play: Play) -> None:
    """After many lost sessions and a stop nothing runs on."""
    before = asyncio.all_tasks()
    play.server.fail("UID FETCH 1 (UID BODY", cut_and_wait)
    play.server.fail("NOOP", bye, times=3)
    async with play.receiving():
        await play.delivered()
    for line in play.server.lines:
        line.writer.close()
    left = {task for task in asyncio.all_tasks() - before if "_serve" not in repr(task.get_coro())}
    for _ in range(10):
        await asyncio.sleep(0)
    assert {task for task in left if not task.done()} == set()
