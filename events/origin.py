"""Where something comes from: on whose behalf it is done, and from which network address.

The door that somebody came through says so once, around all that follows from it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """On whose behalf something is done."""

    who: Callable[[], str]
    """Returns the user or service, once somebody asks: a request is not always somebody's from the beginning."""
    address: str | None = None
    """The network address of the request; None: the machine itself."""


COMMAND_LINE = Origin(lambda: "command line")
_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Take everything in the block for this one's doing."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def current() -> Origin | None:
    """Return it; None for code that speaks for nobody."""
    return _origin.get()


def address() -> str | None:
    """Return the network address; None if there is none."""
    origin = _origin.get()
    return origin.address if origin else None
