"""Consents to personal data processing (152-ФЗ, ст. 9): documents of their own, each with a version."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """A consent's text as shown; `sha256` is the hex digest of exactly that text."""

    key: str
    version: str
    text: str

    @property
    def sha256(self) -> str:
        """Hash of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


ORDER_TEXT = (
    "Я даю согласие на обработку моих персональных данных: фамилии, имени, отчества, телефона, электронной почты, "
    "адреса и ИНН.\n\n"
    "Кому: сервисному центру {centre} и школе.\n"
    "Зачем: оформить заявку, счёт, договор и документы об обучении, ответить на вопросы по заявке.\n"
    "Что делают: собирают, записывают, хранят, уточняют, используют, передают друг другу, удаляют.\n"
    "Срок: пока заявка исполняется и пока этого требует закон о бухгалтерском учёте.\n"
    "Отозвать: напишите в сервисный центр или куратору, данные удалим в течение 30 дней."
)


def quoted(name: str) -> str:
    """Return the name in quotes, unless it has quotes of its own."""
    return name if "«" in name else f"«{name}»"


def order_consent(centre: str) -> ConsentDocument:
    """Return the consent of the person who places an order at the centre."""
    return ConsentDocument("order_consent", "2026-11", ORDER_TEXT.format(centre=quoted(centre)))


STUDENT_TEXT = (
    "Я даю согласие на обработку моих персональных данных: фамилии, имени, отчества, телефона, электронной почты, "
    "сведений об образовании, данных диплома и документа о смене фамилии и их копий{more}.\n\n"
    "Кому: школе. Сервисный центр {centre} увидит только, принята ли анкета: документы ему не показываем.\n"
    "Зачем: зачислить меня на курс, открыть доступ к обучению, выдать документ об обучении и сообщить о нём "
    "в государственный реестр.\n"
    "Что делают: собирают, записывают, проверяют, хранят, уточняют, используют, удаляют.\n"
    "Срок: до конца обучения и выдачи документа, дальше — сколько требует закон.\n"
    "Отозвать: напишите куратору, данные удалим в течение 30 дней."
)


def student_consent(centre: str, *, register: bool) -> ConsentDocument:
    """Return the consent of a student before the questionnaire; `register`: the state register's fields are asked."""
    more = ", даты рождения, пола, СНИЛС и гражданства" if register else ""
    return ConsentDocument("student_consent", "2026-11", STUDENT_TEXT.format(centre=quoted(centre), more=more))
