"""A strict Telegram Bot API and a mailbox of one's own: the demo, the tests and the bench stand on it."""
