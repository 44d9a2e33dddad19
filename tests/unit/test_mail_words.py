"""What a letter says of a refusal: a mailbox has neither commands nor buttons."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import school
from bot import texts
from school.errors import BadAnswer, SchoolError
from wording.mail_echoes import refusal
from wording.problems import SENTENCES, explain

OF_CHAT = re.compile(r"(?<![\w.:/])/[a-z]{2,}\b|[Нн]ажмите|кнопк")
TEMPLATES = Path(__file__).parent.parent.parent / "mail" / "templates"

for found in pkgutil.walk_packages([str(Path(str(school.__file__)).parent)], "school."):
    importlib.import_module(found.name)


def errors(kind: type[SchoolError] = SchoolError) -> Iterator[type[SchoolError]]:
    """Return every kind of refusal."""
    for one in kind.__subclasses__():
        yield one
        yield from errors(one)


@pytest.mark.parametrize("code", sorted({one.code for one in errors()} - {BadAnswer.code}))
def test_no_refusal_by_mail_names_a_command_or_a_button(code: str) -> None:
    """Each code has words that a mailbox can follow."""
    error = SchoolError()
    error.code = code  # type: ignore[misc]
    words = refusal(error, texts.error(error))
    assert words
    assert not OF_CHAT.search(words), words


@pytest.mark.parametrize("problem", sorted(SENTENCES))
def test_no_problem_by_mail_names_a_command_or_a_button(problem: str) -> None:
    """Each wrong answer is told by mail in words of mail; a sentence that all faces share names no command."""
    wrong = BadAnswer(problem, "привет")
    shared = explain(wrong)
    assert not re.search(r"(?<![\w.:/])/[a-z]{2,}\b", shared), shared
    assert not OF_CHAT.search(refusal(wrong, "")), shared


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_letter_names_a_command(path: Path) -> None:
    """Letters lead to pages, answers and people."""
    assert not re.search(r"[ «(>—]/[a-z]{3,}[ .,»)<]", re.sub(r"</[a-z0-9]+>", "", path.read_text("utf-8")))
