"""Students with links, and visitors who open them, prove, agree and send the questionnaire again and again."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import aiohttp

from school.centre import Centre
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.ports import Clock
from school.use_cases.renew_link import new_link
from storage.database import Database

CENTRE = "0123"
MOBILE = "+79339333333"
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


class FormChangedError(Exception):
    """A page did not answer as it should; the message holds its beginning."""


def _order(number: int, today: date) -> Order:
    line = OrderLine(
        f"{number:032x}", "Соколова Любовь Андреевна", MOBILE, f"sokolova{number}@yandex.ru", "osno", "osno-6", "base",
        "Бухгалтерский учёт при ОСНО", "Базовый", 2_450_000, today + timedelta(days=30), today + timedelta(days=60),
    )  # fmt: skip
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru")
    now = _SystemClock().now()
    return Order(f"{number:032x}", f"{CENTRE}-{number + 1:04d}", CENTRE, f"d{number}", payer, orderer, (line,), now, 0)


class _SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)


async def seed(url: str, count: int) -> list[str]:
    """Add a centre and so many orders of one student; return the secrets of their links."""
    database = await Database.open(url)
    clock = _SystemClock()
    try:
        await database.save_centre(Centre(CENTRE, "СЦ «Пример»", "centre@example.ru"))
        secrets = []
        for number in range(count):
            uow = database.uow(clock)
            order = _order(number, clock.now().date())
            uow.add_order(order)
            secrets.append(new_link(uow, order, order.lines[0], clock.now()))
            await uow.commit()
        return secrets
    finally:
        await database.close()


class Visitor:
    """One student's browser at an address of its own, at the least cost: its cookie and form are kept as they are."""

    def __init__(self, http: aiohttp.ClientSession, base: str, secret: str, number: int) -> None:
        self._http = http
        self._base = base
        self._url = f"{base}/q/{secret}"
        self._headers = {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}", "Sec-Fetch-Site": "same-origin"}
        self._action = ""
        self._fields: dict[str, str] = {}

    async def come_in(self) -> int:
        """Prove, agree, and keep the form; return the page's bytes. Raises `FormChangedError`."""
        html = await self._get()
        html = await self._submit(html, "digits", {"digits": MOBILE[-4:]})
        html = await self._submit(html, "consent", {})
        self._action, self._fields = self._read(html, "surname")
        return len(html.encode())

    async def show(self) -> None:
        """Open the questionnaire."""
        await self._get()

    def form(self, number: int) -> dict[str, str]:
        """Return the questionnaire as it is sent; the patronymic changes, so that there is something to store."""
        return {**self._fields, "patronymic": ("Андреевна", "Алексеевна")[number // 200 % 2]}

    async def send(self, number: int) -> None:
        """Save the questionnaire. Raises `FormChangedError` where it was not taken."""
        async with self._http.post(
            self._action, data=self.form(number), headers=self._headers, allow_redirects=False
        ) as answer:
            text = await answer.text()
            if answer.status != 303:
                raise FormChangedError(f"{answer.status}: {text[:3000]}")

    async def _get(self) -> str:
        async with self._http.get(self._url, headers=self._headers) as answer:
            self._take_cookie(answer)
            text = await answer.text()
            if answer.status != 200:
                raise FormChangedError(f"{answer.status}: {text[:3000]}")
            return text

    async def _submit(self, html: str, name: str, values: dict[str, str]) -> str:
        action, fields = self._read(html, name)
        async with self._http.post(
            action, data={**fields, **values}, headers=self._headers, allow_redirects=False
        ) as answer:
            self._take_cookie(answer)
            if answer.status != 303:
                raise FormChangedError(f"{answer.status}: {(await answer.text())[:3000]}")
        return await self._get()

    def _take_cookie(self, answer: aiohttp.ClientResponse) -> None:
        for cookie in answer.cookies.values():
            self._headers["Cookie"] = f"{cookie.key}={cookie.value}"

    def _read(self, html: str, name: str) -> tuple[str, dict[str, str]]:
        """Return where the form with this field goes and what it holds; of radios the first, where none is chosen."""
        form = next((found for found in _FORM.findall(html) if f'name="{name}"' in found), None)
        if form is None:
            raise FormChangedError(f"no form with {name}: {html[:3000]}")
        fields: dict[str, str] = {}
        for tag in _INPUT.findall(form):
            told = {key: unescape(value) for key, value in _ATTRIBUTE.findall(tag)}
            if told.get("type") == "file" or "name" not in told:
                continue
            if told["name"] not in fields or "checked" in tag:
                fields[told["name"]] = told.get("value", "on")
        action = dict(_ATTRIBUTE.findall(form.partition(">")[0]))["action"]
        return f"{self._base}{unescape(action)}", fields
