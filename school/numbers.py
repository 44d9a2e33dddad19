"""Whole numbers in what comes from outside: buttons, addresses of pages, typed commands."""

MOST_DIGITS = 9  # fits every database's smallest integer


def whole(text: str, default: int = -1, digits: int = MOST_DIGITS) -> int:
    """Return the number that the text is, `default` for anything but one to `digits` of 0–9.

    The bound keeps a forged number from overflowing whatever it reaches; a sign and digits of other scripts are forged.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else default
