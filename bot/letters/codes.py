"""One-time codes: what performs a request whose sender the mail system does not vouch for (REGULATIONS: C1 by mail).

The letter waits; its code goes to the registered mailbox alone, and an answer with it has the letter handled anew.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.letters.post import Post
from school.ports import Token
from school.tokens import digest, new_code
from school.use_cases.file_letter import CODE_LIFETIME, code_key, with_code
from wording import mail_echoes as words

KIND, ALIAS = "mail_code", "mail_code_again"
MOST_TRIES = 5
# Of a letter that nobody vouches for: what is not shown beside the code is not done either.
MOST_LINES = 100
LONGEST = 300


async def confirmed(post: Post) -> bool:
    """Tell whether the letter's code has come back from the registered mailbox."""
    key = code_key(post.stored.subject)
    token = await post.uow.token(key) if key else None
    return token is not None and token.kind == KIND and token.used_at is not None


async def ask(post: Post, centre_name: str, lines: Sequence[str], files: Sequence[str]) -> None:
    """Send the code to the mailbox that was written to, and let the letter wait for it."""
    assert post.topic is not None
    code = new_code()
    shown = [line[:LONGEST] for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(words.lines_over(len(lines) - MOST_LINES))
    data = {"centre_name": centre_name, "code": code, "lines": shown}
    notice = await post.answer("action_code", data | {"files": list(files)}, to=post.topic.address)
    if notice is None:
        post.leave("aside", "unproved")
        return
    key = _key(digest(str(notice.data["reply"])))
    waits = with_code(post.stored.subject, key)
    kept = {"code": digest(f"{key}:{code}"), "letter": waits}
    post.uow.save_token(Token(key, KIND, post.topic.subject, post.now + CODE_LIFETIME, kept))
    post.leave("waiting", "code", waits)


async def awaited(post: Post) -> bool:
    """Tell whether the letter answers one that asked for a code."""
    return post.topic is not None and await _waiting(post, post.topic.token_sha256) is not None


async def take(post: Post, centre_name: str, code: str, *, alone: bool) -> None:
    """Take a code: the letter that waits for it is handled anew, or the answer says why not.

    What else is asked for beside the code, where it is not `alone`, is nobody's yet: the answer says so.
    """
    assert post.topic is not None
    token = await _waiting(post, post.topic.token_sha256)
    if token is None:
        await _say(post, centre_name, words.NO_CODE)
    elif token.used_at is not None or token.revoked_at is not None or token.expires_at <= post.now:
        await _say(post, centre_name, words.CODE_OVER)
    elif digest(f"{token.sha256}:{code}") != token.data["code"]:
        await _wrong(post, centre_name, token)
    else:
        post.uow.save_token(replace(token, used_at=post.now))
        post.uow.requeue_letters(token.data["letter"])
        if not alone:
            await _say(post, centre_name, words.CODE_ALONE)
        post.uow.audit(f"mail:{post.sender}", "letter.confirmed", token.subject)


async def _waiting(post: Post, topic_sha256: str) -> Token | None:
    """Return the code that this letter may answer: the one sent, or the one an earlier try was answered about."""
    token = await post.uow.token(_key(topic_sha256)) if topic_sha256 else None
    if token is not None and token.kind == ALIAS:
        token = await post.uow.token(token.subject)
    return token if token is not None and token.kind == KIND else None


async def _wrong(post: Post, centre_name: str, token: Token) -> None:
    failed = token.failures + 1
    over = failed >= MOST_TRIES
    post.uow.save_token(replace(token, failures=failed, revoked_at=post.now if over else None))
    said = words.CODE_OVER if over else words.code_wrong(MOST_TRIES - failed)
    reply = await _say(post, centre_name, said)
    if reply:
        post.uow.save_token(Token(_key(digest(reply)), ALIAS, token.sha256, token.expires_at, {}))


async def _say(post: Post, centre_name: str, heading: str) -> str:
    """Answer, and return the answer's reply token, "" where none was sent."""
    data = {"centre_name": centre_name, "heading": heading, "done": [], "refused": [], "notes": [], "undo": False}
    notice = await post.answer("centre_answer", data)
    return str(notice.data.get("reply", "")) if notice is not None else ""


def _key(topic_sha256: str) -> str:
    return digest(f"{KIND}:{topic_sha256}")
