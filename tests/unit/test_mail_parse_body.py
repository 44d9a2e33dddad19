"""One's own words are told from what the client put below and around them."""

import pytest

from mail.parse_body import own_words
from tests.unit.mail_corpus import letter
from tests.unit.test_mail_parse import read

QUOTES = {
    "Яндекс": '10.05.2027, 12:00, "Школа" <shkola@example.ru>:\n\nПришлите диплом',
    "Яндекс с «больше»": '10.05.2027, 12:00, "Школа" <shkola@example.ru>:\n> Пришлите диплом\n> Спасибо',
    "Mail.ru": "Среда, 5 мая 2027, 10:00 +03:00 от Школа <shkola@example.ru>:\n\nПришлите диплом",
    "Mail.ru с адресом": "Среда, 5 мая 2027, 10:00 +03:00 от shkola@example.ru:\n>Пришлите диплом",
    "Outlook": "От: Школа <a@b.ru>\nОтправлено: 5 мая 2027 г. 10:00\nКому: Ирина\nТема: Диплом\n\nПришлите",
    "Outlook жирный": "*От:* Школа\n*Отправлено:* 5 мая 2027 г. 10:00\n*Кому:* Ирина\n*Тема:* Диплом\n\nПришлите",
    "Outlook с чертой": "________________________________\nОт: Школа\nОтправлено: 5 мая\nКому: И\nТема: Д\n\nПришлите",
    "Исходное сообщение": "-----Исходное сообщение-----\nОт: Школа\nОтправлено: 5 мая\n\nПришлите диплом",
    "Original Message": "-----Original Message-----\nFrom: School\nSent: Wednesday\nTo: Irina\nSubject: x\n\nSend it",
    "Дата и адрес": "Wed, 02 Dec 2026 12:30:00 +0300 shkola@example.ru:\n> Пришлите диплом",
    "Gmail": "ср, 5 мая 2027 г. в 10:00, Школа <shkola@example.ru>:\n\n> Пришлите диплом\n>\n> Спасибо",
    "Gmail в две строки": "ср, 5 мая 2027 г. в 10:00, Школа дистанционного\nобразования <a@b.ru>:\n\n> Пришлите",
    "Gmail английский": "On Wed, May 5, 2027 at 10:00 AM School <shkola@example.ru> wrote:\n\n> Send it",
    "Apple Mail": "> 5 мая 2027 г., в 10:00, Школа <shkola@example.ru> написал(а):\n> \n> Пришлите диплом",
    "Apple Mail без «больше»": "5 мая 2027 г., в 10:00, Школа <shkola@example.ru> написал(а):\n\nПришлите диплом",
    "Thunderbird": "05.05.2027 10:00, Школа пишет:\n> Пришлите диплом",
    "The Bat": "Вы писали 5 мая 2027 г., 10:00:00:\n\nШК> Пришлите диплом\nШК> Спасибо",
    "Переслано": "-------- Пересылаемое сообщение --------\n05.05.2027, 10:00, Школа <a@b.ru>:\n\nПришлите",
    "Forwarded": "---------- Forwarded message ---------\nОт: Школа\nDate: ср\n\nПришлите",
    "больше": "> Пришлите диплом\n>> Какой?\n> Любой",
}


@pytest.mark.parametrize("client", QUOTES)
def test_the_quoted_letter_is_cut(client: str) -> None:
    """What a client quotes below the answer is cut off with the line that introduces it."""
    assert own_words(f"Добрый день!\nВо вложении.\n\n{QUOTES[client]}").text == "Добрый день!\nВо вложении."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nИрина Петрова\n+7 933 933-33-33",
        "--\nИрина",
        "С уважением,\nИрина Петрова",
        "С уважением, Ирина Петрова",
        "с уважением Петрова И. И.",
        "Best regards,\nIrina",
        "С наилучшими пожеланиями\nООО «Ромашка»",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail",
        "Отправлено из мобильной Яндекс.Почты",
        "Отправлено с моего Samsung Galaxy",
        "Отправлено из Почты Mail.ru для Android",
        "Sent from my iPhone",
        "Скачать Outlook для Android",
    ],
)
def test_the_signature_is_cut(signature: str) -> None:
    """Signatures of people and of telephones are cut off, with and without a quote below."""
    assert own_words(f"Готово.\n\n{signature}").text == "Готово."
    assert own_words(f"Готово.\n\n{signature}\n\n{QUOTES['Gmail']}").text == "Готово."


def test_answers_between_quoted_lines_stay() -> None:
    """Whoever answers under each question keeps every answer."""
    text = f"{QUOTES['Gmail']}\n\nДиплом вложила.\n\n> А паспорт?\n\nЗавтра.\n\n-- \nИрина"
    assert own_words(text).text == "Диплом вложила.\n\nЗавтра."


@pytest.mark.parametrize(
    "line",
    [
        "Отправлено через Почту России, трек 10283512004231",
        "Отправлено с главпочтамта 5 мая 2027 в 10:00",
        "Оплачено: 05.05.2027",
        "Звонил в 10:00 05.05.2027, адрес ivan@mail.ru",
        "С уважением отношусь к вашей школе.",
        "От: кассы",
        "Счёт: 57 от 5 мая, 49 000",
        "Почта ученика: petrov@mail.ru",
    ],
)
def test_words_that_only_look_like_a_quote_stay(line: str) -> None:
    """Lines that act, and lines near to a client's, are one's own words."""
    assert own_words(f"{line}\nСпасибо!").text == f"{line}\nСпасибо!"


def test_nothing_is_ever_cut_to_nothing() -> None:
    """Where no own words are left, what stood above the quote is told, or all of it, and it is said so."""
    signed = own_words(f"С уважением,\nИрина\n\n{QUOTES['Gmail']}")
    assert (signed.text, signed.found) == ("С уважением,\nИрина", False)
    quote = own_words(QUOTES["больше"])
    assert (quote.text, quote.found) == (QUOTES["больше"], False)
    assert "only_quote" in read(letter(QUOTES["больше"])).faults
    assert own_words("") == own_words("\n\n")


@pytest.mark.parametrize(
    "html",
    [
        "<pre>Согласна\nвысшее\nфамилия та же</pre>",
        "<textarea rows=5>Согласна\nвысшее\nфамилия та же</textarea>",
        "<div style='white-space: pre-wrap'>Согласна\nвысшее\n<b>фамилия</b> та же</div>",
        "<p style='color: red; white-space:pre-line'>Согласна\r\nвысшее\r\nфамилия та же</p>",
        "<div style='white-space: pre'><span>Согласна\nвысшее</span>\n<span>фамилия та же</span></div>",
        "<pre>Согласна\nвысшее</pre><p>фамилия\nта же</p>",
    ],
)
def test_lines_written_as_lines_stay_apart(html: str) -> None:
    """Where HTML keeps its line breaks, so does the text; elsewhere a break in the source is a space."""
    text = read(letter(f"<html><body>{html}</body></html>", content_type="text/html; charset=utf-8")).text
    assert [line for line in text.splitlines() if line] == ["Согласна", "высшее", "фамилия та же"]


def test_a_quote_of_html_is_cut() -> None:
    """Quotes that HTML marks with its own element are cut as others are."""
    html = (
        "<div>Во вложении.</div><div>-- <br>Ирина</div><div>10.05.2027, 12:00, &quot;Школа&quot; &lt;a@b.ru&gt;:</div>"
        "<blockquote><p>Пришлите диплом</p></blockquote>"
    )
    assert read(letter(html, content_type="text/html; charset=utf-8")).text == "Во вложении."


def test_flowed_lines_are_joined() -> None:
    """Soft breaks of format=flowed are no breaks, the signature's delimiter stays one."""
    body = "Отправляю \r\nдиплом.\r\nСпасибо.\r\n-- \r\nИрина\r\n> Пришлите \r\n> диплом"
    assert (
        read(letter(body, content_type="text/plain; charset=utf-8; format=flowed")).text
        == "Отправляю диплом.\nСпасибо."
    )


@pytest.mark.parametrize("words", ["Высшее", "Согласна\nвысшее"])
def test_a_short_answer_right_above_the_quote_is_no_part_of_it(words: str) -> None:
    """Without an empty line between them the answer stays and the line «… пишет:» goes, wrapped or not."""
    for attribution in (
        "ср, 10 мар. 2027 г. в 12:00, Школа <shkola@example.ru>:",
        "ср, 10 мар. 2027 г. в 12:00,\nШкола <shkola@example.ru>:",
    ):
        found = own_words(f"{words}\n{attribution}\n\n> Согласен\n> с вами")
        assert found.found
        assert found.text == words
