"""What people do with invoices and payments in the scenarios, and what they send from their banks."""

from dataclasses import replace

from sandbox.client import Message, Person
from school.billing import Invoice
from school.order import Order
from tests.papers import SETTINGS
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage

OURS, THEIRS = SETTINGS["seller_account"], "40702810900000000001"


async def with_seller(stage: Stage) -> None:
    """Give the usual centre its details."""
    centre = await stage.app.database.uow(stage.clock).centre(CENTRE.number)
    assert centre is not None
    await stage.app.database.save_centre(replace(centre, settings=dict(SETTINGS)))


async def issue(manager: Person, order: Order, typed: str) -> Message:
    """Type an invoice in, from the command to the card."""
    await manager.send(f"/invoice {order.number}")
    await manager.press("Ввести счёт", await manager.wait_for("Счёта ещё нет", timeout=40))
    await manager.wait_for("Номер, дата и сумма", timeout=40)
    await manager.send(typed)
    return await manager.wait_for("Записали счёт", timeout=40)


async def invoices_of(stage: Stage, order: Order) -> list[Invoice]:
    """Read the order's invoices anew."""
    return list(await stage.app.database.uow(stage.clock).invoices_of_order(order.id))


def document(
    amount: str, purpose: str, number: str = "15", inn: str = "5039002841", name: str = "ООО «Ромашка»"
) -> str:
    """Write one incoming payment of a statement."""
    lines = [
        "СекцияДокумент=Платежное поручение",
        f"Номер={number}",
        "Дата=10.03.2027",
        f"Сумма={amount}",
        f"ПлательщикСчет={THEIRS}",
        f"Плательщик={name}",
        f"ПлательщикИНН={inn}",
        f"ПолучательСчет={OURS}",
        "ДатаПоступило=10.03.2027",
        f"НазначениеПлатежа={purpose}",
        "КонецДокумента",
    ]
    return "\n".join(lines)


def statement(total: str, *documents: str, account: str = OURS) -> bytes:
    """Write a statement in cp1251 with its control sum."""
    head = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", "Отправитель=Банк"]
    ours = ["СекцияРасчСчет", "ДатаНачала=10.03.2027", "ДатаКонца=10.03.2027", f"РасчСчет={account}"]
    ours += [f"ВсегоПоступило={total}", "КонецРасчСчет"]
    return "\n".join([*head, *ours, *documents, "КонецФайла", ""]).encode("cp1251")
