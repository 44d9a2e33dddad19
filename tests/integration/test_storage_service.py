"""Small facts of the service, on both databases."""

from storage.database import Database
from storage.service import ServiceState


async def test_facts_are_kept_by_key(database: Database) -> None:
    """A value replaces the former one, a new one does not, and keys are found by their beginning alone."""
    state = ServiceState(database)
    assert await state.get("bot:1") is None
    await state.put("bot:1", "primer_bot")
    await state.put("bot:1", "primer2_bot")
    await state.put_new("trouble:disk", {"told": False})
    await state.put_new("trouble:disk", {"told": True})
    await state.put("trouble_%", 1)
    assert await state.get("bot:1") == "primer2_bot"
    assert await state.under("trouble:") == {"disk": {"told": False}}
    await state.probe()
    await state.probe()
    await state.drop("trouble:disk")
    assert await state.under("trouble:") == {}
