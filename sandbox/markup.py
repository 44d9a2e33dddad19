"""Keyboards and message bodies of a call, checked as Telegram checks them."""

from typing import Any

from sandbox.call import JSON, Call, bad
from sandbox.entities import BrokenHTMLError, Entity, is_url, parse_html, trim, units

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_BUTTON = "can't parse inline keyboard button: "
_ACTIONS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay")


def body(call: Call, name: str) -> tuple[str, list[Entity]]:
    """Return a call's text or caption without its mark-up, and the entities; raise Telegram's refusals."""
    raw = call.text(name)
    mode = call.text("parse_mode").lower()
    if mode not in ("", "html"):
        # The product writes HTML only; both Markdowns are refused rather than half understood.
        raise bad("unsupported parse_mode")
    if mode == "html":
        try:
            text, entities = parse_html(raw)
        except BrokenHTMLError as error:
            raise bad(f"can't parse entities: {error}") from None
    else:
        given = call.nested("entities" if name == "text" else "caption_entities")
        text, entities = trim(raw, given if isinstance(given, list) else [])
    if name == "text" and not text:
        raise bad("message text is empty")
    if units(text) > (TEXT_LIMIT if name == "text" else CAPTION_LIMIT):
        raise bad("message is too long" if name == "text" else "message caption is too long")
    return text, entities


def reply_markup(call: Call) -> JSON | None:
    """Return a call's keyboard, checked; `None` when there is none."""
    markup = call.nested("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = [[_inline(button) for button in row] for row in _rows(markup["inline_keyboard"]) if row]
        if sum(len(row) for row in rows) > 100:
            raise bad("REPLY_MARKUP_TOO_LONG")
        return {"inline_keyboard": rows}
    if "keyboard" in markup:
        for row in _rows(markup["keyboard"]):
            for key in row:
                if not (key if isinstance(key, str) else key.get("text") if isinstance(key, dict) else ""):
                    raise bad("can't parse keyboard button: KeyboardButton must contain text")
    return markup


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse keyboard: keyboard rows must be arrays")
    return rows


def _inline(button: Any) -> JSON:
    if not isinstance(button, dict):
        raise bad(_BUTTON + "InlineKeyboardButton must be an Object")
    button = {name: value for name, value in button.items() if value is not None}
    text = str(button.get("text") or "").strip()
    if not text:
        raise bad(_BUTTON + 'field "text" must be a non-empty String')
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise bad(_BUTTON + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad(_BUTTON + "exactly one optional field must be used")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not is_url(str(button["url"])):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return {**button, "text": text}
