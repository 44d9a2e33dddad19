"""The card of a line's course and the place where it is learnt, read from the present catalogue (REGULATIONS A2)."""

from dataclasses import dataclass

from school.catalogue import Catalogue
from school.order import OrderLine


@dataclass(frozen=True, slots=True)
class CourseCard:
    """Whom it is for, its hours, its lessons and the document it gives; empty and 0 once it is off the catalogue."""

    level: str
    hours: int
    lessons: int
    document: str


def course_card(catalogue: Catalogue, line: OrderLine) -> CourseCard:
    """Return the card of the line's course."""
    course = catalogue.course(line.course)
    if course is None:
        return CourseCard("", 0, 0, "")
    return CourseCard(course.level, course.hours, course.lessons, course.document)


def access_url(catalogue: Catalogue, line: OrderLine) -> str | None:
    """Return where the line's run is learnt, None while the catalogue does not say so."""
    run = catalogue.run(line.run)
    return run.access_url or None if run else None
