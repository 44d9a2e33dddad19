"""The pages behind a proxy that ends TLS: the cookies that browsers get there, and the scenarios played by https."""

from collections.abc import AsyncIterator

import pytest

from school.centre import Role
from tests.scenarios.conftest import Stage, stage
from tests.scenarios.page_steps import browsing, open_pages, placed_secret, proved
from tests.scenarios.staff_steps import asked, link_in_letter, with_mailbox
from tests.scenarios.test_page_abuse import (
    test_new_link_gives_no_new_guesses,
    test_other_account_in_the_same_browser_sees_nothing_proved_before,
    test_pages_work_under_a_path,
    test_too_many_requests_are_told_to_wait,
)
from tests.scenarios.test_page_door import (
    test_forms_of_foreign_sites_are_refused,
    test_link_shows_little_before_the_digits_and_locks_after_five_wrong,
    test_visit_ends_and_the_page_asks_anew,
)
from tests.scenarios.test_page_me import (
    test_client_sees_the_order_and_cares_for_a_student,
    test_student_chooses_mail,
    test_student_writes_to_the_curator_and_is_answered_by_mail,
)
from tests.scenarios.test_page_mini_app import (
    test_bound_account_opens_without_digits,
    test_forged_replayed_and_large_data_are_refused,
    test_order_page_keeps_the_account,
    test_unbound_account_is_asked_and_bound_by_the_digits,
)
from tests.scenarios.test_page_order import (
    test_from_chat_to_page_and_back,
    test_organisation_with_two_students,
    test_repeat_is_asked_and_double_submit_is_one_order,
)
from tests.scenarios.test_page_questionnaire import (
    test_returned_one_asks_only_what_was_returned,
    test_whole_questionnaire_on_the_page_with_two_files,
)
from tests.scenarios.test_page_staff import (
    test_approved_on_the_page_and_the_student_is_told,
    test_leaving_ends_the_session_and_all_of_them,
    test_order_of_a_signed_in_manager_is_filled_in_by_staff,
)
from tests.scenarios.test_page_uploads import (
    test_each_refused_file_is_told_and_the_good_ones_stay,
    test_file_in_pieces_goes_on_after_a_break,
)
from tests.tls_front import fronting

# These scenarios are collected here once more, and play by the stage below.
__all__ = [
    "test_approved_on_the_page_and_the_student_is_told",
    "test_bound_account_opens_without_digits",
    "test_client_sees_the_order_and_cares_for_a_student",
    "test_each_refused_file_is_told_and_the_good_ones_stay",
    "test_file_in_pieces_goes_on_after_a_break",
    "test_forged_replayed_and_large_data_are_refused",
    "test_forms_of_foreign_sites_are_refused",
    "test_from_chat_to_page_and_back",
    "test_leaving_ends_the_session_and_all_of_them",
    "test_link_shows_little_before_the_digits_and_locks_after_five_wrong",
    "test_new_link_gives_no_new_guesses",
    "test_order_of_a_signed_in_manager_is_filled_in_by_staff",
    "test_order_page_keeps_the_account",
    "test_organisation_with_two_students",
    "test_other_account_in_the_same_browser_sees_nothing_proved_before",
    "test_pages_work_under_a_path",
    "test_repeat_is_asked_and_double_submit_is_one_order",
    "test_returned_one_asks_only_what_was_returned",
    "test_student_chooses_mail",
    "test_student_writes_to_the_curator_and_is_answered_by_mail",
    "test_too_many_requests_are_told_to_wait",
    "test_unbound_account_is_asked_and_bound_by_the_digits",
    "test_visit_ends_and_the_page_asks_anew",
    "test_whole_questionnaire_on_the_page_with_two_files",
]

plain_stage = stage


@pytest.fixture(name="stage")
async def tls_stage(plain_stage: Stage) -> AsyncIterator[Stage]:
    """The whole bot, its pages behind a proxy that ends TLS."""
    async with fronting() as front:
        plain_stage.front = front
        yield plain_stage


def attributes(cookie: str) -> tuple[str, set[str]]:
    """Return the name of a Set-Cookie header and the attributes it has."""
    pair, *found = (part.strip() for part in cookie.split(";"))
    return pair.partition("=")[0], set(found)


@pytest.mark.parametrize("path", ["/q/{secret}", "/me/{secret}", "/order/0123"])
async def test_visit_cookie_may_stand_in_the_frame_of_telegram(stage: Stage, path: str) -> None:
    """By https every page of a link answers 200 and gives a cookie that a Mini App in a frame keeps."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await person.open(path.format(secret=secret))
        assert shown.status == 200, shown.text
        cookie = shown.headers["Set-Cookie"]
    expected = {"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"}
    assert attributes(cookie) == ("__Host-visit", expected)


async def test_proof_gives_a_new_cookie_that_opens_the_page(stage: Stage) -> None:
    """The digits are sent and proved by https; the browser gets another cookie and needs no digits after it."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await person.open(f"/q/{secret}")
        before = {one.value for one in person.session.cookie_jar}
        assert "Согласие" in (await proved(person, secret)).text
        assert before.isdisjoint({one.value for one in person.session.cookie_jar})
        assert "Согласие" in (await person.open(f"/q/{secret}")).text


async def test_staff_cookie_stays_out_of_frames_and_is_taken_back(stage: Stage) -> None:
    """The cookie of staff is Lax and not partitioned; leaving takes back the very cookie."""
    base = await open_pages(stage)
    await with_mailbox(stage, Role.CURATOR, "Анна", "anna@shkola.example")
    async with browsing(base) as person:
        shown = await asked(person, "anna@shkola.example")
        await person.open(await link_in_letter(stage, "anna@shkola.example"))
        shown = await person.press("Войти")
        assert "Что сейчас важно" in shown.text
        data = {"csrf": shown.forms[0].fields["csrf"][0]}
        left = await person.session.post(f"{base}/staff/leave", data=data, allow_redirects=False)
        name, told = attributes(left.headers["Set-Cookie"])
        assert name == "__Host-staff"
        assert told == {"HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=0"}
        assert [one.key for one in person.session.cookie_jar if one.key == name] == []
        assert (await person.open("/staff/queue")).status == 401
