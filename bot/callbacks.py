"""Callback data of the inline buttons: typed, short, and never trusted (old buttons stay clickable)."""

from aiogram.filters.callback_data import CallbackData


class FormButton(CallbackData, prefix="f"):
    """A button of a form: what to do (`act`), in which draft, at which step, with which value."""

    act: str
    draft: str
    step: str = ""
    value: str = ""


class MenuButton(CallbackData, prefix="m"):
    """A button outside a form, e.g. a page of the orders."""

    act: str
    value: str = ""


def form(act: str, draft: str, step: str = "", value: str = "") -> str:
    """Pack a form button."""
    return FormButton(act=act, draft=draft, step=step, value=value).pack()


def menu(act: str, value: str = "") -> str:
    """Pack a menu button."""
    return MenuButton(act=act, value=value).pack()
