from collections import OrderedDict
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from events import adispatch_event, aupdate_event, progress
from events.delete import delete

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("running_bus")]


async def running(at: float | None) -> str:
    job = await adispatch_event("test.job", finished=False)
    await aupdate_event(job, status="in_progress", progress=at)
    return job


async def test_what_was_told_last_of_a_running_event_is_remembered() -> None:
    job = await running(5)
    await aupdate_event(job, progress=40.5)
    await aupdate_event(job, description="Rendering")
    assert progress.progress_of(UUID(job)) == 40.5
    assert progress.progress_of(UUID(await running(None))) is None


@pytest.mark.parametrize("status", ["pending", "finished", "failed", "aborted", "restarted"])
async def test_it_is_forgotten_when_the_event_runs_no_more(status: str) -> None:
    job = await running(5)
    await aupdate_event(job, status=status)
    assert progress.progress_of(UUID(job)) is None
    await aupdate_event(job, status="in_progress")
    assert progress.progress_of(UUID(job)) is None


async def test_it_is_forgotten_when_the_event_is_gone() -> None:
    job = await running(5)
    await sync_to_async(delete)(job)
    assert progress.progress_of(UUID(job)) is None


async def test_what_is_told_to_some_is_not_shown_to_others() -> None:
    job = await running(5)
    await aupdate_event(job, progress=60, recipients=["artist"])
    assert progress.progress_of(UUID(job)) == 5


async def test_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST", 2)
    monkeypatch.setattr(progress, "_told", OrderedDict())  # whatever other tests have told
    first, second = [await running(at) for at in (1, 2)]
    await aupdate_event(first, progress=10)
    third = await running(3)
    assert [progress.progress_of(UUID(each)) for each in (first, second, third)] == [10, None, 3]
