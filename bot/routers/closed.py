"""What is sent to a chat that carries no personal data: a file is neither fetched nor kept, and the page is named.

To stand after the routers of forms that refuse files in their own words, and of those whose files are nobody's data.
"""

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import Message

from bot.context import Talk
from bot.replies import Screen
from bot.routers import client_scan, conversation
from bot.views import closed as view
from bot.views.act import CLIENT_MAILBOX
from school.centre import Role
from school.forms.questionnaire import KEY as QUESTIONNAIRE
from school.use_cases.own_link import line_to_fill

router = Router(name="closed")


class BringsFile(Filter):
    """Passes photos, films and files where chats carry no personal data."""

    async def __call__(self, message: Message, talk: Talk) -> bool:
        """Tell whether it is one."""
        return not talk.settings.in_chat and bool(message.photo or message.document or message.video)


@router.message(BringsFile())
async def file(message: Message, talk: Talk) -> None:
    """Say that the file is not kept and where it belongs; of an album once."""
    album = message.media_group_id
    talk.replies.say(view.not_kept(await _place(talk)), once=f"album:{album}" if album else "")


async def _place(talk: Talk) -> Screen:
    draft = talk.session.draft
    if draft is not None and draft.form == QUESTIONNAIRE:
        return await conversation.own_page(talk, str(draft.answers.get("line", "")))
    if talk.session.roles:
        return view.of_staff(talk.settings, reviews=talk.has_role(Role.CURATOR, Role.ADMIN))
    about = await line_to_fill(talk.uow, talk.user_id)
    if about is not None:
        return await conversation.own_page(talk, about.line.id)
    if await client_scan.owing(talk):
        return Screen(CLIENT_MAILBOX)
    if talk.session.centre is not None and not talk.session.centre.closed:
        return view.order(talk.settings, talk.session.centre)
    return view.questionnaire(talk.settings, None)
