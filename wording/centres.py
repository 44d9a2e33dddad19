"""Words about the service centres: what is asked of the administrator. Plain text: the faces escape it."""

ASK: dict[str, tuple[str, str]] = {
    "new": ("Номер, название и почта центра", "0456 СЦ «Пример» centre@example.ru"),
    "name": ("Новое название центра", "СЦ «Пример»"),
    "email": ("Новая почта центра", "centre@example.ru"),
}
SELLER_SAMPLES: dict[str, str] = {
    "seller_name": "Общество с ограниченной ответственностью «Пример»",
    "seller_short_name": "ООО «Пример»",
    "seller_inn": "5039002841",
    "seller_kpp": "503901001",
    "seller_address": "127018, г. Москва, ул. Полковая, дом 3",
    "seller_bik": "044525225",
    "seller_bank": "ПАО СБЕРБАНК",
    "seller_account": "40702810900000000001",
    "seller_corr_account": "30101810400000000225",
    "seller_vat": "нет",
    "seller_vat_ground": "применяется УСН, ст. 346.11 НК РФ",
    "seller_signatory": "Белова Ирина Петровна",
    "seller_post": "Директор",
    "seller_accountant": "Орлова Анна Петровна",
    "seller_basis": "Устава",
    "seller_valid_days": "5",
}
VALUES: dict[str, str] = {"none": "не облагается"}


def shown_value(value: str, longest: int = 60) -> str:
    """Return a detail in one line of bearable length."""
    line = VALUES.get(value, " ".join(value.split()))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
