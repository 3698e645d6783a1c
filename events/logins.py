"""Wrong logins: whoever is wrong too often, by name or by network address, must wait. Counted for all processes."""

import hashlib
from contextlib import suppress

from events import conf, throttle
from events.errors import TooManyRequests


def check(name: str, address: str | None) -> None:
    """Raise TooManyRequests if the name or the address has been wrong too often: EVENTS_LOGIN_RATE."""
    for who in _suspects(name, address):
        throttle.check("login", conf.login_rate(), *who, storage=conf.limits_storage())


def note_failure(name: str, address: str | None) -> None:
    """Count a wrong login."""
    for who in _suspects(name, address):
        with suppress(TooManyRequests):
            throttle.admit("login", conf.login_rate(), *who, storage=conf.limits_storage())


def _suspects(name: str, address: str | None) -> list[tuple[str, str]]:
    # A name can be any text, and Redis shall not keep it.
    named = ("name", hashlib.sha256(name.lower().encode(errors="surrogatepass")).hexdigest())
    return [named, ("address", address)] if address else [named]
