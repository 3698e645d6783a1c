from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from tests.api.calls import patch
from tests.conftest import Publishing
from tests.factories import make_event

NEW = {
    "sender": "worker",
    "senderType": "coffee",
    "project": "beta",
    "user": "eve",
    "status": "failed",
    "description": "Brewing",
    "summary": {"cups": 1},
    "payload": {"message": "no beans"},
    "retries": 2,
}


def test_everything_that_may_change_changes(api: Client) -> None:
    event = make_event()
    assert patch(api, event, NEW) == (204, None)
    now = Event.objects.get(pk=event.pk)
    assert (now.sender, now.sender_type, now.project, now.user) == ("worker", "coffee", "beta", "eve")
    assert (now.status, now.description, now.retries) == ("failed", "Brewing", 2)
    assert (now.summary, now.payload) == ({"cups": 1}, {"message": "no beans"})
    assert now.updated_at > event.updated_at


def test_null_changes_nothing(api: Client) -> None:
    event = make_event(description="first", project="alpha", sender="tab", summary={"a": 1})
    assert patch(api, event, dict.fromkeys([*NEW, "projectName", "progress", "recipients"])) == (204, None)
    now = Event.objects.get()
    assert (now.description, now.project, now.sender, now.summary) == ("first", "alpha", "tab", {"a": 1})


OLD_NAMES = [{"projectName": "beta"}, {"project_name": "beta"}, {"projectName": "x", "project": "beta"}]


@pytest.mark.parametrize("body", OLD_NAMES)
def test_the_old_name_of_project_is_taken(api: Client, body: dict[str, str]) -> None:
    assert patch(api, make_event(), body) == (204, None)
    assert Event.objects.get().project == "beta"


def test_the_sender_of_the_headers_overwrites(api: Client) -> None:
    event = make_event(sender="tab", sender_type="ui")
    headers = {"X-Sender": "worker", "X-Sender-Type": "coffee"}
    assert patch(api, event, {"description": "new"}, headers=headers) == (204, None)
    now = Event.objects.get()
    assert (now.sender, now.sender_type) == ("worker", "coffee")


def test_progress_is_told_and_not_stored(api: Client, publishing: Publishing) -> None:
    event = make_event(sender="tab", sender_type="ui")
    with publishing() as messages:
        assert patch(api, event, {"progress": 40}, headers={"X-Sender": "worker"}) == (204, None)
    now = Event.objects.get()
    assert (now.updated_at, now.position, now.sender) == (event.updated_at, event.position, "tab")
    assert [(each.event["progress"], each.event["sender"]) for each in messages] == [(40, "worker")]
    assert "progress" not in api.get(f"/api/events/{event.id.hex}").json()


def test_an_event_that_does_not_exist_is_not_found(api: Client, publishing: Publishing) -> None:
    with publishing() as messages:
        status, answer = patch(api, Event(), {"description": "new"})
    assert (status, answer) == (404, {"code": 404, "detail": "Event not found"})
    assert messages == []


@pytest.mark.parametrize(
    ("role", "body", "detail"),
    [
        ("artist", {"user": "bob"}, "Not allowed to change the user of this event"),
        ("artist", {"project": "beta"}, "Not allowed to move the event to this project"),
        ("artist", {"status": "failed"}, "Not allowed to update status of this event"),
        ("manager", {"status": "failed"}, "Not allowed to update status of this event"),
        ("admin", {"status": "failed"}, "Not allowed to update status of this event"),
        ("guest", {"description": "new"}, "Not allowed to update this event"),
    ],
)
def test_who_may_not_is_told_so(
    api_as: Callable[[str], Client], publishing: Publishing, role: str, body: dict[str, Any], detail: str
) -> None:
    event = make_event(project="alpha", user="artist")
    before = Event.objects.values().get()
    with publishing() as messages:
        answer = patch(api_as(role), event, body | {"description": "new"})
    assert answer == (403, {"code": 403, "detail": detail})
    assert (Event.objects.values().get(), messages) == (before, [])


def test_a_plain_user_updates_only_his_own(api_as: Callable[[str], Client]) -> None:
    own, foreign = make_event(project="alpha", user="artist"), make_event(project="alpha", user="bob")
    assert patch(api_as("artist"), own, {"description": "new"}) == (204, None)
    assert patch(api_as("artist"), foreign, {"description": "new"})[0] == 403
    assert [event.description for event in Event.objects.order_by("creation_order")] == ["new", ""]
