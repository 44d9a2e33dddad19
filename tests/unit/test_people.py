"""Names, mobiles, addresses and pasted lines against the tables of vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import BadAnswer
from school.people import (
    BadLine,
    ContactLine,
    email_hint,
    fold,
    format_mobile,
    mailbox_kind,
    parse_contact_line,
    parse_contact_lines,
    parse_email,
    parse_full_name,
    parse_mobile,
    same_mailbox,
    same_surname,
)
from tests.vectors import Row, load

VECTORS = load("people")


@pytest.mark.parametrize("row", VECTORS["name_good"])
def test_names_are_read_into_parts(row: Row) -> None:
    """A full name gets its capitals, initials, greeting and the flags a curator looks at."""
    name = parse_full_name(row["text"])
    assert (name.full, name.initials, name.greeting) == (row["full"], row["initials"], row["greeting"])
    assert name.flags == frozenset(row.get("flags", []))


@pytest.mark.parametrize("row", VECTORS["name_bad"])
def test_names_unfit_for_documents_are_refused(row: Row) -> None:
    """Initials, missing parts and signs that are no letters are refused with their problem."""
    with pytest.raises(BadAnswer) as caught:
        parse_full_name(row["text"])
    assert caught.value.problem == row["problem"]


def test_an_endless_name_is_refused() -> None:
    """A name longer than any real one is refused."""
    with pytest.raises(BadAnswer, match="name_long"):
        parse_full_name("Соколова " + "а" * 200)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is sent as a person's line, the answer is a person or a problem, never a crash."""
    for found in parse_contact_lines(text):
        assert isinstance(found, ContactLine | BadLine)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded text is its own fold, so stored folds stay comparable."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("row", VECTORS["surnames"])
def test_surnames_are_compared_by_meaning(row: Row) -> None:
    """Case, ё, dashes and look-alike letters inside a mixed word do not make a surname another one."""
    assert same_surname(row["one"], row["other"]) is row["same"]


@pytest.mark.parametrize("row", VECTORS["mobile_good"])
def test_mobiles_become_e164(row: Row) -> None:
    """A mobile number is read in every usual spelling and shown in one."""
    assert parse_mobile(row["text"]) == row["value"]
    assert format_mobile(row["value"]) == row["shown"]


@pytest.mark.parametrize("row", VECTORS["mobile_bad"])
def test_numbers_that_are_no_mobile_are_refused(row: Row) -> None:
    """Toll-free, landline and broken numbers are refused with their problem."""
    with pytest.raises(BadAnswer) as caught:
        parse_mobile(row["text"])
    assert caught.value.problem == row["problem"]


@pytest.mark.parametrize("row", VECTORS["email_good"])
def test_addresses_are_normalised(row: Row) -> None:
    """An address loses its wrapping and its domain's capitals."""
    assert parse_email(row["text"]) == row["value"]


@pytest.mark.parametrize("row", VECTORS["email_bad"])
def test_broken_addresses_are_refused_with_reason_and_hint(row: Row) -> None:
    """A broken address is refused with the reason and, where it can be guessed, the right one."""
    with pytest.raises(BadAnswer, match="email_bad") as caught:
        parse_email(row["text"])
    assert caught.value.data == {"reason": row["reason"], "hint": row.get("hint")}


@pytest.mark.parametrize("row", VECTORS["hints"] + VECTORS["no_hints"])
def test_only_slips_get_a_hint(row: Row) -> None:
    """A slip in a known service's domain is noticed, a real domain is left alone."""
    assert email_hint(row["address"]) == row.get("hint")


@pytest.mark.parametrize("row", VECTORS["mailboxes"])
def test_role_mailboxes_are_told_from_personal_ones(row: Row) -> None:
    """A role's name, also with digits, is a shared mailbox; a role with a suffix is asked about."""
    assert mailbox_kind(row["address"]) == row["kind"]


@pytest.mark.parametrize("row", VECTORS["same_mailboxes"])
def test_spellings_of_one_mailbox_are_one(row: Row) -> None:
    """Two spellings that the service delivers to one mailbox are the same."""
    assert same_mailbox(row["one"], row["other"]) is row["same"]


@pytest.mark.parametrize("row", VECTORS["contact_good"])
def test_a_contact_line_is_read_in_any_order(row: Row) -> None:
    """Name, mobile and address are found in any order and with any separator."""
    line = parse_contact_line(row["text"])
    assert (line.name.full, line.mobile, line.email) == (
        "Соколова Любовь Андреевна",
        "+79339333333",
        "sokolova.l@yandex.ru",
    )


@pytest.mark.parametrize("row", VECTORS["contact_bad"])
def test_all_faults_of_a_line_are_told_at_once(row: Row) -> None:
    """A bad line names everything that is wrong with it; read alone, it raises the first."""
    [line] = parse_contact_lines(row["text"])
    assert isinstance(line, BadLine)
    assert [problem.problem for problem in line.problems] == row["problems"]
    with pytest.raises(BadAnswer, match=row["problems"][0]):
        parse_contact_line(row["text"])


def test_cells_from_a_spreadsheet_are_read_without_the_header() -> None:
    """Pasted cells lose their header and row numbers; a bad row keeps its number."""
    pasted = (
        "№\tФИО\tТелефон\tПочта\n"
        "1\tСоколова Любовь Андреевна\t89339333333\tsokolova@mail.ru\n"
        "\n"
        "2\tЛебедева Т. И.\t\tlebedeva@mail.ru\n"
    )
    good, bad = parse_contact_lines(pasted)
    assert isinstance(good, ContactLine)
    assert isinstance(bad, BadLine)
    assert (good.name.full, bad.number) == ("Соколова Любовь Андреевна", 4)


def test_people_written_over_several_lines_are_kept_apart() -> None:
    """When every line holds one thing, a new person begins where a thing repeats."""
    pasted = "Соколова Любовь\n89339333333\na.s@mail.ru\n\nЛебедева Татьяна\nt.l@mail.ru\n89339333334"
    people = parse_contact_lines(pasted)
    assert [person.email for person in people if isinstance(person, ContactLine)] == ["a.s@mail.ru", "t.l@mail.ru"]
