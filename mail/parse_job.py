"""The job that reads a letter in a bounded process."""

from mail.parse import parse
from school.jobs import Job


class LetterStopped(Exception):
    """The letter could not be read within the limits: a person looks at it as it came."""


PARSE = Job(parse, LetterStopped, seconds=10, megabytes=500)
