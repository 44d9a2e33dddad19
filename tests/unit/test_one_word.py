"""One act has one name in everything that people read."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "mail", "paper", "school", "web", "wording")
BANNED = {
    r"допу(?:ск|ст|щ)\w*": "зачислить",
    r"позвать|позови\w*": "пригласить",
    r"админ(?:а|у|ом|е|ы|ов)?": "администратор",
    r"Помощь человека": "Связаться с человеком",
    r"Понадобятся диплом": "Понадобится диплом или справка",
    r"Вы здесь:": "Вы менеджер центра …",
    r"Это сервисный центр": "Это СЦ …",
    r"ищется слишком многое": "найдётся всё",
    r"Проверьте, что ищем": "Уточните запрос",
    r"Сделать счёт: как": "Почему нельзя составить",
}


def _texts() -> dict[str, str]:
    """Return what each source may show: the string literals of code and the whole of each template."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            name = str(path.relative_to(ROOT))
            if path.suffix == ".py":
                nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                values = [node.value for node in nodes if isinstance(node, ast.Constant)]
                found[name] = "\n".join(value for value in values if isinstance(value, str))
            elif path.suffix in {".html", ".txt"}:
                found[name] = path.read_text(encoding="utf-8")
    return found


TEXTS = _texts()


@pytest.mark.parametrize(("banned", "instead"), BANNED.items())
def test_no_text_uses_a_second_word_for_the_same_act(banned: str, instead: str) -> None:
    """Each word has one better word, which all texts use."""
    pattern = re.compile(rf"\b(?:{banned})(?!\w)", re.IGNORECASE)
    guilty = {name: found.group() for name, text in TEXTS.items() if (found := pattern.search(text))}
    assert not guilty, f"Use «{instead}»: {guilty}"
