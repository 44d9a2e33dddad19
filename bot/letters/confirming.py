"""Answers that confirm an order: «Подтверждаю» from the mailbox that got the letter about it."""

import re

from bot.letters.post import Post
from school.use_cases.confirm_order import confirm_by_reply
from wording.held import confirmed_words

_WORD = re.compile(r"^\W*(?:да\W+)?подтверждаю(?:\s+заявку)?\W*$", re.IGNORECASE | re.MULTILINE)


async def handle(post: Post) -> bool:
    """Take the answer where it has the word on a line alone; the reply token shows that the mailbox is the writer's.

    A centre answers for an order in words of its own, and what a person filed proves nothing.
    """
    topic = post.topic
    if topic is None or topic.kind != "order" or not (topic.token_sha256 and post.fits_topic):
        return False
    if not _WORD.search(post.words):
        return False
    order = await post.uow.order(topic.subject)
    centre = await post.uow.centre(order.centre) if order is not None else None
    if order is None or centre is None or topic.address == centre.email.lower():
        return False
    done = await confirm_by_reply(post.uow, order, post.sender, post.settings.caps, post.now)
    said = confirmed_words(done.state, done.students, changed=done.changed)
    data = {"centre_name": centre.name, "heading": said, "done": [], "refused": [], "notes": [], "undo": False}
    await post.answer("centre_answer", data, ("order", order.id))
    return True
