"""Words about orders whose letters to students wait, as clients and staff read them in every face. Plain text."""

from school.order import HeldWhy
from wording.plurals import plural

ACCEPT = "Принять заявку"
CAPPED = "Ссылки на анкеты сегодня не отправили: писем слишком много. Ученики получат их, когда заявку примет центр."
REFUSED = (
    "Заявку ещё не подтвердили, поэтому ученикам пока не пишем. Заказчику нужно нажать ссылку в письме о заявке, "
    "или заявку примет сервисный центр."
)
ACCEPTED = "Заявку приняли: ссылки на анкеты отправили ученикам."
ACCEPTED_BEFORE = "Заявка уже подтверждена, ссылки на анкеты отправлены раньше."
CANCELLED = "Заявка отменена: ученикам по ней не пишем."
_TO_STAFF: dict[HeldWhy, str] = {
    "stranger": "Письма ученикам ждут: заказчик ещё не подтвердил свою почту. Если знаете его, примите заявку.",
    "cap": "Письма ученикам ждут: их сегодня слишком много. Проверьте учеников и примите заявку.",
}


def to_staff(held: HeldWhy) -> str:
    """Say to the centre why the students' letters wait and what to do; "" where they do not wait."""
    return _TO_STAFF.get(held, "")


def to_client(held: HeldWhy, mailbox: str) -> str:
    """Say to the client what the students' letters wait for; "" where they do not wait."""
    if held == "stranger":
        return f"Проверьте почту {mailbox}: нажмите ссылку в письме, и ученики получат анкеты."
    return CAPPED if held else ""


def accepted_words(state: str, *, changed: bool) -> str:
    """Say what accepting a held order came to; `state` as `school.use_cases.confirm_order` has it."""
    if state == "cancelled":
        return CANCELLED
    return f"✅ {ACCEPTED}" if changed else ACCEPTED_BEFORE


def confirmed_words(state: str, students: int, *, changed: bool) -> str:
    """Say to the orderer what confirming came to; `state` as `school.use_cases.confirm_order` has it."""
    if state == "cancelled":
        return CANCELLED
    if state == "capped":
        return f"Почту подтвердили. {CAPPED}"
    if not changed:
        return ACCEPTED_BEFORE
    return f"Заявка подтверждена. Ссылку на анкету отправляем {plural(students, 'ученику', 'ученикам', 'ученикам')}."
