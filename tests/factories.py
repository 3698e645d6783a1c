"""Events and jobs for tests."""

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from events.actor import SERVER
from events.dispatch import NewEvent, dispatch
from events.enroll import EnrollRequest, Job, enroll
from events.models import Event
from events.update import EventChanges, update
from events.watermark import Sources


def make_event(topic: str = "test.event", **fields: Any) -> Event:
    """Store an event and return it."""
    return Event.objects.get(pk=dispatch(NewEvent(topic=topic, **fields)))


def make_job(status: str, topic: str = "test.job", **changes: Any) -> Event:
    """Store a job, and what it depends on; bring it into a state, and return it."""
    job = make_event(topic, depends_on=make_event("test.source").id, finished=False)
    change(job.id, status=status, **changes)
    return Event.objects.get(pk=job.pk)


def aged(event: Event, age: timedelta) -> None:
    """Let an event be as old as this, and not have changed since."""
    moment = timezone.now() - age
    Event.objects.filter(pk=event.pk).update(created_at=moment, updated_at=moment)


def make_request(*topics: str, sender: str | None = "a", **fields: Any) -> EnrollRequest:
    """Return what a worker asks for: jobs on ``test.job``, for the topics or else for ``test.source``."""
    for_sources = {each.name for each in dataclasses.fields(Sources)}
    about_sources = {name: fields.pop(name) for name in tuple(fields) if name in for_sources}
    sources = Sources(**{"topics": topics or ("test.source",), "target_topic": "test.job", **about_sources})
    return EnrollRequest(sources=sources, sender=sender, **fields)


def enroll_for(*topics: str, **fields: Any) -> Job | None:
    """Ask for a job."""
    return enroll(make_request(*topics, **fields), SERVER)


def source_of(job: Job | None) -> str | None:
    """Return the id of the job's source; None for no job."""
    return None if job is None else job.depends_on.hex


def change(event_id: str | UUID, **changes: Any) -> None:
    """Update an event."""
    update(event_id, EventChanges(**changes))
