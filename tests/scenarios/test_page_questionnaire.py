"""The questionnaire on the page: filled in without scripts, together with chat, mended, and every state of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp

from school.questionnaire import Decider, Questionnaire, Remark, decline, send_back
from tests.pictures import document_pdf, document_picture
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import audited, change_line, order_of
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages, placed_secret, proved
from tests.scenarios.review_steps import answers_of, submit
from tests.scenarios.steps import act
from tests.scenarios.student_steps import ANSWERS, student_of

NAME = "Соколова Любовь Андреевна"
CHOICES: dict[str, Any] = {"education": "higher", "same_surname": "yes"}
DIPLOMA = ("диплом.jpg", document_picture("DIPLOMA"))


async def begun(person: PageClient, secret: str) -> Shown:
    """Prove and agree; return the page of the data."""
    await proved(person, secret)
    return await person.press("Даю согласие")


async def stored(stage: Stage) -> Questionnaire | None:
    """Read the questionnaire of the only student."""
    line_id = (await order_of(stage)).lines[0].id
    return await stage.app.database.uow(stage.clock).questionnaire(line_id)


async def handed_in(stage: Stage, **more: Any) -> Questionnaire:
    """Hand the questionnaire in as it would have been earlier."""
    order = await order_of(stage)
    await submit(stage, order, order.lines[0], answers_of(NAME, **more), None, paid=False)
    found = await stored(stage)
    assert found is not None
    return found


async def save(stage: Stage, found: Questionnaire) -> None:
    """Store a curator's decision with its mirror in the line."""
    uow = stage.app.database.uow(stage.clock)
    uow.save_questionnaire(found)
    await uow.commit()
    await change_line(stage, questionnaire=found.state)


async def returned(stage: Stage, *fields: str) -> None:
    """Let a curator return these fields, long enough ago to be told."""
    found = await handed_in(stage)
    remarks = tuple(Remark(name, "unreadable" if name == "diploma" else "typo") for name in fields)
    now = stage.clock.now()
    await save(stage, send_back(found, found.version, remarks, Decider(1, "Анна"), now))
    stage.clock.time += timedelta(minutes=3)


async def test_whole_questionnaire_on_the_page_with_two_files(stage: Stage) -> None:
    """Consent comes first and nothing is kept before it; then data, two files at once, a last look, and it is sent."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await proved(person, secret)
        assert "Даю согласие" in shown.html
        assert "Фамилия" not in shown.text
        assert await stored(stage) is None
        shown = await person.press("Даю согласие")
        assert "Заполнено 4 из 7" in shown.text
        assert shown.form("Дальше").fields["surname"] == ["Соколова"]
        shown = await person.press("Дальше", **CHOICES)
        assert "Фото или PDF" in shown.text
        files = {"file": [DIPLOMA, ("вкладыш.pdf", document_pdf(2))]}
        shown = await person.press("Загрузить", files)
        assert "диплом.jpg" in shown.text
        assert "2 страницы" in shown.text
        shown = await person.open(shown.links["Дальше"])
        for words in ("Диплом 3 страницы", "933 933-33-33", "Высшее", "Та же"):
            assert words in shown.text
        shown = await person.press("Отправить анкету")
        assert shown.status == 200
        assert "Анкета отправлена" in shown.text
        assert "Зачислим в течение 3 рабочих дней после оплаты" in shown.text
        assert shown.links["Мои курсы"] == f"/me/{secret}"
    found = await stored(stage)
    assert found is not None
    assert found.state == "submitted"
    assert [one["name"] for one in found.answers["diploma"]] == ["диплом.jpg", "вкладыш.pdf"]
    assert "typed" not in found.answers
    assert any(row[:2] == ("page:sokolova.l@yandex.ru", "questionnaire.submitted") for row in await audited(stage))


async def test_refused_consent_keeps_nothing(stage: Stage) -> None:
    """Refusing the consent erases what was begun in chat, and the page says so with a way back."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    await student_of(stage)
    assert await stored(stage) is not None
    async with browsing(base) as person:
        await proved(person, secret)
        shown = await person.press("Не даю")
        assert "Ничего не записали" in shown.text
        assert await stored(stage) is None
        assert (await order_of(stage)).lines[0].questionnaire == "not_started"
        shown = await person.open(shown.links["Передумать"])
        assert "Даю согласие" in shown.html


async def test_begun_in_chat_continued_on_the_page_and_sent_in_chat(stage: Stage) -> None:
    """Answers and pages given in chat stand on the page; a page added there is in chat's summary, which sends it."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    student = await student_of(stage)
    for how, what in ANSWERS:
        await act(student, how, what)
    await student.upload(DIPLOMA[1], "1.jpg", "photo")
    await student.wait_for("Диплом: 1 страница", timeout=40)
    async with browsing(base) as person:
        shown = await proved(person, secret)
        assert "Заполнено 7 из 7" in shown.text
        shown = await person.open(f"/q/{secret}/documents")
        assert "Убрать" in shown.text
        await person.press("Загрузить", {"file": [("оборот.jpg", document_picture("REVERSE")), DIPLOMA]})
    found = await stored(stage)
    assert found is not None
    assert len(found.answers["diploma"]) == 2
    await student.send("/courses")
    await student.wait_for("закончите анкету", timeout=40)
    await student.press("Заполнить анкету")
    await student.wait_for("Диплом: 2 страницы", timeout=40)
    await student.press("Отправить")
    await student.wait_for("Анкета отправлена", timeout=40)


async def test_wrong_values_stay_typed_with_their_problem(stage: Stage) -> None:
    """What is wrong stays in its field with what to do; what is right is kept, and both survive a reload."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await begun(person, secret)
        shown = await person.press("Дальше", mobile="12345", name="Анна", education="secondary")
        assert shown.status == 400
        assert shown.form("Дальше").fields["mobile"] == ["12345"]
        assert "Номер «12345» не похож на телефон" in shown.text
        assert 'aria-invalid="true"' in shown.html
        assert 'href="#same_surname"' in shown.html
        assert "Выберите один ответ" in shown.text
        shown = await person.open(f"/q/{secret}")
        assert shown.form("Дальше").fields["mobile"] == ["12345"]
        assert shown.form("Дальше").fields["name"] == ["Анна"]
        shown = await person.press("Дальше", mobile="8 933 933-33-33", same_surname="yes")
        assert shown.status == 200
        assert "Фото или PDF" in shown.text
        shown = await person.open(f"/q/{secret}/check")
        assert "Осталось загрузить" in shown.text


async def test_changed_surname_asks_for_its_document(stage: Stage) -> None:
    """Another surname in the diploma brings in the document of the change; it is taken beside the diploma."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        shown = await begun(person, secret)
        assert "Только если фамилия в дипломе другая" in shown.text
        shown = await person.press("Дальше", education="higher", diploma_surname="Иванова")
        assert [form.action.rsplit("/", 1)[-1] for form in shown.forms if form.files] == ["diploma", "name_change"]
        await person.press("Загрузить", {"file": [DIPLOMA]})
        assert person.page is not None
        form = next(form for form in person.page.forms if form.action.endswith("/name_change"))
        data = [("csrf", form.fields["csrf"][0])]
        shown = await _upload(person, form.action, data, [("брак.jpg", document_picture("MARRIAGE"))])
        shown = await person.open(shown.links["Дальше"])
        assert "Документ о смене фамилии 1 страница" in shown.text
        await person.press("Отправить анкету")
    found = await stored(stage)
    assert found is not None
    assert found.answers["diploma_surname"] == "Иванова"
    assert found.answers["name_change"][0]["name"] == "брак.jpg"


async def _upload(
    person: PageClient, action: str, fields: list[tuple[str, str]], files: list[tuple[str, bytes]]
) -> Shown:
    data = aiohttp.FormData(fields, quote_fields=False)
    for name, content in files:
        data.add_field("file", content, filename=name)
    async with person.session.post(f"{person.base}{action}", data=data) as answer:
        body = await answer.read()
        person.page = Shown(answer.status, answer.headers, body.decode(), str(answer.url), body)
    return person.page


async def test_returned_one_asks_only_what_was_returned(stage: Stage) -> None:
    """Remarks stand beside their fields; only those are asked, and what is mended goes back to the curator."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    await returned(stage, "name", "diploma")
    async with browsing(base) as person:
        shown = await proved(person, secret)
        assert "Куратор вернул анкету" in shown.text
        assert "Имя: здесь опечатка" in shown.text
        assert set(shown.form("Дальше").fields) == {"csrf", "seen", "name"}
        shown = await person.press("Дальше", name="Любава")
        assert "снимок не читается" in shown.text
        assert "Пока ничего не загружено" in shown.text
        shown = await person.press("Загрузить", {"file": [DIPLOMA]})
        shown = await person.open(shown.links["Дальше"])
        assert "Любава" in shown.text
        assert "Соколова" in shown.text
        shown = await person.press("Отправить анкету")
        assert "Анкета отправлена" in shown.text
    found = await stored(stage)
    assert found is not None
    assert (found.state, found.answers["name"], len(found.answers["diploma"])) == ("submitted", "Любава", 1)


async def test_summary_that_is_old_is_shown_again(stage: Stage) -> None:
    """A summary does not send answers that changed after it was shown."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await begun(person, secret)
        await person.press("Дальше", **CHOICES)
        shown = await person.press("Загрузить", {"file": [DIPLOMA]})
        old = await person.open(shown.links["Дальше"])
        await person.open(f"/q/{secret}")
        await person.press("Дальше", name="Анна")
        person.page = old
        shown = await person.press("Отправить анкету")
        assert shown.status == 409
        assert "Анкета изменилась" in shown.text
        assert "Анна" in shown.text
        shown = await person.press("Отправить анкету")
        assert "Анкета отправлена" in shown.text


async def test_decision_meanwhile_is_told_and_changes_nothing(stage: Stage) -> None:
    """A form sent after the questionnaire was handed in elsewhere changes nothing and says how it stands."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        page = await begun(person, secret)
        found = await stored(stage)
        assert found is not None
        await save(stage, replace(found, answers=answers_of(NAME), state="submitted", submitted_at=stage.clock.now()))
        person.page = page
        shown = await person.press("Дальше", name="Анна", **CHOICES)
        assert shown.status == 409
        assert "Куратор проверит её" in shown.text
    found = await stored(stage)
    assert found is not None
    assert found.answers["name"] == "Любовь"


async def test_every_state_says_what_comes_next(stage: Stage) -> None:
    """A decision that may be taken back is not told; then its reason is; admitted and cancelled lead on too."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    found = await handed_in(stage)
    declined = decline(found, found.version, Remark("", "no_education"), Decider(1, "Анна"), stage.clock.now())
    await save(stage, declined)
    async with browsing(base) as person:
        assert "Куратор проверяет анкету" in (await proved(person, secret)).text
        stage.clock.time += timedelta(minutes=3)
        shown = await person.open(f"/q/{secret}")
        assert "Анкету не приняли" in shown.text
        assert "высшее или среднее" in shown.text
        await change_line(stage, admitted_at=stage.clock.now())
        assert "Вы зачислены" in (await person.open(f"/q/{secret}")).text
        await change_line(stage, admitted_at=None, cancelled_at=stage.clock.now())
        shown = await person.open(f"/q/{secret}")
        assert "Заявку отменили" in shown.text
        assert shown.links["Мои курсы"] == f"/me/{secret}"


async def test_foreign_visit_and_revoked_link_show_nothing(stage: Stage) -> None:
    """Another browser has to prove anew for every step; a link that was replaced shows nothing any more."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person, browsing(base) as stranger:
        await begun(person, secret)
        for step in ("", "/documents", "/check"):
            shown = await stranger.open(f"/q/{secret}{step}")
            assert "Подтвердите" in shown.text
            assert "Соколова" not in shown.html
        assert (await stranger.open("/q/unknown")).status == 410
        page = await person.open(f"/q/{secret}")
        line_id = (await order_of(stage)).lines[0].id
        seal = page.forms[0].fields["csrf"][0]
        await person.session.post(f"{base}/new-link", data={"csrf": seal, "line": line_id})
        person.page = page
        shown = await person.press("Дальше", name="Анна")
        assert "Эта ссылка не действует" in shown.text


async def test_answer_given_in_chat_goes_before_what_was_typed_here(stage: Stage) -> None:
    """What was wrong on the page and was answered in chat meanwhile is not asked or shown as wrong any more."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    async with browsing(base) as person:
        await begun(person, secret)
        await person.press("Сохранить и продолжить позже", mobile="12345")
        found = await stored(stage)
        assert found is not None
        uow = stage.app.database.uow(stage.clock)
        uow.save_questionnaire(replace(found, answers={**found.answers, "mobile": "+79160000000"}))
        await uow.commit()
        shown = await person.open(f"/q/{secret}")
        assert "12345" not in shown.html
        assert "916 000-00-00" in shown.form("Дальше").fields["mobile"][0]
