"""The audit in words and as a workbook: every code has words, the sheet says what the screen says."""

import ast
import fnmatch
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from paper.audit_sheet import audit_workbook, row_of
from school.ports_audit import AuditLine, Label
from wording import audit as words

ROOT = Path(__file__).parents[2]
ROOMS = ("school", "bot", "storage", "mail", "scheduler", "web")
ZONE = ZoneInfo("Europe/Moscow")
AT = datetime(2027, 3, 10, 9, 5, tzinfo=UTC)
LINE = "0123456789abcdef0123456789abcdef"
STAFF = {77: "Пётр <&>"}
RUN = "10 марта 2027 – 20 марта 2027, закрыт"
LABELS = {LINE: Label("line", "0123-0042/2", "0123-0042"), "b" * 32: Label("invoice", "57", "0123-0042")}


def line(action: str, before: str = "", after: str = "", subject: str = LINE, actor: str = "chat:77") -> AuditLine:
    """Make a line of the audit."""
    return AuditLine(1, AT, actor, action, subject, before, after)


def patterns(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Yield the codes that an expression may be, an unknown part of one as an asterisk."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from patterns(node.body, tree)
        yield from patterns(node.orelse, tree)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from patterns(value, tree)
    elif isinstance(node, ast.Subscript):
        yield from patterns(node.value, tree)
    elif isinstance(node, ast.Name):
        yield from _assigned(node.id, tree)


def _assigned(name: str, tree: ast.Module) -> Iterator[str]:
    for found in ast.walk(tree):
        targets = found.targets if isinstance(found, ast.Assign) else ()
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            assert isinstance(found, ast.Assign)
            yield from patterns(found.value, tree)


def codes() -> dict[str, str]:
    """Return every code that is staged anywhere, with the file that does it."""
    found: dict[str, str] = {}
    for path in (one for room in ROOMS for one in (ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "audit"
            if named and isinstance(node, ast.Call) and len(node.args) > 1:
                said = list(patterns(node.args[1], tree))
                assert said, f"{path.name}:{node.lineno}: the code of this line of the audit is not to be seen"
                found |= dict.fromkeys(said, path.name)
    return found


def test_every_action_has_words() -> None:
    """Whatever is staged in the audit anywhere in the code can be read in Russian, and no words are left over."""
    used = codes()
    assert len(used) > 40
    missing = {code: where for code, where in used.items() if not fnmatch.filter(words.ACTIONS, code)}
    assert not missing
    unused = [code for code in words.ACTIONS if not any(fnmatch.fnmatch(code, pattern) for pattern in used)]
    assert not unused


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (line("payment.recorded", "unpaid", "paid"), "не оплачено → оплачено"),
        (line("questionnaire.returned", "submitted", "returned"), "на проверке → возвращена"),
        (line("line.priced", "2450000", "3100000"), "24\u00a0500\u00a0₽ → 31\u00a0000\u00a0₽"),
        (line("payment.received", "", "2027-03-10 2450000"), "10 марта 2027 24\u00a0500\u00a0₽"),
        (line("invoice.issued", "", "57 2027-03-10 2450000"), "57 10 марта 2027 24\u00a0500\u00a0₽"),
        (line("student.admitted", "", "2027-03-10T09:00:00+00:00"), "10 марта 2027"),
        (line("test.recorded", "none", "passed"), "не проходил → сдано"),
        (line("document.read", "", LINE), ""),
        (
            line("catalogue.tariff", "key=a; title=Базовый; price=2450000", "key=a; title=Базовый; price=3100000"),
            "Базовый, 24\u00a0500\u00a0₽ → Базовый, 31\u00a0000\u00a0₽",
        ),
        (line("catalogue.run", "", "key=b; starts=2027-03-10; ends=2027-03-20; closed=True"), RUN),
        (line("act.scan", '{"scan": "none"}', '{"scanned_on": "2027-03-10", "scan_pages": ["x"]}'), "10 марта 2027"),
    ],
)
def test_values_are_words(of: AuditLine, said: str) -> None:
    """States, days and sums are said as people say them; ids and snapshots are not shown."""
    assert words.change_words(of) == said


@pytest.mark.parametrize("code", ["order.take", "order.stand", "order.leave"])
def test_who_leads_an_order_has_words(code: str) -> None:
    """Taking an order is called by its name, without the numbers of accounts."""
    assert words.action_words(code) != words.UNKNOWN
    assert words.change_words(line(code, "", "585457709")) == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2027-03-09", "9 марта 2027"),
        ("77", "Пётр <&>"),
        ("78", "чат 78"),
        ("0123-0042", "заявка № 0123-0042"),
        ("a@example.ru", "a@example.ru"),
    ],
)
def test_what_the_journal_was_asked_for(asked: str, said: str) -> None:
    """A reading of the journal names the day, the person or the order as people say them, not as the machine does."""
    for action in ("audit.read", "audit.exported"):
        assert words.subject_words(line(action, subject=asked), LABELS, STAFF) == said


def test_who_and_what() -> None:
    """Staff have names, a client is an account, the bot is the bot; a subject is called by its number."""
    assert words.actor_words("chat:77", STAFF) == "Пётр <&>"
    assert words.actor_words("chat:78", STAFF) == "клиент или ученик, чат 78"
    assert words.actor_words("mail:a@example.ru", STAFF) == "письмо от a@example.ru"
    assert words.actor_words("clock", STAFF) == "бот по расписанию"
    assert words.subject_words(line("document.read"), LABELS, STAFF) == "ученик 0123-0042/2"
    assert words.subject_words(line("invoice.sent", subject="b" * 32), LABELS, STAFF) == "счёт № 57, заявка № 0123-0042"
    assert words.subject_words(line("staff.invited", subject="manager"), LABELS, STAFF) == "менеджер"
    assert words.subject_words(line("link.sent", subject="c" * 32), LABELS, STAFF) == ""


def test_the_workbook_holds_every_line() -> None:
    """Reopened, each cell holds what the words say, and a formula typed into a value is text."""
    lines = [line("payment.recorded", "unpaid", "paid"), line("group.bound", "", "=1+1", subject="-100500")]
    sheet = load_workbook(BytesIO(audit_workbook(lines, LABELS, STAFF, ZONE))).active
    assert sheet is not None
    rows = [tuple(one.value or "" for one in row) for row in sheet.iter_rows()]
    assert rows == [words.COLUMNS, *(row_of(one, LABELS, STAFF, ZONE) for one in lines)]
    assert rows[1][0] == "10.03.2027 12:05"
    assert sheet["F3"].value == "=1+1"
    assert sheet["F3"].data_type == "s"
