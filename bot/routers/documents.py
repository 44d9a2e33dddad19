"""`/documents`: offers, rules and requirements for everybody; administrators add and replace them (S2).

They hold nobody's personal data, so they go into chats wherever those are kept.
"""

from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import DocumentButton
from bot.context import Talk
from bot.downloads import NotFetched, file_of
from bot.replies import Screen
from bot.routers.filters import Acting, Filling, HasFile, HasText
from bot.routers.queue import put
from bot.views import documents as view
from school.notices import Notice
from school.uploads import UploadRefused
from school.use_cases import keep_document
from school.use_cases.keep_document import FORM
from wording.uploads import explain_upload

router = Router(name="documents")


@router.message(Command("documents"))
async def documents(_: Message, command: CommandObject, talk: Talk) -> None:
    """List the documents, or those whose name holds the words typed behind the command."""
    words = " ".join((command.args or "").split())[:100]
    talk.replies.say(await _listed(talk, 0, words))


async def _listed(talk: Talk, page: int, words: str = "") -> Screen:
    found = await keep_document.documents(talk.uow, talk.session, words)
    return view.listed(found, page, words, admin=keep_document.is_admin(talk.session))


@router.callback_query(DocumentButton.filter(), Acting("page"))
async def turn(_: CallbackQuery, callback_data: DocumentButton, talk: Talk) -> None:
    """Turn a page of the list."""
    put(talk, await _listed(talk, callback_data.page))


@router.callback_query(DocumentButton.filter(), Acting("get"))
async def give(_: CallbackQuery, callback_data: DocumentButton, talk: Talk) -> None:
    """Send a document out of the vault."""
    found = await keep_document.document(talk.uow, talk.session, callback_data.key)
    key = uuid4().hex
    data = view.file_data(found, talk.settings)
    talk.uow.add_notice(Notice(key, "documents", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.callback_query(DocumentButton.filter(), Acting("card"))
async def card(_: CallbackQuery, callback_data: DocumentButton, talk: Talk) -> None:
    """Show an administrator a document and its versions."""
    put(talk, view.card(await keep_document.versions(talk.uow, talk.session, callback_data.key), talk.settings))


@router.callback_query(DocumentButton.filter(), Acting("add", "kind", "replace"))
async def ask(_: CallbackQuery, callback_data: DocumentButton, talk: Talk) -> None:
    """Ask of a new document where it belongs and how it is called; of a new version, its file."""
    if callback_data.act == "kind":
        await keep_document.ask_title(talk.uow, talk.session, callback_data.key, talk.now)
        put(talk, view.ask_title())
    elif callback_data.act == "replace":
        present = await keep_document.ask_file(talk.uow, talk.session, callback_data.key, talk.now)
        talk.replies.say(view.ask_file(present.title))
    else:
        keep_document.require_admin(talk.session)
        talk.replies.say(view.ask_kind())


@router.callback_query(DocumentButton.filter(), Acting("hide", "show"))
async def hide(_: CallbackQuery, callback_data: DocumentButton, talk: Talk) -> None:
    """Hide a document from clients, or show it again."""
    at = talk.now if callback_data.act == "hide" else None
    present = await keep_document.hide(talk.uow, talk.session, callback_data.key, at)
    found = await keep_document.versions(talk.uow, talk.session, present.id)
    put(talk, view.card(keep_document.with_present(found, present), talk.settings))


@router.callback_query(DocumentButton.filter(), Acting("close"))
async def close(_: CallbackQuery, talk: Talk) -> None:
    """Wait no longer for a name or a file."""
    await keep_document.close(talk.uow, talk.session, talk.now)
    put(talk, Screen(view.CLOSED))


@router.message(Filling(FORM), HasFile())
async def take_file(message: Message, talk: Talk) -> None:
    """Keep the file that was asked for."""
    draft, found = talk.session.draft, file_of(message)
    assert draft is not None
    assert found is not None
    if not {"series", "title"} & draft.answers.keys():
        talk.replies.say(view.ask_title())
        return
    try:
        content = await talk.download(message)
        page = await talk.files.uploads.keep(content, found[1], f"school:{talk.chat_id}:{message.message_id}")
    except UploadRefused as refused:
        talk.replies.say(view.not_taken(explain_upload(refused, found[1])))
        return
    except NotFetched:
        talk.replies.say(view.not_taken(view.NOT_FETCHED))
        return
    talk.replies.say(view.kept(await keep_document.take_file(talk.uow, talk.session, draft, page, talk.now)))


@router.message(Filling(FORM), HasText())
async def take_title(_: Message, text: str, talk: Talk) -> None:
    """Take the name of a new document; anything typed later is answered with what is waited for."""
    draft = talk.session.draft
    assert draft is not None
    if "kind" in draft.answers:
        title = await keep_document.take_title(talk.uow, talk.session, draft, text, talk.now)
        talk.replies.say(view.ask_file(title))
    else:
        talk.replies.say(view.not_taken("Ждём файл документа. Если передумали, нажмите «Отменить»."))


@router.message(Filling(FORM))
async def neither(_: Message, talk: Talk) -> None:
    """A voice or a sticker is answered with what is waited for."""
    talk.replies.say(view.not_taken("Здесь нужен текст или файл документа."))


@router.callback_query(DocumentButton.filter())
async def unknown(_: CallbackQuery, talk: Talk) -> None:
    """A button that nobody knows any more."""
    talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
