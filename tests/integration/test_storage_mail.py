"""Letters, their topics, faulty addresses and the administrator's queue on both databases."""

import asyncio
from datetime import date, timedelta

import pytest

from school.errors import Conflict
from school.mailroom import StoredLetter, Topic
from school.ports_mail import AddressFault, RawFacts
from storage.database import Database
from storage.outbox import Dead, Retry
from tests.integration.storage_samples import CLOCK, NOW, commit, keep, line, notice, prepare

TODAY = date(2027, 5, 3)
TOPIC = Topic("ab" * 32, "line", "line-1", "s@example.ru", NOW + timedelta(days=30))


def raw(uid: int, message_id: str | None = None, *, validity: int = 9, **changes: str) -> RawFacts:
    """Make what is known of a letter as it comes."""
    name = message_id or f"<{uid}@example.ru>"
    fingerprint = changes.get("fingerprint", "f1")
    return RawFacts(validity, uid, f"raw-{validity}-{uid}", name, fingerprint, "s@example.ru", "Диплом", NOW)


async def take(database: Database, uid: int) -> StoredLetter:
    """Take a new letter."""
    taken = await database.mail_inbox.take(raw(uid))
    assert taken is not None
    return taken


async def test_letter_is_taken_once(database: Database) -> None:
    """A letter comes back whole; the same UID, or the same Message-ID and fingerprint elsewhere, is not taken again."""
    inbox = database.mail_inbox
    taken = await inbox.take(raw(1, "<a@example.ru>"))
    assert taken is not None
    assert (taken.uid, taken.state, taken.attempts, taken.received_at) == (1, "pending", 0, NOW)
    assert await inbox.take(raw(1, "<other@example.ru>")) is None
    assert await inbox.take(raw(2, "<a@example.ru>")) is None
    assert await inbox.take(raw(7, "<a@example.ru>", validity=10)) is None
    assert await inbox.take(raw(3, "<a@example.ru>", fingerprint="f2")) is not None
    assert [letter.uid for letter in await inbox.pending(10)] == [1, 3]
    assert await inbox.seen_before(9, range(1, 2000)) == {1, 2, 3}
    assert await inbox.seen_before(10, [1, 7]) == {7}


async def test_two_that_take_one_letter_store_it_once(database: Database) -> None:
    """Of many that take one letter at the same moment exactly one gets it."""
    taken = await asyncio.gather(*(database.mail_inbox.take(raw(uid, "<a@example.ru>")) for uid in (1, 1, 2, 2, 3)))
    assert len([letter for letter in taken if letter is not None]) == 1
    assert len(await database.mail_inbox.pending(10)) == 1


async def test_letter_is_handled_once(database: Database) -> None:
    """Of two units that handle one letter the second conflicts, and nothing that it staged is kept."""
    letter = await take(database, 1)
    first, second = database.uow(CLOCK), database.uow(CLOCK)
    first.mark_letter_handled(letter.id)
    second.mark_letter_handled(letter.id)
    second.save_topic(TOPIC)
    await first.commit()
    with pytest.raises(Conflict):
        await second.commit()
    assert await second.topic(TOPIC.token_sha256) is None
    found = await first.letter(letter.id)
    assert found is not None
    assert found.state == "handled"
    assert await database.mail_inbox.pending(10) == []
    assert await database.mail_inbox.failed(letter.id, "late") == 0


async def test_failures_are_counted_and_a_person_takes_over(database: Database) -> None:
    """Failed tries are counted; a letter set aside is listed with its reason and can be filed by one person only."""
    first, second = await take(database, 1), await take(database, 2)
    assert [await database.mail_inbox.failed(first.id, "boom") for _ in range(2)] == [1, 2]
    for letter in (first, second):
        await database.mail_inbox.set_aside(letter.id, "no_topic")
    page, total = await database.uow(CLOCK).letters_aside(1, 1)
    assert ([letter.id for letter in page], total, page[0].reason) == ([second.id], 2, "no_topic")
    filing, late = database.uow(CLOCK), database.uow(CLOCK)
    filing.set_letter(first.id, "pending", subject="line-1")
    late.set_letter(first.id, "pending", subject="line-2")
    await filing.commit()
    with pytest.raises(Conflict):
        await late.commit()
    (again,) = await database.mail_inbox.pending(10)
    assert (again.id, again.subject, again.attempts, again.reason) == (first.id, "line-1", 0, "")
    await commit(database, lambda u: u.mark_letter_handled(first.id))
    filing.set_letter(first.id, "aside")
    with pytest.raises(Conflict):
        await filing.commit()


async def test_waiting_letters_are_handled_when_asked(database: Database) -> None:
    """Letters that wait for a consent about one subject go back to the queue together, others stay."""
    letters = [await take(database, uid) for uid in (1, 2, 3)]
    for letter, subject in zip(letters, ("line-1", "line-1", "line-2"), strict=True):
        await commit(database, lambda u, i=letter.id, s=subject: u.set_letter(i, "waiting", subject=s))  # type: ignore[misc]
    unit = database.uow(CLOCK)
    assert [letter.id for letter in await unit.letters_of("line-1", "waiting")] == [letters[0].id, letters[1].id]
    assert await database.mail_inbox.pending(10) == []
    unit.requeue_letters("line-1")
    await unit.commit()
    assert [letter.id for letter in await database.mail_inbox.pending(10)] == [letters[0].id, letters[1].id]
    assert [letter.id for letter in await unit.letters_of("line-2", "waiting")] == [letters[2].id]


async def test_content_of_handled_letters_is_let_go(database: Database) -> None:
    """Only handled letters give their content up; their rows stay, so that the same letter is not taken again."""
    first, second = await take(database, 1), await take(database, 2)
    await commit(database, lambda u: u.mark_letter_handled(first.id), lambda u: u.count_answer("s@example.ru", TODAY))
    assert set(await database.mail_inbox.raw_ids()) == {first.raw_id, second.raw_id}
    assert await database.mail_inbox.forget(NOW) == []
    assert await database.mail_inbox.forget(NOW + timedelta(days=1)) == [first.raw_id]
    assert await database.mail_inbox.forget(NOW + timedelta(days=1)) == []
    assert await database.mail_inbox.raw_ids() == [second.raw_id]
    assert await database.mail_inbox.take(raw(8, "<1@example.ru>")) is None
    assert await database.uow(CLOCK).answers_to("s@example.ru", TODAY) == 0


async def test_topic_is_found_by_token_and_by_references(database: Database) -> None:
    """A topic is found by its token's hash, and by the Message-ID of any letter of ours that carried the token."""
    sent = notice(dedupe="letter")
    await commit(database, lambda u: u.save_topic(TOPIC), lambda u: u.link_letter(sent.id, TOPIC.token_sha256))
    unit = database.uow(CLOCK)
    assert await unit.topic(TOPIC.token_sha256) == TOPIC
    assert await unit.topic("cd" * 32) is None
    assert await unit.topic_of_letters(["<x@mail.ru>", f" <{sent.id}@school.example>"]) == TOPIC
    assert await unit.topic_of_letters([f"{sent.id}@school.example"]) == TOPIC
    assert await unit.topic_of_letters([]) is None
    assert await unit.topic_of_letters(["<x@mail.ru>"]) is None


async def test_answers_are_counted_by_peer_and_day(database: Database) -> None:
    """Automatic answers add up for an address in any case of letters, and anew on another day."""
    for _ in range(3):
        await commit(database, lambda u: u.count_answer("Bot@Example.ru", TODAY))
    unit = database.uow(CLOCK)
    assert await unit.answers_to("bot@example.ru", TODAY) == 3
    assert await unit.answers_to("bot@example.ru", TODAY + timedelta(days=1)) == 0


async def test_address_fault_is_kept_until_letters_arrive(database: Database) -> None:
    """The latest fault of an address is found whatever the case of its letters, and goes when it is dropped."""
    fault = AddressFault("S@Example.ru", permanent=False, why="mailbox full", at=NOW)
    later = AddressFault("s@example.ru", permanent=True, why="550 no such user", at=NOW + timedelta(days=1))
    for one in (fault, later):
        await commit(database, lambda u, f=one: u.save_address_fault(f))  # type: ignore[misc]
    unit = database.uow(CLOCK)
    assert await unit.address_fault("S@example.RU") == later
    unit.drop_address_fault("S@EXAMPLE.ru")
    await unit.commit()
    assert await unit.address_fault("s@example.ru") is None


async def test_people_are_found_by_address_and_inn(database: Database) -> None:
    """Lines are found by the student's address, centres by their mailbox, orders by ИНН: newest first."""
    await prepare(database)
    old = await keep(database, line(email="Любовь@Example.ru"), line(), sequence=1)
    new = await keep(database, line(email="любовь@example.ru"), sequence=2)
    unit = database.uow(CLOCK)
    assert await unit.lines_of_email("ЛЮБОВЬ@example.ru", 5) == [new.lines[0].id, old.lines[0].id]
    assert await unit.lines_of_email("любовь@example.ru", 1) == [new.lines[0].id]
    assert [order.id for order in await unit.orders_by_inn("5039002841", None, 5)] == [new.id, old.id]
    assert [order.id for order in await unit.orders_by_inn("5039002841", "0123", 1)] == [new.id]
    assert await unit.orders_by_inn("5039002841", "0124", 5) == []
    assert [centre.number for centre in await unit.centre_by_email("SC0123@example.ru")] == ["0123"]


async def test_administrator_sees_and_changes_the_queue(database: Database) -> None:
    """Waiting, failing and dead messages are told apart; a dead one is sent again or dropped, one being sent is not."""
    made = [notice(str(number)) for number in (77, 78, 79)]
    await commit(database, *(lambda u, n=one: u.add_notice(n) for one in made))
    queue = database.mail_queue
    assert await queue.waiting() == [("chat", "reply", 3)]
    rows = {row.id: row for row in await database.outbox.claim("chat", 3, 60, NOW)}
    failing, dead, sending = (rows[one.id] for one in made)
    later = NOW + timedelta(minutes=5)
    await database.outbox.finish([Retry(failing.id, failing.fence, later, "busy"), Dead(dead.id, dead.fence, "gone")])
    (trouble,) = await queue.failing(10)
    assert (trouble.id, trouble.attempts, trouble.error, trouble.due_at) == (failing.id, 1, "busy", later)
    assert [(one.id, one.state, one.error) for one in await queue.given_up(10)] == [(dead.id, "dead", "gone")]
    assert not await queue.drop(sending.id, NOW)
    assert await database.uow(CLOCK).given_up(failing.id) is None
    await commit(database, lambda u: u.send_again(dead.id, {"text": "Новое"}, NOW))
    assert [row.id for row in await database.outbox.claim("chat", 3, 60, NOW)] == [dead.id]
    assert await queue.drop(failing.id, NOW)
    assert not await queue.drop(failing.id, NOW)
    assert await queue.failing(10) == []
