"""The command line: every mistake of the operator is a line on stderr and exit code 2, never a traceback."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.common import OperatorError, make_folder, settings_of
from bot.cli.parser import build_parser
from bot.config import Settings
from bot.config_words import ConfigError

MISTAKE = 2
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Runners:
    """What starts the whole bot: given by `bot.__main__`, the only one that may know it. Both return an exit code."""

    run: Callable[[Settings], int]
    demo: Callable[[bool, int], int]


def main(argv: Sequence[str], runners: Runners) -> int:
    """Run one command and return the exit code."""
    try:
        arguments = build_parser().parse_args(argv)
        return _act(arguments, getattr(arguments, "config", None), runners)
    except SystemExit as error:  # argparse has shown its help
        return int(error.code or 0)
    except (OperatorError, ConfigError) as error:
        print(error, file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        return _INTERRUPTED


def _act(arguments: Namespace, config: Path | None, runners: Runners) -> int:
    if arguments.action == "demo":
        if not 0 <= arguments.port <= 65535:
            raise OperatorError(f"порт {arguments.port} не подходит, нужен от 0 до 65535")
        return runners.demo(arguments.story, arguments.port)
    settings = settings_of(config)
    if arguments.action == "run":
        make_folder(settings)
        return runners.run(settings)
    if arguments.action == "check":
        return asyncio.run(_check(settings, config))
    print(asyncio.run(_commands()[arguments.action](settings, arguments)))
    return 0


async def _check(settings: Settings, config: Path | None) -> int:
    from bot.cli.checks import check

    bad = False
    async for line in check(settings, config):
        print(line, flush=True)
        bad = bad or line.state == "bad"
    return MISTAKE if bad else 0


def _commands() -> dict[str, Callable[[Settings, Namespace], Coroutine[Any, Any, str]]]:
    from bot.cli import centre_set, copies, data

    return {
        "migrate": data.migrate,
        "catalog load": data.load_catalogue,
        "centre add": data.add_centre,
        "centre list": data.list_centres,
        "centre close": data.close_centre,
        "centre set": centre_set.set_centre,
        "staff invite": data.invite,
        "staff mailbox": data.set_mailbox,
        "letters preview": data.preview_letters,
        "documents adopt": copies.adopt_documents,
        "backup": copies.make_backup,
        "restore": copies.restore,
    }
