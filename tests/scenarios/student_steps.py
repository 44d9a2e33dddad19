"""What a student does from the letter to the handed-in questionnaire."""

import re

from sandbox.client import Message, Person
from tests.pictures import document_picture
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import WHOLE, Act, act, place, to_address

SOKOLOVA = "sokolova.l@yandex.ru"
ANSWERS: tuple[Act, ...] = (("press", "Даю согласие"), ("press", "Высшее"), ("press", "Та же"))


async def link_of(stage: Stage, address: str = SOKOLOVA, after: int = 0) -> str:
    """Return the start payload of the newest letter to the address."""
    letter = await stage.sandbox.wait_letter(
        lambda found: to_address(address)(found) and found["id"] > after and "start=q_" in found["text"], timeout=20
    )
    found = re.search(r"start=(q_[\w-]+)", letter["text"])
    assert found is not None
    return found[1]


async def student_of(stage: Stage, address: str = SOKOLOVA, digits: str = "3333", name: str = "Любовь") -> Person:
    """Let the student open the letter's link, prove who they are and see the consent."""
    student = await stage.sandbox.person(name)
    await student.start(await link_of(stage, address))
    await student.wait_for("последние четыре цифры", timeout=40)
    await student.send(digits)
    await student.wait_for("Согласие на обработку", timeout=40)
    return student


async def placed_student(stage: Stage) -> Person:
    """Place the usual order of one student and bring the student to the consent."""
    await place(await stage.client(), WHOLE)
    return await student_of(stage)


async def send_diploma(student: Person, *texts: str) -> Message:
    """Send the pages of the diploma one by one and take the document."""
    for number, text in enumerate(texts or ("ДИПЛОМ",), 1):
        await student.upload(document_picture(text), f"{number}.jpg", "photo")
        await student.wait_for(f"Диплом: {number} страниц", timeout=40)
    await student.press("Готово")
    return await student.wait_for("Проверьте анкету", timeout=40)


async def hand_in(student: Person) -> Message:
    """Walk the shortest questionnaire and hand it in."""
    for how, what in ANSWERS:
        await act(student, how, what)
    await send_diploma(student)
    await student.press("Отправить")
    return await student.wait_for("Анкета отправлена", timeout=40)
