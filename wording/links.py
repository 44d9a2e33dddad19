"""What a client reads who is sent a centre's link (docs/regulations.md: O1). Plain text: the faces escape it."""

ALL_COURSES = "Все курсы"


def invitation(centre: str, discipline: str, url: str, page: str | None = None) -> str:
    """Return the text to be forwarded; `discipline` "" where the link leads to all courses, `page` the page's own."""
    what = f" в направлении «{discipline}»" if discipline else ""
    where = f"Ссылка для Telegram: {url}\nСсылка на страницу: {page}" if page else url
    return (
        f"Здравствуйте! Оформить заявку на обучение{what} можно здесь:\n{where}\n\n"
        "Понадобятся реквизиты плательщика, а по каждому ученику — ФИО, мобильный телефон и его собственная почта. "
        "Это займёт минут пять, можно прерваться и продолжить позже.\n"
        f"{centre}"
    )


def file_name(centre: str, discipline: str) -> str:
    """Name the picture of a link, in Latin letters and digits; `discipline` is its key."""
    return f"ssylka-{centre}{f'-{discipline}' if discipline else ''}.png"
