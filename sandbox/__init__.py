"""A Telegram Bot API and a mail server of one's own: what the bot is developed, tested and shown on."""
