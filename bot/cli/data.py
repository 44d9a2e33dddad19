"""Commands over the data: catalogue, centres, staff, letters, copies. Each returns what is to be printed."""

import re
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.cli.common import OperatorError, SystemClock, opened, today
from bot.cli.telegram import start_link
from bot.config import Settings
from bot.system_words import system_fault
from school.centre import Centre, Role, StaffMember
from school.errors import BadAnswer
from school.mailboxes import parse_email
from school.mailroom import order_address
from school.use_cases.invite_staff import CentreNeeded, CentreNotNeeded, invite_staff
from school.use_cases.own_mailbox import set_mailbox_by_operator
from wording.plurals import plural
from wording.problems import explain
from wording.staff import role_name


async def migrate(settings: Settings, _: Namespace) -> str:
    """Bring the schema up to date."""
    async with opened(settings):
        return "База данных готова."


async def load_catalogue(settings: Settings, arguments: Namespace) -> str:
    """Load the catalogue in place of the former one."""
    from bot.catalogue_file import CatalogueFileError, parse

    try:
        catalogue = parse(_text(arguments.file), today(settings))
    except CatalogueFileError as error:
        raise OperatorError("\n".join(f"{arguments.file}: {line}" for line in error.lines)) from error
    async with opened(settings) as database:
        await database.replace_catalogue(catalogue)
    offered = len(catalogue.offered_courses(today(settings)))
    runs = sum(len(catalogue.offered_runs(c.key, today(settings))) for c in catalogue.courses)
    total = plural(len(catalogue.courses), "курс", "курса", "курсов")
    on_sale = plural(runs, "поток", "потока", "потоков")
    return f"Каталог загружен: {total}, из них можно заказать {offered}, открыто: {on_sale}."


async def add_centre(settings: Settings, arguments: Namespace) -> str:
    """Add a centre, or change the name and mailbox of one and open it again."""
    number, name = arguments.number, arguments.name.strip()
    if not re.fullmatch(r"[0-9]{2,8}", number):
        raise OperatorError(f"номер «{number}» не подходит: от 2 до 8 цифр, например 0123")
    if not name:
        raise OperatorError('имя центра пустое; пример: --name "СЦ Пример"')
    try:
        email = parse_email(arguments.email)
    except BadAnswer as error:
        raise OperatorError(f"в адресе «{arguments.email}» ошибка; пример: --email centre@example.ru") from error
    async with opened(settings) as database:
        former = {c.number: c for c in await database.centres()}.get(number)
        known = former or Centre(number, name, email)
        await database.save_centre(replace(known, name=name, email=email, closed=False))
    done = "изменён" if former else "добавлен"
    told = f"Центр {number} {done}. Ссылка для клиентов: {await start_link(settings.telegram, f'sc_{number}')}"
    base = settings.reply_base()
    return f"{told}\nЗаявки по почте: {order_address(base, number)}" if base else told


async def list_centres(settings: Settings, _: Namespace) -> str:
    """List the centres."""
    async with opened(settings) as database:
        centres = await database.centres()
    if not centres:
        return "Центров пока нет. Добавьте первый: python -m bot centre add 0123 --name ИМЯ --email АДРЕС"
    return "\n".join(f"{c.number}  {c.name}  {c.email}{'  закрыт' if c.closed else ''}" for c in centres)


async def close_centre(settings: Settings, arguments: Namespace) -> str:
    """Close a centre; its orders stay."""
    async with opened(settings) as database:
        centre = {c.number: c for c in await database.centres()}.get(arguments.number)
        if centre is None:
            raise OperatorError(_no_centre(arguments.number))
        await database.save_centre(replace(centre, closed=True))
    return f"Центр {centre.number} закрыт: новых заявок не примет, прежние остались."


async def invite(settings: Settings, arguments: Namespace) -> str:
    """Make a one-time link for a member of staff."""
    clock, role, number = SystemClock(), Role(arguments.role), arguments.centre
    async with opened(settings) as database:
        unit = database.uow(clock)
        try:
            secret = await invite_staff(unit, clock.now(), role, number, email=arguments.email)
        except CentreNotNeeded as error:
            raise OperatorError(f"роли {role.value} центр не нужен, уберите --centre") from error
        except CentreNeeded as error:
            raise OperatorError(_no_open_centre(number)) from error
        except BadAnswer as problem:
            raise OperatorError(explain(problem).partition("\n")[0]) from problem
        await unit.commit()
    way = await start_link(settings.telegram, f"staff_{secret}")
    return f"Ссылка одноразовая, живёт 3 дня. Передайте её только самому человеку:\n{way}"


async def set_mailbox(settings: Settings, arguments: Namespace) -> str:
    """Register the mailbox that signs a member of staff in on the page."""
    clock = SystemClock()
    async with opened(settings) as database:
        unit = database.uow(clock)
        staff = [member for role in Role for member in await unit.staff_of_role(role)]
        found = [one for one in staff if arguments.who in (str(one.user_id), one.name)]
        if len({member.user_id for member in found}) != 1:
            raise OperatorError(_nobody(arguments.who, staff))
        try:
            address = await set_mailbox_by_operator(unit, found[0], arguments.email, clock.now())
        except BadAnswer as problem:
            raise OperatorError(explain(problem).partition("\n")[0]) from problem
        await unit.commit()
    return f"Записали: {found[0].name}, {address}. Прежние сеансы на странице завершены."


def _nobody(asked: str, staff: Sequence[StaffMember]) -> str:
    known = dict.fromkeys(f"{member.user_id} — {member.name}, {role_name(member)}" for member in staff)
    return "\n".join([f"кто «{asked}», неясно; укажите номер из списка:" if known else "сотрудников ещё нет", *known])


def _no_centre(number: str) -> str:
    return f"центра {number} нет, все центры: python -m bot centre list"


def _no_open_centre(number: str | None) -> str:
    if number is None:
        return "менеджеру нужен центр; пример: staff invite manager --centre 0123"
    return f"открытого центра {number} нет, все центры: python -m bot centre list"


async def preview_letters(settings: Settings, arguments: Namespace) -> str:
    """Write every letter with invented data into a folder."""
    from mail.preview import preview

    try:
        preview(arguments.folder)
    except OSError as error:
        raise OperatorError(f"папка {arguments.folder} не записывается: {system_fault(error)}") from error
    return f"Письма записаны в папку {arguments.folder}."


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        raise OperatorError(f"файла {file} нет, проверьте путь") from None
    except UnicodeDecodeError:
        raise OperatorError(f"{file}: файл не в UTF-8, сохраните его в этой кодировке") from None
    except OSError as error:
        raise OperatorError(f"{file}: файл не читается ({system_fault(error)})") from None
