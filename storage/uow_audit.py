"""The unit of work's part about the audit and group chats (see `school.ports_audit`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from school.centre import StaffMember
from school.ports_audit import AuditLine, Group, Label, Trouble
from storage import reads_audit
from storage.inserts import upsert
from storage.mapping import values
from storage.staging import Staged
from storage.tables_groups import groups
from storage.uow_base import UowBase


class UowAudit(UowBase):
    """The audit as it is read, and the groups."""

    async def audit_of_subjects(self, subjects: Sequence[str], limit: int, offset: int) -> Sequence[AuditLine]:
        """Return a page of what was done to any of these, the newest first, by index."""
        return await self._database.run(lambda c: reads_audit.of_subjects(c, subjects, limit, offset))

    async def audit_of_actors(self, actors: Sequence[str], limit: int, offset: int) -> Sequence[AuditLine]:
        """Return a page of what these actors did, the newest first, by index."""
        return await self._database.run(lambda c: reads_audit.of_actors(c, actors, limit, offset))

    async def audit_between(self, since: datetime, until: datetime, limit: int, offset: int) -> Sequence[AuditLine]:
        """Return a page of what was done from `since` on and before `until` (UTC), the newest first, by index."""
        return await self._database.run(lambda c: reads_audit.between(c, since, until, limit, offset))

    async def audit_labels(self, ids: Sequence[str]) -> Mapping[str, Label]:
        """Return what people call these, in one trip: the name of a line is "0123-0042/2", of a payment its centre.

        Invoices and acts come with their order's number. Unknown ids are left out.
        """
        return await self._database.run(lambda c: reads_audit.labels(c, ids))

    async def staff_ever(self) -> Sequence[StaffMember]:
        """Return every role there is and was, the newest first."""
        return await self._database.run(reads_audit.staff_ever)

    async def trouble(self) -> Trouble:
        """Return what waits for an administrator."""
        return await self._database.run(reads_audit.trouble)

    async def group(self, chat_id: int) -> Group | None:
        """Return the group of this chat, one that the bot has left too, or None."""
        return await self._database.run(lambda c: reads_audit.group(c, chat_id))

    async def groups_of_centre(self, centre: str) -> Sequence[Group]:
        """Return the groups that are bound to the centre now."""
        return await self._database.run(lambda c: reads_audit.groups_of_centre(c, centre))

    def save_group(self, group: Group) -> None:
        """Stage a group's insert or update."""
        statement = upsert(self._database.dialect, groups, "chat_id")
        self._stage(Staged(statement, values(group)), "group", group.chat_id)
