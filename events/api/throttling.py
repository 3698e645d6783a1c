"""Who guesses passwords has to take his time."""

from contextlib import suppress

from django.core.cache import cache

from events.errors import TooManyLogins

FAILURES_MAX = 10
"""Wrong logins that one address has before it must wait."""


def check_logins(address: str) -> None:
    """Raise TooManyLogins if the address has been wrong too often within a minute, in this process."""
    if cache.get(_key(address), 0) >= FAILURES_MAX:
        raise TooManyLogins


def note_failed_login(address: str) -> None:
    """Count a wrong login; the count begins anew a minute after its first."""
    cache.add(_key(address), 0, TooManyLogins.wait)
    with suppress(ValueError):  # the minute is over just now
        cache.incr(_key(address))


def _key(address: str) -> str:
    return f"failed-logins-{address}"
