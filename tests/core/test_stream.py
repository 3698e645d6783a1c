import inspect

import pytest

import events
from events import dispatch, hooks, stream, update
from events.stream import EventChangeFields, NewEventFields


def test_the_verbs_are_to_be_had_from_the_package() -> None:
    assert events.__all__ == stream.__all__
    for name in events.__all__:
        assert getattr(events, name) is getattr(stream, name)
    assert events.subscribe is hooks.subscribe


def test_nothing_else_is() -> None:
    with pytest.raises(AttributeError, match="no attribute 'enrol'"):
        events.enrol  # noqa: B018 - the look is the test


def test_dispatch_takes_what_a_new_event_has() -> None:
    assert ["topic", *NewEventFields.__annotations__] == list(inspect.signature(dispatch.NewEvent).parameters)


def test_update_takes_what_may_change() -> None:
    assert list(EventChangeFields.__annotations__) == list(inspect.signature(update.EventChanges).parameters)


@pytest.mark.parametrize("verb", [stream.adispatch_event, stream.adispatch_events, stream.aupdate_event])
def test_async_verbs_are_coroutines(verb: object) -> None:
    assert inspect.iscoroutinefunction(verb)


@pytest.mark.django_db
def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="dependson"):
        events.dispatch_event("test.event", dependson="x")  # type: ignore[call-arg] # a slip of the pen
