"""What the system's errors mean, in Russian: its own words are English."""

import errno

_WORDS = {
    errno.EACCES: "нет прав",
    errno.EPERM: "нет прав",
    errno.ENOENT: "такого пути нет",
    errno.ENOTDIR: "на пути не папка, а файл",
    errno.EEXIST: "такой файл уже есть",
    errno.EISDIR: "это папка, а не файл",
    errno.EROFS: "диск открыт только для чтения",
    errno.ENOSPC: "на диске кончилось место",
    errno.EDQUOT: "кончилась квота на диске",
    errno.ENAMETOOLONG: "слишком длинное имя",
}


def system_fault(error: OSError) -> str:
    """Return the reason in a few words; the system's own where there is no translation."""
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
