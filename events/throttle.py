"""Rate limits: how often the same one may try. Sliding windows, counted by the ``limits`` library.

What has to hold for the whole installation (logins) is counted in Redis where there is one; what protects one
process is counted in it. A Redis that is away refuses nobody.
"""

import logging
import math
import time
from collections.abc import Callable
from functools import cache

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from events import conf
from events.errors import TooManyRequests

logger = logging.getLogger(__name__)

HERE = "memory://"
PATIENCE_SECONDS = 1.0
"""How long a login waits for Redis."""


def admit(what: str, rate: str, *who: str, storage: str = HERE) -> None:
    """Count one more of ``what`` by ``who``; raise TooManyRequests if that is over the rate.

    The rate is written ``10/minute`` or ``300 per 10 seconds``; an empty one admits everybody.
    """
    _ask(SlidingWindowCounterRateLimiter.hit, what, rate, who, storage)


def check(what: str, rate: str, *who: str, storage: str = HERE) -> None:
    """Raise TooManyRequests if one more would be over the rate, and count nothing."""
    _ask(SlidingWindowCounterRateLimiter.test, what, rate, who, storage)


def _ask(question: Callable[..., bool], what: str, rate: str, who: tuple[str, ...], storage: str) -> None:
    if not rate:
        return
    limiter, limit = _limiter(storage), _limit(rate)
    try:
        if question(limiter, limit, what, *who):
            return
        reset = limiter.get_window_stats(limit, what, *who).reset_time
    except StorageError:
        logger.warning("Redis is away: %s is not limited", what)
        return
    raise TooManyRequests(wait=max(1, math.ceil(reset - time.time())))


_limiters: dict[str, SlidingWindowCounterRateLimiter] = {}


def _limiter(storage: str) -> SlidingWindowCounterRateLimiter:
    if storage not in _limiters:
        _limiters[storage] = _new_limiter(storage)
    return _limiters[storage]


def _new_limiter(storage: str) -> SlidingWindowCounterRateLimiter:
    options: dict[str, float | str | bool] = {}
    if storage != HERE:
        options = {"key_prefix": f"{conf.redis_prefix()}:limits", "wrap_exceptions": True}
        options |= {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}
    return SlidingWindowCounterRateLimiter(storage_from_string(storage, **options))


@cache
def _limit(rate: str) -> RateLimitItem:
    return parse(rate)


def forget() -> None:
    """Forget what was counted."""
    for limiter in _limiters.values():
        limiter.storage.reset()
