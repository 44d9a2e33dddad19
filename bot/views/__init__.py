"""Screens: results of use cases as Telegram HTML and buttons; no decisions here."""
