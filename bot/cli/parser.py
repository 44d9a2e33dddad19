"""The command line's grammar and its help, in Russian."""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from bot.cli.common import OperatorError

_FAULTS = (
    (r"the following arguments are required: (.+)", r"не хватает: \1"),
    (r"unrecognized arguments: (.+)", r"лишнее: \1"),
    (r"argument КОМАНДА: invalid choice: (.+?) \(choose from (.+)\)", r"нет команды \1, есть: \2"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1: \2 не подходит, бывает: \3"),
    (r"argument (.+?): invalid int value: (.+)", r"\1: \2 — не целое число"),
    (r"argument (.+?): expected one argument", r"после \1 нужно значение"),
)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, "Вызов: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """A parser whose help and mistakes are Russian."""

    def __init__(self, *, example: str = "", **more: Any) -> None:
        epilog = f"Пример:\n  {example}" if example else None
        super().__init__(**more, epilog=epilog, add_help=False, allow_abbrev=False, formatter_class=_Formatter)
        self.operands = self.add_argument_group("Что указать")
        self.options = self.add_argument_group("Параметры")
        self.options.add_argument("-h", "--help", action="help", help="показать эту справку")
        self.options.add_argument(
            "--config",
            metavar="ФАЙЛ",
            type=Path,
            default=argparse.SUPPRESS,
            help="файл настроек; без него — config.toml, если он есть",
        )

    def error(self, message: str) -> NoReturn:
        """Raise `OperatorError` with one Russian line."""
        words = message
        for pattern, russian in _FAULTS:
            if re.fullmatch(pattern, message):
                words = re.sub(pattern, russian, message)
                break
        raise OperatorError(f"{words}. Справка: {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; `action` in its result names the command, "centre add" and so on."""
    root = _Parser(
        prog="python -m bot",
        description="Помощник отдела продаж онлайн-школы в Telegram и по почте.",
        example="python -m bot check --config config.toml",
    )
    commands = root.add_subparsers(title="Команды", metavar="КОМАНДА", dest="command", required=True)
    _plain(commands)
    _files(commands)
    _centres(commands)
    return root


def _command(commands: Any, name: str, words: str, example: str, action: str) -> _Parser:
    parser: _Parser = commands.add_parser(
        name, help=words, description=words[0].upper() + words[1:] + ".", example=f"python -m bot {example}"
    )
    parser.set_defaults(action=action)
    return parser


def _family(commands: Any, name: str, words: str, example: str) -> Any:
    parser = _command(commands, name, words, example, name)
    return parser.add_subparsers(title="Команды", metavar="КОМАНДА", dest="what", required=True)


def _plain(commands: Any) -> None:
    _command(commands, "run", "запустить бота, сначала обновив базу", "run --config config.toml", "run")
    _command(commands, "check", "проверить настройки и связь, ничего не меняя", "check", "check")
    _command(commands, "migrate", "обновить базу данных", "migrate", "migrate")
    demo = _command(commands, "demo", "показать бота без Telegram: страница или рассказ", "demo --story", "demo")
    demo.options.add_argument("--story", action="store_true", help="сыграть рассказ в терминале и закончить")
    demo.options.add_argument("--port", type=int, default=8080, metavar="ПОРТ", help="порт страницы, без него 8080")


def _files(commands: Any) -> None:
    catalogue = _family(commands, "catalog", "каталог курсов", "catalog load catalog.toml")
    load = _command(
        catalogue, "load", "загрузить каталог из файла вместо прежнего", "catalog load catalog.toml", "catalog load"
    )
    load.operands.add_argument("file", type=Path, metavar="ФАЙЛ", help="каталог, образец — catalog.example.toml")
    letters = _family(commands, "letters", "письма", "letters preview pisma")
    preview = _command(
        letters,
        "preview",
        "записать все письма с выдуманными данными в папку",
        "letters preview pisma",
        "letters preview",
    )
    preview.operands.add_argument("folder", type=Path, metavar="ПАПКА", help="папка, появится сама")
    documents = _family(commands, "documents", "хранилище документов", "documents adopt")
    _command(
        documents,
        "adopt",
        "признать папку документов своей, когда бот не запускается с чужой: после потери базы или папки",
        "documents adopt",
        "documents adopt",
    )
    backup = _command(
        commands, "backup", "сохранить копию базы SQLite, бот может работать", "backup kopia-2027-06-20.db", "backup"
    )
    backup.operands.add_argument("file", type=Path, metavar="ФАЙЛ", help="новый файл для копии")
    restore = _command(
        commands, "restore", "вернуть базу SQLite из копии, бот остановлен", "restore kopia-2027-06-20.db", "restore"
    )
    restore.operands.add_argument("file", type=Path, metavar="ФАЙЛ", help="копия, которую сделала команда backup")


def _centres(commands: Any) -> None:
    centres = _family(commands, "centre", "сервисные центры", "centre list")
    example = 'centre add 0123 --name "СЦ Пример" --email centre@example.ru'
    add = _command(centres, "add", "добавить центр или изменить его имя и почту", example, "centre add")
    add.operands.add_argument("number", metavar="НОМЕР", help="номер центра, например 0123")
    add.options.add_argument("--name", required=True, metavar="ИМЯ", help="как центр называется")
    add.options.add_argument("--email", required=True, metavar="АДРЕС", help="куда слать заявки")
    _command(centres, "list", "показать все центры", "centre list", "centre list")
    close = _command(centres, "close", "закрыть центр: новых заявок он не примет", "centre close 0123", "centre close")
    close.operands.add_argument("number", metavar="НОМЕР", help="номер центра")
    details = _command(
        centres,
        "set",
        "показать и записать реквизиты центра для счетов; пустое значение стирает",
        "centre set 0123 seller_inn=6663003127 seller_kpp=667101001",
        "centre set",
    )
    details.operands.add_argument("number", metavar="НОМЕР", help="номер центра")
    details.operands.add_argument(
        "pairs",
        nargs="*",
        metavar="КЛЮЧ=ЗНАЧЕНИЕ",
        help="реквизиты, с какого дня: seller_vat='22 с 01.01.2027'; "
        "contract_template=файл.docx — свой договор, act_template — свой акт",
    )
    staff = _family(commands, "staff", "сотрудники", "staff invite admin")
    invite = _command(
        staff,
        "invite",
        "дать одноразовую ссылку, по которой человек получит роль (живёт 3 дня)",
        "staff invite manager --centre 0123",
        "staff invite",
    )
    invite.operands.add_argument(
        "role",
        metavar="РОЛЬ",
        choices=("manager", "curator", "admin"),
        help="manager — менеджер центра, curator — куратор школы, admin — администратор",
    )
    invite.options.add_argument("--centre", metavar="НОМЕР", help="центр менеджера, например 0123")
    invite.options.add_argument(
        "--email", metavar="АДРЕС", default="", help="рабочая почта: на неё придёт ссылка для входа на страницу"
    )
    mailbox = _command(
        staff,
        "mailbox",
        "записать рабочую почту сотрудника: на неё придёт ссылка для входа на страницу",
        'staff mailbox "Анна Орлова" orlova@example.ru',
        "staff mailbox",
    )
    mailbox.operands.add_argument("who", metavar="КТО", help="имя сотрудника или его номер в Telegram")
    mailbox.operands.add_argument("email", metavar="АДРЕС", help="его собственный ящик, не общий")
