"""Release: a source whose job is gone can be enrolled again."""

from collections.abc import Collection
from uuid import UUID

from events import bus, message, position
from events.models import Event

AT_A_TIME = 500
"""Rows that one statement moves."""


def release(source_ids: Collection[UUID]) -> None:
    """Move the sources to the end of the stream and tell of each as of any other change, in the caller's transaction.

    They are locked in the order of their ids, so that two deletions do not wait for each other.
    """
    if not source_ids:
        return
    found = Event.objects.select_for_update(no_key=True).filter(pk__in=source_ids)
    sources = list(found.defer("payload").order_by("pk"))
    for source, number in zip(sources, position.draw(len(sources)), strict=True):
        source.position = number
    Event.objects.bulk_update(sources, ["position"], AT_A_TIME)
    for source in sources:
        bus.publish_after_commit(message.updated(source, progress=None))
