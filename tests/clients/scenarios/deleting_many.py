"""``delete_events``, which only newer clients have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.clients.stage import Stage

SINCE = "1.2.25"


def delete_events_deletes_what_the_filter_finds(stage: Stage) -> None:
    api = stage.service
    for topic in ("old", "old", "older"):
        api.create_event(stage.topic(topic))
    kept = api.create_event(stage.topic("new"))
    api.delete_events({"conditions": [{"key": "topic", "value": stage.topic("old%"), "operator": "like"}]})
    assert [event["id"] for event in api.get_events(topics=[stage.topic("*")])] == [kept]


def delete_events_with_a_filter_that_is_none_deletes_nothing(stage: Stage) -> None:
    api = stage.service
    api.create_event(stage.topic())
    wanted = {"conditions": [{"key": "colour", "value": "red"}]}
    assert stage.refusal(api.delete_events, wanted).status_code == 400
    assert len(list(api.get_events(topics=[stage.topic()]))) == 1
