from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from events.models import Event
from tests.factories import make_event


def test_an_event_is_deleted(api: Client) -> None:
    event = make_event()
    answer = api.delete(f"/api/events/{event.id.hex}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Event.objects.filter(pk=event.pk).exists()


def test_deleting_what_does_not_exist_is_no_error(api: Client) -> None:
    assert api.delete(f"/api/events/{uuid4().hex}").status_code == 204


@pytest.mark.parametrize("query", ["", "?cascade=false", "?cascade=0", "?cascade="])
def test_an_event_with_children_stays(api: Client, query: str) -> None:
    event = make_event()
    make_event(depends_on=event.id)
    answer = api.delete(f"/api/events/{event.id.hex}{query}")
    expected = {"code": 409, "detail": "Other events depend on this event", "children": 1}
    assert (answer.status_code, answer.json()) == (409, expected)
    assert Event.objects.count() == 2


@pytest.mark.parametrize("query", ["?cascade=true", "?cascade=1", "?cascade=True"])
def test_a_cascade_takes_the_children(api: Client, query: str) -> None:
    event = make_event()
    make_event(depends_on=event.id)
    assert api.delete(f"/api/events/{event.id.hex}{query}").status_code == 204
    assert not Event.objects.filter(topic__startswith="test.").exists()


@pytest.mark.parametrize("role", ["manager", "artist", "guest"])
def test_who_may_not_is_told_so(api_as: Callable[[str], Client], role: str) -> None:
    event = make_event(project="alpha", user=role)
    answer = api_as(role).delete(f"/api/events/{event.id.hex}")
    reason = "" if role == "guest" else f": it is not for the role {role.replace('artist', 'user')}"
    expected = {"code": 403, "detail": f"Not allowed to delete this event{reason}"}
    assert (answer.status_code, answer.json()) == (403, expected)
    assert Event.objects.count() == 1
