"""`python -m bot`: the composition root's door, the only one that knows the whole bot and the demo."""

import os
import sys
from collections.abc import Sequence

from bot.cli import Runners
from bot.cli import main as command_line
from bot.cli.common import OperatorError
from bot.config import Settings


def _run(settings: Settings) -> int:
    from bot import app
    from bot.starting import StartError

    try:
        return app.main(settings)
    except StartError as error:
        raise OperatorError(str(error)) from error


def _demo(story: bool, port: int) -> int:
    from bot import demo
    from bot.starting import StartError

    try:
        return demo.main(story=story, port=port)
    except StartError as error:
        raise OperatorError(str(error)) from error


def main(argv: Sequence[str]) -> int:
    """Run one command of the command line and return the exit code."""
    return command_line(argv, Runners(_run, _demo))


if __name__ == "__main__":
    # The database, its companions, documents and copies hold personal data: from the first moment for the owner alone.
    os.umask(0o077)
    sys.exit(main(sys.argv[1:]))
