"""People's names as chats without personal data show them."""


def bare(name: str) -> str:
    """Return the first letters of a name, surname first: «С. Л. А.»; of a surname with initials too."""
    return " ".join(f"{word[0]}." for word in name.split() if word[0].isalpha())
