"""Which topics there are, and what has happened on each lately: found by an index, topic by topic.

What it costs grows with the number of topics, not with the events, and a burst on one topic hides no other.
"""

from itertools import chain
from typing import Any, NamedTuple

from django.db import connection  # noqa: TID251 - the queryset knows no recursion
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

from events.models import Event

MOST = 1_000
"""Topics that are looked up, in the order of their names."""

_USED = """
WITH RECURSIVE used (topic) AS (
  SELECT MIN(topic) FROM events_event WHERE {kind}
  UNION ALL
  SELECT (SELECT MIN(topic) FROM events_event WHERE topic > used.topic AND {kind}) FROM used
  WHERE used.topic IS NOT NULL
)
SELECT topic, {told} FROM used WHERE topic IS NOT NULL LIMIT %s
"""
"""Each topic is the one after the last: a look into the index of all events, or into that of a kind."""
_LATEST = """
(SELECT position FROM events_event WHERE topic <= used.topic ORDER BY topic DESC, position DESC LIMIT 1)
"""
"""Of the topic itself. So it is found in ``event_topic_position`` and nowhere else, whatever statistics say."""
_NTH = """
(SELECT creation_order FROM events_event WHERE topic = used.topic AND {kind}
 ORDER BY creation_order {way} LIMIT 1 OFFSET %s)
"""
_SINCE = "SELECT position FROM events_event WHERE topic = %s AND position >= %s"


class Stretch(NamedTuple):
    """The first events of a topic and kind, from the oldest on or from the newest back, in the creation order."""

    first: int
    beyond: int | None
    """The one after so many of them; None: there are no more."""


def latest_of_topics() -> dict[str, int]:
    """Return the topics of all events, each with the position of its latest change; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_USED.format(kind="TRUE", told=_LATEST), [MOST])
        return dict(cursor.fetchall())


def topics_of(kind: Q, each: int, *, newest: bool = False) -> dict[str, Stretch]:
    """Return the topics with events of a kind, and where its ``each`` oldest or newest events are; one query.

    ``kind`` is the condition of an index of topics and creation order.
    """
    condition = _written(kind)
    nth = _NTH.format(kind=condition, way="DESC" if newest else "ASC")
    with connection.cursor() as cursor:
        cursor.execute(_USED.format(kind=condition, told=f"{nth}, {nth}"), [0, each, MOST])
        return {topic: Stretch(*places) for topic, *places in cursor.fetchall()}


def latest_changes(each: int, topics: int) -> Q:
    """Return the condition that an event is one of the latest ``each`` of its topic, on so many of the latest topics.

    Three queries. The positions are read from the index, topic by topic: of the topics in one condition SQLite makes a
    walk through all events, as soon as its statistics know of long topics.
    """
    latest = sorted(latest_of_topics().values())[-topics:]
    before = Event.objects.filter(topic=OuterRef("topic")).order_by("-position").values("position")
    floors = Event.objects.filter(position__in=latest).annotate(floor=Coalesce(Subquery(before[each - 1 : each]), 0))
    bounds = list(floors.values_list("topic", "floor"))
    if not bounds:
        return Q(position__in=())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_SINCE] * len(bounds)), list(chain.from_iterable(bounds)))
        return Q(position__in=[position for (position,) in cursor.fetchall()])


def _written(kind: Q) -> str:
    """Return a condition without parameters as its index has it."""
    query = Query(Event, alias_cols=False)
    compiler: Any = query.get_compiler(connection.alias)
    text, parameters = compiler.compile(query.build_where(kind))
    assert not parameters  # noqa: S101 - they would be wanted wherever the text is
    return str(text)
