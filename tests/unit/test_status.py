"""The question of `/status`, the words it is answered in, its buttons' data and who leads an order: all pure."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.callbacks import status
from bot.context import Settings
from bot.replies import LONGEST_TEXT
from bot.status_code import pack, unpack
from bot.views import status as view
from paper.status_sheet import status_workbook
from school.errors import BadAnswer
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.status import Query, Totals, is_close, keys_of, read_query, rows_of, slips, text_query, totals
from school.use_cases.find_status import Found
from school.use_cases.own_order import Owner, moved, owner_of, substitute_of
from wording.status import M2_COLUMNS
from wording.status import totals as totals_words

NOW = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
SETTINGS = Settings("Europe/Moscow", "bot")
NOBODY = view.Looking(1, leads=True, manages=True)


def line(name: str, **changes: object) -> OrderLine:
    """Make a student."""
    given: dict[str, object] = {
        "id": name, "name": name, "mobile": "+79339333333", "email": "a@example.ru", "course": "c", "run": "c-1",
        "tariff": "t", "course_title": "44-ФЗ", "tariff_title": "Базовый", "price": 1, "starts": date(2027, 4, 25),
        "ends": date(2027, 5, 25), **changes,
    }  # fmt: skip
    return OrderLine(**given)  # type: ignore[arg-type]


def order(*lines: OrderLine, payer: str = "ООО «Ромашка»", number: str = "0123-0042") -> Order:
    """Make an order."""
    firm = Payer(PayerKind.ORGANISATION, payer, "5039002841", "503901001", "x")
    return Order(number, number, "0123", "d", firm, Orderer("x", "x", "x"), lines, NOW, 1)


def found(*orders: Order, own: tuple[str, ...] = ()) -> Found:
    """Make an answer of whole orders."""
    query = Query("inn", "5039002841")
    return Found(query, "", own, rows_of(orders, query, (), registration=False), False, ())


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("5039002841", Query("inn", "5039002841")),
        ("ИНН 5039002841", Query("inn", "5039002841")),
        ("5039002841/503901001", Query("inn", "5039002841", "503901001")),
        ("ИНН: 5039002841 КПП: 503901001", Query("inn", "5039002841", "503901001")),
        ("500100732259", Query("inn", "500100732259")),
        ("0123-0042", Query("number", "0123-0042")),
        ("№ 0123 – 0042/2", Query("number", "0123-0042")),
        ("  ООО «Тёплый Дом» ", Query("text", "теплый дом")),
        ("Ли", Query("text", "ли")),
        ("Kарпова", Query("text", "карпова")),
        ("Римский-Корсаков", Query("text", "римский корсаков")),
    ],
)
def test_what_is_asked(text: str, query: Query) -> None:
    """Requisites, numbers and names are told apart and folded."""
    assert read_query(text) == query


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5039002840", "inn_checksum"),
        ("57", "inn_length"),
        ("я", "status_short"),
        ("«»", "status_short"),
        ("ООО", "status_words"),
    ],
)
def test_what_cannot_be_asked(text: str, problem: str) -> None:
    """A wrong ИНН, too little and a legal form alone are named."""
    with pytest.raises(BadAnswer) as told:
        read_query(text)
    assert told.value.problem == problem


@given(st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАЯ a z09-«»'", min_size=2, max_size=90))
def test_any_question_fits_a_button(text: str) -> None:
    """Whatever was asked comes back from a button's data, which is never over 64 bytes."""
    try:
        query = text_query(text)
    except BadAnswer:
        return
    kind, value = pack(query)
    assert len(status("xlsx", kind, value, "01234567", 99).encode()) <= 64
    assert unpack(kind, value) == query


def test_foreign_data_of_a_button() -> None:
    """Data that no question makes is no question."""
    assert unpack("t", "") is None
    assert unpack("x", "abc") is None
    assert unpack("t", "___") is None


@given(st.text("абв", min_size=4, max_size=7), st.text("абв", min_size=4, max_size=7))
def test_close_words_share_a_slip(one: str, other: str) -> None:
    """Two words that are one slip apart always share a key, so that the search finds them."""
    if is_close(one, other):
        assert slips(one) & slips(other)


def test_keys() -> None:
    """A payer's word is found by its parts, a surname only by how it begins; short words are not guessed."""
    assert {"sромашка", "sмашка", "sшка"} <= keys_of("ромашка", parts=True)
    assert "sмашка" not in keys_of("ромашка", parts=False)
    assert keys_of("дом", parts=True) == {"sдом"}
    assert is_close("соколова", "соклоова")
    assert not is_close("соколова", "соклова" + "х")


def test_totals_as_people_say_them() -> None:
    """The sums are said with the right endings."""
    assert totals_words(Totals(3, 2, 1, 0, 0)) == "3 ученика: оплачено за двоих, 1 анкета на проверке"
    assert totals_words(Totals(1, 1, 0, 0, 1)) == "1 ученик: оплачено, зачислено: 1"
    assert totals_words(Totals(5, 0, 0, 1, 0)) == "5 учеников: не оплачено, 1 анкета не заполнена"
    assert totals_words(Totals(21, 21, 2, 5, 0)) == (
        "21 ученик: оплачено за всех, 2 анкеты на проверке, 5 анкет не заполнены"
    )


def test_what_waits_comes_first() -> None:
    """Who must act comes before who waits for the school, the nearest date first; the admitted are last."""
    done = line("Готов А", payment="paid", questionnaire="approved", admitted_at=NOW)
    school = line("Школа А", payment="paid", questionnaire="submitted", admit_by=date(2027, 4, 1))
    unpaid = line("Должник А", questionnaire="submitted")
    rows = found(order(done, school), order(unpaid, number="0123-0043")).rows
    assert [row.line.name for row in rows] == ["Должник А", "Школа А", "Готов А"]
    assert totals(rows) == Totals(3, 2, 2, 0, 1)


def test_screen_holds_every_column() -> None:
    """All nine columns of M2 stand on the screen, escaped, and the sheet holds the same words and no formula."""
    one = line("=Соколова <Любовь> Андреевна", payment="paid", questionnaire="submitted", tracking="RA123456785RU",
               test="passed", training="finished", admit_by=date(2027, 4, 20))  # fmt: skip
    answer = found(order(one, payer="ООО «А & Б»"))
    text = view.answer(answer, 0, SETTINGS, NOBODY).text
    for said in ("=Соколова &lt;Любовь&gt; Андреевна", "оплачено", "на проверке", "сдано", "завершено",
                 "ООО «А &amp; Б»", "5039002841", "503901001", "RA123456785RU", "не позднее 20 апреля"):  # fmt: skip
        assert said in text
    sheet = load_workbook(BytesIO(status_workbook(answer.rows, in_chat=True))).active
    assert sheet is not None
    assert tuple(sheet.cell(1, at).value for at in range(1, 10)) == M2_COLUMNS
    assert sheet.cell(2, 1).value == "=Соколова <Любовь> Андреевна"
    assert all(cell.data_type == "s" for cell in sheet[2])


def test_the_rest_of_the_buttons_leads_back() -> None:
    """Whoever opened the rest of an order's buttons gets the first four back in one tap."""
    answer = found(order(line("Соколова Любовь Андреевна")))
    first, rest = (view.answer(answer, 0, SETTINGS, NOBODY, more=more) for more in (False, True))
    more = next(button for row in first.buttons for button in row if button.label == "Ещё")
    back = next(button for row in rest.buttons for button in row if button.label == "← Назад")
    assert more.data is not None
    assert back.data == more.data.replace("more", "go")


def test_long_answers_are_paged() -> None:
    """A hundred students with long names go on pages that Telegram takes whole."""
    many = order(
        *(line(f"Константинопольская{n} Александра Константиновна", course_title="Курс " * 20) for n in range(100))
    )
    answer = found(many)
    seen = [view.answer(answer, page, SETTINGS, NOBODY) for page in range(21)]
    assert all(len(screen.text) < LONGEST_TEXT for screen in seen)
    assert "Страница 20 из 20" in seen[20].text
    assert sum(screen.text.count("Итоговый тест") for screen in seen[:20]) == 100


def test_initials_where_chats_carry_no_personal_data() -> None:
    """Without personal data in chats names are initials on the screen and in the sheet, a person's ИНН is not shown."""
    person = Payer(PayerKind.INDIVIDUAL, "Орлова Анна Ивановна", "500100732259", None, "x")
    private = Order(
        "1", "0123-0001", "0123", "d", person, Orderer("x", "x", "x"), (line("Орлова Анна Ивановна"),), NOW, 1
    )
    answer = found(private)
    text = view.answer(answer, 0, Settings("Europe/Moscow", "bot", in_chat=False), NOBODY).text
    sheet = load_workbook(BytesIO(status_workbook(answer.rows, in_chat=False))).active
    assert sheet is not None
    cells = " ".join(str(cell.value) for cell in sheet[2])
    for said in (text, cells):
        assert "О. А. И." in said
        assert "Анна" not in said
        assert "500100732259" not in said


def test_owner_and_substitute() -> None:
    """Who takes an order makes its owner the substitute; where the owner leaves, the substitute leads."""
    anna, boris = Owner(1, "Анна"), Owner(2, "Борис")
    taken = moved(order(line("А Б")), anna, "take")
    assert (owner_of(taken), substitute_of(taken)) == (anna, None)
    assert moved(taken, anna, "take") == taken
    assert moved(taken, anna, "stand") == taken
    over = moved(taken, boris, "take")
    assert (owner_of(over), substitute_of(over)) == (boris, anna)
    assert owner_of(moved(over, boris, "leave")) == anna
    back = moved(over, anna, "take")
    assert (owner_of(back), substitute_of(back)) == (anna, boris)
    assert substitute_of(moved(back, boris, "leave")) is None


def test_long_names_make_more_pages() -> None:
    """However long the names are, no page is cut at Telegram's limit and every student stands on one page."""
    names = [f"Ученик{at} " + "<&>" * 60 for at in range(12)]
    orders = [
        order(line(name, course_title="К" * 300, admit_by=date(2027, 4, 20)), payer="<&>" * 60, number=f"0123-{at:04d}")
        for at, name in enumerate(names)
    ]
    pages = [view.answer(found(*orders), at, SETTINGS, NOBODY).text for at in range(len(names))]
    assert all(len(text) <= LONGEST_TEXT for text in pages)
    assert all(any(f"<b>Ученик{at} " in text for text in pages) for at in range(12))
