"""Keys for sockets, and sockets that need not wait."""

import pytest

from events import accounts
from events.realtime import guard, hub
from tests.conftest import Roles


@pytest.fixture(autouse=True)
async def as_on_a_server(running_bus: None) -> None:
    """All tests here have the bus."""


@pytest.fixture
def keys(people: Roles) -> dict[str, str]:
    """An API key of each role."""
    return {name: accounts.issue_key(user, "tests") for name, user in people.items()}


@pytest.fixture
def token(people: Roles) -> str:
    """The artist's token from the login."""
    return accounts.log_in("artist", "artist")[0]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes every few seconds on a server comes at once."""
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(guard, "RECHECK_SECONDS", 0.02)
