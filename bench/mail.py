"""Letters a second out and in: the bot's whole channel beside raw aiosmtplib, its receiver beside bare imaplib.

`python -m bench.mail [--quick]` prints a table and, last, `ratio mail …`. Out: outbox, deliverer and channel against
raw aiosmtplib on one open connection, with prebuilt bytes and building the same letters; the server is a process of its
own, the rounds alternate. In: IMAP of a private Dovecot, store and desk; and how long the loop stalls over 20 MB.
"""

import argparse
import gc
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench import mail_receiving, mail_sending

MIN_PREBUILT, MIN_BUILT, MAX_STALL = 0.70, 0.90, 0.050


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: letters of a round and rounds out; letters in with words, with pictures, huge ones."""

    letters: int
    rounds: int
    words: int
    pictures: int
    huge: int


FULL = Size(letters=1000, rounds=7, words=1000, pictures=100, huge=5)
QUICK = Size(letters=200, rounds=5, words=150, pictures=12, huge=2)


async def measure(size: Size) -> tuple[mail_sending.Rates, mail_receiving.Received]:
    """Send, then receive."""
    # As the bot does at its start; every side is measured so.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sent = await mail_sending.measure(folder, size.letters, size.rounds)
        received = await mail_receiving.measure(folder, size.words, size.pictures, size.huge)
    return sent, received


def report(sent: mail_sending.Rates, received: mail_receiving.Received) -> int:
    """Print the table and the last line; return 1 where something is not reached."""
    prebuilt, built, ours = sent.medians()
    of_prebuilt, of_built = sent.ratios()
    rows = [
        ("sent, the bot's whole channel", f"{ours:.0f} /s", ""),
        ("  raw aiosmtplib, prebuilt bytes", f"{prebuilt:.0f} /s", f"x{of_prebuilt:.2f}, >= x{MIN_PREBUILT:.2f}"),
        ("  raw aiosmtplib, building the letters", f"{built:.0f} /s", f"or x{of_built:.2f}, >= x{MIN_BUILT:.2f}"),
        ("received and handled, words", f"{received.ours:.0f} /s", ""),
        ("  bare imaplib, fetching only", f"{received.bare:.0f} /s", f"x{received.ours / received.bare:.3f}"),
        ("received and handled, a picture each", f"{received.pictures:.0f} /s", "each picture has a process"),
        ("longest stall of the loop, 20 MB letter", f"{received.stall * 1e3:.0f} ms", f"<= {MAX_STALL * 1e3:.0f} ms"),
        ("  the process's own work of it", f"{received.at_work * 1e3:.0f} ms", "the rest is other work of the machine"),
        ("  the letter, from delivery to handled", f"{received.huge:.1f} s", ""),
    ]
    for name, value, aim in rows:
        print(f"{name:<42}{value:>12}  {aim}")
    print(
        f"ratio mail prebuilt={of_prebuilt:.2f} built={of_built:.2f} received={received.ours / received.bare:.3f} "
        f"stall_ms={received.stall * 1e3:.0f} stall_work_ms={received.at_work * 1e3:.0f}"
    )
    sending = of_prebuilt >= MIN_PREBUILT or of_built >= MIN_BUILT
    return 0 if sending and received.stall <= MAX_STALL else 1


def main() -> int:
    """Run the bench; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.mail", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer letters, within 40 s")
    given = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    sent, received = uvloop.run(measure(QUICK if given.quick else FULL))
    return report(sent, received)


if __name__ == "__main__":
    sys.exit(main())
