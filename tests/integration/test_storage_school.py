"""The school's own affairs on both databases: centres, the catalogue, documents for clients."""

from dataclasses import replace
from datetime import timedelta

import pytest

from school.catalogue import Catalogue
from school.centre import Centre
from school.errors import Conflict
from school.ports_school import SchoolDocument
from storage.database import Database
from tests.integration.storage_samples import CLOCK, NOW
from tests.samples import catalogue

DOCUMENT = SchoolDocument(
    "d1", "Оферта", "оферта", "offer", 1, "application/pdf", 10, "00", "p1", 7, NOW, None, "d1"
)  # fmt: skip


async def test_a_centre_is_compared_before_it_is_saved(database: Database) -> None:
    """A centre changed by another meanwhile is a conflict; one whose number is taken, too."""
    uow = database.uow(CLOCK)
    uow.add_centre(Centre("0888", "Новый", "n@example.ru", settings={"seller_name": "ООО «Ёж»"}))
    await uow.commit()
    before = await uow.centre("0888")
    assert before is not None
    uow.save_centre(before, replace(before, email="m@example.ru", settings={}))
    await uow.commit()
    assert await uow.centre("0888") == replace(before, email="m@example.ru", settings={})
    uow.save_centre(before, replace(before, closed=True))
    with pytest.raises(Conflict):
        await uow.commit()
    uow.add_centre(Centre("0888", "Ещё", "e@example.ru"))
    with pytest.raises(Conflict):
        await uow.commit()
    found, total = await uow.centres_page(9, 0)
    assert "0888" in {centre.number for centre in found}
    assert total == len(found)


async def test_a_catalogue_replaces_the_one_it_was_compared_with(database: Database) -> None:
    """The catalogue is replaced once; a second one made of the same version is a conflict."""
    await database.replace_catalogue(catalogue())
    uow = database.uow(CLOCK)
    version = (await uow.catalogue()).version
    wanted: Catalogue = replace(catalogue(), tariffs=catalogue().tariffs[:1], runs=catalogue().runs[:1])
    uow.replace_catalogue(wanted, version)
    await uow.commit()
    found = await uow.catalogue()
    assert (found.version, found.tariffs) == (version + 1, wanted.tariffs)
    assert [run.key for run in found.runs if not run.closed] == [wanted.runs[0].key]
    uow.replace_catalogue(wanted, version)
    with pytest.raises(Conflict):
        await uow.commit()


async def test_versions_of_a_document(database: Database) -> None:
    """A version is replaced once, the old one stays readable and the vault keeps the files of both."""
    uow = database.uow(CLOCK)
    uow.add_school_document(DOCUMENT)
    await uow.commit()
    later = NOW + timedelta(hours=1)
    second = replace(DOCUMENT, id="d2", version=2, page_id="p2", added_at=later)
    uow.end_school_document("d1", later)
    uow.add_school_document(second)
    await uow.commit()
    assert await uow.school_documents() == [second]
    assert [one.version for one in await uow.school_document_versions("d1")] == [2, 1]
    assert {"p1", "p2"} <= set(await uow.document_ids())
    uow.hide_school_document("d2", later)
    await uow.commit()
    assert (await uow.school_documents())[0].hidden_at == later
    uow.end_school_document("d1", later)
    with pytest.raises(Conflict):
        await uow.commit()
