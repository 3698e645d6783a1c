from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from events import dispatch_event, subscribe, update_event
from events.errors import InvalidField
from events.message import Message
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def listening(pattern: str, **options: Any) -> Iterator[list[Message]]:
    told: list[Message] = []
    with ExitStack() as stack:
        stack.callback(subscribe(pattern, told.append, **options))
        yield told


def test_a_handler_is_told_of_the_topics_it_asked_for() -> None:
    with listening("test.*") as some, listening("test.b") as one, listening("*") as all_of_them:
        for topic in ("test.a", "test.b", "other"):
            dispatch_event(topic)
    told = [[each.topic for each in messages] for messages in (some, one, all_of_them)]
    assert told == [["test.a", "test.b"], ["test.b"], ["test.a", "test.b", "other"]]


def test_a_handler_is_told_of_updates_if_it_asks() -> None:
    with listening("*") as dispatched, listening("*", updates=True) as everything:
        update_event(dispatch_event("test.event"), progress=5)
    assert [each.is_update for each in dispatched] == [False]
    assert [each.is_update for each in everything] == [False, True]


def test_a_handler_is_told_of_events_that_are_not_stored() -> None:
    with listening("*") as messages:
        dispatch_event("test.event", store=False)
    assert [each.event["store"] for each in messages] == [False]


def test_a_handler_finds_the_event_stored() -> None:
    found: list[bool] = []
    with ExitStack() as stack:
        stack.callback(subscribe("*", lambda told: found.append(Event.objects.filter(topic=told.topic).exists())))
        dispatch_event("test.event")
    assert found == [True]


def test_a_failing_handler_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_message: Message) -> None:
        raise ValueError("broken")

    with ExitStack() as stack:
        stack.callback(subscribe("test.*", fail))
        messages = stack.enter_context(listening("*"))
        dispatch_event("test.event")
    assert (len(messages), Event.objects.count()) == (1, 1)
    assert "A handler of test.* failed on test.event" in caplog.text


def test_a_handler_may_dispatch() -> None:
    def answer(_message: Message) -> None:
        dispatch_event("test.effect")

    with ExitStack() as stack:
        stack.callback(subscribe("test.cause", answer))
        messages = stack.enter_context(listening("*"))
        dispatch_event("test.cause")
    assert sorted(each.topic for each in messages) == ["test.cause", "test.effect"]


def test_a_subscription_ends_once_and_alone() -> None:
    told: list[Message] = []
    first, second = subscribe("*", told.append), subscribe("*", told.append)
    first()
    first()
    dispatch_event("test.event")
    assert len(told) == 1
    second()
    dispatch_event("test.event")
    assert len(told) == 1


@pytest.mark.parametrize("pattern", ["", "a b", "a-*"])
def test_a_pattern_must_be_one(pattern: str) -> None:
    with pytest.raises(InvalidField, match="a pattern with"):
        subscribe(pattern, lambda _: None)
