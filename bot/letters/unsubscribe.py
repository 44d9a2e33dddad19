"""«Не напоминайте»: the answer that List-Unsubscribe of a reminder writes, or a person in their own words."""

import re

from bot.letters.post import Post
from school.use_cases.refuse_reminders import refuse_reminders

_SUBJECT = re.compile(r"\s*(?:(?:re|fwd?|ответ)\s*:\s*)*не напоминайте\b", re.IGNORECASE)
_WORDS = re.compile(
    r"\W*(?:не напоминайте|не напоминать|отписаться|отпишите(?: меня)?|отписка|unsubscribe)\W*", re.IGNORECASE
)


async def handle(post: Post) -> bool:
    """Take the wish of whoever was written to; the centre's own mailbox acts by other words."""
    topic = post.topic
    asked = _SUBJECT.match(post.letter.subject) or _WORDS.fullmatch(post.words)
    if not asked or topic is None or not post.fits_topic or topic.kind == "centre":
        return False
    await refuse_reminders(post.uow, post.sender, post.now)
    await post.answer("reminders_off", {})
    return True
