"""What an order's page reads of a sent form, and what it shows of kept answers."""

from school.use_cases.order_on_page import raw_of
from tests.samples import catalogue
from web.order_fields import read_form


def test_form_is_read_with_gaps_in_the_students() -> None:
    """Students are read in their order whatever numbers are left; a run brings its course."""
    form = {
        "payer_name": " ООО «Ромашка» ",
        "students.0.name": "А",
        "students.7.run": "osno-a-1",
        "students.x.run": "?",
    }
    raw, confirmed = read_form(form, catalogue())
    assert raw["payer_name"] == "ООО «Ромашка»"
    assert [s["name"] for s in raw["students"]] == ["А", ""]
    assert raw["students"][1]["course"] == "osno-a"
    assert confirmed == set()


def test_only_the_address_that_was_asked_about_is_confirmed() -> None:
    """A box confirms the address it stood by; one changed since is asked about anew; a suggestion takes its place."""
    form = {"students.3.email": "a@yandx.ru", "keep.students.3.email": "a@yandx.ru", "orderer_email": "b@yandx.ru"}
    _, confirmed = read_form(form | {"keep.orderer_email": "c@yandx.ru"}, catalogue())
    assert confirmed == {"students.0.email"}
    raw, confirmed = read_form(form | {"fix.orderer_email": "b@yandex.ru"}, catalogue())
    assert raw["orderer_email"] == "b@yandex.ru"
    assert "orderer_email" not in confirmed
    _, confirmed = read_form({"keep.students.9.email": "x", "keep.rights": "", "fix.a.b": "c"}, catalogue())
    assert confirmed == set()


def test_kept_texts_stand_where_there_is_no_answer() -> None:
    """What was typed wrong is shown until it is answered, here or in chat; a doubt of the chat is shown too."""
    answers = {
        "payer_name": "ООО «Ромашка»",
        "typed": {"payer_inn": "12", "payer_name": "?"},
        "students": [{"name": "А", "typed": {"mobile": "12"}}, {}],
        "pending": {"step": "students.1.email", "problem": "email_typo", "value": "a@yandx.ru"},
    }
    raw = raw_of(answers)
    assert (raw["payer_name"], raw["payer_inn"]) == ("ООО «Ромашка»", "12")
    assert raw["students"][0]["mobile"] == "12"
    assert raw["students"][1]["email"] == "a@yandx.ru"
    assert raw_of({})["students"] == [{}]
