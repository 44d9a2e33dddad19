"""The page opened inside Telegram: who opened it is believed only when Telegram has signed it, and only once."""

import aiohttp

from tests.init_data import signed
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import order_of
from tests.scenarios.page_steps import PageClient, browsing, open_pages, placed_secret
from tests.scenarios.steps import place
from tests.scenarios.student_steps import link_of, placed_student
from tests.scenarios.test_page_me import client_link


def init_data(stage: Stage, account: int, **changes: object) -> str:
    """Return what Telegram puts into the address when this account opens the page now."""
    token = stage.app.settings.telegram.token.get_secret_value()
    moment = int(stage.clock.now().timestamp())
    return signed(token, user=f'{{"id":{account},"first_name":"Любовь"}}', auth_date=moment, **changes)


async def told(person: PageClient, path: str, data: str, seal: str | None = None) -> aiohttp.ClientResponse:
    """Do what the page's script does inside Telegram."""
    if seal is None:
        assert person.page is not None
        seal = person.page.forms[0].fields["csrf"][0]
    headers = {"X-CSRF": seal, "Content-Type": "text/plain", "Origin": person.base}
    return await person.session.post(f"{person.base}{path}/telegram", data=data.encode(), headers=headers)


async def test_bound_account_opens_without_digits(stage: Stage) -> None:
    """A student who has proved it in chat opens the page inside Telegram at once."""
    base = await open_pages(stage)
    student = await placed_student(stage)
    secret = (await link_of(stage)).removeprefix("q_")
    async with browsing(base) as person:
        assert "Подтвердите" in (await person.open(f"/me/{secret}")).text
        answer = await told(person, f"/me/{secret}", init_data(stage, student.id))
        assert answer.status == 204
        assert "Мои вебинары и курсы" in (await person.open(f"/me/{secret}")).text


async def test_unbound_account_is_asked_and_bound_by_the_digits(stage: Stage) -> None:
    """A new account proves by the digits on the page; the same account then needs them nowhere."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    student = await stage.sandbox.person("Любовь")
    async with browsing(base) as person:
        await person.open(f"/me/{secret}")
        answer = await told(person, f"/me/{secret}", init_data(stage, student.id))
        assert answer.status == 200
        assert person.page is not None
        person.page.forms[0].fields["csrf"] = [await answer.text()]
        shown = await person.press("Продолжить", digits="3333")
        assert "Мои вебинары и курсы" in shown.text
    assert (await order_of(stage)).lines[0].student_id == student.id
    async with browsing(base) as person:
        await person.open(f"/me/{secret}")
        again = init_data(stage, student.id, query_id="another")
        assert (await told(person, f"/me/{secret}", again)).status == 204


async def test_client_who_ordered_in_chat_opens_the_order(stage: Stage) -> None:
    """The chat offers the order's page; the account that placed the order opens it, another is asked for the digits."""
    base = await open_pages(stage)
    client = await stage.client()
    await place(client)
    await client.send("/orders")
    await client.wait_for("Заявка №")
    await client.press("Открыть на странице")
    message = await client.wait_for("На странице видны счёт")
    assert any(f"{base}/me/" in str(button) for row in message.buttons for button in row)
    secret = await client_link(stage)
    async with browsing(base) as person:
        await person.open(f"/me/{secret}")
        assert (await told(person, f"/me/{secret}", init_data(stage, client.id))).status == 204
        assert "Заявка № 0123-0001" in (await person.open(f"/me/{secret}")).text
    async with browsing(base) as person:
        await person.open(f"/me/{secret}")
        assert (await told(person, f"/me/{secret}", init_data(stage, client.id + 1))).status == 200
        assert "Подтвердите" in (await person.open(f"/me/{secret}")).text


async def test_forged_replayed_and_large_data_are_refused(stage: Stage) -> None:
    """Forged data open nothing; what one browser has used another cannot; a long body and no seal are refused."""
    base = await open_pages(stage)
    student = await placed_student(stage)
    secret = (await link_of(stage)).removeprefix("q_")
    data = init_data(stage, student.id)
    path = f"/me/{secret}"
    async with browsing(base) as person:
        await person.open(path)
        assert (await told(person, path, signed("1:foreign", auth_date=0))).status == 403
        assert (await told(person, path, data.replace("hash=", "hash=0"))).status == 403
        assert (await told(person, path, "x" * 9000)).status == 413
        assert (await told(person, path, data, seal="0" * 64)).status == 403
        assert (await told(person, path, data)).status == 204
    async with browsing(base) as thief:
        await thief.open(path)
        assert (await told(thief, path, data)).status == 403
        assert "Подтвердите" in (await thief.open(path)).text
        late = init_data(stage, student.id, query_id="unused")
        stage.clock.move(hours=2)
        assert (await told(thief, path, late)).status == 403


async def test_order_page_keeps_the_account(stage: Stage) -> None:
    """On the order's page the account is kept with the visit, and the forms go on under a new seal."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        answer = await told(person, "/order/0123", init_data(stage, 77))
        assert answer.status == 200
        assert len(await answer.text()) == 64
