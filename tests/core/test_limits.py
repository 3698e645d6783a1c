"""How often somebody may dispatch: counted by the verbs, so that no door has a count of its own."""

from typing import Any

import pytest
from django.test import Client

from events import accounts, dispatch_event
from events.batch import dispatch_batch
from events.dispatch import NewEvent, dispatch
from events.errors import TooManyRequests
from events.models import Event
from events.origin import Origin, coming_from
from tests.api.calls import call
from tests.conftest import Roles

NEW = NewEvent(topic="test.event")
BODY = {"topic": "test.event"}


@pytest.fixture(autouse=True)
def two_a_day(settings: Any) -> None:
    settings.EVENTS_DISPATCH_RATE = "2/day"


def test_events_and_batches_are_counted_together_whichever_door_they_come_through(api: Client, people: Roles) -> None:
    service = accounts.actor_for_key(api.defaults["HTTP_X_API_KEY"])
    dispatch(NEW, service)
    dispatch_batch([NEW] * 5, service)
    for path, body in (("/api/events", BODY), ("/api/events/batch", {"events": [BODY]})):
        status, answer, headers = call(api, "POST", path, body)
        assert (status, answer["detail"]) == (429, "Too many requests")
        assert 1 <= int(headers["Retry-After"]) <= 2 * 86_400
    assert Event.objects.count() == 6


def test_one_who_dispatches_too_often_does_not_hinder_another(people: Roles) -> None:
    service, manager = accounts.actor_of(people["service"]), accounts.actor_of(people["manager"])
    for _ in range(2):
        dispatch(NEW, service)
    with pytest.raises(TooManyRequests):
        dispatch(NEW, service)
    dispatch(NEW, manager)
    assert Event.objects.count() == 3


def test_each_key_of_a_service_is_counted_by_itself_whoever_it_speaks_for(people: Roles) -> None:
    first, second = (accounts.actor_for_key(accounts.issue_key(people["service"], name)) for name in ("one", "two"))
    spoken_for = accounts.actor_of(people["manager"]).with_service(first)
    dispatch(NEW, first)
    dispatch(NEW, spoken_for)
    for actor in (first, spoken_for):
        with pytest.raises(TooManyRequests):
            dispatch(NEW, actor)
    dispatch(NEW, second)
    assert Event.objects.count() == 3


def test_all_that_come_from_one_address_are_counted_together(people: Roles, settings: Any) -> None:
    settings.EVENTS_DISPATCH_RATE = ""
    settings.EVENTS_DISPATCH_ADDRESS_RATE = "2/day"
    service, manager = accounts.actor_of(people["service"]), accounts.actor_of(people["manager"])
    with coming_from(Origin(str, "10.0.0.7")):
        dispatch(NEW, service)
        dispatch(NEW, manager)
        for actor in (service, manager):
            with pytest.raises(TooManyRequests):
                dispatch(NEW, actor)
    with coming_from(Origin(str, "10.0.0.8")):
        dispatch(NEW, service)
    dispatch(NEW, service)  # of no address: Python code of the server
    assert Event.objects.count() == 4


def test_the_server_itself_is_not_counted(db: None) -> None:
    for _ in range(5):
        dispatch_event("test.event")
    assert Event.objects.count() == 5


def test_polls_for_jobs_are_not_counted(api: Client) -> None:
    wanted = {"sourceTopic": "test.source", "targetTopic": "test.job"}
    assert [call(api, "POST", "/api/enroll", wanted)[0] for _ in range(5)] == [204] * 5


def test_an_empty_rate_is_no_limit(people: Roles, settings: Any) -> None:
    settings.EVENTS_DISPATCH_RATE = ""
    for _ in range(5):
        dispatch(NEW, accounts.actor_of(people["service"]))
    assert Event.objects.count() == 5
