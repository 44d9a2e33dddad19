"""`python -m bench.figures`: what the code's structure measures; `--check` fails where a figure got worse.

Ceilings only go down: lower one in the commit that earns it.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = ("school", "wording", "paper", "storage", "mail", "scheduler", "web", "bot")
LOOSE = re.compile(r"\b(?:dict|Mapping)\[str, (?:Any|object)\]")
# Where the words of a chat are shown or reduced, and where the setting is read.
MAY_ASK_IN_CHAT = ("bot/config", "bot/chat_channel", "bot/app", "bot/notices/closed")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, the most it may be, and where it is to go."""

    name: str
    value: int
    most: int
    aim: int
    where: str = ""


def sources(*rooms: str) -> Iterator[Path]:
    """Yield the modules of these packages, migrations left out."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def module_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, known: set[str]) -> set[str]:
    """Return the modules of ours that a module imports, inside functions and for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return (found & known) - {module_of(path)}


def cycles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the groups of modules that import each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = set(stack[stack.index(node) :])
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(group)

    sys.setrecursionlimit(10_000)
    for node in graph:
        if node not in index:
            visit(node)
    return found


def widest() -> tuple[int, str]:
    """Return the most public methods of one class of the ports and the storage, with what it inherits there."""
    classes: dict[str, tuple[set[str], list[str]]] = {}
    for path in sources("school", "storage"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                own = {
                    one.name
                    for one in node.body
                    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not one.name.startswith("_")
                }
                classes[node.name] = own, [base.id for base in node.bases if isinstance(base, ast.Name)]

    def methods(name: str) -> set[str]:
        own, bases = classes.get(name, (set(), []))
        return own.union(*(methods(base) for base in bases if base != name))

    widths = {name: len(methods(name)) for name in classes}
    most = max(widths, key=lambda name: widths[name])
    return widths[most], most


def figures() -> list[Figure]:
    """Measure the tree."""
    paths = list(sources(*PRODUCT))
    texts = {path: path.read_text("utf-8") for path in paths}
    known = {module_of(path) for path in paths}
    graph = {module_of(path): imports_of(path, known) for path in paths}
    round_trips = cycles(graph)
    folder, crowd = Counter(path.parent for path in paths).most_common(1)[0]
    width, name = widest()
    loose = sum(len(LOOSE.findall(text)) for path, text in texts.items() if "storage" not in path.parts)
    asked = {
        path: text.count("in_chat")
        for path, text in texts.items()
        if "in_chat" in text and not str(path.relative_to(ROOT)).startswith(MAY_ASK_IN_CHAT)
    }
    lines = sum(text.count("\n") for text in texts.values())
    largest = max(paths, key=lambda path: texts[path].count("\n"))
    return [
        Figure("files in the largest folder", crowd, MOST["folder"], 20, str(folder.relative_to(ROOT))),
        Figure("cycles of files", len(round_trips), MOST["cycles"], 0, ", ".join(str(len(one)) for one in round_trips)),
        Figure("methods of the widest class", width, MOST["methods"], 15, name),
        Figure("dict[str, Any] outside storage", loose, MOST["loose"], 60),
        Figure("in_chat outside channels", sum(asked.values()), MOST["in_chat"], 20, f"{len(asked)} files"),
        Figure("lines of the largest file", texts[largest].count("\n"), MOST["file"], 300, module_of(largest)),
        Figure("lines of product code", lines, MOST["lines"], 52_000),
    ]


MOST = {
    "folder": 81,
    "cycles": 4,
    "methods": 148,
    "loose": 434,
    "in_chat": 357,
    "file": 436,
    "lines": 67_500,
}


def main() -> int:
    """Print the table; with `--check` say what got worse and return 1."""
    parser = argparse.ArgumentParser(prog="bench.figures", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a figure is over its ceiling")
    found = figures()
    if not parser.parse_args().check:
        print(f"{'figure':34}{'now':>8}{'most':>8}{'aim':>8}")
        for one in found:
            print(f"{one.name:34}{one.value:>8}{one.most:>8}{one.aim:>8}  {one.where}")
        return 0
    worse = [one for one in found if one.value > one.most]
    for one in worse:
        print(f"{one.name}: {one.value}, at most {one.most} ({one.where}); python -m bench.figures shows all")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
