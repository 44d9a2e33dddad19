"""Letters whose sender our own mail server denies: a person looks at them; they are never obeyed or answered."""

from bot.letters import centres, students
from bot.letters.post import Post


async def handle(post: Post) -> bool:
    """Leave the letter to a person; once filed by one, its words go on as a note, without effects and answers."""
    filed = post.topic if post.topic is not None and not post.topic.token_sha256 else None
    if filed is None or not (await students.note_filed(post) or await centres.note_filed(post)):
        post.leave("aside", "denied" if post.sender else "no_sender")
    return True
