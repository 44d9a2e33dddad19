"""What the clients and the echo bot agree on; apart, so that neither imports the other's libraries."""

OPENING = "/start"
ASK_NEXT = "Ответить"
REPLACE = "Заменить"
LAST_WORDS = "принята"
