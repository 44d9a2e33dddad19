"""Invented sides of a deal for the papers, and the outside programs that read them back."""

import os
import shutil
import subprocess
from datetime import date

import pytest

from paper.text_paper import LearnerRow
from school.order import Payer
from school.payer import PayerKind
from school.seller import Seller, parse_seller

SETTINGS = {
    "seller_name": 'ООО "СЦ Пример"',
    "seller_short_name": 'ООО "СЦ Пример"',
    "seller_inn": "6663003127",
    "seller_kpp": "667101001",
    "seller_address": "620014, г. Екатеринбург, ул. Малышева, д. 36",
    "seller_bik": "044525225",
    "seller_bank": "ПАО СБЕРБАНК",
    "seller_account": "40702810138250123017",
    "seller_corr_account": "30101810400000000225",
    "seller_vat": "нет",
    "seller_vat_ground": "п. 2 ст. 346.11 НК РФ",
    "seller_signatory": "Иванова Мария Петровна",
    "seller_post": "директор",
    "seller_accountant": "Петров Пётр Петрович",
    "seller_basis": "Устава",
}
ADDRESS = "127018, г. Москва, ул. Сущёвский Вал, д. 18"
PAYER = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", ADDRESS)
TRADER = Payer(PayerKind.SOLE_TRADER, "Петров Пётр Петрович", "500100732259", None, ADDRESS)
PERSON = Payer(PayerKind.INDIVIDUAL, "Соколова Любовь Андреевна", None, None, ADDRESS)

EVIL = '#eval("1") $x$ @a [b] *c* <&> \\ `d` // {{ сумма }}'


def seller(**changes: str) -> Seller:
    """The sample seller with other settings."""
    return parse_seller({**SETTINGS, **changes})


def learner(name: str = "Соколова Любовь Андреевна", kopecks: int = 2_450_000) -> LearnerRow:
    """One student of the sample course."""
    return LearnerRow(name, "Управление закупками по 44-ФЗ", "Базовый", date(2027, 4, 25), date(2027, 5, 25), kopecks)


def run(program: str, *arguments: str, given: bytes) -> bytes:
    """Run an outside reader on bytes; without it the test is skipped, and fails where CI is set."""
    if shutil.which(program) is None:
        reason = f"{program} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return subprocess.run([program, *arguments], input=given, capture_output=True, check=True).stdout


def text_of(pdf: bytes) -> str:
    """Read a PDF as people copy from it: in one line, with plain spaces."""
    return " ".join(run("pdftotext", "-layout", "-", "-", given=pdf).decode().replace("\u200b", "").split())


def scanned(png: bytes) -> bytes:
    """Read the QR on a picture."""
    return run("zbarimg", "--quiet", "--raw", "-Sbinary", "-", given=png).rstrip(b"\n")
