"""How far running events are: what was told last, for who looks at one afterwards. It is stored nowhere.

Each process remembers what it has heard since its start; the next message makes up for what it has not.
"""

from collections import OrderedDict
from uuid import UUID

from events import bus
from events.message import Envelope
from events.status import Status

MOST = 10_000
"""Events that are remembered; those of which something was told the longest ago are forgotten first."""

_told: OrderedDict[str, float] = OrderedDict()


def progress_of(event_id: UUID) -> float | None:
    """Return the per cent that were told last of an event that is in progress; None: nothing was."""
    return _told.get(event_id.hex)


def _take(envelope: Envelope) -> None:
    if envelope.status != Status.IN_PROGRESS or envelope.is_deletion:
        _told.pop(envelope.id, None)
    elif envelope.progress is not None and envelope.recipients is None:  # else it is for their eyes only
        _told[envelope.id] = envelope.progress
        _told.move_to_end(envelope.id)
        if len(_told) > MOST:
            _told.popitem(last=False)


bus.listen(_take)
