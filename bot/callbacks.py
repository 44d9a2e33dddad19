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


class StudentButton(CallbackData, prefix="qn"):
    """A student's button about an own course: fill in, register; or a request for a new link to it."""

    act: str
    line: str


def form(act: str, draft: str, step: str = "", value: str = "") -> str:
    """Pack a form button."""
    return FormButton(act=act, draft=draft, step=step, value=value).pack()


def menu(act: str, value: str = "") -> str:
    """Pack a menu button."""
    return MenuButton(act=act, value=value).pack()


class PayButton(CallbackData, prefix="pay"):
    """A button of payments: what to do with the order of this number; `value` is a student's place or a moment."""

    act: str
    number: str
    value: str = ""


class AdmitButton(CallbackData, prefix="ad"):
    """A button of admission: what to do, with which line; `value` is the page it stands on."""

    act: str
    line: str = ""
    value: str = ""


class ResultButton(CallbackData, prefix="rs"):
    """A button of results: what to do, with which order, run, draft or line (`key`), and the value to set."""

    act: str
    key: str = ""
    value: str = ""


def pay(act: str, number: str, value: str = "") -> str:
    """Pack a button of payments."""
    return PayButton(act=act, number=number, value=value).pack()


def admission(act: str, line: str = "", value: str = "") -> str:
    """Pack a button of admission."""
    return AdmitButton(act=act, line=line, value=value).pack()


def result(act: str, key: str = "", value: str = "") -> str:
    """Pack a button of results."""
    return ResultButton(act=act, key=key, value=value).pack()


def student(act: str, line: str) -> str:
    """Pack a student's button."""
    return StudentButton(act=act, line=line).pack()


class StudentsButton(CallbackData, prefix="st"):
    """A button about the students of an order: what to do, with which order, number or student (`key`)."""

    act: str
    key: str
    value: str = ""


class StaffButton(CallbackData, prefix="sf"):
    """A button of the staff list: what to do, with which role, person, centre or page."""

    act: str
    value: str = ""


def students(act: str, key: str, value: str = "") -> str:
    """Pack a button about the students of an order."""
    return StudentsButton(act=act, key=key, value=value).pack()


def staff(act: str, value: str = "") -> str:
    """Pack a button of the staff list."""
    return StaffButton(act=act, value=value).pack()


class ReviewButton(CallbackData, prefix="rv"):
    """A curator's button: what to do with a line's questionnaire of this version; `value` is a field or a reason."""

    act: str
    line: str = ""
    version: int = 0
    value: str = ""


class ThreadButton(CallbackData, prefix="th"):
    """A button of a conversation about a line: a student writes (`write`), a curator answers (`answer`)."""

    act: str
    line: str


def review(act: str, line: str = "", version: int = 0, value: str = "") -> str:
    """Pack a curator's button."""
    return ReviewButton(act=act, line=line, version=version, value=value).pack()


def thread(act: str, line: str) -> str:
    """Pack a button of a conversation."""
    return ThreadButton(act=act, line=line).pack()
