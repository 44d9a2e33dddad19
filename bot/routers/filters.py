"""Async filters: aiogram sends synchronous ones to a thread, at 20 times the cost."""

from aiogram.filters import Filter
from aiogram.types import Message

from bot.context import Talk


class Filling(Filter):
    """Passes while the account is filling in the form of this key."""

    def __init__(self, form: str) -> None:
        self.form = form

    async def __call__(self, _: object, talk: Talk) -> bool:
        """Tell whether such a draft is being filled in."""
        draft = talk.session.draft
        return draft is not None and draft.state == "active" and draft.form == self.form


class HasText(Filter):
    """Passes text messages, and hands the text over."""

    async def __call__(self, message: Message) -> bool | dict[str, str]:
        """Tell whether the message is text."""
        return {"text": message.text} if message.text else False


class HasContact(Filter):
    """Passes shared contacts: the number, and whether it is the sender's own."""

    async def __call__(self, message: Message) -> bool | dict[str, object]:
        """Tell whether the message is a contact."""
        contact = message.contact
        if contact is None:
            return False
        own = message.from_user is not None and contact.user_id == message.from_user.id
        return {"mobile": contact.phone_number, "own": own}
