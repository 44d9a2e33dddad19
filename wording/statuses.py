"""Words of the statuses that REGULATIONS M2 lists, and the way back from what people type in a sheet."""

from typing import TypeVar

from school.order import PaymentState, QuestionnaireState, TestState, TrainingState
from school.people import fold

Code = TypeVar("Code", bound=str)

PAYMENT: dict[PaymentState, str] = {"paid": "оплачено", "unpaid": "не оплачено"}
QUESTIONNAIRE: dict[QuestionnaireState, str] = {
    "not_started": "не заполнена",
    "filling": "заполняется",
    "submitted": "на проверке",
    "returned": "возвращена",
    "approved": "подтверждена",
    "declined": "отклонена",
}
TEST: dict[TestState, str] = {"none": "не проходил", "passed": "сдано", "failed": "не сдано"}
TRAINING: dict[TrainingState, str] = {
    "not_started": "не начато",
    "studying": "учится",
    "finished": "завершено",
    "expelled": "отчислен",
}

_TEST_SYNONYMS: dict[TestState, tuple[str, ...]] = {
    "none": (
        "не проходила", "не проходили", "не пройдено", "не пройден", "не прошел", "не прошла", "не было", "нет",
        "не начато", "не начат", "не приступал", "не приступала",
    ),
    "passed": (
        "сдан", "сдал", "сдала", "сдали", "зачет", "зачтено", "зачтен", "пройдено", "пройден", "прошел", "прошла",
        "выполнено", "да", "успешно",
    ),
    "failed": (
        "не сдан", "не сдал", "не сдала", "не сдали", "незачет", "не зачет", "не зачтено", "не зачтен", "провалено",
        "провалил", "провалила",
    ),
}  # fmt: skip
_TRAINING_SYNONYMS: dict[TrainingState, tuple[str, ...]] = {
    "not_started": ("не начал", "не начала", "не начали", "не приступал", "не приступала", "не учится", "ожидает"),
    "studying": (
        "учатся", "обучается", "обучаются", "в процессе", "идет", "идет обучение", "проходит обучение", "начал",
        "начала", "начато", "приступил", "приступила",
    ),
    "finished": (
        "завершил", "завершила", "завершили", "завершен", "закончил", "закончила", "закончили", "закончено",
        "окончил", "окончила", "окончено", "обучен", "обучена", "выпущен", "выпущена", "обучение завершено",
    ),
    "expelled": (
        "отчислена", "отчислены", "отчислен(а)", "отчислили", "исключен", "исключена", "выбыл", "выбыла",
    ),
}  # fmt: skip


def parse_test(text: str) -> TestState | None:
    """Read the final test's status as people write it: «Зачёт», «не сдала»; None when it is not known."""
    return _look_up(text, TEST, _TEST_SYNONYMS)


def parse_training(text: str) -> TrainingState | None:
    """Read the training's status as people write it: «закончил», «учится»; None when it is not known."""
    return _look_up(text, TRAINING, _TRAINING_SYNONYMS)


def _look_up(text: str, words: dict[Code, str], synonyms: dict[Code, tuple[str, ...]]) -> Code | None:
    typed = fold(" ".join(text.split())).strip(" .!")
    for code, word in words.items():
        if typed == fold(word) or typed in synonyms[code]:
            return code
    return None
