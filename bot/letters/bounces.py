"""Reports of letters that did not arrive: the address is marked, and who can mend it is told."""

from bot.letters.post import Post
from mail.mailbox import same_mailbox
from mail.reply_token import find_quoted
from school import tokens
from school.mailroom import Topic
from school.use_cases.note_bounce import Undelivered, note_bounce


async def handle(post: Post) -> None:
    """Note the address that our letter went to; a report that names no letter of ours is left to a person.

    Anybody can write a report about any address, but only who got a letter of ours knows its id or its token.
    """
    report = post.letter.bounce
    if report is None:
        return
    original = [report.original_message_id] if report.original_message_id else []
    about = await post.uow.topic_of_letters(original) or post.topic or await _quoted(post)
    # A mailbox that forwards reports where it forwarded to: whom we wrote to stands with the letter.
    alone = len(report.recipients) == 1
    recipient = next(
        (one for one in report.recipients if alone or (about and same_mailbox(one.address, about.address))), None
    )
    if about is None or recipient is None:
        post.leave("aside", "bounce")
        return
    # A person who filed the report has said that it is ours; the letter itself is not known then.
    email = about.address if about.token_sha256 else recipient.address.lower()
    found = Undelivered(email, recipient.wrong_address, recipient.reason.value, recipient.diagnostic)
    if not await note_bounce(post.uow, found, about, post.now, post.today):
        post.leave("aside", "bounce")


async def _quoted(post: Post) -> Topic | None:
    """Return what the returned letter was about, by the token in what plain reports quote of it."""
    token = find_quoted(post.letter.whole_text)
    return await post.uow.topic(tokens.digest(token)) if token else None
