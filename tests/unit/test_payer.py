"""The payer's numbers and name against the tables of vectors."""

from collections.abc import Callable

import pytest

from school.errors import BadAnswer
from school.payer import (
    PayerKind,
    check_account,
    check_corr_account,
    parse_bik,
    parse_inn,
    parse_inn_kpp,
    parse_kpp,
    parse_ogrn,
    parse_payer_name,
)
from tests.vectors import Row, load

VECTORS = load("payer")
PLAIN: dict[str, Callable[[str], str]] = {"kpp": parse_kpp, "ogrn": parse_ogrn, "bik": parse_bik}
OF_KIND: dict[str, Callable[[str, PayerKind], str]] = {"inn": parse_inn, "name": parse_payer_name}
ACCOUNTS: dict[str, Callable[[str, str], str]] = {"account": check_account, "corr_account": check_corr_account}


def _rows(names: dict[str, Callable[..., str]], suffix: str) -> list[tuple[str, Row]]:
    return [(name, row) for name in names for row in VECTORS[f"{name}_{suffix}"]]


@pytest.mark.parametrize(("name", "row"), _rows(PLAIN, "good"))
def test_good_numbers_are_returned_clean(name: str, row: Row) -> None:
    """КПП, ОГРН and БИК come back without spaces and labels."""
    assert PLAIN[name](row["text"]) == row["value"]


@pytest.mark.parametrize(("name", "row"), _rows(PLAIN, "bad"))
def test_bad_numbers_are_refused_with_their_problem(name: str, row: Row) -> None:
    """A wrong КПП, ОГРН or БИК is refused with the code of what is wrong and the text itself."""
    with pytest.raises(BadAnswer) as caught:
        PLAIN[name](row["text"])
    assert (caught.value.problem, caught.value.value) == (row["problem"], row["text"])


@pytest.mark.parametrize(("name", "row"), _rows(OF_KIND, "good"))
def test_good_answers_of_a_kind_are_returned_clean(name: str, row: Row) -> None:
    """An ИНН and a name that fit the payer's kind come back clean."""
    assert OF_KIND[name](row["text"], PayerKind(row["kind"])) == row["value"]


@pytest.mark.parametrize(("name", "row"), _rows(OF_KIND, "bad"))
def test_bad_answers_of_a_kind_are_refused(name: str, row: Row) -> None:
    """An ИНН or a name that does not fit the payer's kind is refused with its problem."""
    with pytest.raises(BadAnswer) as caught:
        OF_KIND[name](row["text"], PayerKind(row["kind"]))
    assert caught.value.problem == row["problem"]


@pytest.mark.parametrize("row", VECTORS["inn_kpp_good"])
def test_inn_and_kpp_pasted_together_are_told_apart(row: Row) -> None:
    """An ИНН with a КПП behind it is read in every way people paste it."""
    assert parse_inn_kpp(row["text"]) == (row["inn"], row.get("kpp"))


@pytest.mark.parametrize("row", VECTORS["inn_kpp_bad"])
def test_wrong_pairs_are_refused(row: Row) -> None:
    """A wrong half of the pair, or a КПП of a person, is refused with its problem."""
    with pytest.raises(BadAnswer) as caught:
        parse_inn_kpp(row["text"], PayerKind(row["kind"]))
    assert caught.value.problem == row["problem"]


@pytest.mark.parametrize(("name", "row"), _rows(ACCOUNTS, "good"))
def test_accounts_that_fit_the_bank_pass(name: str, row: Row) -> None:
    """An account whose key fits the БИК passes."""
    assert ACCOUNTS[name](row["bik"], row["text"]) == row["value"]


@pytest.mark.parametrize(("name", "row"), _rows(ACCOUNTS, "bad"))
def test_accounts_that_do_not_fit_the_bank_are_refused(name: str, row: Row) -> None:
    """An account with a wrong key or length is refused."""
    with pytest.raises(BadAnswer) as caught:
        ACCOUNTS[name](row["bik"], row["text"])
    assert caught.value.problem == row["problem"]


def test_a_name_beyond_300_signs_is_refused() -> None:
    """An organisation's name is at most 300 characters long."""
    assert parse_payer_name("Ю" * 300, PayerKind.ORGANISATION) == "Ю" * 300
    with pytest.raises(BadAnswer, match="payer_name_long"):
        parse_payer_name("Ю" * 301, PayerKind.ORGANISATION)
