"""The settings of the event system, read when asked for, so that a test can override them."""

import time

from django.conf import settings

_STARTED = time.monotonic()


def uptime() -> float:
    """Return for how many seconds this process has been running; it reads its settings as it starts."""
    return time.monotonic() - _STARTED


def version() -> str:
    """Return the version that ``/api/info`` reports; AYON's clients choose their dialect by it."""
    return settings.EVENTS_VERSION


def max_body() -> int:
    """Return how many bytes the body of one request may have."""
    value: int = settings.EVENTS_MAX_BODY
    return value


def threads() -> int:
    """Return how many requests one process works on at a time; each holds a database connection."""
    value: int = settings.EVENTS_THREADS
    return value


def credential_cache_seconds() -> float:
    """Return for how long a process may trust a key or token that it has checked; 0 checks every time."""
    value: float = settings.EVENTS_CREDENTIAL_CACHE_SECONDS
    return value


def token_lifetime_hours() -> int:
    """Return after how many hours a token from the login expires."""
    value: int = settings.EVENTS_TOKEN_LIFETIME_HOURS
    return value
