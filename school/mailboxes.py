"""E-mail addresses: reading, likely slips, and whose mailbox it is (docs/regulations.md: people)."""

import re
from typing import Literal

from school.errors import BadAnswer
from school.names import has_cyrillic, tidy, to_latin
from school.typed import typed

MailboxKind = Literal["personal", "role", "suffix"]

_ROLES = frozenset(
    """
    info mail email post pochta office ofis buh bux buhg buhgalter buhgalteria buhgalteriya bukhgalter bukhgalteria
    bukhgalteriya glavbuh glavbux glbuh gb accounting account accountant zakupki zakupka zakaz zakazy tender tenders
    torgi order orders purchase hr kadry kadri ok otdelkadrov personal job jobs rabota priemnaya priem reception
    secretary secretar sekretar sales sale prodazhi shop support help helpdesk service servis admin administrator
    webmaster postmaster abuse noreply no-reply shkola school director direktor dir contact contacts kontakt company
    firma urist jurist buhuchet ucheba obuchenie education finance fin plan omts snab snabzhenie sklad marketing pr
    инфо почта офис бухгалтер бухгалтерия главбух закупки заказ кадры приёмная приемная секретарь школа
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_YANDEX = frozenset(
    {"yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.com.tr", "narod.ru"}
)
_MAIL_RU = frozenset({"mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru", "xmail.ru"})
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
# Only domains where nobody has a mailbox: gmail.ru, mail.com, mai.ru, yandex.com and ya.ru are real and absent here.
_SLIPS = {
    "gmail.com": "gmial.com gmal.com gmai.com gmali.com gmil.com gmaill.com gamil.com gnail.com gmaul.com gmail.con "
    "gmail.cim gmail.vom gmail.comm gmail.ocm gmail.xom gmail.c gmail.co.m gmailcom gmail.cpm gmail.coom",
    "mail.ru": "mial.ru maill.ru",
    "yandex.ru": "yndex.ru yadex.ru yande.ru yanex.ru yandx.ru yandeks.ru yamdex.ru yanndex.ru jandex.ru uandex.ru "
    "yabdex.ru ayndex.ru ynadex.ru yadnex.ru yandez.ru yandec.ru yansex.ru",
    "rambler.ru": "ramler.ru ramblr.ru rambller.ru",
    "outlook.com": "outlok.com outloock.com outlook.con outlook.cim",
    "hotmail.com": "hotmial.com hotmail.con",
    "icloud.com": "iclod.com iclould.com icloud.con icloud.cim",
}
_RIGHT_DOMAIN = {slip: domain for domain, slips in _SLIPS.items() for slip in slips.split()}
# Zones that do not exist, and the lost dot, at the Russian mailbox services.
_RIGHT_DOMAIN |= {
    name + zone: f"{name}.ru"
    for name in ("yandex", "ya", "mail", "list", "bk", "inbox", "rambler")
    for zone in (".r", ".u", ".tu", ".ri", ".ry", ".ur", ".rru", ".ruu", ".rh", "ru")
}


def parse_email(text: str) -> str:
    """Return the address with its domain in lower case, a `.рф` domain in its letters. No network is asked.

    Problem: email_bad with data reason ("no_at", "several", "space", "cyrillic", "form") and hint (an address or None).
    """
    from email_validator import EmailNotValidError, validate_email

    clean = _bare(typed(text))
    reason = _obvious_fault(clean)
    if reason is None:
        try:
            return validate_email(clean, check_deliverability=False).normalized
        except EmailNotValidError:
            reason = "form"
    raise BadAnswer("email_bad", text, reason=reason, hint=email_hint(clean))


def email_hint(address: str) -> str | None:
    """Suggest the address that was probably meant («@gmial.com» → «@gmail.com»), or None. Real domains get no hint."""
    local, at, domain = _bare(address).replace(" ", "").rpartition("@")
    if not at or not local:
        return None
    if _obvious_fault(f"{local}@{domain}") == "cyrillic":
        local, domain = to_latin(local), to_latin(domain)
    domain = domain.lower().replace(",", ".").replace("..", ".").strip(".")
    right = _RIGHT_DOMAIN.get(domain, domain)
    suggested = f"{local}@{right}"
    return suggested if suggested.lower() != address.strip().lower() and _well_formed(suggested) else None


def mailbox_kind(address: str) -> MailboxKind:
    """Tell a personal mailbox from one of a role (`info@`, `buh2@`) and from a role with a suffix (`ok.petrova@`).

    A role's mailbox is refused to a student; with a suffix the person is asked «Это личный адрес?».
    """
    local = address.rpartition("@")[0].casefold().partition("+")[0]
    tokens = [re.sub(r"\d+$", "", token) for token in re.split(r"[._-]", local)]
    known = [not token or token in _ROLES for token in tokens]
    if "".join(tokens) in _ROLES or (all(known) and any(tokens)):
        return "role"
    return "suffix" if len(tokens) > 1 and tokens[0] in _ROLES else "personal"


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether two addresses lead to one mailbox: case, tags after «+», Yandex's and Google's dots aside."""
    return _mailbox(one) == _mailbox(other)


def mailbox_key(address: str) -> str:
    """Return one spelling for all that lead to a mailbox, to count by: a tag behind «+» is the owner's everywhere.

    Google passes over dots; Yandex has one mailbox under all its hosts and takes a dot for a hyphen. "" for "".
    """
    local, _, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    if domain in _YANDEX:
        return f"{local.replace('.', '-')}@yandex.ru"
    return f"{local}@{domain}" if domain else ""


def _mailbox(address: str) -> tuple[str, str]:
    local, _, domain = tidy(address).casefold().rpartition("@")
    if domain in _YANDEX:
        return local.partition("+")[0].replace(".", "-"), "yandex.ru"
    if domain in _GMAIL:
        return local.partition("+")[0].replace(".", ""), "gmail.com"
    return (local.partition("+")[0] if domain in _MAIL_RU else local), domain


def _bare(text: str) -> str:
    """Take the address out of «Имя <адрес>», «mailto:адрес», quotes and closing punctuation."""
    clean = " ".join(text.split())
    if found := re.search(r"<([^<>@]*@[^<>]*)>", clean):
        clean = found[1]
    return re.sub(r"^mailto:", "", clean.strip(" \"'«»<>"), flags=re.IGNORECASE).strip(" .,;:\"'«»<>")


def _obvious_fault(clean: str) -> str | None:
    if "@" not in clean:
        return "no_at"
    if clean.count("@") > 1:
        return "several"
    if " " in clean:
        return "space"
    local, _, domain = clean.rpartition("@")
    zone = domain.rpartition(".")[2]
    # «с» typed in the wrong layout looks right and is another mailbox; wholly Cyrillic domains are real.
    wrong_layout = not has_cyrillic(zone) and (has_cyrillic(local) or has_cyrillic(domain.rpartition(".")[0]))
    if wrong_layout:
        return "cyrillic"
    return "form" if len(zone) < 2 else None


def _well_formed(address: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    if _obvious_fault(address):
        return False
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
