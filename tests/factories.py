"""Events for tests."""

from typing import Any

from events.dispatch import NewEvent, dispatch
from events.models import Event


def make_event(topic: str = "test.event", **fields: Any) -> Event:
    """Store an event and return it."""
    return Event.objects.get(pk=dispatch(NewEvent(topic=topic, **fields)))
