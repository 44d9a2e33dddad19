"""The door of the page: the proof before anything is shown, locking, foreign sites."""

from school.centre import Role
from school.use_cases.visit_page import VISIT_LASTS
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import browsing, open_pages, placed_secret, proved


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
