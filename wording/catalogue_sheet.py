"""Words of the catalogue's workbook: titles, how to change it, what is wrong with a cell. Plain text."""

from datetime import date

from wording.problems import shown

SHEETS: dict[str, str] = {"disciplines": "Школы", "courses": "Курсы", "tariffs": "Тарифы", "runs": "Потоки"}
COLUMNS: dict[str, dict[str, str]] = {
    "disciplines": {"key": "Ключ", "title": "Название"},
    "courses": {
        "key": "Ключ",
        "discipline": "Школа",
        "title": "Название",
        "level": "Для кого",
        "hours": "Часы",
        "lessons": "Уроки",
        "document": "Документ",
    },
    "tariffs": {"key": "Ключ", "course": "Курс", "title": "Название", "price": "Цена, ₽"},
    "runs": {
        "key": "Ключ",
        "course": "Курс",
        "starts": "Начало",
        "ends": "Конец",
        "closed": "Закрыт",
        "access_url": "Где учиться",
    },
}
CLOSED = "да"
FLAGS = {"": False, "нет": False, "false": False, "да": True, "закрыт": True, "true": True}
NO_COURSES = "Нет ни одного курса. Скачайте каталог заново: /catalog."
HOW_TO_SHEET = "Как изменить"
HOW_TO_FILL = (
    "Меняйте ячейки, добавляйте и удаляйте строки, сохраните файл в формате XLSX и пришлите боту.",
    "Бот покажет, что добавится, изменится и закроется, и спросит, применить ли.",
    "Ключ — латинские строчные буквы, цифры и дефис; по нему бот узнаёт строку. У новой строки ключ новый.",
    "У нового потока ключ можно не писать: получится курс и дата начала.",
    "«Школа» у курса и «Курс» у тарифа и потока — это ключи с других листов.",
    "Удалённое больше не предлагаем. Прежние заявки остаются со своими ценами, названиями и датами.",
    "Потоки, которые уже закончились, здесь не показаны и не изменятся.",
)
_SAMPLES = {
    "key": "osno-a",
    "discipline": "bukhuchet",
    "course": "osno-a",
    "title": "Бухгалтерский учёт при ОСНО",
    "level": "Для главного бухгалтера",
    "document": "Диплом о профессиональной переподготовке",
}


def empty(column: str) -> str:
    """Say that a cell has to be filled in."""
    return f"Ячейка пустая. Заполните её, например: {_SAMPLES[column]}."


def too_long(limit: int) -> str:
    """Say that a text is too long."""
    return f"Текст длиннее {limit} знаков. Сократите его."


def bad_key(value: str) -> str:
    """Say what a key is made of."""
    return f"Ключ «{shown(value)}» не подходит: латинские строчные буквы, цифры и дефис, например: osno-a."


def repeated_key(value: str, first: int) -> str:
    """Say that a key stands in an earlier row."""
    return f"Ключ «{shown(value)}» уже есть в строке {first}. У каждой строки свой."


def unknown_key(value: str, where: str) -> str:
    """Say that nothing of this key is on the other sheet."""
    return f"Ключа «{shown(value)}» нет на листе «{where}». Добавьте его там или исправьте здесь."


def bad_count(value: str) -> str:
    """Say that a whole number is needed."""
    return f"Нужно целое число больше нуля, а здесь «{shown(value)}»."


def bad_price(value: str) -> str:
    """Say that a price in roubles is needed."""
    return f"Нужна цена в рублях, например: 24 500. Здесь «{shown(value)}»."


def bad_day(value: str) -> str:
    """Say that a date is needed."""
    return f"Нужна дата, например: 20.06.2027. Здесь «{shown(value)}»."


def bad_flag(value: str) -> str:
    """Say what tells whether a run is closed."""
    return f"Напишите «да» или оставьте пустым. Здесь «{shown(value)}»."


def bad_link(value: str) -> str:
    """Say that a link is needed."""
    return f"«{shown(value)}» — не ссылка. Нужен адрес, например: https://shkola.example.ru/kurs."


def ends_early(starts: date, ends: date) -> str:
    """Say that a run ends before it begins."""
    return f"Конец {ends:%d.%m.%Y} раньше начала {starts:%d.%m.%Y}. Поменяйте даты местами."
