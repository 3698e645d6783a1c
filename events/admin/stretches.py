"""The way through all events, one stretch of the creation order after the other, until the time is up.

No index serves every combination of filters, and one event in a million may match. A stretch is read quickly whatever
it is asked; where an index leads to the matches it costs nothing, and the next one is twice as long: a million
events take seven of them.
"""

import time
from collections.abc import Iterator

STRETCH = 10_000
"""How many numbers of the creation order the first one has."""
QUICK = 0.01
"""Seconds in which a stretch has to be done for the next one to be longer: rows that are read one by one may
come from the disk, and then even a short stretch takes its time."""


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
        if now - begun < QUICK:
            length *= 2
        edge = last
