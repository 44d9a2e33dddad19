"""Rules of the house that no linter holds."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PURE = {"stdnum", "phonenumbers", "email_validator", "holidays", "school"}


def imported(path: Path) -> set[str]:
    """Return the top names of all modules that the file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_school_is_pure() -> None:
    """`school` imports the standard library and pure value libraries only."""
    for path in (ROOT / "school").rglob("*.py"):
        foreign = imported(path) - PURE - set(sys.stdlib_module_names)
        assert not foreign, f"{path.name}: {foreign}"
        assert not imported(path) & {"asyncio", "sqlite3", "socket", "logging"}, path.name


def test_filters_are_asynchronous() -> None:
    """No magic filter `F`, lambda or bare state is used: aiogram sends them to a thread."""
    for path in (ROOT / "bot").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "aiogram":
                assert not {alias.name for alias in node.names} & {"F"}, path.name


def test_only_the_command_line_imports_the_composition_root() -> None:
    """`bot.app` is put together once: by the command line and the demo, which the command line starts."""
    users = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "bot").rglob("*.py")
        if "bot.app" in path.read_text("utf-8") and path.name != "app.py"
    }
    assert users <= {"bot/__main__.py", "bot/demo.py", "bot/cli/run.py"}
