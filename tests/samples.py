"""Invented data that the tests share."""

from datetime import UTC, datetime, timedelta

from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from school.centre import Centre

NOW = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
CENTRE = Centre("0123", "СЦ «Пример»", "centre@example.ru")


def catalogue(today: datetime = NOW) -> Catalogue:
    """Two disciplines, three courses, runs before and after today."""
    day = today.date()
    courses = (
        Course("osno-a", "bukhuchet", "Бухгалтерский учёт при ОСНО (код А)", "Для бухгалтера", 260, 36, "Диплом"),
        Course("osno-av", "bukhuchet", "Учёт и планирование при ОСНО (код А, В)", "Для главбуха", 272, 39, "Диплом"),
        Course("44fz", "tenders", "Управление закупками по 44-ФЗ", "Для руководителя", 144, 20, "Удостоверение"),
    )
    runs = [
        Run(f"{c.key}-{n}", c.key, day + timedelta(days=d), day + timedelta(days=d + 30), False, "https://example.ru/k")
        for c in courses
        for n, d in enumerate((20, 60))
    ]
    runs.append(Run("osno-a-past", "osno-a", day - timedelta(days=60), day - timedelta(days=30), False, ""))
    runs.append(Run("osno-a-closed", "osno-a", day + timedelta(days=5), day + timedelta(days=35), True, ""))
    tariffs = [
        Tariff(f"{c.key}-{t}", c.key, title, price)
        for c in courses
        for t, title, price in (("base", "Базовый", 2_450_000), ("plus", "С поддержкой", 3_100_000))
    ]
    disciplines = (Discipline("bukhuchet", "Школа бухгалтера"), Discipline("tenders", "Школа электронных торгов"))
    return Catalogue(1, disciplines, courses, tuple(tariffs), tuple(runs))
