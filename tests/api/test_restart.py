from collections.abc import Callable

import pytest
from django.test import Client

from events import restart
from events.models import Event
from tests.api.calls import post
from tests.conftest import Publishing


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the server processes were told."""
    calls: list[str] = []
    monkeypatch.setattr(restart, "_tell_servers", lambda: calls.append("told"))
    return calls


@pytest.mark.parametrize("role", ["admin", "manager", "service"])
def test_managers_restart_the_server(
    api_as: Callable[[str], Client], publishing: Publishing, told: list[str], role: str
) -> None:
    with publishing() as messages:
        assert post(api_as(role), "/api/system/restart", None) == (204, None)
    event = Event.objects.get()
    assert (event.topic, event.user, event.status) == ("server.restart_requested", role, "finished")
    assert event.description == f"{role} restarts the server"
    assert [each.topic for each in messages] == ["server.restart_requested"]
    assert told == ["told"]


@pytest.mark.parametrize("role", ["artist", "guest"])
def test_the_others_may_not(
    api_as: Callable[[str], Client], publishing: Publishing, told: list[str], role: str
) -> None:
    with publishing() as messages:
        answer = post(api_as(role), "/api/system/restart", None)
    assert answer == (403, {"code": 403, "detail": "Only managers can restart the server"})
    assert (Event.objects.count(), messages, told) == (0, [], [])


def test_an_event_on_the_topic_restarts_nothing(api: Client, publishing: Publishing, told: list[str]) -> None:
    with publishing():
        assert post(api, "/api/events", {"topic": "server.restart_requested"})[0] == 200
    assert told == []
