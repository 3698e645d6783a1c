"""Which topics there are, and what has happened on each lately: found by an index, topic by topic.

What it costs grows with the number of topics, not with the events, and a burst on one topic hides no other.
"""

from django.db import connection  # noqa: TID251 - the queryset knows no recursion
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from events.models import Event

MOST = 1_000
"""Topics that are looked up, in the order of their names."""

_LATEST = """
WITH RECURSIVE used (topic) AS (
  SELECT MIN(topic) FROM events_event
  UNION ALL
  SELECT (SELECT MIN(topic) FROM events_event WHERE topic > used.topic) FROM used WHERE used.topic IS NOT NULL
)
SELECT topic, (SELECT MAX(position) FROM events_event WHERE topic = used.topic) FROM used
WHERE topic IS NOT NULL LIMIT %s
"""
"""Each topic is the one after the last: two looks into the index ``event_topic_position``, wherever they lead."""


def latest_of_topics() -> dict[str, int]:
    """Return the topics of all events, each with the position of its latest change; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [MOST])
        return dict(cursor.fetchall())


def latest_changes(each: int, topics: int) -> Q:
    """Return the condition that an event is one of the latest ``each`` of its topic, on so many of the latest topics.

    Two queries; falsy if there are no events.
    """
    latest = sorted(latest_of_topics().values())[-topics:]
    before = Event.objects.filter(topic=OuterRef("topic")).order_by("-position").values("position")
    floors = Event.objects.filter(position__in=latest).annotate(floor=Coalesce(Subquery(before[each - 1 : each]), 0))
    conditions = (Q(topic=topic, position__gte=floor) for topic, floor in floors.values_list("topic", "floor"))
    return Q(*conditions, _connector=Q.OR)
