"""Russian plurals: 1 ученик, 2 ученика, 5 учеников."""


def plural_word(count: int, one: str, few: str, many: str) -> str:
    """Choose the form of the word that goes with the number."""
    tens, units = abs(count) % 100, abs(count) % 10
    if units == 1 and tens != 11:
        return one
    return few if units in (2, 3, 4) and tens not in (12, 13, 14) else many


def plural(count: int, one: str, few: str, many: str) -> str:
    """Write the number with its word: «2 ученика»."""
    return f"{count} {plural_word(count, one, few, many)}"
