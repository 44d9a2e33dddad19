"""Texts and keyboards of a call, checked as Telegram checks them."""

from typing import Any

from sandbox.entities import BrokenHTMLError, Entity, is_url, parse_html, trim, units
from sandbox.methods_params import Params
from sandbox.updates import ApiError, Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
BUTTONS_LIMIT = 100
_ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay")


def formatted(text: str, mode: str, entities: Any) -> tuple[str, list[Entity]]:
    """Return the plain text and its entities; given entities beat the mode. Raises `ApiError`."""
    if entities:
        whole = units(text)
        for entity in entities:
            start, end = int(entity["offset"]), int(entity["offset"]) + int(entity["length"])
            if start < 0 or end > whole:
                words = f"entity beginning at UTF-16 offset {start} ends after the end of the text"
                raise ApiError(400, f"Bad Request: {words} at UTF-16 offset {whole}")
        return trim(text, entities)
    if not mode:
        return trim(text, [])
    if mode.lower() != "html":
        raise ApiError(400, "Bad Request: unsupported parse_mode")
    try:
        return parse_html(text)
    except BrokenHTMLError as error:
        raise ApiError(400, f"Bad Request: can't parse entities: {error}") from None


def text_of(p: Params) -> Json:
    """Return `text` and `entities` of a message; raise `ApiError` for none, too much or broken HTML."""
    text, entities = formatted(p.text("text"), p.text("parse_mode"), p.json("entities"))
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if units(text) > TEXT_LIMIT:
        raise ApiError(400, "Bad Request: message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption_of(raw: str, mode: str, entities: Any) -> Json:
    """Return `caption` and `caption_entities` of a message, nothing for an empty one; raise `ApiError`."""
    text, found = formatted(raw, mode, entities)
    if units(text) > CAPTION_LIMIT:
        raise ApiError(400, "Bad Request: message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": found} if found else {"caption": text}


def markup_of(p: Params) -> tuple[Json | None, Json | None]:
    """Return the inline keyboard and the other markup of a call, of which at most one is there; raise `ApiError`."""
    markup = p.json("reply_markup")
    if not markup:
        return None, None
    if not isinstance(markup, dict):
        raise ApiError(400, "Bad Request: object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"]), None
    if "keyboard" in markup:
        for row in _rows(markup["keyboard"], "keyboard"):
            for button in row:
                if not (button if isinstance(button, str) else button.get("text")):
                    raise ApiError(400, 'Bad Request: can\'t parse keyboard button: Field "text" is empty')
        return None, markup
    if "remove_keyboard" in markup or "force_reply" in markup:
        return None, markup
    raise ApiError(400, "Bad Request: can't parse reply markup JSON object")


def check_chat(markup: Json | None, *, private: bool) -> None:
    """Raise `ApiError` for buttons that open a page inside Telegram in a chat that is not a private one."""
    if private or not markup:
        return
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    if any(isinstance(button, dict) and "web_app" in button for row in rows for button in row):
        raise ApiError(400, "Bad Request: BUTTON_TYPE_INVALID")


def _rows(rows: Any, name: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ApiError(400, f'Bad Request: field "{name}" of the markup must be an Array of Arrays')
    return rows


def _inline(rows: Any) -> Json | None:
    checked = [[_button(button) for button in row] for row in _rows(rows, "inline_keyboard") if row]
    if sum(len(row) for row in checked) > BUTTONS_LIMIT:
        raise ApiError(400, "Bad Request: reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise ApiError(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be of type String')
    told: Json = {key: value for key, value in button.items() if value is not None}
    actions = [key for key in told if key in _ACTIONS or key.startswith("switch_inline")]
    if not actions:
        words = "Text buttons are unallowed in the inline keyboard"
        raise ApiError(400, f"Bad Request: can't parse inline keyboard button: {words}")
    if len(actions) > 1:
        words = "exactly one of the optional fields must be used"
        raise ApiError(400, f"Bad Request: can't parse inline keyboard button: {words}")
    data, url = told.get("callback_data"), told.get("url")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_LIMIT:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if url is not None and not is_url(str(url)):
        raise ApiError(400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "web_app" in told:
        _check_web_app(told["web_app"])
    return told


def _check_web_app(told: Any) -> None:
    url = told.get("url") if isinstance(told, dict) else None
    if not isinstance(url, str) or not url.startswith("https://"):
        words = f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        raise ApiError(400, f"Bad Request: {words}")
