"""What the overview tells of failures: the latest, those of one topic with the same words together."""

import re
from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from events.admin import render
from events.queryset import EventQuerySet
from events.status import Status

LOOKED_AT = 500
"""Failed events that are looked at: those that were created last."""
LINES = 8
OF_TOPIC = 3
"""Lines that one topic has at most, so that it hides no other."""
DIFFERENT = re.compile(r"\d+")
"""What may differ between messages that are the same: the number of a shot, of a frame, of a version."""


@dataclass(slots=True, kw_only=True)
class Failure:
    """Failed events of one topic that say the same."""

    latest: render.Row
    count: int


def failures_of(readable: EventQuerySet) -> list[Failure]:
    """Return what has failed and stays so, each kind once, by its latest event, the newest first."""
    failed = readable.filter(status=Status.FAILED).exclude(status=Status.FINISHED)
    found: dict[tuple[str, str], Failure] = {}
    of_topic = Counter[str]()
    shown = failed.only("topic", "status", "description", "created_at", "updated_at")
    for event in shown.order_by("-creation_order")[:LOOKED_AT]:
        kind = (event.topic, DIFFERENT.sub("#", event.description))
        if kind in found:
            found[kind].count += 1
        elif len(found) < LINES and of_topic[event.topic] < OF_TOPIC:
            of_topic[event.topic] += 1
            row = render.row(event, reverse("admin:events_event_change", args=[event.pk.hex]))
            found[kind] = Failure(latest=row, count=1)
    return list(found.values())
