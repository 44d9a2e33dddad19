"""Forms declared once, field by field; the chat, the letter and the page all read them from here."""
