"""Sums of money in Russian, with no-break spaces."""

from school.money import Kopecks, split_sum

NO_BREAK = "\u00a0"


def format_sum(kopecks: Kopecks) -> str:
    """Write kopecks as «24 500 ₽»; the kopecks themselves only when there are any: «24 500,50 ₽»."""
    roubles, rest = split_sum(abs(kopecks))
    sign = "−" if kopecks < 0 else ""
    tail = f",{rest:02d}" if rest else ""
    return f"{sign}{roubles:,}".replace(",", NO_BREAK) + f"{tail}{NO_BREAK}₽"
