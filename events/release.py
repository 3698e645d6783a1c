"""Release: a source whose job is gone can be enrolled again."""

from uuid import UUID

from events import bus, message, position
from events.models import Event


def release(source_id: UUID) -> None:
    """Move the source to the end of the stream and tell of it as of any other change, in the caller's transaction."""
    source = Event.objects.select_for_update(no_key=True).defer("payload").filter(pk=source_id).first()
    if source is not None:
        source.position = position.moved()
        source.save(update_fields=["position"])
        bus.publish_after_commit(message.updated(source, progress=None))
