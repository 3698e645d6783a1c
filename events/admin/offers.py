"""What an operator can do to one event as it is now."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef

from events.actor import Actor
from events.models import Event
from events.operations import Kind, concerned


def offered(event: Event, by: Actor) -> list[str]:
    """Return the kinds of operations that would change the event."""
    is_concerned = {f"is_for_{kind}": ExpressionWrapper(concerned(kind), BooleanField()) for kind in Kind}
    has_children = Exists(Event.objects.filter(depends_on=OuterRef("pk")))
    now = Event.objects.filter(pk=event.pk).annotate(has_children=has_children, **is_concerned)
    found = now.values("has_children", *is_concerned).first()
    if found is None:
        return []
    kinds = [kind.value for kind in (Kind.RESTART, Kind.ABORT) if found[f"is_for_{kind}"]]
    return kinds if found["has_children"] and not by.is_manager else [*kinds, Kind.DELETE.value]
