"""Where something comes from: on whose behalf it is done, and from which network address.

The door that somebody came through says so once, around all that follows from it.
"""

import getpass
import os
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

    @property
    def place(self) -> dict[str, str | None]:
        """Say from where it comes, as a record of the audit trail does."""
        return {"from": self.address}


class _CommandLine(Origin):
    """Code that no request has called: a command of ``manage.py``, a shell, the start of the server."""

    @property
    def place(self) -> dict[str, str | None]:
        """Say in whose account of the operating system it runs."""
        return {"from": "command line", "account": _account()}


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return str(os.getuid())


COMMAND_LINE = _CommandLine(lambda: "server")
_origin: ContextVar[Origin] = ContextVar("origin", default=COMMAND_LINE)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Take everything in the block for this one's doing."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def current() -> Origin:
    """Return it; what no door has called comes from the command line."""
    return _origin.get()


def address() -> str | None:
    """Return the network address; None if there is none."""
    return current().address
