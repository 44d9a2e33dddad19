"""The documents name what is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"


def named() -> list[tuple[str, str]]:
    """Return every test that a document names: its file below tests/, and its function or ""."""
    found = []
    for document in sorted((ROOT / "docs").rglob("*.md")):
        for path, name in re.findall(r"`((?:unit|integration|scenarios|browser|soak)/[\w/]+\.py)(?:::(\w+))?`",
                                     document.read_text("utf-8")):  # fmt: skip
            found.append((path, name))
    return found


@pytest.mark.parametrize(("path", "name"), sorted(set(named())))
def test_a_named_test_exists(path: str, name: str) -> None:
    """A test that a document leans on is in the tree under that name."""
    tree = ast.parse((TESTS / path).read_text("utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert not name or name in functions


ROOMS = ("school", "wording", "paper", "storage", "mail", "scheduler", "web", "bot", "sandbox", "bench")


def test_modules_that_documents_name_exist() -> None:
    """The glossary, the guide for contributors and the other documents lead to files that are there."""
    lost = [
        (document.name, path)
        for document in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
        for path in re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w/]+\.\w+)`", document.read_text("utf-8"))
        if not (ROOT / path).exists()
    ]
    assert lost == []
