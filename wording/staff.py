"""What members of staff are called by their roles. Plain text."""

from school.centre import Role, StaffMember

ROLE_NAMES = {Role.MANAGER: "менеджер центра", Role.CURATOR: "куратор", Role.ADMIN: "администратор"}


def role_name(member: StaffMember) -> str:
    """Return the role in words, with the centre's number."""
    return f"{ROLE_NAMES[member.role]}{f' {member.centre}' if member.centre else ''}"
