"""Logins that were refused: they are logged, and whoever has too many must wait. Counted for all processes.

EVENTS_LOGIN_RATE is how often one network address may be wrong about one name. Ten times that is how often it may be
wrong about all names together, and how often all addresses together may be wrong about one name: so nobody guesses
without end, and who is wrong himself locks out neither the others at his address nor that name elsewhere.
"""

import hashlib
import logging
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Network, ip_address

from events import conf, throttle
from events.errors import TooManyRequests

logger = logging.getLogger(__name__)

TOGETHER = 10
"""How many times the rate of one name from one address is the rate of one of them with all of the others."""
NAME_SHOWN = 64
"""Characters of a name that the log shows."""
NOWHERE = "nowhere"
"""What stands for an address that nobody knows: of a Unix socket without a proxy."""
TOLD = "1/minute"
"""How often the log tells that somebody must wait."""
HOME = 64
"""Bits that all addresses of one home or office have in common, of IPv6."""


def check(name: str, address: str | None) -> None:
    """Raise TooManyRequests if there were too many wrong logins: EVENTS_LOGIN_RATE."""
    for who, rate in _suspects(name, address):
        try:
            throttle.check("login", rate, *who, storage=conf.limits_storage())
        except TooManyRequests as error:
            _tell_of_wait(name, address, who, error.wait)
            raise


def note_failure(name: str, address: str | None) -> None:
    """Count a wrong login."""
    logger.warning("Refused login from %s as %s", address or NOWHERE, _shown(name))
    for who, rate in _suspects(name, address):
        with suppress(TooManyRequests):
            throttle.admit("login", rate, *who, storage=conf.limits_storage())


def note_success(name: str, address: str | None) -> None:
    """Tell of a login."""
    logger.info("Login from %s as %s", address or NOWHERE, _shown(name))


def _shown(name: str) -> str:
    """Return a name, which can be any text, as the log may hold it: short, in one line, no word to a terminal."""
    return repr(name) if len(name) <= NAME_SHOWN else f"{name[:NAME_SHOWN]!r}…"


def _tell_of_wait(name: str, address: str | None, who: tuple[str, ...], wait: int) -> None:
    """Log it once a minute, whatever names an address tries that must wait for all of them."""
    with suppress(TooManyRequests):
        same = who if who[0] == "address" else ("pair", _digest(name), address or NOWHERE)
        throttle.admit("login told", TOLD, *same, storage=conf.limits_storage())
        logger.warning("Refused login from %s as %s (too many, again in %s s)", address or NOWHERE, _shown(name), wait)


def _suspects(name: str, address: str | None) -> list[tuple[tuple[str, ...], str]]:
    """Return who may be guessing, each with the rate that it has."""
    rate = conf.login_rate()
    together = throttle.times(rate, TOGETHER)
    home = _home(address) if address else ""
    pair, named = (("pair", _digest(name), home), rate), (("name", _digest(name)), together)
    return [pair, named, (("address", home), together)] if home else [pair, named]


def _home(address: str) -> str:
    """Return what an address is counted as: who has one of IPv6 has many."""
    try:
        number = ip_address(address)
    except ValueError:
        return address
    if isinstance(number, IPv4Address):
        return address
    return str(number.ipv4_mapped or IPv6Network((int(number), HOME), strict=False))


def _digest(name: str) -> str:
    """Return what Redis keeps of a name, which can be any text."""
    return hashlib.sha256(name.lower().encode(errors="surrogatepass")).hexdigest()
