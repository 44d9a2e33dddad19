"""The door of the page: the proof before anything is shown, locking, foreign sites."""

import re

import pytest

from school.centre import Role
from school.people import parse_mobile
from school.use_cases.replace_student import Newcomer, replace_student
from school.use_cases.visit_page import VISIT_LASTS
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import order_of
from tests.scenarios.page_steps import browsing, open_pages, placed_secret, proved
from tests.scenarios.student_steps import link_of, placed_student
from tests.scenarios.test_page_mini_app import init_data, told

NEWCOMER = "lebedeva.t@yandex.ru"


async def test_link_shows_little_before_the_digits_and_locks_after_five_wrong(stage: Stage) -> None:
    """A link shows no name or course before the digits; five wrong ones close it and tell the manager."""
    base = await open_pages(stage)
    manager = await stage.staff(Role.MANAGER, "Пётр")
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await person.open(f"/q/{secret}")
        assert shown.status == 200
        assert "Соколов" not in shown.html
        assert "ФЗ" not in shown.html
        for left in ("4 попытки", "3 попытки", "2 попытки", "1 попытка"):
            shown = await person.press("Продолжить", digits="0000")
            assert left in shown.text
        shown = await person.press("Продолжить", digits="0000")
        assert "Ссылка закрыта" in shown.text
        assert "Ссылка закрыта" in (await person.open(f"/q/{secret}")).text
    await manager.wait_for("закрыта")


async def test_forms_of_foreign_sites_are_refused(stage: Stage) -> None:
    """A form without the seal, or one that the browser says another site sent, changes nothing."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        bare = await person.session.post(f"{base}/q/{secret}/proof", data={"digits": "3333"})
        assert bare.status == 403
        assert person.page is not None
        seal = person.page.forms[0].fields["csrf"][0]
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        crossed = await person.session.post(
            f"{base}/q/{secret}/proof", data={"digits": "3333", "csrf": seal}, headers=headers
        )
        assert crossed.status == 403
        assert "Подтвердите" in (await person.open(f"/q/{secret}")).text


async def test_visit_ends_and_the_page_asks_anew(stage: Stage) -> None:
    """After the visit's hours the page asks for the digits again."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await proved(person, secret, page="me")
        assert "Подтвердите" not in shown.text
        stage.clock.time += VISIT_LASTS
        assert "Подтвердите" in (await person.open(f"/me/{secret}")).text


async def test_wrong_digits_of_another_leave_in_who_has_proved(stage: Stage) -> None:
    """Five wrong digits from another browser close the link to all but the browser that had proved before."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person, browsing(base) as other:
        assert "Согласие" in (await proved(person, secret)).text
        await other.open(f"/q/{secret}")
        for _ in range(5):
            shown = await other.press("Продолжить", digits="0000")
        assert "Ссылка закрыта" in shown.text
        assert "Фамилия" in (await person.press("Даю согласие")).text
        assert "Мои вебинары и курсы" in (await person.open(f"/me/{secret}")).text
        assert "Ссылка закрыта" in (await other.open(f"/me/{secret}")).text
    async with browsing(base) as later:
        assert "Ссылка закрыта" in (await later.open(f"/q/{secret}")).text


async def test_locked_link_opens_inside_telegram_to_the_bound_account(stage: Stage) -> None:
    """The account that has proved opens a locked link as a Mini App; the page offers that, another account gets 403."""
    base = await open_pages(stage)
    student = await placed_student(stage)
    secret = (await link_of(stage)).removeprefix("q_")
    async with browsing(base) as person:
        await person.open(f"/me/{secret}")
        for _ in range(5):
            await person.press("Продолжить", digits="0000")
        shown = await person.open(f"/me/{secret}")
        assert "Ссылка закрыта" in shown.text
        found = re.search(r'data-mini-app="/me/[^"]+/telegram" data-seal="([0-9a-f]{64})"', shown.html)
        assert found is not None
        foreign = init_data(stage, student.id + 1, query_id="another")
        assert (await told(person, f"/me/{secret}", foreign, seal=found[1])).status == 403
        assert (await told(person, f"/me/{secret}", init_data(stage, student.id), seal=found[1])).status == 204
        assert "Мои вебинары и курсы" in (await person.open(f"/me/{secret}")).text


@pytest.mark.parametrize("mobile", ["8 933 933-33-33", "8 933 933-44-44"])
async def test_visit_ends_when_the_student_is_replaced(stage: Stage, mobile: str) -> None:
    """The newcomer's link asks for the digits in the browser where the former student had proved, same mobile or not.

    Neither does it show the former one's other courses.
    """
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    line = (await order_of(stage)).lines[0].id
    before = (await stage.sandbox.letters())["letters"][-1]["id"]
    manager = await stage.staff(Role.MANAGER, "Пётр")
    async with browsing(base) as person:
        assert "Мои вебинары и курсы" in (await proved(person, secret, page="me")).text
        uow = stage.app.database.uow(stage.clock)
        newcomer = Newcomer("Лебедева Татьяна Ивановна", parse_mobile(mobile), NEWCOMER)
        await replace_student(uow, await uow.session(manager.id), line, newcomer, stage.clock.now())
        await uow.commit()
        assert (await person.open(f"/me/{secret}")).status == 410
        renewed = (await link_of(stage, NEWCOMER, after=before)).removeprefix("q_")
        assert renewed != secret
        for page in ("me", "q"):
            shown = await person.open(f"/{page}/{renewed}")
            assert "Подтвердите" in shown.text
            assert "Соколов" not in shown.html
        assert "Лебедева" in (await person.press("Продолжить", digits=mobile[-5:].replace("-", ""))).text
