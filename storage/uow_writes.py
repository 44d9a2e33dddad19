"""The writes of the unit of work: each stages statements, none runs them."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, or_, update

from school.centre import StaffMember
from school.draft import Consent, Draft, Visitor
from school.notices import Notice
from school.order import Order, OrderLine
from school.ports import Card, CardKind, Lease, Token
from school.questionnaire import Page, Questionnaire
from storage import tables as t
from storage.inbox import HANDLED
from storage.inserts import insert_into, upsert
from storage.mapping import line_values, order_values, questionnaire_values, values
from storage.outbox import CANCEL
from storage.staging import Staged
from storage.uow_reminders import UowReminders
from storage.uow_status import UowStatus

_NUMBER_TAKEN = (
    update(t.centres)
    .where(t.centres.c.number == bindparam("of_centre"), t.centres.c.next_order == bindparam("taken"))
    .values(next_order=bindparam("following"))
)
_UPDATE_DRAFT = update(t.drafts).where(t.drafts.c.id == bindparam("key"), t.drafts.c.version == bindparam("compared"))
_UPDATE_TOKEN = update(t.tokens).where(
    t.tokens.c.sha256 == bindparam("key"), t.tokens.c.version == bindparam("compared")
)
_UPDATE_LINE = update(t.order_lines).where(
    t.order_lines.c.id == bindparam("key"),
    t.order_lines.c.order_id == bindparam("of_order"),
    t.order_lines.c.version == bindparam("compared"),
)
_THIS_QUESTIONNAIRE = (
    t.questionnaires.c.line_id == bindparam("key"),
    t.questionnaires.c.version == bindparam("compared"),
)
_UPDATE_QUESTIONNAIRE = update(t.questionnaires).where(*_THIS_QUESTIONNAIRE)
_DROP_QUESTIONNAIRE = delete(t.questionnaires).where(*_THIS_QUESTIONNAIRE)
_DROP_DOCUMENTS = delete(t.documents).where(t.documents.c.line_id == bindparam("key"))
_DROP_DOCUMENT = delete(t.documents).where(t.documents.c.id == bindparam("key"))
_DROP_LEASE = delete(t.leases).where(t.leases.c.line_id == bindparam("key"))
_DROP_LEASES = delete(t.leases).where(t.leases.c.user_id == bindparam("key"))
_DROP_TOKENS = delete(t.tokens).where(t.tokens.c.subject == bindparam("key"), t.tokens.c.kind == bindparam("of_kind"))
_DROP_CARDS = delete(t.cards).where(t.cards.c.subject == bindparam("key"), t.cards.c.kind == bindparam("of_kind"))
_WITHDRAW = (
    update(t.staff)
    .where(t.staff.c.id == bindparam("key"), t.staff.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
)
_SEEN_STAFF = (
    update(t.staff)
    .where(t.staff.c.user_id == bindparam("key"), t.staff.c.withdrawn_at.is_(None))
    .values(seen_at=bindparam("at"))
)
_MAILBOX = (
    update(t.staff)
    .where(t.staff.c.user_id == bindparam("key"), t.staff.c.withdrawn_at.is_(None))
    .values(email=bindparam("address"))
)


class UowWrites(UowReminders, UowStatus):
    """What may be staged; `storage.uow.SqlUnitOfWork` commits it."""

    def save_visitor(self, visitor: Visitor) -> None:
        """Stage an account's insert or update."""
        statement = upsert(self._database.dialect, t.visitors, "user_id")
        self._stage(Staged(statement, values(visitor)), "visitor", visitor.user_id)

    def save_draft(self, draft: Draft) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""
        changed = {**values(draft), "version": draft.version + 1}
        if draft.version:
            changed |= {"key": draft.id, "compared": draft.version}
            self._stage(Staged(_UPDATE_DRAFT, changed, 1), "draft", draft.id)
        else:
            self._stage(Staged(insert(t.drafts), changed), "draft", draft.id)

    def save_consent(self, consent: Consent) -> None:
        """Stage a consent: a new one, or the withdrawal of one that is there."""
        statement = upsert(self._database.dialect, t.consents, "id")
        self._stage(Staged(statement, values(consent)), "consent", consent.id)

    def add_order(self, order: Order) -> None:
        """Stage a new order and take its number from the centre: a number taken meanwhile makes a `Conflict`."""
        sequence = int(order.number.rpartition("-")[2])
        taken = {"of_centre": order.centre, "taken": sequence, "following": sequence + 1}
        self._stage(Staged(_NUMBER_TAKEN, taken, 1))
        self._stage(Staged(insert(t.orders), order_values(order)))
        lines = [
            {**line_values(line), "order_id": order.id, "centre": order.centre, "position": at, "version": 1}
            for at, line in enumerate(order.lines)
        ]
        if lines:
            self._stage(Staged(insert(t.order_lines), lines))
        self._find_order(order)
        self._look(order.id)

    def save_token(self, token: Token) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""
        changed = {**values(token), "version": token.version + 1}
        if token.version:
            changed |= {"key": token.sha256, "compared": token.version}
            self._stage(Staged(_UPDATE_TOKEN, changed, 1), "token", token.sha256)
        else:
            self._stage(Staged(insert(t.tokens), changed), "token", token.sha256)

    def save_line(self, order_id: str, line: OrderLine) -> None:
        """Stage an update of a line that compares and raises its version; name, mobile and all else as given."""
        changed = {**line_values(line), "version": line.version + 1}
        changed |= {"key": line.id, "of_order": order_id, "compared": line.version}
        self._stage(Staged(_UPDATE_LINE, changed, 1), "line", line.id)
        self._find_line(order_id, line)
        self._look(order_id)

    def save_questionnaire(self, questionnaire: Questionnaire) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version."""
        line_id, version = questionnaire.line_id, questionnaire.version
        changed = {**questionnaire_values(questionnaire), "version": version + 1}
        if version:
            changed |= {"key": line_id, "compared": version}
            self._stage(Staged(_UPDATE_QUESTIONNAIRE, changed, 1), "questionnaire", line_id)
        else:
            self._stage(Staged(insert(t.questionnaires), changed), "questionnaire", line_id)
        self._look(questionnaire.order_id)

    def drop_questionnaire(self, questionnaire: Questionnaire) -> None:
        """Stage the erasure of a questionnaire and of its rows of documents; compares the version."""
        line_id, version = questionnaire.line_id, questionnaire.version
        self._staged.pop(("questionnaire", line_id), None)
        if version:
            given = {"key": line_id, "compared": version}
            # Not in the place of a save: a new one may be begun in the same unit.
            self._stage(Staged(_DROP_QUESTIONNAIRE, given, 1), "dropped questionnaire", line_id)
        self._stage(Staged(_DROP_DOCUMENTS, {"key": line_id}))

    def save_document(self, line_id: str, document: str, page: Page) -> None:
        """Stage the row of a page that the vault keeps; one with the same id is replaced."""
        row = {"id": page.id, "line_id": line_id, "document": document, "sha256": page.sha256}
        self._stage(Staged(upsert(self._database.dialect, t.documents, "id"), row), "document", page.id)

    def drop_document(self, page_id: str) -> None:
        """Stage the erasure of a page's row: the vault's file is swept away later."""
        self._stage(Staged(_DROP_DOCUMENT, {"key": page_id}), "document", page_id)

    def take_lease(self, lease: Lease, now: datetime) -> None:
        """Stage a lease: a `Conflict` where another person holds one that has not run out."""
        statement = insert_into(self._database.dialect, t.leases)
        taken = statement.excluded
        free = or_(
            t.leases.c.user_id == taken.user_id, t.leases.c.until <= bindparam("at", type_=t.leases.c.until.type)
        )
        statement = statement.on_conflict_do_update(
            index_elements=["line_id"],
            set_={"user_id": taken.user_id, "name": taken.name, "until": taken.until},
            where=free,
        )
        self._stage(Staged(statement, {**values(lease), "at": now}, 1), "lease", lease.line_id)

    def drop_lease(self, line_id: str) -> None:
        """Stage the end of whatever lease the line has."""
        self._stage(Staged(_DROP_LEASE, {"key": line_id}), "lease", line_id)

    def drop_leases_of(self, user_id: int) -> None:
        """Stage the end of all leases of a person."""
        self._stage(Staged(_DROP_LEASES, {"key": user_id}))

    def save_card(self, card: Card) -> None:
        """Stage remembering a message that stands for something."""
        statement = upsert(self._database.dialect, t.cards, "notice_id")
        self._stage(Staged(statement, values(card)), "card", card.notice_id)

    def drop_tokens(self, kind: str, subject: str) -> None:
        """Stage the erasure of the subject's tokens of this kind, with all they hold."""
        self._stage(Staged(_DROP_TOKENS, {"of_kind": kind, "key": subject}))

    def drop_cards(self, subject: str, kind: CardKind) -> None:
        """Stage forgetting the messages that stand for this."""
        self._stage(Staged(_DROP_CARDS, {"key": subject, "of_kind": kind}))

    def add_staff(self, member: StaffMember) -> None:
        """Stage a new role."""
        self._stage(Staged(insert(t.staff), values(member)))

    def withdraw_staff(self, member_id: str, now: datetime) -> None:
        """Stage the end of a role, at once; a `Conflict` where it has ended already."""
        self._stage(Staged(_WITHDRAW, {"key": member_id, "at": now}, 1), "withdrawn", member_id)

    def see_staff(self, user_id: int, now: datetime) -> None:
        """Stage that the account, in every role it holds, wrote to the bot now."""
        self._stage(Staged(_SEEN_STAFF, {"key": user_id, "at": now}))

    def set_mailbox(self, user_id: int, email: str) -> None:
        """Stage the registered mailbox of the account, in every role it holds."""
        self._stage(Staged(_MAILBOX, {"key": user_id, "address": email.lower()}))

    def add_notice(self, notice: Notice) -> None:
        """Stage an outgoing message; one whose `dedupe` is there already is dropped in silence."""
        self._notices.append(notice)

    def cancel_notice(self, dedupe: str) -> None:
        """Stage taking back a notice that waits for its `after`: a `Conflict` where it is being sent or was."""
        self._stage(Staged(CANCEL, {"key": dedupe, "at": self._clock.now()}, 1), "cancelled", dedupe)

    def speak_for(self, actor: str) -> None:
        """Name who acts from now on by this unit of work: the audit and payments name them instead of an account."""
        self._speaker = actor

    def audit(self, actor: str, action: str, subject: str, before: str = "", after: str = "") -> None:
        """Stage a line of the audit: who did what to what, from what to what."""
        line = {"actor": self._speaker or actor, "action": action, "subject": subject, "before": before, "after": after}
        self._stage(Staged(insert(t.audit), {**line, "at": self._clock.now()}))

    def mark_handled(self, inbox_row_id: int) -> None:
        """Stage the mark that this update is done: a `Conflict` where it is not pending any more."""
        self._stage(Staged(HANDLED, {"row": inbox_row_id}, 1))
