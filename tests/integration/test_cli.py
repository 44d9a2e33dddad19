"""The command line in this process: what it prints, what it refuses, and with which exit code."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli import Runners
from bot.cli import main as command_line
from bot.cli.common import SystemClock
from bot.config import Settings
from mail.letters import waiting_for
from school.centre import Role, StaffMember
from school.use_cases.accept_staff_invite import InviteDead, accept_staff_invite
from storage.database import Database
from wording.letters import LETTER_NAMES

TOKEN = "4200042:token-of-the-tests-0123456789abcdef"
EXAMPLE = Path(__file__).parents[2] / "catalog.example.toml"
ADD = ["centre", "add", "0123", "--name", "СЦ «Пример»", "--email", "centre@example.ru"]

Run = Callable[..., tuple[int, str, str]]


class _GetMe(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        right = self.path == f"/bot{TOKEN}/getMe"
        self.send_response(200 if right else 401)
        self.end_headers()
        self.wfile.write(b'{"ok": true, "result": {"id": 4200042, "username": "primer_bot"}}' if right else b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def api_server() -> Iterator[str]:
    """A Bot API that knows one method and one token."""
    with HTTPServer(("127.0.0.1", 0), _GetMe) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _config(tmp_path: Path, api_server: str, more: str = "") -> None:
    text = f'[telegram]\ntoken = "{TOKEN}"\napi_server = "{api_server}"\n'
    text += f'[database]\nurl = "sqlite+aiosqlite:///{tmp_path}/deep/bot.db"\n{more}'
    (tmp_path / "config.toml").write_text(text, "utf-8")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder whose configuration names a server that is not there."""
    monkeypatch.chdir(tmp_path)
    _config(tmp_path, "http://127.0.0.1:9")

    def command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return command


def waiting(key: str) -> str:
    """Return the letters that wait for a setting of the school, in the words of operators."""
    return ", ".join(LETTER_NAMES[kind] for kind, needs in waiting_for({}).items() if f"school.{key}" in needs)


def test_check_says_every_piece_when_telegram_is_out_of_reach(run: Run, tmp_path: Path) -> None:
    """Nothing is there yet: each piece has its line, the token does not show, nothing is made, the code is 2."""
    code, out, err = run("check")
    assert (code, err) == (2, "")
    assert out.splitlines() == [
        "✅ Настройки: прочитаны (config.toml)",
        f"⚠️ База данных: файла {tmp_path}/deep/bot.db ещё нет, появится при первом запуске",
        "❌ Telegram: до 127.0.0.1:9 не достучаться; проверьте сеть и telegram.api_server",
        "⚠️ Исходящая почта: выключена: нет раздела [smtp], письма центрам и ученикам ждут",
        "✅ Входящая почта: выключено: нет раздела [imap]",
        "✅ Страница: выключено: нет раздела [web]",
        "⚠️ Документы: data/documents, ключ лежит рядом (data/documents.key): сохраните его копию отдельно",
        f"⚠️ school.support_phone: не задан (телефон поддержки), без него ждёт: {waiting('support_phone')}",
        f"⚠️ school.curator_email: не задан (почта куратора), без него ждёт: {waiting('curator_email')}",
        "⚠️ school.originals_address: не задан (адрес для оригиналов)",
        "⚠️ Права: это может читать не только бот, закройте: chmod -R go-rwx config.toml",
    ]
    assert not (tmp_path / "deep").exists()


def test_check_is_content_when_all_is_there(run: Run, tmp_path: Path, api_server: str) -> None:
    """With a centre, a catalogue and Telegram in reach the code is 0 and the counts are told."""
    _config(tmp_path, api_server)
    assert run("catalog", "load", str(EXAMPLE))[0] == 0
    assert run(*ADD)[1].endswith("https://t.me/primer_bot?start=sc_0123\n")
    code, out, _ = run("check")
    assert code == 0
    assert "✅ Telegram: бот @primer_bot отвечает" in out
    assert "✅ Каталог: 3 курса, " in out
    assert "✅ Центры: открыто: 1" in out


def test_check_names_a_refused_token_and_a_dead_mail_server(run: Run, tmp_path: Path, api_server: str) -> None:
    """A token that Telegram refuses and a mail server that is not there each have their mend."""
    _config(tmp_path, api_server, '[smtp]\nhost = "127.0.0.1"\nport = 9\nsender = "shkola@example.ru"\n')
    text = (tmp_path / "config.toml").read_text("utf-8").replace(TOKEN, "1:another-token")
    (tmp_path / "config.toml").write_text(text, "utf-8")
    code, out, _ = run("check")
    assert code == 2
    assert "❌ Telegram: токен не подходит; получите новый у @BotFather и впишите в telegram.token" in out
    assert "❌ Исходящая почта: сервер недоступен, проверьте smtp.host и smtp.port" in out
    assert "another-token" not in out


def test_centres_are_added_changed_listed_and_closed(run: Run) -> None:
    """A centre is added once, changed by a second add, and stays in the list when closed."""
    assert run("centre", "list")[1].startswith("Центров пока нет.")
    assert "Центр 0123 добавлен. Ссылка для клиентов: откройте бота и отправьте: /start sc_0123" in run(*ADD)[1]
    assert "Центр 0123 изменён." in run(*ADD[:-1], "novyj@example.ru")[1]
    assert run("centre", "close", "0123")[0] == 0
    assert run("centre", "list")[1] == "0123  СЦ «Пример»  novyj@example.ru  закрыт\n"


def test_invitation_carries_the_mailbox(run: Run, tmp_path: Path) -> None:
    """`--email` is kept with the invitation, in small letters."""
    run(*ADD)
    assert run("staff", "invite", "curator", "--email", "Kurator@Example.ru")[0] == 0
    with sqlite3.connect(tmp_path / "deep/bot.db") as connection:
        (data,) = connection.execute("SELECT data FROM tokens WHERE kind = 'staff'").fetchone()
    connection.close()
    assert "kurator@example.ru" in data


def test_mailbox_of_who_works_already_is_set(run: Run, tmp_path: Path) -> None:
    """`staff mailbox` takes a name or a number; an unknown one is answered by the list, no two share a mailbox."""
    run(*ADD)
    assert "сотрудников ещё нет" in run("staff", "mailbox", "Анна", "anna@example.ru")[2]
    for user, name in ((7, "Анна"), (8, "Вера"), (9, "Вера")):
        secret = run("staff", "invite", "curator")[1].strip().rpartition("staff_")[2]
        asyncio.run(_accepted(tmp_path, secret, user, name))
    code, out, _ = run("staff", "mailbox", "Анна", "Anna@Example.ru")
    assert (code, out) == (0, "Записали: Анна, anna@example.ru. Прежние сеансы на странице завершены.\n")
    code, _, told = run("staff", "mailbox", "Вера", "vera@example.ru")
    assert code == 2
    assert "8 — Вера, куратор" in told
    assert run("staff", "mailbox", "8", "anna@example.ru")[0] == 2
    assert "общий ящик центра" in run("staff", "mailbox", "8", "centre@example.ru")[2]
    assert run("staff", "mailbox", "8", "vera@example.ru")[0] == 0
    with sqlite3.connect(tmp_path / "deep/bot.db") as connection:
        kept = connection.execute("SELECT user_id, email FROM staff ORDER BY user_id").fetchall()
    connection.close()
    assert kept == [(7, "anna@example.ru"), (8, "vera@example.ru"), (9, "")]


async def _accepted(tmp_path: Path, secret: str, user: int, name: str) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/deep/bot.db")
    unit = database.uow(SystemClock())
    await accept_staff_invite(unit, SystemClock().now(), secret, user, user, name)
    await unit.commit()
    await database.close()


def test_staff_are_invited_by_a_link_kept_as_a_hash(run: Run, tmp_path: Path) -> None:
    """The invitation prints its secret once; the database holds only the hash."""
    code, out, _ = run("staff", "invite", "admin")
    secret = out.strip().rpartition("staff_")[2]
    assert code == 0
    assert len(secret) >= 22
    with sqlite3.connect(tmp_path / "deep" / "bot.db") as connection:
        (kept,) = connection.execute("SELECT sha256 FROM tokens WHERE kind = 'staff'").fetchone()
    connection.close()
    assert secret not in kept


def test_an_invitation_is_spent_once_and_lives_three_days(run: Run, tmp_path: Path) -> None:
    """The first to open it becomes the manager; a second opener, an unknown secret and a late one fail alike."""
    run(*ADD)
    first, late = (
        run("staff", "invite", "manager", "--centre", "0123")[1].strip().rpartition("staff_")[2] for _ in range(2)
    )
    now = SystemClock().now()

    async def accept(secret: str, user: int, at: datetime) -> StaffMember:
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/deep/bot.db")
        try:
            unit = database.uow(SystemClock())
            member = await accept_staff_invite(unit, at, secret, user, user, "Пётр")
            await unit.commit()
            assert [held.user_id for held in await unit.centre_staff("0123")] == [user]
            return member
        finally:
            await database.close()

    member = asyncio.run(accept(first, 7, now))
    assert (member.role, member.centre) == (Role.MANAGER, "0123")
    for secret, at in ((first, now), ("unknown", now), (late, now + timedelta(days=3, minutes=1))):
        with pytest.raises(InviteDead):
            asyncio.run(accept(secret, 8, at))
    # Who is a manager already is not made one twice.
    assert asyncio.run(accept(late, 7, now)) == member


def test_a_copy_brings_the_database_back(run: Run, tmp_path: Path) -> None:
    """What was there at the time of the copy is there after the restore, and the former database is kept."""
    run(*ADD)
    assert run("backup", "copy.db")[0] == 0
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    run("centre", "close", "0123")
    code, out, _ = run("restore", "copy.db")
    assert code == 0
    assert "before-restore" in out
    assert "закрыт" not in run("centre", "list")[1]


def test_a_database_in_use_is_not_replaced(run: Run, tmp_path: Path) -> None:
    """While somebody has the database open a restore is refused and changes nothing."""
    run(*ADD)
    run("backup", "copy.db")
    holder = sqlite3.connect(tmp_path / "deep" / "bot.db")
    holder.execute("SELECT * FROM centres").fetchall()
    code, _, err = run("restore", "copy.db")
    holder.close()
    assert (code, err) == (2, "база занята: остановите бота и повторите\n")
    assert not list(tmp_path.glob("deep/*.part"))


REFUSED = [
    (["centre", "add", "№1", "--name", "СЦ", "--email", "a@example.ru"], "номер «№1» не подходит: от 2 до 8 цифр"),
    (["centre", "add", "0123", "--name", "СЦ", "--email", "почта"], "в адресе «почта» ошибка"),
    (["centre", "close", "0999"], "центра 0999 нет, все центры: python -m bot centre list"),
    (["staff", "invite", "manager"], "менеджеру нужен центр; пример: staff invite manager --centre 0123"),
    (["staff", "invite", "manager", "--centre", "0999"], "открытого центра 0999 нет"),
    (["staff", "invite", "curator", "--email", "kurator"], "kurator"),
    (["staff", "invite", "curator", "--centre", "0123"], "роли curator центр не нужен, уберите --centre"),
    (["staff", "invite", "boss"], "РОЛЬ: 'boss' не подходит, бывает:"),
    (["catalog", "load", "no.toml"], "файла no.toml нет, проверьте путь"),
    (["backup", "copy.db"], "bot.db нет, проверьте путь"),
    (["restore", "no.db"], "файла no.db нет, проверьте путь"),
    (["restore", "config.toml"], "файл повреждён"),
    (["check", "--config", "no.toml"], "файла no.toml нет"),
    (["--config", "no.toml", "check"], "файла no.toml нет"),
    (["fly"], "нет команды 'fly'"),
    ([], "не хватает: КОМАНДА"),
    (["centre", "add", "0123"], "не хватает: --name, --email"),
    (["demo", "--port", "x"], "--port: 'x' — не целое число"),
    (["demo", "--port", "99999"], "порт 99999 не подходит"),
]


@pytest.mark.parametrize(("argv", "words"), REFUSED)
def test_a_mistake_is_one_line_and_code_two(run: Run, argv: list[str], words: str) -> None:
    """No mistake of the operator ends in a traceback."""
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_postgresql_is_copied_by_its_own_tool(run: Run, tmp_path: Path) -> None:
    """Copies of PostgreSQL are left to pg_dump, in so many words."""
    text = f'[telegram]\ntoken = "{TOKEN}"\n[database]\nurl = "postgresql://bot@127.0.0.1/bot"\n'
    (tmp_path / "config.toml").write_text(text, "utf-8")
    assert run("backup", "copy.db")[2] == "у вас PostgreSQL: копию делает pg_dump, возвращает pg_restore\n"


def test_every_command_has_russian_help_with_an_example(run: Run) -> None:
    """The help of each command is Russian and shows a call."""
    commands = ["", "run", "check", "demo", "migrate", "catalog load", "centre add", "centre list", "centre close"]
    for command in [*commands, "staff invite", "letters preview", "backup", "restore"]:
        code, out, _ = run(*command.split(), "--help")
        assert code == 0
        assert out.startswith("Вызов: python -m bot")
        assert "Пример:\n  python -m bot" in out


def test_letters_are_previewed(run: Run, tmp_path: Path) -> None:
    """Every letter lands in the folder."""
    assert run("letters", "preview", "pisma")[0] == 0
    assert list((tmp_path / "pisma").glob("*.eml"))


def test_run_gets_the_settings_and_a_folder(run: Run, tmp_path: Path) -> None:
    """`run` hands the settings to the bot, whose database has a folder by then, and returns its code."""
    seen: list[Settings] = []

    def bot(settings: Settings) -> int:
        seen.append(settings)
        return 0

    assert command_line(["run", "--config", "config.toml"], Runners(bot, lambda story, port: 1)) == 0
    assert seen[0].telegram.api_server == "http://127.0.0.1:9"
    assert (tmp_path / "deep").is_dir()
