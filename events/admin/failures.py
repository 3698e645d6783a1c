"""What the overview tells of failures: the latest of each topic, those of one topic with the same words together."""

import re
from collections import Counter
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from events import catalogue
from events.admin import render
from events.queryset import EventQuerySet, told_of
from events.status import Status

FAILED = told_of(Status.FAILED)
LOOKED_AT = 4_000
"""Failed events that are looked at: the newest, of each topic as many as of any other."""
TOPICS = 60
"""Topics that are looked at: those on which an event that has failed was created last."""
LINES = 8
OF_TOPIC = 3
"""Lines that one topic has at most; the first one of each topic comes before the second of any."""
DIFFERENT = re.compile(r"\d+")
"""What may differ between messages that are the same: the number of a shot, of a frame, of a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Failed events of one topic that say the same."""

    latest: render.Row
    count: int
    has_more: bool
    """There are older failures of the topic that were not looked at, and may say the same."""


def failures_of(readable: EventQuerySet) -> list[Failure]:
    """Return what has failed and stays so, each kind once, by its latest event, the newest first."""
    floors = _floors()
    # The kind is in each part, or SQLite does not use its index.
    looked_at = (Q(FAILED, topic=topic, creation_order__gt=floor) for topic, floor in floors.items())
    failed = readable.filter(Q(*looked_at, _connector=Q.OR) or Q(pk__in=()))
    counts = Counter[tuple[str, str]]()
    latest: dict[tuple[str, str], int] = {}
    facts = failed.order_by("-creation_order").values_list("topic", "description", "creation_order")
    for topic, description, place in facts:
        kind = (topic, DIFFERENT.sub("#", description))
        counts[kind] += 1
        latest.setdefault(kind, place)
    shown = {latest[kind]: kind for kind in _chosen(latest)}
    found = readable.filter(creation_order__in=list(shown)).defer("summary", "payload").order_by("-creation_order")
    return [
        Failure(
            latest=render.row(event, reverse("admin:events_event_change", args=[event.pk.hex])),
            count=counts[shown[event.creation_order]],
            has_more=floors[event.topic] > 0,
        )
        for event in found
    ]


def _floors() -> dict[str, int]:
    """Return the topics that are looked at, each with the number of its newest failed event that is not; 0: all are."""
    topics = catalogue.topics_of(FAILED, 1, newest=True)
    latest = sorted(topics, key=lambda topic: -topics[topic].first)[:TOPICS]
    stretches = catalogue.topics_of(FAILED, LOOKED_AT // max(len(latest), 1), newest=True)
    return {topic: stretches[topic].beyond or 0 for topic in latest if topic in stretches}


def _chosen(latest: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    """Return the kinds that are shown, of all, the newest of which comes first."""
    of_topic = Counter[str]()
    turns = []
    for topic, words in latest:
        of_topic[topic] += 1
        turns.append((of_topic[topic], (topic, words)))
    turns.sort(key=lambda each: each[0])
    return [kind for turn, kind in turns if turn <= OF_TOPIC][:LINES]
