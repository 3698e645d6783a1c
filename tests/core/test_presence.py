"""Who is connected, over all processes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import presence
from events.models import Presence
from events.presence import Connected

pytestmark = pytest.mark.django_db

MAYA = Connected(name="maya", role="service", sockets=2)


def test_connections_to_several_processes_are_added_up() -> None:
    presence.tell("one", [MAYA, Connected(name="ida", role="user", streams=1)])
    presence.tell("other", [Connected(name="maya", role="service", sockets=1, streams=3)])
    assert presence.connected() == [
        Connected(name="maya", role="service", sockets=3, streams=3),
        Connected(name="ida", role="user", streams=1),
    ]


def test_what_a_process_tells_replaces_what_it_told_before() -> None:
    presence.tell("one", [MAYA])
    presence.tell("one", [Connected(name="ida", role="user", sockets=1)])
    assert [each.name for each in presence.connected()] == ["ida"]
    presence.leave("one")
    assert presence.connected() == []


def test_a_process_that_was_killed_is_believed_for_a_while_only() -> None:
    presence.tell("killed", [MAYA])
    Presence.objects.update(seen_at=timezone.now() - presence.FRESH)
    assert presence.connected() == []
    Presence.objects.update(seen_at=timezone.now() - presence.KEPT - timedelta(seconds=1))
    presence.leave("another")
    assert not Presence.objects.exists()
