from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from events import adispatch_event, aupdate_event, bus, dispatch_event
from events.delete import delete
from events.message import Envelope
from events.models import Event
from tests.factories import change, enroll_for, make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("running_bus")]


@contextmanager
def listening() -> Iterator[list[Envelope]]:
    told: list[Envelope] = []
    stop = bus.listen(told.append)
    yield told
    stop()


async def test_a_listener_is_told_of_everything_that_is_needed_to_route_it() -> None:
    with listening() as told:
        source = await adispatch_event("test.source", project="alpha", user="artist", recipients=["artist"])
        job = await adispatch_event("test.job", depends_on=source, finished=False, store=True)
        await aupdate_event(job, status="in_progress", progress=5)
        await aupdate_event(job, progress=7)
        await adispatch_event("test.notice", store=False)
    positions = {each.id.hex: each.position async for each in Event.objects.all()}
    assert [
        (each.id == source, each.topic, each.status, each.depends_on, each.is_update, each.progress) for each in told
    ] == [
        (True, "test.source", "finished", None, False, 100.0),
        (False, "test.job", "pending", source, False, 0.0),
        (False, "test.job", "in_progress", source, True, 5),
        (False, "test.job", "in_progress", source, True, 7),
        (False, "test.notice", "finished", None, False, 100.0),
    ]
    assert (told[0].project, told[0].user, told[0].recipients) == ("alpha", "artist", ("artist",))
    assert [told[0].position, told[2].position] == [positions[source], positions[job]]
    assert told[1].position is not None
    assert positions[source] < told[1].position < positions[job]
    assert [told[3].position, told[4].position] == [None, None]


async def test_a_deleted_job_is_told_and_its_source_has_moved() -> None:
    def prepare() -> tuple[Event, str]:
        source = make_event("test.source", project="alpha")
        job = enroll_for()
        assert job is not None
        return source, job.id.hex

    source, job = await sync_to_async(prepare)()
    with listening() as told:
        await sync_to_async(delete)(job)
    moved, deleted = told
    assert (moved.id, moved.topic, moved.is_update, moved.is_deletion) == (source.id.hex, "test.source", True, False)
    assert moved.position == (await Event.objects.aget()).position
    assert moved.position > source.position
    assert (deleted.id, deleted.topic, deleted.depends_on) == (job, "test.job", source.id.hex)
    assert (deleted.is_deletion, deleted.project, deleted.position, deleted.frame) == (True, "alpha", None, "")


async def test_nobody_is_told_of_what_is_rolled_back() -> None:
    event = await sync_to_async(make_event)()

    @transaction.atomic
    def in_vain() -> None:
        dispatch_event("test.other")
        change(event.id, status="failed")
        delete(event.id)
        transaction.set_rollback(True)

    with listening() as told:
        await sync_to_async(in_vain)()
        await adispatch_event("test.last")
    assert [each.topic for each in told] == ["test.last"]


async def test_a_listener_that_has_stopped_is_told_nothing() -> None:
    told: list[Envelope] = []
    stop = bus.listen(told.append)
    with listening() as others:
        stop()
        stop()
        await adispatch_event("test.event")
    assert (len(told), len(others)) == (0, 1)


async def test_a_failing_listener_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Envelope) -> None:
        raise ValueError("broken")

    stop = bus.listen(fail)
    with listening() as told:
        await adispatch_event("test.event")
    stop()
    assert (len(told), await Event.objects.acount()) == (1, 1)
    assert "A listener failed on test.event" in caplog.text
