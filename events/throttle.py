"""Rate limits: how often the same one may try. Sliding windows, counted by the ``limits`` library.

What has to hold for the whole installation (logins) is counted in Redis where there is one; what protects one
process is counted in it. A Redis that is away refuses nobody.

To ask the library takes longer than to dispatch an event may, so where the rate is high, it is asked for a
hundredth of it at a time; what was taken and not used stays good.
"""

import logging
import math
import threading
import time
from collections import defaultdict
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
HIGH_RATE = 10_000
"""From this amount on, a hundredth of it is counted at a time."""


def admit(what: str, rate: str, *who: str, storage: str = HERE) -> None:
    """Count one more of ``what`` by ``who``; raise TooManyRequests if that is over the rate.

    The rate is written ``10/minute`` or ``300 per 10 seconds``; an empty one admits everybody.
    """
    if rate and storage == HERE and _limit(rate).amount >= HIGH_RATE:
        _advances.take(what, rate, who)
    else:
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


class _Advances:
    """Admissions that the library has counted already, and that nobody has used yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: defaultdict[tuple[str, ...], int] = defaultdict(int)

    def take(self, what: str, rate: str, who: tuple[str, ...]) -> None:
        """Use one, or raise TooManyRequests."""
        key = (what, rate, *who)
        with self._lock:
            if self._left[key] == 0:
                self._left[key] = self._new(what, rate, who)
            self._left[key] -= 1

    @staticmethod
    def _new(what: str, rate: str, who: tuple[str, ...]) -> int:
        """Have some counted, or one if that would be over the rate; return how many."""
        limit = _limit(rate)
        some = limit.amount // 100
        if _limiter(HERE).hit(limit, what, *who, cost=some):
            return some
        _ask(SlidingWindowCounterRateLimiter.hit, what, rate, who, HERE)
        return 1

    def clear(self) -> None:
        with self._lock:
            self._left.clear()


_advances = _Advances()


@cache
def times(rate: str, factor: int) -> str:
    """Return the rate of so many times as many; no limit stays none."""
    if not rate:
        return rate
    limit = _limit(rate)
    return f"{limit.amount * factor} per {limit.multiples} {limit.GRANULARITY.name}"


@cache
def _limit(rate: str) -> RateLimitItem:
    return parse(rate)


def forget() -> None:
    """Forget what was counted."""
    _advances.clear()
    for limiter in _limiters.values():
        limiter.storage.reset()
