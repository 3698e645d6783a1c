"""An event server: log, audit trail, job queue and live feed. ``from events import dispatch_event``."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.stream import (
        adispatch_event,
        adispatch_events,
        aupdate_event,
        dispatch_event,
        dispatch_events,
        subscribe,
        update_event,
    )

__all__ = [
    "adispatch_event",
    "adispatch_events",
    "aupdate_event",
    "dispatch_event",
    "dispatch_events",
    "subscribe",
    "update_event",
]


def __getattr__(name: str) -> object:
    """Import the verbs when they are asked for: Django loads this package before it has any models."""
    if name in __all__:
        return getattr(import_module("events.stream"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
