"""Reading one event, which everybody does all the time."""

from functools import cache
from uuid import UUID

from events.models import Event
from events.prepared import Slot, Statement, select


def event_by_id(pk: UUID) -> Event | None:
    """Return the whole event; None if there is none."""
    row = _by_id().row(pk=pk)
    return None if row is None else Event.from_db(Event.objects.db, _COLUMNS, row)


@cache
def _by_id() -> Statement:
    return select(Event.objects.filter(pk=Slot("pk", Event._meta.pk)).values_list(*_COLUMNS))


_COLUMNS = tuple(each.attname for each in Event._meta.concrete_fields)
