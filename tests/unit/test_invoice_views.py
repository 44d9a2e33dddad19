"""What is typed about invoices and payments, and the screens that answer it."""

from argparse import Namespace
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli.centre_set import set_centre
from bot.cli.common import OperatorError, opened
from bot.config import Settings
from bot.context import Settings as ChatSettings
from bot.replies import Screen, message_params
from bot.views import bank, invoice, payment
from mail.samples import invoice as invoice_data
from paper.contract import contract_template
from paper.invoice_files import invoice_files
from school.billing import AskWhom, Invoice, Payment, Share
from school.centre import Centre
from school.errors import BadAnswer
from school.matching import Hit
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.use_cases.issue_invoice import Billing, parse_issued
from school.use_cases.receive_payment import Plan, Planned, Row, parse_money, parse_several, reads_several
from school.use_cases.settle_payment import Told, Unsettled
from tests.papers import SETTINGS
from tests.samples import CENTRE

TODAY = date(2027, 5, 12)
CHAT = ChatSettings("Europe/Moscow", "bot")
PERSON = Payer(PayerKind.INDIVIDUAL, "Орлова Екатерина <&> Владимировна", None, None, "127018, г. Москва")


def line(place: int) -> OrderLine:
    """A student of the sample order."""
    day = date(2027, 5, 25)
    name = f"Соколова Любовь {'<Андреевна' * 6}"
    return OrderLine(
        f"{place:032d}", name, "+79339333333", "a@example.ru", "c", "r", "t", "Курс <&>", "Базовый", 2_450_000, day, day
    )


def order(count: int = 40) -> Order:
    """An order of a person with many students."""
    who = Orderer("Орлова Екатерина Владимировна", "+79161234567", "orlova@example.ru")
    lines = tuple(line(place) for place in range(count))
    return Order("0" * 32, "0123-0042", "0123", "d", PERSON, who, lines, datetime(2027, 5, 1, tzinfo=UTC), 1)


def bill(of: Order, **changes: Any) -> Invoice:
    """An invoice for all of the order."""
    lines = tuple((one.id, one.price) for one in of.lines)
    made = Invoice("1" * 16, of.id, "0123", "ШК-<57>", date(2027, 5, 5), of.total, None, PERSON.name, lines)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("said", "number", "day", "total"),
    [
        ("57 от 5 мая, 49 000", "57", date(2027, 5, 5), 4_900_000),
        ("№ 57 от 05.05.2027 на сумму 49000,50 руб.", "57", date(2027, 5, 5), 4_900_050),
        ("счёт ШК-57/1 от 5 мая 2027 г., 24 500 ₽", "ШК-57/1", date(2027, 5, 5), 2_450_000),
        ("57 от 5 мая 2500", "57", date(2027, 5, 5), 250_000),
        ("57, 5.05, 49 000", "57", date(2027, 5, 5), 4_900_000),
        ("57 от 30 декабря, 1 000", "57", date(2026, 12, 30), 100_000),
    ],
)
def test_an_invoice_is_read_in_one_line(said: str, number: str, day: date, total: int) -> None:
    """Number, date and sum are read however people write them."""
    read = parse_issued(said, TODAY)
    assert (read.number, read.issued_on, read.total) == (number, day, total)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("57", "invoice_form"),
        ("57 49 000", "invoice_form"),
        ("57 от 5 мая", "invoice_form"),
        ("57 от 31.02, 49 000", "day_absent"),
        ("57 от 13 мая 2027, 49 000", "day_future"),
        ("57 от 5 мая 2020, 49 000", "day_old"),
        ("57 от 5 мая, 0", "sum_zero"),
    ],
)
def test_a_bad_invoice_is_refused_with_its_reason(said: str, problem: str) -> None:
    """What is wrong has a code of its own."""
    with pytest.raises(BadAnswer) as caught:
        parse_issued(said, TODAY)
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("said", "amount", "day"),
    [
        ("49 000 12.05", 4_900_000, TODAY),
        ("24500,50", 2_450_050, TODAY),
        ("12 мая", 777, TODAY),
        ("вчера", 777, date(2027, 5, 11)),
        ("24 500 ₽ 5 мая 2027", 2_450_000, date(2027, 5, 5)),
        ("возврат 24 500 11.05", -2_450_000, date(2027, 5, 11)),
        ("-24 500", -2_450_000, TODAY),
    ],
)
def test_a_payment_is_read(said: str, amount: int, day: date) -> None:
    """A sum, a day, both or a refund; what is left out is the rest and today."""
    assert parse_money(said, TODAY, 777) == (amount, day)


@pytest.mark.parametrize("said", ["возврат", "", "много", "-"])
def test_a_bad_payment_is_refused(said: str) -> None:
    """Nothing is recorded of what cannot be read."""
    with pytest.raises(BadAnswer):
        parse_money(said, TODAY, 0)


def test_several_are_read_and_other_texts_are_not() -> None:
    """The shape «57, 58 и 61 оплачены 12.05» alone counts."""
    rows = parse_several("57, № 58 и ШК-61 оплачены 11.05", TODAY)
    assert rows == tuple(Row(number, date(2027, 5, 11)) for number in ("57", "58", "ШК-61"))
    assert parse_several("счёт 57 оплачен", TODAY) == (Row("57", TODAY),)
    for said in ("Здравствуйте, 57 оплачен?", "оплачено", "заявка 0123-0042", "Иванов оплачен"):
        assert not reads_several(said)
        assert parse_several(said, TODAY) is None


def screens() -> list[Screen]:
    """Every screen of invoices and payments with long and hostile values."""
    of = order()
    it = bill(of, paid=100, edition=2, valid_until=TODAY)
    found = Billing(of, CENTRE, (it,), of.lines[:2], ("seller_inn", "seller_kpp"))
    paid = Payment("2" * 16, "0123", TODAY, 2_450_000, "5039002841", "ООО <&>", "<b>" * 90, "statement", "k")
    ask = AskWhom(paid.id, 2_450_000, tuple(Share(it.id, one.id, one.price) for one in of.lines), of.lines[3].id)
    plan = Plan(tuple(Planned(Row("57", TODAY), it, 100) for _ in range(50)), ("<9>",) * 30, ("8",), 2, "d" * 12)
    waiting = Unsettled(paid, 100, (Hit((it.id,), ("number", "part_sum")),), (it,))
    return [
        invoice.billing(found, CHAT, note="✅", undo="s" * 24),
        invoice.billing(replace(found, invoices=()), CHAT),
        invoice.billing(replace(found, invoices=(it, it), gaps=()), CHAT),
        invoice.one(found, it, CHAT, undo="s" * 24),
        invoice.gaps(found),
        invoice.edit(it),
        invoice.ask_change(it, "sum"),
        invoice.leave_out(found, it, CHAT),
        invoice.leave_out(found, it, CHAT, 1),
        invoice.cancel_sure(it),
        payment.ask_payment(it),
        payment.told(Told(paid, (it,), (of,), ask=ask, undo="s" * 24), in_chat=True),
        payment.told(Told(paid, (it,), doubt=True), in_chat=True),
        payment.told(Told(paid, (it,), rest=-100, undo="s" * 24), in_chat=True),
        payment.planned(plan),
        bank.listed("0123", [waiting] * 3, 1, in_chat=True),
    ]


@pytest.mark.parametrize("place", range(len(screens())))
def test_screens_fit(place: int) -> None:
    """Screens escape what people typed, fit Telegram's limits and speak no None."""
    screen = screens()[place]
    assert "None" not in screen.text
    assert len(screen.text) <= 4096
    for hostile in ("<57>", "<&>", "<9>", "<Андреевна"):
        assert hostile not in screen.text
    for row in message_params(screen, 1).get("reply_markup", {}).get("inline_keyboard", []):
        assert all(len(button["callback_data"].encode()) <= 64 for button in row)


def test_without_chat_data_there_are_initials_and_sums_only() -> None:
    """Where chats hold no personal data, neither a whole name nor a payment's purpose is shown."""
    chat = replace(CHAT, in_chat=False)
    of = order(2)
    one = replace(of.lines[0], name="Соколова Любовь Андреевна")
    of = replace(
        of, lines=(one, replace(one, id="9" * 32)), payer=replace(PERSON, name="Орлова Екатерина Владимировна")
    )
    it = bill(of)
    card = invoice.one(Billing(of, CENTRE, (it,), (), ()), it, chat).text
    assert "С. Л. А." in card
    assert "Любовь" not in card
    assert "Екатерина" not in card
    paid = Payment("2" * 16, "0123", TODAY, 2_450_000, "500100732259", "Петров Пётр", "за Соколову", "statement", "k")
    listed = bank.listed("0123", [Unsettled(paid, 2_450_000, (), ())], 0, in_chat=False).text
    assert "Петров" not in listed
    assert "Соколову" not in listed


def test_an_own_contract_takes_the_place_of_ours() -> None:
    """With a centre's own template the contract is a DOCX alone; an invoice typed in has no papers."""
    own = invoice_data(template=b64encode(contract_template()).decode())
    assert [one.name for one in invoice_files(own)] == ["Счёт 57.pdf", "Договор 57.docx"]
    assert invoice_files(invoice_data(generated=False)) == ()


def settings_at(folder: Path) -> Settings:
    """Settings over a database of the test's own."""
    url = f"sqlite+aiosqlite:///{folder}/bot.db"
    return Settings(telegram={"token": "1:aaaaaaaaaaaaaaa"}, database={"url": url})


async def test_the_sellers_details_are_set_checked_and_shown(tmp_path: Path) -> None:
    """`centre set` keeps what is good, refuses all of a line with a fault, and says what is missing."""
    settings = settings_at(tmp_path)
    async with opened(settings) as database:
        await database.save_centre(Centre("0123", "СЦ", "centre@example.ru"))
    pairs = [f"{key}={value}" for key, value in SETTINGS.items()]
    said = await set_centre(settings, Namespace(number="0123", pairs=[one for one in pairs if "seller_kpp" not in one]))
    assert "seller_kpp — КПП" in said
    assert "Реквизиты полные" in await set_centre(settings, Namespace(number="0123", pairs=["seller_kpp=667101001"]))
    template = tmp_path / "dogovor.docx"
    template.write_bytes(contract_template())
    said = await set_centre(settings, Namespace(number="0123", pairs=[f"contract_template={template}"]))
    assert "свой шаблон" in said
    for wrong in ("seller_inn=123", "foo=1", "seller_inn", f"contract_template={tmp_path}/no.docx"):
        with pytest.raises(OperatorError):
            await set_centre(settings, Namespace(number="0123", pairs=[wrong]))
    with pytest.raises(OperatorError):
        await set_centre(settings, Namespace(number="0999", pairs=[]))
    async with opened(settings) as database:
        (centre,) = await database.centres()
    assert centre.settings["seller_inn"] == SETTINGS["seller_inn"]
    assert b64decode(centre.settings["contract_template"]) == contract_template()
