"""What servers say when a letter does not arrive, in Russian and English: the phrases, and what they mean."""

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why a letter did not arrive; the value is stored."""

    UNKNOWN_USER = "unknown_user"
    NO_DOMAIN = "no_domain"
    MAILBOX_FULL = "mailbox_full"
    REFUSED = "refused"
    TOO_BIG = "too_big"
    EXPIRED = "expired"
    DELAYED = "delayed"
    OTHER = "other"


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE | re.MULTILINE)


MEANINGS = {
    Reason.MAILBOX_FULL: _any(
        "mailbox (?:is )?(?:full|over ?quota)",
        "over ?quota",
        "quota (?:exceeded|full)",
        "exceeded (?:storage|its) ",
        "(?:storage|disk) quota",
        r"exceed\w* (?:their|its|his|the) quota",
        "quota violation",
        "mail ?(?:folder|box) is full",
        "space not enough",
        "ящик (?:получателя |адресата )?(?:пере(?:полнен|гружен)|заполнен)",
        "переполнен",
        r"превышен\w* (?:квот|размер (?:почтового )?ящик|лимит)",
        "квота",
    ),
    Reason.UNKNOWN_USER: _any(
        r"(?:user|mailbox|recipient|address|account)(?: \S+)? (?:\w+ ){0,2}?(?:unknown|not found|not exist|"
        r"unavailable|disabled|inactive|not listed|rejected: access denied|does ?n[o']t (?:have|exist))",
        "(?:no such|unknown|invalid) (?:user|mailbox|recipient|local|address|account)",
        "does ?n[o']t exist",
        "no mailbox",
        "not a valid (?:user|mailbox)",
        "user doesn't have",
        "who does not exist",
        "не существует",
        "не найден",
        r"неизвестн\w+ (?:адрес|пользовател|получател)",
        "нет такого (?:пользователя|адреса|ящика)",
        r"(?:ящик|адрес|пользователь)\w* (?:\S+ ){0,3}?(?:не найден|отключ[её]н|заблокирован|удал[её]н|неактив)",
        r"неправильн\w+ адрес",
        "(?:addressee|user) (?:unknown|not known)",
        "wrong or no longer valid",
        "no existe",
    ),
    Reason.NO_DOMAIN: _any(
        r"host (?:\S+ )?not found",
        r"domain (?:\S+ )?(?:not found|does not exist|unknown)",
        "name or service not known",
        "nxdomain",
        "no (?:such|mx|route to) (?:domain|host)",
        "bad destination (?:system|mailbox domain)",
        "unrouteable (?:mail )?domain",
        "couldn't find any host",
        "unknown host",
        r"домен\w* (?:\S+ ){0,3}?не (?:найден|существует)",
        "сервер получателя не найден",
    ),
    Reason.TOO_BIG: _any(
        r"(?:message|size) (?:\S+ ){0,3}?(?:too (?:big|large)|exceeds)",
        r"слишком (?:большо|велик)\w*",
        r"превышает \w+ размер",
    ),
    Reason.REFUSED: _any(
        "spam",
        r"\bspf\b",
        r"\bdkim\b",
        r"\bdmarc\b",
        "black ?list",
        "block ?list",
        "blocked",
        "policy",
        "reputation",
        "suspicio",
        "спам",
        r"ч[её]рн\w+ списк",
        r"заблокирован\w* (?:как|политик)",
        "relay(?:ing)? (?:access )?(?:denied|not permitted)",
        "content rejected",
        "virus",
        "вирус",
        "отклонено (?:политик|фильтр)",
        r"rejected by (?:\S+ ){0,3}?(?:filter|rule)",
    ),
    Reason.EXPIRED: _any(
        "retry time(?:out)? (?:not reached|exceeded)",
        "(?:delivery|message|queue) (?:time )?expired",
        "giving up",
        "in (?:the )?queue too long",
        "не удавалось доставить в течение",
        "срок (?:доставки|хранения) исте",
        "timed out",
        "connection (?:refused|timeout)",
    ),
}

DELAYED = _any(
    "warning: (?:message|could not|your)", r"delivery (?:status notification \(delay\)|(?:is |has been )?delayed)",
    "not yet been delivered", "still (?:being retried|trying)", "do not (?:need to )?resend",
    "will (?:continue|keep) (?:trying|to be (?:re)?tried)",
    r"(?:доставка|сообщени\w|письм\w) (?:\S+ ){0,4}?(?:задерж|отложен)", r"задержк\w доставки",
    "пока не (?:удалось|доставлен)", r"попытки (?:доставки |доставить )?(?:\S+ ){0,3}?продолж",
)  # fmt: skip

# Where a plain-text bounce begins to name the addresses it is about.
INTRODUCTIONS = _any(
    r"не (?:может|могут|удалось|было|были|удается|удаётся)(?: быть)? доставлен\w*", "не удалось доставить",
    "не уда[её]тся доставить", r"не доставлен[оыа]?\b",
    r"доставка (?:\S+ ){0,8}?(?:не выполнена|невозможна|не удалась|задерж\w+|отложена)", "не может быть отправлено",
    "не получили ваше (?:сообщение|письмо)",
    r"(?:письмо|сообщение) (?:\S+ ){0,4}?(?:вернулось|возвращено|отклонено|задерж\w+)", "задержка доставки",
    r"(?:адресат|получател[ья]|ящик|пользовател[ья])\w* (?:\S+ ){0,5}?не (?:найден|существует)",
    r"ошибка (?:при )?доставк\w", "qmail-send", "undeliver(?:able|ed)", "could ?n[o']t be delivered",
    "could not deliver", "unable to deliver", r"delivery (?:\S+ ){0,6}?(?:failed|failure|delayed)",
    "failed to deliver", "returned mail",
    r"(?:wasn|weren|hasn|haven)['’]t (?:been )?delivered",
    "error (?:has )?occurred while attempting to deliver",
    r"(?:had|with) (?:\S+ ){0,2}?(?:fatal|transient) (?:\S+ )?errors?",
    "address(?:es)? (?:could ?n[o']t be found|not found|failed)", "not (?:been )?delivered",
    r"can(?:no|')t (?:\S+ )?(?:deliver|send)",
    "did(?: not|n't) reach", "undelivered", "returned to sender", "message rejected",
)  # fmt: skip

# Below this a bounce gives the letter back, with addresses that are nobody's fault.
ORIGINAL = _any(
    r"^\W{0,8}below (?:this line )?is a copy", r"^\W{0,8}(?:this is a copy of (?:the|your) message)",
    r"^\W{0,8}(?:original message (?:follows|headers))", r"^\W{0,8}(?:исходное (?:сообщение|письмо))",
    r"^\W{0,8}(?:(?:текст|копия|заголовки|тема) (?:исходного|вашего|первоначального|недоставленного))",
    r"^\W{0,8}(?:ниже (?:приведен|приведён|следует|находится)\w* (?:копия|текст|заголовк|исходн))",
    r"^\W{0,8}unsent message", r"^\W{0,8}message headers? follow", r"^\W{0,8}включ[её]нное сообщение",
    r"^\W{0,8}return-path:", r"^\W{0,8}received:", r"^\W{0,8}from: .*@", r"^\W{0,8}message-id:",
)  # fmt: skip

MACHINE_SENDERS = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|postmaster|post[-_.]?office|mail-?delivery|mailerdaemon|maildaemon|"
    r"microsoftexchange[0-9a-f]*|bounces?|bounced|no-?reply|daemon|mailadmin|administrator|amavis|mdder|mmdf|smtp|root)"
    r"(?:[+=-].*)?",
    re.IGNORECASE,
)
MACHINE_SUBJECTS = _any(
    "non-delivery", "mail could not be delivered",
    "undeliver", "delivery (?:status|failure|has failed|report|problem|notification)",
    "mail (?:delivery|system error)", "returned mail", "failure notice", "message (?:delivery|status|undeliver)",
    "warning: (?:message|could)", "не доставлен", "недоставлен", "не удалось доставить", "сообщение не доставлено",
    "ошибка доставки", "отч[её]т о (?:не)?доставке", "возврат (?:письма|сообщения)", "задержка доставки",
    "письмо не",
)  # fmt: skip
