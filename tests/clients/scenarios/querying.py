"""``/api/query``, as services call it: whole events by a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.clients.stage import Stage


def _on(topic: str) -> dict[str, object]:
    return {"conditions": [{"key": "topic", "value": topic}]}


def a_query_finds_whole_events_newest_first(stage: Stage) -> None:
    api = stage.service
    source_id = api.create_event(stage.topic("source"), sender="me", payload={"number": 1})
    jobs = [api.create_event(stage.topic("target"), depends_on=source_id, finished=False) for _ in range(3)]
    wanted = {"conditions": [{"key": "depends_on", "operator": "eq", "value": source_id}]}
    response = api.post("query", entity="event", filter=wanted)
    assert response.status_code == 200
    assert [event["id"] for event in response.data] == jobs[::-1]
    assert {event["depends_on"] for event in response.data} == {source_id}
    (source,) = api.post("query", entity="event", filter=_on(stage.topic("source"))).data
    created, updated = source.pop("created_at"), source.pop("updated_at")
    assert created == updated
    assert source == {
        "id": source_id,
        "hash": source_id,
        "topic": stage.topic("source"),
        "user": "service",
        "sender": "me",
        "sender_type": "api",
        "status": "finished",
        "retries": 0,
        "description": "",
        "summary": {},
        "payload": {"number": 1},
    }


def a_query_has_pages(stage: Stage) -> None:
    api = stage.service
    ids = [api.create_event(stage.topic()) for _ in range(5)]
    pages = [api.post("query", entity="event", filter=_on(stage.topic()), limit=2, offset=each) for each in (0, 2, 4)]
    assert [[event["id"] for event in page.data] for page in pages] == [ids[:2:-1], ids[2:0:-1], ids[:1]]


def a_query_that_cannot_be_is_refused(stage: Stage) -> None:
    api = stage.service
    conditions = [{"key": "topic", "value": "a"}, {"key": "colour", "value": "red"}]
    response = api.post("query", entity="event", filter={"conditions": conditions})
    assert response.status_code == 400
    assert response.data["errors"][0]["loc"] == ["filter.conditions[1].key"], response.data
    assert api.post("query", entity="folder", filter={}).status_code == 400
