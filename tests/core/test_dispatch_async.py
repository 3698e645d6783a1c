import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from events import adispatch_event, aupdate_event
from events.errors import HashConflict
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def in_loop() -> AsyncIterator[None]:
    """Close what the loop's thread has opened."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.mark.usefixtures("in_loop")
async def test_an_event_is_dispatched_and_updated_in_an_event_loop(published: list[str]) -> None:
    event_id = await adispatch_event("test.event", project="alpha")
    await aupdate_event(event_id, description="new")
    event = await Event.objects.aget()
    assert (event.id.hex, event.project, event.description) == (event_id, "alpha", "new")
    assert published == ["test.event", "test.event"]


@pytest.mark.usefixtures("in_loop")
async def test_of_many_at_once_with_one_hash_one_is_stored() -> None:
    answers = await asyncio.gather(
        *(adispatch_event("test.event", hash="h") for _ in range(10)), return_exceptions=True
    )
    ids = [each for each in answers if isinstance(each, str)]
    assert [type(each) for each in answers].count(HashConflict) == 9
    assert [each.id.hex async for each in Event.objects.all()] == ids


def test_an_event_is_dispatched_by_a_loop_of_its_own(published: list[str]) -> None:
    async def main() -> str:
        try:
            return await adispatch_event("test.event")
        finally:
            await sync_to_async(connections.close_all)()

    event_id = asyncio.run(main())
    assert Event.objects.get().id.hex == event_id
    assert published == ["test.event"]
