"""The way through all events, one stretch of the creation order after the other, until the time is up.

No index serves every combination of filters, and one event in a million may match. A stretch is read quickly whatever
it is asked. Each is as long as the one before it promises to take its share of the time: where an index leads to the
matches, it soon has all that there are, and nobody asks more often than a few times.
"""

import time
from collections.abc import Iterator

STRETCH = 10_000
"""How many numbers of the creation order the first one has."""
SHARE = 0.03
"""Seconds that a stretch should take."""
GROWTH = 2
"""How much longer the next stretch is at most: what comes from the disk takes longer than what has been read before."""


def stretches(edge: int, end: int, *, patience: float) -> Iterator[tuple[int, int]]:
    """Yield the first and the last number of each stretch beyond the edge, up to the end, up or down.

    After so many seconds no further one is begun; there is always one, unless the edge is the end.
    """
    step = 1 if edge < end else -1
    deadline = time.monotonic() + patience
    length = STRETCH
    while edge != end:
        begun = time.monotonic()
        last = edge + step * min(length, abs(end - edge))
        yield edge + step, last
        now = time.monotonic()
        if now > deadline:
            return
        length = max(1, int(length * min(GROWTH, SHARE / max(now - begun, 1e-6))))
        edge = last
