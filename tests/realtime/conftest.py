"""Keys for sockets, and sockets that need not wait."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.test import Client

from events import accounts, bus
from events.realtime import hub
from tests.conftest import Roles


@pytest.fixture(autouse=True)
async def running_bus() -> AsyncIterator[None]:
    """What the lifespan of a server does."""
    await bus.start()
    yield
    await bus.stop()


@pytest.fixture
def keys(people: Roles) -> dict[str, str]:
    """An API key of each role."""
    return {name: accounts.issue_key(user, "tests") for name, user in people.items()}


@pytest.fixture
def token(people: Roles) -> str:
    """The artist's token from the login."""
    return accounts.log_in("artist", "artist")[0]


@pytest.fixture
def session(people: Roles) -> str:
    """The cookie of a manager's browser."""
    browser = Client()
    assert browser.login(username="manager", password="manager")
    return f"sessionid={browser.cookies['sessionid'].value}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """What takes seconds on a server happens at once; only the client has a little time to say who it is."""
    settings.EVENTS_SOCKET_AUTH_SECONDS = 0.3
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(hub, "RECHECK_SECONDS", 0.02)
