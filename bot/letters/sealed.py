"""Letters that are encrypted: the writer is asked to send them anew, a person sees that they came."""

from bot.letters.post import Post


async def handle(post: Post) -> bool:
    """Take a letter of which nothing can be read; one that also says something in plain text goes on."""
    letter = post.letter
    if "encrypted" not in letter.faults or post.words or letter.files:
        return False
    await post.answer("letter_sealed", {})
    post.leave("aside", "sealed")
    return True
