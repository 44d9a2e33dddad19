"""What is wrong with a file that was sent, and what to send instead. Plain text: the faces escape it."""

from school.uploads import MAX_PAGES, MAX_UPLOAD, UploadFlag, UploadReason, UploadRefused, tidy_name
from wording.plurals import plural
from wording.shorten import shortened

_SHOWN = 40
_INSTEAD = "Снимите документ целиком при хорошем свете и пришлите фото или PDF."
_MEGABYTES = MAX_UPLOAD // (1024 * 1024)

SENTENCES: dict[UploadReason, str] = {
    "too_big": f"{{file}} больше {_MEGABYTES} МБ, такой бот не может получить.\n"
    "Пришлите документ обычным фото, а не файлом, или сохраните PDF с меньшим качеством.",
    "empty": f"{{file}} пустой: в нём нет ни одного байта.\n{_INSTEAD}",
    "wrong_type": f"{{file}} — не фото и не PDF, даже если так называется.\n{_INSTEAD}",
    "image_format": "{file} — картинка в формате, который не читаем. Подходят JPG, PNG, WebP, HEIC и PDF.\n"
    "Пришлите снимок обычным фото или сохраните его как JPG.",
    "office_file": "{file} — документ Word или Excel, в таких бывают вредные макросы, поэтому их не принимаем.\n"
    "Сохраните его как PDF или пришлите фото.",
    "archive": "{file} — архив, его содержимое не проверить.\nПришлите сами снимки: можно несколько сразу.",
    "video_audio": f"{{file}} — видео или звук, а нужен снимок документа.\n{_INSTEAD}",
    "pdf_encrypted": "{file} закрыт паролем, и куратор его не откроет.\nСохраните PDF без пароля или пришлите фото.",
    "pdf_broken": "{file} повреждён или дошёл не целиком: страницы не открываются.\n"
    "Сохраните PDF заново и пришлите ещё раз или снимите документ на телефон.",
    "pdf_active": "{file} — PDF с программой или вложенным файлом внутри, такие не принимаем.\n"
    "Напечатайте его в новый PDF («Печать» → «Сохранить как PDF») или пришлите фото.",
    "pdf_too_long": f"{{file}} слишком длинный: принимаем до {MAX_PAGES} страниц.\n"
    "Оставьте только сам документ и пришлите ещё раз.",
    "image_broken": "{file} повреждён или дошёл не целиком: снимок не открывается.\n"
    "Пришлите его ещё раз или снимите документ заново.",
    "image_bomb": "{file} — слишком большой снимок: в нём столько точек, что его не открыть для проверки.\n"
    "Пришлите его обычным фото, а не файлом: телефон сам уменьшит.",
    "image_tiny": f"{{file}} — слишком маленький снимок, на нём ничего не прочесть.\n{_INSTEAD}",
    "image_dark": f"{{file}} слишком тёмный: на нём ничего не прочесть.\n{_INSTEAD}",
    "blank": f"{{file}} — пустая страница: на ней ничего не видно.\n{_INSTEAD}",
    "polyglot": f"{{file}} содержит, кроме документа, ещё архив или программу, такие не принимаем.\n{_INSTEAD}",
    "too_slow": "{file} устроен слишком сложно: проверить его за отведённое время не удалось.\n"
    "Пришлите документ обычным фото, а не файлом.",
    "too_heavy": "{file} устроен слишком сложно, и проверить его не удалось.\n"
    "Пришлите документ обычным фото, а не файлом.",
}

HINTS: dict[UploadFlag, str] = {
    "small": "Снимок небольшой: проверьте, читается ли номер. Если нет, пришлите другой, крупнее.",
    "blurred": "Снимок нечёткий: проверьте, читается ли номер. Если нет, пришлите другой.",
}


def explain_upload(refused: UploadRefused, name: str = "") -> str:
    """Say in Russian why the file is not taken and what to send instead; `name` as the sender's device gave it."""
    return SENTENCES[refused.reason].format(file=shown_file(name))


def upload_hints(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return a sentence for each hint of the check, in their order."""
    return tuple(words for flag, words in HINTS.items() if flag in flags)


def shown_file(name: str) -> str:
    """Return «Файл «диплом.pdf»» with the name in bearable length, or «Файл» for a photo that has none."""
    tidy = tidy_name(name)
    if not tidy:
        return "Файл"
    return f"Файл «{shortened(tidy, _SHOWN)}»"


def pages_shown(there: int, shown: int) -> str:
    """Say that only the first pages are shown, "" where all are."""
    if there <= shown:
        return ""
    pages = plural(there, "страница", "страницы", "страниц")
    return f"Здесь первые {shown}, всего {pages}: остальные в оригинале."
