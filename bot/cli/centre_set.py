"""The command `centre set`: a centre's own details as the seller, and its own contract and act (REGULATIONS P1, C1)."""

from argparse import Namespace
from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.common import OperatorError, opened
from bot.config import Settings
from paper.act import check_act_template
from paper.contract import check_contract_template
from paper.docx_template import TemplateRefused
from school.centre import Centre
from school.errors import BadAnswer
from school.seller import SELLER_KEYS, check_setting, seller_faults, seller_gaps
from school.seller_dated import settings_on, split_since, with_detail
from school.use_cases import issue_invoice, send_act
from wording.papers import SELLER_LABELS, explain_template
from wording.problems import explain

TEMPLATES = {
    issue_invoice.TEMPLATE: (check_contract_template, "договора"),
    send_act.TEMPLATE: (check_act_template, "акта"),
}


async def set_centre(settings: Settings, arguments: Namespace) -> str:
    """Set, or with an empty value erase, a centre's details; all are checked before any is kept."""
    pairs = [_pair(text) for text in arguments.pairs]
    today = datetime.now(ZoneInfo(settings.school.timezone)).date()
    async with opened(settings) as database:
        centre = {one.number: one for one in await database.centres()}.get(arguments.number)
        if centre is None:
            raise OperatorError(f"центра {arguments.number} нет, все центры: python -m bot centre list")
        if not pairs:
            return _told(centre, today)
        centre = replace(centre, settings=_changed(centre.settings, pairs, today))
        await database.save_centre(centre)
    return _told(centre, today)


def _changed(settings: dict[str, str], pairs: list[tuple[str, str]], today: date) -> dict[str, str]:
    """Return the settings with the pairs in them, a detail of the seller from its day on. Raises `OperatorError`."""
    changed = dict(settings)
    dated: list[tuple[str, str, date]] = []
    for key, value in pairs:
        if key in TEMPLATES:
            changed.pop(key, None)
            if value:
                changed[key] = _template(key, Path(value))
        else:
            dated.append((key, *_since(key, value, today)))
    last = max((since for _, _, since in dated), default=today)
    checked = _checked({**settings_on(changed, last), **{key: value for key, value, _ in dated if value}})
    for key, value, since in dated:
        changed = with_detail(changed, key, checked[key] if value else "", since)
    return changed


def _since(key: str, text: str, today: date) -> tuple[str, date]:
    try:
        return split_since(text, today)
    except BadAnswer as problem:
        raise OperatorError(f"{key}: {explain(problem)}") from None


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or key not in (*SELLER_KEYS, *TEMPLATES):
        keys = ", ".join((*SELLER_KEYS, *TEMPLATES))
        raise OperatorError(f"«{text}» не понять: нужно ключ=значение; бывают ключи: {keys}")
    return key, value.strip()


def _checked(changed: dict[str, str]) -> dict[str, str]:
    """Return the settings in their normal form. Raises `OperatorError` with every fault."""
    if faults := seller_faults(changed):
        lines = [f"{key} ({SELLER_LABELS[key]}): {explain(problem)}" for key, problem in faults]
        raise OperatorError("\n".join(lines))
    return {key: check_setting(key, changed) if key in SELLER_KEYS else changed[key] for key in changed}


def _template(key: str, file: Path) -> str:
    """Return a template as it is kept. Raises `OperatorError`."""
    try:
        content = file.read_bytes()
        TEMPLATES[key][0](content)
    except OSError as error:
        raise OperatorError(f"{file}: файл не читается ({error.strerror})") from None
    except TemplateRefused as refused:
        raise OperatorError(f"{file}: {explain_template(refused)}") from None
    return b64encode(content).decode()


def _told(centre: Centre, today: date) -> str:
    """List what is set and what is still missing."""
    known = settings_on(centre.settings, today)
    lines = [f"Центр {centre.number}, {centre.name}"]
    lines += [f"  {key} = {known[key]}  ({SELLER_LABELS[key]})" for key in SELLER_KEYS if key in known]
    for key, (_, what) in TEMPLATES.items():
        lines.append(f"  {key}: {'свой' if known.get(key) else 'общий'} шаблон {what}")
    if gaps := seller_gaps(known):
        lines += ["Не хватает, поэтому счёт здесь не составить:", *(f"  {key} — {SELLER_LABELS[key]}" for key in gaps)]
    else:
        lines.append("Реквизиты полные: счёт и договор составляет бот.")
    return "\n".join(lines)
