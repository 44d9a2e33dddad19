"""Every way in which the school says no. Codes and data only: words are the business of `wording`."""

import copyreg
from typing import ClassVar


class SchoolError(Exception):
    """The regulations do not allow this."""

    code: ClassVar[str] = "school_error"

    def __init__(self, **data: object) -> None:
        # The message is the docstring alone: data may be personal, and messages end up in logs.
        super().__init__(type(self).__doc__)
        self.data: dict[str, object] = data

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle without the constructor, which takes other things in every error."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]  # typeshed lacks it


class BadAnswer(SchoolError):
    """The answer does not pass its check.

    `problem` is a stable code such as "inn_checksum", `value` what the person sent, `data` what the sentence needs.
    """

    code: ClassVar[str] = "bad_answer"

    def __init__(self, problem: str, value: str = "", **data: object) -> None:
        super().__init__(**data)
        self.args = (problem,)
        self.problem = problem
        self.value = value


class NotFound(SchoolError):
    """There is no such thing, or it is not this person's: the two look the same on purpose."""

    code: ClassVar[str] = "not_found"


class Forbidden(SchoolError):
    """This person may not do this."""

    code: ClassVar[str] = "forbidden"


class Conflict(SchoolError):
    """Somebody else has saved a newer version: the caller runs the input again."""

    code: ClassVar[str] = "conflict"
