"""Async filters: aiogram sends synchronous ones to a thread, at 20 times the cost."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.context import Talk


class Filling(Filter):
    """Passes while the account is filling in a form of one of these keys."""

    def __init__(self, *forms: str) -> None:
        self.forms = forms

    async def __call__(self, _: object, talk: Talk) -> bool:
        """Tell whether such a draft is being filled in."""
        draft = talk.session.draft
        return draft is not None and draft.state == "active" and draft.form in self.forms


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


class HasFile(Filter):
    """Passes photos and files."""

    async def __call__(self, message: Message) -> bool:
        """Tell whether the message brings a photo or a file."""
        return bool(message.photo or message.document)


class Acting(Filter):
    """Passes buttons of one act, once their data is unpacked: to stand after the data's own filter."""

    def __init__(self, *acts: str) -> None:
        self.acts = acts

    async def __call__(self, _: CallbackQuery, callback_data: Any) -> bool:
        """Tell whether the button does one of these."""
        return callback_data.act in self.acts
