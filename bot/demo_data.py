"""Sample data of the demo: orders, questionnaires in every state and payments, made by the real use cases."""

import asyncio
import logging
from dataclasses import asdict, dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.config import Settings
from bot.story import picture
from bot.vaults import Vaults
from paper.job_pool import JobPool
from school.catalogue import Catalogue
from school.centre import Role, StaffMember
from school.draft import Draft
from school.letter_caps import Caps
from school.order import Order
from school.ports import Clock, Session, UnitOfWork
from school.questionnaire import Page, Remark
from school.use_cases.billing_desk import Desk
from school.use_cases.decide_questionnaire import approve, send_back
from school.use_cases.fill_questionnaire import keep_answers, open_answers, submit_answers
from school.use_cases.find import find_enrolment
from school.use_cases.hold_order import Placer
from school.use_cases.issue_invoice import issue_typed
from school.use_cases.place_order import place_order
from school.use_cases.receive_payment import receive
from school.use_cases.review_questionnaire import Acting
from storage.checker import ProcessChecker
from storage.database import Database
from storage.uploads import UploadStore

log = logging.getLogger(__name__)

ORDERS, QUESTIONNAIRES, PAYMENTS = 40, 30, 10
# Of every six questionnaires: two are being filled in, two wait for a curator, one is approved, one is returned.
STATES = ("begun", "submitted", "submitted", "approved", "begun", "returned")
NOBODY = 0
SURNAMES = ("Авдеева", "Борисова", "Власова", "Голубева", "Денисова", "Ершова", "Жукова", "Зайцева", "Ильина", "Котова")
NAMES = ("Мария Сергеевна", "Елена Павловна", "Ольга Игоревна", "Нина Олеговна")
PAYERS = ("Ромашка", "Вектор", "Сосновый бор", "Лесной дом", "Техноторг", "Заря", "Исток", "Глобус")


class Running(Protocol):
    """What is needed of the bot that runs."""

    database: Database
    clock: Clock
    vaults: Vaults
    settings: Settings

    def wake(self) -> None:
        """Send at once what was staged."""


@dataclass(slots=True)
class Filler:
    """Fills the demo once, in its own process; `routes` start it and tell how far it is."""

    centre: str
    _app: Running | None = field(default=None, repr=False)
    state: str = "idle"
    done: int = 0
    words: str = ""
    _jobs: JobPool = field(default_factory=JobPool, repr=False)
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    def routes(self) -> list[web.RouteDef]:
        """Return GET and POST /sandbox/fill: `state` (idle, running, done, failed), `done` of `whole`, `words`."""
        return [web.get("/sandbox/fill", self._tell), web.post("/sandbox/fill", self._start)]

    @property
    def app(self) -> Running:
        """The running bot that is filled. RuntimeError before it runs."""
        if self._app is None:
            raise RuntimeError("the bot does not run yet")
        return self._app

    def serve(self, app: Running) -> None:
        """Fill this bot from now on."""
        self._app = app

    async def stop(self) -> None:
        """End the filling, where it still goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._jobs.close()

    async def _tell(self, _: web.Request) -> web.Response:
        whole = ORDERS + QUESTIONNAIRES + PAYMENTS
        return web.json_response({"state": self.state, "done": self.done, "whole": whole, "words": self.words})

    async def _start(self, request: web.Request) -> web.Response:
        if self._app is not None and self.state in ("idle", "failed"):
            self.state, self.done, self.words = "running", 0, "Готовим заявки…"
            self._task = asyncio.create_task(self._run())
        return await self._tell(request)

    async def _run(self) -> None:
        try:
            await self._fill()
        except Exception:
            log.exception("the sample data could not be made")
            self.state, self.words = "failed", "Не получилось наполнить данными. Нажмите ещё раз."
        else:
            self.app.wake()
            self.state = "done"
            self.words = f"Готово: {ORDERS} заявок, {QUESTIONNAIRES} анкет, {PAYMENTS} оплат."

    async def _fill(self) -> None:
        orders = []
        for number in range(ORDERS):
            orders.append(await self._order(number))
            self._step(f"Заявки: {number + 1} из {ORDERS}")
        for number, order in enumerate(orders[:QUESTIONNAIRES]):
            await self._questionnaire(order, number)
            self._step(f"Анкеты: {number + 1} из {QUESTIONNAIRES}")
        for number, order in enumerate(orders[:PAYMENTS]):
            await self._payment(order, number)
            self._step(f"Оплаты: {number + 1} из {PAYMENTS}")

    def _step(self, words: str) -> None:
        self.done, self.words = self.done + 1, words

    async def _order(self, number: int) -> Order:
        uow, now = self.app.database.uow(self.app.clock), self.app.clock.now()
        catalogue = await uow.catalogue()
        session = Session(None, (), None, await uow.centre(self.centre), catalogue)
        draft = sample_draft(self.centre, catalogue, number, now)
        # The day's caps of letters guard against strangers, the demo is filled by its owner.
        placer = Placer(mailbox=draft.answers["orderer_email"], proved=True, told=True, caps=Caps(1000, 10_000, 1000))
        placed = await place_order(uow, session, draft, now, placer, repeat=True)
        await uow.commit()
        return placed.order

    async def _questionnaire(self, order: Order, number: int) -> None:
        line, wanted = order.lines[0].id, STATES[number % len(STATES)]
        uow, now = self.app.database.uow(self.app.clock), self.app.clock.now()
        about = await find_enrolment(uow, line)
        found, answers = await open_answers(uow, about, now, ())
        answers = {**answers, "consent": True, "education": "higher", "same_surname": "yes"}
        if wanted == "begun":
            keep_answers(uow, found, answers)
            await uow.commit()
            return
        page = await self._page(number)
        uow.save_document(line, "diploma", page)
        submit_answers(uow, about, found, {**answers, "diploma": [asdict(page)]}, "demo", now, self._zone)
        await uow.commit()
        if wanted != "submitted":
            await self._decide(line, wanted)

    async def _page(self, number: int) -> Page:
        content = await asyncio.to_thread(picture, 100 + number)
        store = UploadStore(ProcessChecker(self._jobs), self.app.vaults.documents)
        return await store.keep(content, "диплом.jpg", uuid4().hex)

    async def _decide(self, line: str, wanted: str) -> None:
        uow, now = self.app.database.uow(self.app.clock), self.app.clock.now()
        who = Acting(await self._staff(uow, Role.CURATOR, None), NOBODY, "Анна Орлова", now, self._zone)
        found = await uow.questionnaire(line)
        version = found.version if found is not None else 0
        if wanted == "approved":
            await approve(uow, who, line, version)
        else:
            await send_back(uow, who, line, version, [Remark("diploma", "unreadable")])
        await uow.commit()

    async def _payment(self, order: Order, number: int) -> None:
        uow, now = self.app.database.uow(self.app.clock), self.app.clock.now()
        desk = Desk(await self._staff(uow, Role.MANAGER, self.centre), now, self._zone)
        _, invoice = await issue_typed(uow, desk, order.id, f"{700 + number} от сегодня, {order.lines[0].price // 100}")
        await uow.commit()
        uow = self.app.database.uow(self.app.clock)
        await receive(uow, desk, invoice.id, f"{invoice.total // 100}")
        await uow.commit()

    async def _staff(self, uow: UnitOfWork, role: Role, centre: str | None) -> Session:
        member = StaffMember(f"demo-{role.value}", NOBODY, NOBODY, role, centre, "Демонстрация", self.app.clock.now())
        return Session(None, (member,), None, await uow.centre(self.centre), await uow.catalogue())

    @property
    def _zone(self) -> tzinfo:
        return ZoneInfo(self.app.settings.school.timezone)


def sample_draft(centre: str, catalogue: Catalogue, number: int, now: datetime) -> Draft:
    """Return a complete draft of an order of one student; each number is another payer's and another student's."""
    today = now.date()
    courses = catalogue.offered_courses(today)
    course = courses[number % len(courses)]
    run, tariff = catalogue.offered_runs(course.key, today)[0], catalogue.offered_tariffs(course.key)[0]
    name = f"{SURNAMES[number % len(SURNAMES)]} {NAMES[number // len(SURNAMES)]}"
    student = {
        "name": name,
        "mobile": f"+7903555{number:04d}",
        "email": f"uchenik{number + 1}@yandex.ru",
        "course": course.key,
        "run": run.key,
        "tariff": tariff.key,
    }
    answers = {
        "consent": True,
        "payer_kind": "organisation",
        "payer_name": f"ООО «{PAYERS[number % len(PAYERS)]} {number + 1}»",
        "payer_inn": inn(500_000_000 + number),
        "payer_kpp": "503901001",
        "payer_address": f"127018, г. Москва, ул. Полковая, дом {number + 1}",
        "orderer_name": f"{SURNAMES[-1 - number % len(SURNAMES)]} Ирина Петровна",
        "orderer_mobile": f"+7916555{number:04d}",
        "orderer_email": f"buh{number + 1}@yandex.ru",
        "students": [student],
    }
    return Draft(uuid4().hex[:12], NOBODY, NOBODY, "order", centre, None, answers, None, None, "active", now)


def inn(base: int) -> str:
    """Return the ИНН of an organisation that begins with these nine digits."""
    digits = f"{base:09d}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return f"{digits}{sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10}"
