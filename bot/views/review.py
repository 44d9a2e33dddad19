"""A curator's card and what it turns into: the decided one, and the screens that pick fields and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from html import escape

from bot.callbacks import review, thread
from bot.replies import Button, Rows, Screen
from school.forms.questionnaire import FRDO
from school.order import Enrolment
from school.people import parse_full_name
from school.questionnaire import Questionnaire, Remark, full_name, may_be_undone
from school.use_cases.pick_remarks import OTHER, Picking
from school.use_cases.review_questionnaire import Look
from wording import review as words
from wording.dates import date_long, date_short
from wording.fields import EDUCATIONS, SEXES
from wording.names import bare
from wording.reasons import DECLINE_REASONS, RETURN_REASONS, decline_words, field_name

BACK = "← Назад"
ORIGINALS = "📎 Оригиналы"
EDUCATION = {**EDUCATIONS, "receiving": "Ещё получает"}
UNDO_HINT = "Ученику сообщим через 2 минуты. До этого решение можно отменить."


@dataclass(frozen=True, slots=True)
class Frame:
    """When (UTC) and where (the school's zone) a card is shown; without `in_chat` no personal data stand in it.

    `page`: the way to the page where the questionnaire is opened and decided instead, where there is one.
    """

    now: datetime
    zone: tzinfo
    in_chat: bool
    page: Rows = ()

    def day(self, moment: datetime) -> date:
        """Return the date at the school."""
        return moment.astimezone(self.zone).date()

    def time(self, moment: datetime) -> str:
        """Write a moment: «14:05», with the day where it is another one."""
        return words.clock(moment, self.now, self.zone)


def card(seen: Look, frame: Frame) -> Screen:
    """Return the card of a questionnaire that waits; a decided one says by whom."""
    about, questionnaire = seen.about, seen.questionnaire
    if questionnaire.state != "submitted":
        return decided(about, questionnaire, frame)
    line, version = about.line, questionnaire.version
    name = full_name(questionnaire) if frame.in_chat else bare(line.name)
    told = [f"<b>Анкета · {escape(name)}</b>", _course(about)]
    if frame.in_chat:
        told += _answers(questionnaire)
    told += _flags(seen, frame)
    told.append(_deadline(seen, frame))
    if seen.lease is not None:
        told.append(f"⏳ Смотрит {escape(seen.lease.name)} до {frame.time(seen.lease.until)}")
    if seen.left:
        told.append(words.left_words(seen.left))
    skip = Button("Пропустить", review("skip", line.id))
    if frame.page:
        return Screen("\n".join(told), (*frame.page, (skip,)))
    return Screen("\n".join(told), _decisions(line.id, version, skip))


def _decisions(line: str, version: int, skip: Button) -> Rows:
    return (
        (Button("Подтвердить", review("ok", line, version)), Button("Вернуть", review("return", line, version))),
        (Button("Отклонить", review("decline", line, version)), skip),
        (Button(ORIGINALS, review("docs", line, version)),),
    )


def _course(about: Enrolment) -> str:
    line = about.line
    return f"{escape(line.course_title)}, с {date_short(line.starts)} · заявка {escape(about.reference)}"


def _answers(questionnaire: Questionnaire) -> list[str]:
    answers = questionnaire.answers
    education = EDUCATION.get(str(answers.get("education")), "")
    same = answers.get("same_surname") != "no"
    in_diploma = "фамилия та же" if same else str(answers.get("diploma_surname") or "не указана")
    told = [f"{education} · в дипломе: {escape(in_diploma)}" if education else f"В дипломе: {escape(in_diploma)}"]
    told += [f"{field_name(key)}: {escape(_value(key, str(answers[key])))}" for key in FRDO if answers.get(key)]
    return told


def _value(key: str, value: str) -> str:
    if key == "birth_date":
        return date_long(date.fromisoformat(value))
    return SEXES.get(value, value).lower() if key == "sex" else value


def _flags(seen: Look, frame: Frame) -> list[str]:
    ordered = seen.about.line.name if frame.in_chat else ""
    return [escape(line) for line in words.flag_lines(seen.flags.codes, ordered, seen.flags.same_files)]


def _deadline(seen: Look, frame: Frame) -> str:
    return words.deadline(seen.about.line, seen.questionnaire.submitted_at, frame.now, frame.day(frame.now))


def decision_line(questionnaire: Questionnaire, frame: Frame) -> str:
    """Write who decided what and when: «✅ Подтверждена: Петрова, 14:05», for HTML."""
    return escape(words.decision_line(questionnaire, frame.now, frame.zone))


def decided(about: Enrolment, questionnaire: Questionnaire, frame: Frame, *, undo: bool = False) -> Screen:
    """Return the card after a decision, for everybody's chat; `undo` for the one who decided."""
    told = [
        f"<b>Анкета · {escape(_short(about, in_chat=frame.in_chat))}</b>",
        _course(about),
        decision_line(questionnaire, frame),
    ]
    told += remark_lines(_shown(questionnaire.remarks, frame))
    if questionnaire.state == "declined" and questionnaire.decline_reason is not None:
        told += [escape(words.reason_words(reason)) for reason in _shown((questionnaire.decline_reason,), frame)]
    if not undo:
        return Screen("\n".join(told))
    button = Button("Отменить решение", review("undo", about.line.id, questionnaire.version))
    return Screen("\n".join([*told, UNDO_HINT]), ((button,),))


def _shown(remarks: Sequence[Remark], frame: Frame) -> list[Remark]:
    """Leave out what a curator has typed where chats carry no personal data."""
    return [remark if frame.in_chat else replace(remark, words="") for remark in remarks]


def is_settled(seen: Look, now: datetime) -> bool:
    """Tell whether it is approved and the student has been told: what may be done then is to open it."""
    return seen.questionnaire.state == "approved" and not may_be_undone(seen.questionnaire, now)


def approved(seen: Look, frame: Frame) -> Screen:
    """Return the card of an approved questionnaire with what a curator may still do (Q5)."""
    line, version = seen.about.line, seen.questionnaire.version
    shown = decided(seen.about, seen.questionnaire, frame)
    if frame.page:
        return Screen(shown.text, frame.page)
    row = [Button(ORIGINALS, review("docs", line.id, version))]
    if line.admitted_at is None:
        row.append(Button("Открыть для правки", review("reopen", line.id, version)))
    return Screen(shown.text, (tuple(row),))


def remark_lines(remarks: Sequence[Remark]) -> list[str]:
    """Write what is returned and why, a line a field, as staff reads it, for HTML."""
    return [escape(line) for line in words.remark_lines(remarks)]


def _short(about: Enrolment, *, in_chat: bool) -> str:
    return parse_full_name(about.line.name).initials if in_chat else bare(about.line.name)


def _head(seen: Look, *, in_chat: bool) -> str:
    return f"<b>Анкета · {escape(_short(seen.about, in_chat=in_chat))}</b>\n{_course(seen.about)}"


def _columns(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def picker(found: Picking, *, in_chat: bool) -> Screen:
    """Return the fields to pick, the reasons of a picked field, or the request to type one."""
    line, version = found.look.about.line.id, found.look.questionnaire.version
    if found.field:
        return _reasons(found, line, version, in_chat=in_chat)
    ask = "Что вернуть ученику?" if found.mode == "return" else "Что ученик может исправить?"
    told = [_head(found.look, in_chat=in_chat), ask]
    if found.picked:
        told += ["", "Выбрано:", *remark_lines(found.picked)]
    else:
        told.append("Выберите одно поле или несколько.")
    taken = {remark.field for remark in found.picked}
    fields = [
        Button(f"{'✅ ' if key in taken else ''}{field_name(key)}", review("field", line, version, key))
        for key in found.fields
    ]
    rows = _columns(fields)
    if found.picked:
        label = "Вернуть ученику" if found.mode == "return" else "Открыть ученику"
        rows += ((Button(label, review("send", line, version)),),)
    return Screen("\n".join(told), (*rows, (Button(BACK, review("card", line, version)),)))


def _reasons(found: Picking, line: str, version: int, *, in_chat: bool) -> Screen:
    back = (Button(BACK, review("return", line, version)),)
    name = field_name(found.field)
    if found.typing:
        words = "Напишите причину одним сообщением. Ученик прочтёт её дословно."
        return Screen(f"{_head(found.look, in_chat=in_chat)}\n<b>{name}</b>: {words}", (back,))
    reasons = [Button(label, review("reason", line, version, code)) for code, label in RETURN_REASONS[found.field]]
    return Screen(
        f"{_head(found.look, in_chat=in_chat)}\n<b>{name}</b>: почему возвращаем?", (*_columns(reasons), back)
    )


def decline_reasons(seen: Look, *, in_chat: bool) -> Screen:
    """Ask why the student is declined."""
    line, version = seen.about.line.id, seen.questionnaire.version
    reasons = [Button(label, review("why", line, version, code)) for code, label in DECLINE_REASONS]
    text = (
        f"{_head(seen, in_chat=in_chat)}\n<b>Почему отклоняем?</b>\n"
        "Ученик не сможет исправить анкету. Если её можно исправить, верните."
    )
    return Screen(text, (*_columns(reasons), (Button(BACK, review("card", line, version)),)))


def decline_words_asked(seen: Look, *, in_chat: bool) -> Screen:
    """Ask for the reason of declining in words."""
    back = Button(BACK, review("decline", seen.about.line.id, seen.questionnaire.version))
    text = "Напишите одним сообщением, почему отклоняем. Ученик прочтёт это дословно."
    return Screen(f"{_head(seen, in_chat=in_chat)}\n{text}", ((back,),))


def decline_sure(seen: Look, reason: Remark, *, in_chat: bool) -> Screen:
    """Ask before the student is declined, with the words that the student will read."""
    line, version = seen.about.line.id, seen.questionnaire.version
    words = escape(decline_words(reason.reason, reason.words))
    text = (
        f"{_head(seen, in_chat=in_chat)}\n<b>Отклонить анкету?</b>\nУченику напишем: {words}\n"
        "Менеджеру центра предложим заменить ученика."
    )
    return Screen(
        text,
        (
            (Button("Отклонить анкету", review("declined", line, version, reason.reason or OTHER)),),
            (Button(BACK, review("decline", line, version)),),
        ),
    )


def caption(about: Enrolment, document: str) -> str:
    """Return the caption of a document's pages: what it is, whose, of which order."""
    student = escape(parse_full_name(about.line.name).initials)
    return f"📎 {field_name(document)} · {student} · заявка {escape(about.reference)}"


def too_late(seen: Look, frame: Frame) -> Screen:
    """Say that the student knows of the decision, and what may be done now."""
    line, questionnaire = seen.about.line.id, seen.questionnaire
    told = "Ученику уже сообщили."
    if frame.page:
        return Screen(f"{told} Что можно сделать теперь, видно на странице.", frame.page)
    if questionnaire.state == "approved" and seen.about.line.admitted_at is None:
        button = Button("Открыть для правки", review("reopen", line, questionnaire.version))
        return Screen(f"{told} Чтобы изменить решение, откройте анкету для правки.", ((button,),))
    button = Button("Написать ученику", thread("answer", line))
    if questionnaire.state == "approved":
        return Screen(
            f"{told} Ученик уже зачислен, анкету больше не открыть. Если что-то не так, напишите ему.", ((button,),)
        )
    if questionnaire.state == "returned":
        return Screen(
            f"{told} Чтобы изменить решение, дождитесь исправленной анкеты или напишите ученику.", ((button,),)
        )
    return Screen(
        f"{told} Чтобы изменить решение, напишите ученику: менеджер центра оформит заявку заново.", ((button,),)
    )
