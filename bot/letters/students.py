"""Letters of students: the questionnaire filled in by answers, and words for the curator."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.letters.post import Post
from mail.mailbox import same_mailbox
from mail.parse import FilePart
from school.errors import NotFound, SchoolError
from school.forms.questionnaire import FILES
from school.order import Enrolment
from school.questionnaire import Page
from school.uploads import UploadRefused
from school.use_cases.converse import NobodyToWriteTo, write_by_mail
from school.use_cases.fill_by_mail import (
    Filling,
    add_page,
    agree,
    answer_alone,
    answer_lines,
    finish,
    open_by_mail,
    place_of,
    prefer,
    set_preference,
)
from school.use_cases.fill_form import ConsentText
from school.use_cases.fill_questionnaire import BeingDecided, NothingToFill
from school.use_cases.find import find_enrolment
from school.use_cases.tell import reaches_chat, student_data
from wording import mail_answers as words
from wording.consents import ConsentDocument, student_consent
from wording.mail_lines import MailLines, document_of, left_words, named_documents, read_lines
from wording.uploads import explain_upload

_LINE_ID = re.compile(r"[0-9a-f]{32}")


async def handle(post: Post) -> bool:
    """Take the letter where the student of a line answers from the address that was written to (Q1)."""
    line_id = _line_of(post)
    if line_id is None:
        return False
    try:
        about = await find_enrolment(post.uow, line_id)
    except NotFound:
        return False
    # After a correction or a replacement the letters of the earlier address answer for nobody.
    if not same_mailbox(about.line.email, post.sender) and not _filed(post):
        return False
    email = about.line.email.lower()
    if not _filed(post) and await post.uow.address_fault(email) is not None:
        post.uow.drop_address_fault(email)  # the token came there and back
    read = read_lines(post.words)
    files = [file for file in post.letter.files if not file.decoration]
    try:
        filling = await open_by_mail(post.uow, about, post.now, post.today, post.settings.frdo)
    except (NothingToFill, BeingDecided) as why:
        await _stands(post, about, read, files, why)
        return True
    if filling.consented or read.agreed:
        await _fill(post, filling, read, files)
    else:
        await _ask_consent(post, filling, read, files)
    return True


async def note_filed(post: Post) -> bool:
    """Send the words of a letter that a person filed to a line on to the curator; nothing is recorded of it."""
    if post.topic is None or post.topic.kind != "line":
        return False
    try:
        about = await find_enrolment(post.uow, post.topic.subject)
    except NotFound:
        return False
    files = [file.name for file in post.letter.files if not file.decoration]
    said = [words.DENIED, post.words, words.files_told(files) if files else ""]
    await _forward(post, about, "\n".join(text for text in said if text))
    return True


def _line_of(post: Post) -> str | None:
    if post.topic is not None:
        return post.topic.subject if post.topic.kind == "line" and post.fits_topic else None
    # A letter without a token that a person filed, and that has waited for the consent since, names its line itself.
    return post.stored.subject if _LINE_ID.fullmatch(post.stored.subject) else None


def _filed(post: Post) -> bool:
    """Tell whether a person has said whose letter it is: the student may have written from another address."""
    return post.topic is not None and not post.topic.token_sha256


async def _consent(post: Post, filling: Filling) -> ConsentDocument:
    centre = await post.uow.centre(filling.about.order.centre)
    name = centre.name if centre else filling.about.order.centre
    return student_consent(name, register=bool(filling.switched))


async def _ask_consent(post: Post, filling: Filling, read: MailLines, files: Sequence[FilePart]) -> None:
    """Ask for the consent; until it comes nothing of the letter is kept in the questionnaire, and the letter waits."""
    about = filling.about
    if read.prefers:
        about = set_preference(post.uow, about, read.prefers, f"mail:{post.sender}")
    notes = await _notes(post, about, replace(read, unknown=()))
    if text := left_words(read.words, about.line.name):
        notes.append(await _forward(post, about, text))
    document, waits = await _consent(post, filling), bool(files or read.fields)
    data = {"consent": document.text, "files": bool(files), "waits": waits, "notes": notes}
    await post.answer("student_consent_wanted", {**student_data(about), **data}, ("line", about.line.id))
    if not waits:
        return
    if same_mailbox(post.sender, about.line.email):
        post.leave("waiting", "consent", about.line.id)
    else:
        post.leave("aside", "no_consent")


async def _more_to_come(post: Post, filling: Filling) -> bool:
    """Tell whether letters that waited for the consent are still to be taken: only the last hands in and answers."""
    line_id = filling.about.line.id
    waiting = [] if filling.consented else await post.uow.letters_of(line_id, "waiting")
    pending = await post.uow.letters_of(line_id, "pending")
    return any(letter.id != post.stored.id for letter in (*waiting, *pending))


async def _fill(post: Post, filling: Filling, read: MailLines, files: Sequence[FilePart]) -> None:
    """Take everything the letter gives, hand the questionnaire in when it is whole, and say how it stands."""
    waits = await _more_to_come(post, filling)
    if not filling.consented:
        document = await _consent(post, filling)
        text = ConsentText(document.key, document.version, document.sha256)
        filling = agree(post.uow, filling, text, f"mail:{post.sender}", post.now)
    if read.prefers:
        filling = prefer(filling, read.prefers)
    fields = tuple(field for field in read.fields if field[0] != "consent")
    filling = answer_lines(filling, fields)
    own = left_words(read.words, filling.about.line.name)
    if not fields and own and (alone := answer_alone(filling, own)) is not None:
        filling, read = alone, replace(read, words="")
    filling, refused = await _take_files(post, filling, read, files)
    actor = f"mail:{post.sender}"
    done = finish(post.uow, filling, actor, post.now, post.settings.zone, whole=not refused and not waits)
    notes = await _notes(post, done.about, read)
    if text_left := _for_curator(post, read, filling):
        notes.append(await _forward(post, done.about, text_left))
    told = (words.explain_by_mail(*problem) for problem in filling.problems)
    problems = [*dict.fromkeys((*told, *refused))]
    if waits and not problems and not notes:
        return  # the letter that waited is handled next, and its answer says the rest
    returned = filling.base.state == "returned"
    state = "handed_in" if done.handed_in else "missing"
    shown = [step.field.key for step in filling.steps] if done.handed_in else list(filling.taken)
    await post.answer(
        "student_answer",
        {
            **student_data(done.about),
            "state": state,
            "standing": "",
            "understood": words.understood(shown, filling.answers),
            "documents": _documents(filling),
            "problems": problems,
            "missing": [] if done.handed_in else words.missing_words(filling.missing, filling.answers),
            "notes": [*words.unneeded_words(filling.unneeded, returned=returned), *notes],
        },
        ("line", done.about.line.id),
    )


def _documents(filling: Filling) -> list[list[str]]:
    found = [(document, filling.answers.get(document) or []) for document in FILES]
    return [
        words.document_words(document, [Page(**{**page, "flags": ()}) for page in pages], filling.answers)
        for document, pages in found
        if pages
    ]


async def _take_files(
    post: Post, filling: Filling, read: MailLines, files: Sequence[FilePart]
) -> tuple[Filling, list[str]]:
    """Take the files in their order; return also why some were refused."""
    refused: list[str] = []
    told = named_documents(read.words)
    default = (place_of(filling, told[0]) if len(told) == 1 else None) or place_of(filling, None)
    unnamed = [file for file in files if document_of(file.name) is None]
    for number, file in enumerate(files):
        named = document_of(file.name)
        if named is None and len(told) == len(unnamed) == len(FILES):
            named = told[unnamed.index(file)]  # «прилагаю диплом и свидетельство о браке», two photos
        document = place_of(filling, named) if named else default
        if document is None:
            filling = replace(filling, unneeded=(*filling.unneeded, named or FILES[0]))
            continue
        try:
            page = await post.uploads.keep(file.content, file.name, f"mail:{post.stored.id}:{number}")
        except UploadRefused as why:
            if not (file.inline and why.reason == "image_tiny"):
                refused.append(" ".join(explain_upload(why, file.name).split()))
            continue
        filling = add_page(post.uow, filling, document, page)
    return filling, refused


def _for_curator(post: Post, read: MailLines, filling: Filling) -> str:
    """Return what of the letter a person has to read: a question, or words that nothing else was understood of."""
    if any(key == "consent" for key, _ in read.fields):
        return post.words  # a consent taken back
    text = left_words(read.words, filling.about.line.name)
    # A letter that waited for the consent has had its words sent on when it came.
    if post.stored.subject == filling.about.line.id or not text:
        return ""
    return text if "?" in text or not (filling.taken or filling.problems) else ""


async def _notes(post: Post, about: Enrolment, read: MailLines) -> list[str]:
    notes = words.not_read(read.unknown)
    if read.prefers == "mail":
        notes.append(words.PREFERS["mail"])
    elif read.prefers == "chat":
        bound = await reaches_chat(post.uow, about.line)
        notes.append(words.PREFERS["chat" if bound else "chat_unbound"])
    return notes


async def _forward(post: Post, about: Enrolment, text: str) -> str:
    """Send words on to the curator and return what is said of it; without any curator the letter goes to a person."""
    told = post.settings
    mailbox = "" if told.in_chat or told.public_url else told.curator_email or ""
    try:
        await write_by_mail(post.uow, about, text, post.sender, post.now, mailbox)
    except NobodyToWriteTo:
        post.leave("aside", "no_curator")
        return words.TO_PERSON
    return words.TO_CURATOR


async def _stands(post: Post, about: Enrolment, read: MailLines, files: Sequence[FilePart], why: SchoolError) -> None:
    """Say where the questionnaire stands, and send on what the letter says."""
    if read.prefers:
        about = set_preference(post.uow, about, read.prefers, f"mail:{post.sender}")
    notes = await _notes(post, about, replace(read, unknown=()))
    if read.fields or read.unknown or left_words(read.words, about.line.name):
        notes.append(await _forward(post, about, post.words))
    if files:
        await _forward(post, about, words.files_told([file.name for file in files]))
        notes.append(words.FILES_TOO_LATE)
    stands = "admitted" if about.line.admitted_at else str(why.data.get("state") or "submitted")
    empty: dict[str, Any] = {"understood": [], "documents": [], "problems": [], "missing": []}
    data = {**student_data(about), **empty, "state": "standing", "standing": words.STANDING[stands], "notes": notes}
    await post.answer("student_answer", data, ("line", about.line.id))
