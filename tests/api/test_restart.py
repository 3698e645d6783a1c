from collections.abc import Callable

import pytest
from django.test import Client

from events import bus
from events.models import ApiKey, Event
from tests.api.calls import post
from tests.conftest import Publishing


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the server processes were told."""
    calls: list[str] = []
    monkeypatch.setattr(bus, "tell_processes_after_commit", lambda _: calls.append("told"))
    return calls


@pytest.mark.parametrize("role", ["admin", "manager", "service"])
def test_managers_restart_the_server(
    api_as: Callable[[str], Client], publishing: Publishing, told: list[str], role: str
) -> None:
    with publishing() as messages:
        assert post(api_as(role), "/api/system/restart", None) == (204, None)
    record, event = Event.objects.order_by("creation_order")
    assert (event.topic, event.user, event.status) == ("server.restart_requested", role, "finished")
    assert event.description == record.description == f"{role} restarts the server"
    told_of = {"from": "127.0.0.1", "key": f"key {ApiKey.objects.get().pk}"}
    assert (record.topic, record.user, record.summary) == ("audit.server.restart", role, told_of)
    assert [each.topic for each in messages] == ["audit.server.restart", "server.restart_requested"]
    assert told == ["told"]


@pytest.mark.parametrize("role", ["artist", "guest"])
def test_the_others_may_not(
    api_as: Callable[[str], Client], publishing: Publishing, told: list[str], role: str
) -> None:
    with publishing() as messages:
        answer = post(api_as(role), "/api/system/restart", None)
    assert answer == (403, {"code": 403, "detail": "Only managers can restart the server"})
    assert (Event.objects.count(), messages, told) == (0, [], [])


@pytest.mark.parametrize(
    ("limits", "status"),
    [({"verbs": ["read"]}, 403), ({"projects": ["alpha"]}, 403), ({"topics": ["ftrack.*"]}, 403), ({}, 204)],
)
def test_a_limited_key_restarts_nothing_that_is_not_its_own(
    api: Client, told: list[str], limits: dict[str, list[str]], status: int
) -> None:
    ApiKey.objects.update(**limits)
    assert post(api, "/api/system/restart", None)[0] == status
    assert Event.objects.exists() == (status == 204)


def test_an_event_on_the_topic_restarts_nothing(api: Client, publishing: Publishing, told: list[str]) -> None:
    with publishing():
        assert post(api, "/api/events", {"topic": "server.restart_requested"})[0] == 200
    assert told == []
