"""Letters that nobody took: left to a person with the reason, and never answered with anything about orders."""

from bot.letters.post import Post


async def handle(post: Post) -> bool:
    """Leave the letter to a person: `/mail` shows it, with one-tap filing."""
    if not post.sender:
        reason = "no_sender"
    elif post.topic is None:
        reason = "no_topic"
    elif not post.fits_topic:
        reason = "wrong_sender"
    else:
        reason = "unclear"
    post.leave("aside", reason)
    return True
