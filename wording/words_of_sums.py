"""Sums as papers of account write them: in figures with kopecks, and in words."""

from decimal import Decimal

from school.money import Kopecks, split_sum
from wording.sums import NO_BREAK


def amount(kopecks: Kopecks) -> str:
    """Write kopecks in figures, always with both digits of the kopecks: «24 500,00»."""
    roubles, rest = split_sum(kopecks)
    return f"{roubles:,}".replace(",", NO_BREAK) + f",{rest:02d}"


def sum_in_words(kopecks: Kopecks) -> str:
    """Write a sum that is not negative in words: «Двадцать четыре тысячи пятьсот рублей 00 копеек»."""
    from num2words import num2words

    # num2words reads an integer as kopecks, so it always gets a Decimal.
    spoken = num2words(Decimal(kopecks) / 100, lang="ru", to="currency", currency="RUB", separator=" ", cents=False)
    words = " ".join(spoken.split())
    return words[0].upper() + words[1:]
