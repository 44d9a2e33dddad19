"""Bank statements: every encoding, whole or not at all, the same money under the same key."""

import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper import statement_text
from paper.bank_statement import BankDocument, Statement, StatementRefused, payment_of, read_statement
from school.matching import Reason
from tests.vectors import Row, load
from wording.statements import HITS, REFUSALS, explain_hit, explain_statement, unchecked_account

OURS, SECOND, THEIRS = "40702810138250123017", "40602810700000000025", "40702810900000000001"
VECTORS = load("statement")


def _document(**changes: str | None) -> str:
    fields: dict[str, str | None] = {
        "Номер": "15",
        "Дата": "12.05.2027",
        "Сумма": "24500.00",
        "ПлательщикСчет": THEIRS,
        "Плательщик": "ООО «Ромашка»",
        "ПлательщикИНН": "5039002841",
        "ПолучательСчет": OURS,
        "Получатель": 'ООО "СЦ Пример"',
        "ДатаПоступило": "12.05.2027",
        "НазначениеПлатежа": "Оплата по счету № 57 от 05.05.2027",
    }
    lines = [f"{key}={value}" for key, value in (fields | changes).items() if value is not None]
    return "\n".join(["СекцияДокумент=Платежное поручение", *lines, "КонецДокумента"])


def _account(total: str | None = "24500.00", account: str = OURS, day: str = "12.05.2027") -> str:
    lines = ["СекцияРасчСчет", f"ДатаНачала={day}", f"ДатаКонца={day}", f"РасчСчет={account}", "НачальныйОстаток=0.00"]
    return "\n".join(lines + ([f"ВсегоПоступило={total}"] if total is not None else []) + ["КонецРасчСчет"])


def _text(*parts: str, declared: str = "Windows") -> str:
    head = ["1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={declared}", "Отправитель=Банк"]
    return "\n".join([*head, *parts, "КонецФайла", ""])


def _read(*parts: str, encoding: str = "cp1251") -> Statement:
    return read_statement(_text(*parts).encode(encoding))


def _refused(content: bytes) -> StatementRefused:
    with pytest.raises(StatementRefused) as caught:
        read_statement(content)
    assert explain_statement(caught.value)
    return caught.value


def _one(*parts: str) -> BankDocument:
    (document,) = _read(*parts).documents
    return document


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["Windows", "DOS"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding(encoding: str, declared: str, line_end: str) -> None:
    """A file is read in the encoding that it is in, whatever it declares and however its lines end."""
    document = _document(Плательщик="ООО Ромашка", НазначениеПлатежа="Счёт № 57")
    text = _text(_account(), document, declared=declared).replace("\n", line_end)
    (found,) = read_statement(text.encode(encoding)).incoming
    assert (found.number, found.dated, found.amount) == ("15", date(2027, 5, 12), 2450000)
    assert (found.payer_name, found.payer_inn, found.payer_account) == ("ООО Ромашка", "5039002841", THEIRS)
    assert (found.purpose, found.kind, found.account) == ("Счёт № 57", "Платежное поручение", OURS)


def test_keys_are_the_same_in_every_file() -> None:
    """The same document has the same key in another encoding, another file and another order; another one has not."""
    key = _one(_account(), _document()).key
    parts = (_document(Номер="16", Сумма="1"), _document(Плательщик="Ромашка", НовоеПоле="1"), _account("24501.00"))
    dos = read_statement(_text(*parts).encode("cp866", errors="ignore"))
    assert [one.key == key for one in dos.documents] == [False, True]
    changes = {"Номер": "16", "Дата": "11.05.2027", "ПлательщикИНН": "6663003127", "НазначениеПлатежа": "Счет 58"}
    for name, value in changes.items():
        assert _one(_account(), _document(**{name: value})).key != key


def test_incoming_is_ours_and_received() -> None:
    """Outgoing documents, those not yet received and transfers between our own accounts are no payments."""
    statement = _read(
        _account("24500,00"),
        _account("100", SECOND),
        _document(),
        _document(Номер="2", ПлательщикСчет=OURS, ПолучательСчет=THEIRS, ДатаПоступило="", ДатаСписано="12.05.2027"),
        _document(Номер="3", ДатаПоступило=None),
        _document(Номер="4", ДатаПоступило="01.01.0001"),
        _document(Номер="5", Сумма="100", ПлательщикСчет=OURS, ПолучательСчет=SECOND),
    )
    assert [one.number for one in statement.incoming] == ["15"]
    assert len(statement.documents) == 5
    assert [(one.account, one.told, one.counted) for one in statement.accounts] == [
        (OURS, 2450000, 2450000),
        (SECOND, 10000, 10000),
    ]
    assert statement.period == (date(2027, 5, 12), date(2027, 5, 12))


def test_days_of_an_account_add_up() -> None:
    """An account's sections of several days add up; a section that is repeated counts once."""
    statement = _read(
        _account("100", day="12.05.2027"),
        _account("200", day="13.05.2027"),
        _account("200", day="13.05.2027"),
        _document(Сумма="100"),
        _document(Сумма="200"),
    )
    assert [one.told for one in statement.accounts] == [30000]
    assert statement.period == (date(2027, 5, 12), date(2027, 5, 13))


def test_repeated_documents() -> None:
    """A document that the file repeats counts once; documents alike that all make the sum keep keys of their own."""
    once = _read(_account(), _document(), _document())
    assert len(once.documents) == 1
    twice = _read(_account("49000.00"), _document(), _document())
    assert len({one.key for one in twice.documents}) == 2
    assert {one.key for one in once.documents} < {one.key for one in twice.documents}


def test_an_absent_control_sum_is_told() -> None:
    """Without the file's own sum it is read, and the account is named as unchecked."""
    statement = _read(_account(None), _document())
    assert (statement.unchecked, len(statement.incoming)) == ((OURS,), 1)
    assert _read(f"РасчСчет={OURS}", _document()).unchecked == (OURS,)
    assert _read(f"РасчСчет={SECOND}", _account(), _document()).unchecked == (SECOND,)


@pytest.mark.parametrize("row", VECTORS["amount_good"])
def test_amounts_become_kopecks(row: Row) -> None:
    """Amounts are read with a point, a comma or nothing, without a float in between."""
    assert _one(_account(row["text"]), _document(Сумма=row["text"])).amount == row["kopecks"]


@pytest.mark.parametrize("text", VECTORS["amount_bad"])
def test_bad_amounts_refuse_the_file(text: str) -> None:
    """An amount that is none refuses the whole file and names the document."""
    error = _refused(_text(_account(), _document(), _document(Номер="7", Сумма=text)).encode("cp1251"))
    assert (error.reason, error.data["number"], error.data["value"]) == ("bad_amount", "7", text.strip())
    assert _refused(_text(_account(text or "-"), _document()).encode("cp1251")).reason == "bad_amount"


@pytest.mark.parametrize("text", ["31.02.2027", "2027-05-12", "12.05.27", "вчера", "12.13.2027"])
@pytest.mark.parametrize("key", ["Дата", "ДатаПоступило"])
def test_bad_dates_refuse_the_file(key: str, text: str) -> None:
    """A date that is none refuses the whole file."""
    error = _refused(_text(_account(), _document(**{key: text})).encode("cp1251"))
    assert (error.reason, error.data["value"]) == ("bad_date", text)


def test_purposes_in_pieces() -> None:
    """The purpose is joined of its lines, whole or numbered, and of a line that the bank has broken."""
    pieces = {f"НазначениеПлатежа{place}": word for place, word in enumerate(("Оплата", "по счету", "№ 57"), 1)}
    assert _one(_account(), _document(**pieces, НазначениеПлатежа=None)).purpose == "Оплата по счету № 57"
    whole = "Оплата по счету № 57 от 05.05"
    assert _one(_account(), _document(**pieces, НазначениеПлатежа=whole)).purpose == whole
    assert _one(_account(), _document(**pieces, НазначениеПлатежа="Оплата")).purpose == "Оплата по счету № 57"
    assert _one(_account(), _document(НазначениеПлатежа="Оплата\nпо счету 57")).purpose == "Оплата по счету 57"


@pytest.mark.parametrize(
    ("name", "purpose", "odd"),
    [
        ("ends_with_konec_vypiski", "Оплата по счету № 57 от 01.02.2026 за обучение. НДС не облагается", ()),
        ("negative_sum_of_outgoing", "Оплата по счету № 57 от 01.02.2026 за обучение. НДС не облагается", ("3",)),
        ("number_broken_by_line", "Оплата по счету № 5\n7 от 01.02.2026", ()),
        ("purpose_line_with_equals", "Оплата по счету № 57 от 01.02.2026 сумма=24500-00 в т.ч. НДС=0", ()),
    ],
)
def test_statements_as_banks_write_them(name: str, purpose: str, odd: tuple[str, ...]) -> None:
    """What decides nothing refuses nothing: another last word, a fee with a minus, words of a purpose with «=»."""
    found = read_statement((Path(__file__).parent.parent / "statements" / f"st_{name}.txt").read_bytes())
    assert [one.purpose for one in found.incoming] == [purpose]
    assert tuple(one.number for one in found.odd) == odd


def test_words_of_a_purpose_are_no_keys() -> None:
    """Behind a purpose a line is its key's own only where its left side is written as one and has no value yet."""
    wrapped = "Оплата по счету\nСумма=24500-00\nНДС=0\n№ 57"
    found = _one(_account(), _document(НазначениеПлатежа=wrapped))
    assert found.purpose == "Оплата по счету Сумма=24500-00 НДС=0 № 57"
    assert found.amount == 2450000
    kept = _one(_account(), _document(НазначениеПлатежа="Оплата по счету 57\nКодНазПлатежа=1"))
    assert kept.purpose == "Оплата по счету 57"


def test_a_line_of_the_bank_behind_the_end_is_passed_over() -> None:
    """A signature under the last line refuses nothing; another statement there does."""
    whole = _text(_account(), _document())
    assert read_statement(f"{whole}\nФайл сформирован 05.02.2026\n".encode("cp1251")).incoming
    assert _refused(f"{whole}\n{whole}".encode("cp1251")).reason == "after_end"


@pytest.mark.parametrize("row", VECTORS["payer"])
def test_payers(row: Row) -> None:
    """An ИНН before the name is taken off it and used where the field has none; a person's address is cut off."""
    found = _one(_account(), _document(Плательщик=row["name"], ПлательщикИНН=row["inn"], Плательщик1=row.get("name1")))
    assert (found.payer_name, found.payer_inn or "") == (row["read"], row["read_inn"])


def test_accounts_of_indirect_payments() -> None:
    """The payee's account may stand under either of its names."""
    assert _one(_account(), _document(ПолучательСчет=THEIRS, ПолучательРасчСчет=OURS)).account == OURS


def _broken(reason: str) -> bytes:
    whole = _text(_account(), _document())
    many = "\n".join([_account(), *["СекцияДокумент=\nКонецДокумента"] * (statement_text.MAX_DOCUMENTS + 1)])
    made: dict[str, Any] = {
        "not_a_statement": "Выписка\n" + whole,
        "cut_off": whole.replace("КонецФайла", ""),
        "after_end": whole + whole,
        "section_open": whole.replace("КонецДокумента\n", ""),
        "control_sum": _text(_account("24500.01"), _document()),
        "too_big": _text(many),
        "own_account_missing": _text(_document()),
    }
    return made[reason].encode("cp1251")  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "reason",
    ["not_a_statement", "cut_off", "after_end", "section_open", "control_sum", "too_big", "own_account_missing"],
)
def test_what_is_not_whole_is_refused(reason: str) -> None:
    """A file that is none, is cut, goes on, has open sections, sums that differ or no account is refused by name."""
    assert _refused(_broken(reason)).reason == reason


def test_the_control_sum_tells_both_sums() -> None:
    """Where the sums differ, the account and both sums are told."""
    error = _refused(_broken("control_sum"))
    assert error.data == {"account": OURS, "told": 2450001, "counted": 2450000}
    assert "24\u00a0500,01\u00a0₽" in explain_statement(error)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not_a_statement"),
        (b"PK\x03\x04", "not_a_statement"),
        (b"1CClientBankExchange", "cut_off"),
        (b"1CClientBankExchange\r\n\xff\xfe\x00", "wrong_encoding"),
        (_text(_account()).encode("utf-16"), "wrong_encoding"),
        (_text(_account()).encode("utf-8").replace("Банк".encode(), b"\xff\xff"), "wrong_encoding"),
        (_text(_account()).encode("cp1251").replace("Банк".encode("cp1251"), b"\x98"), "wrong_encoding"),
        (b"1CClientBankExchange\n" + bytes(statement_text.MAX_BYTES), "too_big"),
    ],
    ids=["empty", "zip", "name only", "garbage", "utf-16", "bad utf-8", "bad cp1251", "big"],
)
def test_broken_files(content: bytes, reason: str) -> None:
    """Files of other kinds, damaged text and files over the limit are refused, each with its reason."""
    assert _refused(content).reason == reason


@given(st.integers(0, 1500))
def test_no_piece_of_a_file_passes_for_the_whole(cut: int) -> None:
    """A file cut anywhere before its last word is refused."""
    content = _text(_account(), _document()).encode("cp1251")
    end = content.index("КонецФайла".encode("cp1251")) + len("КонецФайла")
    if cut < end:
        _refused(content[:cut])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    """Whatever stands in a file, it is read or refused, and nothing else happens."""
    whole = _text(_account(), _document()).encode("cp1251").split(b"\n")
    for content in (noise, b"\n".join([*whole[:12], noise, *whole[12:]])):
        with suppress(StatementRefused):
            assert read_statement(content).accounts


def test_every_reason_has_its_words() -> None:
    """Each reason of a refusal has a sentence, and each reason of a suggestion its words, which join into one."""
    assert set(REFUSALS) == set(statement_text.REASONS)
    assert set(HITS) == set(get_args(Reason))
    words = explain_hit(("number", "part_sum", "other_payer"))
    assert words == (
        "номер счёта есть в назначении, но заплачено меньше, чем осталось по счёту, заплатил другой плательщик"
    )
    assert explain_hit(("sum_only",)) == "сходится только сумма"
    assert OURS in unchecked_account(OURS)


def test_an_incoming_document_becomes_a_payment() -> None:
    """A payment has the day of receipt, not the order's, and the document's key; an outgoing one makes none."""
    document = _one(_account(), _document(ДатаПоступило="13.05.2027"))
    payment = payment_of(document, "p", "0123")
    assert (payment.received_on, payment.amount, payment.source) == (date(2027, 5, 13), 2450000, "statement")
    assert (payment.dedupe, payment.payer_inn, payment.centre) == (document.key, "5039002841", "0123")
    with pytest.raises(ValueError, match="incoming"):
        payment_of(_one(_account("0"), _document(ДатаПоступило="")), "p", "0123")


def test_a_big_file_takes_seconds() -> None:
    """A file near the limit of 10 MB is read within seconds."""
    documents = [_document(Номер=str(place), Сумма="1") for place in range(30_000)]
    content = _text(_account("30000"), *documents).encode("cp1251")
    assert 8 * 1024 * 1024 < len(content) < statement_text.MAX_BYTES
    started = time.process_time()
    assert len(read_statement(content).incoming) == 30_000
    assert time.process_time() - started < 10
