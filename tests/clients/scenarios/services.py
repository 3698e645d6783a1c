"""Whole services, as studios run them: what they ask for, in the order in which they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ayon_api.exceptions import HTTPRequestError

if TYPE_CHECKING:
    from ayon_api import ServerAPI

    from tests.clients.stage import Stage

TRACKER = "ftrack"
TOPICS = ("folder.created", "folder.status_changed", "task.assignees_changed", "version.status_changed")


def _take_in(api: ServerAPI, stage: Stage, number: int) -> bool:
    """Tell whether an event of the tracker is new here."""
    try:
        api.dispatch_event(
            stage.topic("leech"),
            sender="leecher",
            event_hash=f"{stage.name}-{number}",
            summary={},
            payload={"number": number},
        )
    except HTTPRequestError as error:
        if error.response.status_code == 409:
            return False
        raise
    return True


def a_leecher_takes_each_event_of_the_tracker_in_once(stage: Stage) -> None:
    api = stage.service
    assert [_take_in(api, stage, number) for number in (1, 2, 3)] == [True, True, True]
    assert [_take_in(api, stage, number) for number in (2, 3, 4)] == [False, False, True]
    events = list(api.get_events(topics=[stage.topic("leech")], fields={"id", "hash"}))
    assert [event["hash"] for event in events] == [f"{stage.name}-{number}" for number in (1, 2, 3, 4)]


def a_processor_works_in_sequence_and_goes_on_after_a_failure(stage: Stage) -> None:
    api = stage.service
    for number in range(5):
        _take_in(api, stage, number)
    seen = []
    while job := api.enroll_event_job(
        source_topic=stage.topic("leech"),
        target_topic=stage.topic("proc"),
        sender="processor",
        description="Event processing",
        sequential=True,
        max_retries=1,
    ):
        number = api.get_event(job["dependsOn"])["payload"]["number"]
        assert api.get_event(job["id"])["description"] in ("Event processing", "Restarting failed event")
        seen.append(number)
        api.update_event(job["id"], sender="processor", status="failed" if number == 2 else "finished")
    assert seen == [0, 1, 2, 2, 3, 4]
    statuses = [event["status"] for event in api.get_events(topics=[stage.topic("proc")])]
    assert statuses == ["finished", "finished", "failed", "finished", "finished"]


def a_processor_that_was_stopped_goes_on_with_its_job(stage: Stage) -> None:
    _take_in(stage.service, stage, 1)
    arguments = (stage.topic("leech"), stage.topic("proc"), "processor")
    job = stage.connect().enroll_event_job(*arguments, sequential=True)
    restarted = stage.connect()
    assert restarted.enroll_event_job(*arguments, sequential=True) == job


def a_transmitter_leaves_out_what_came_from_its_tracker(stage: Stage) -> None:
    studio, tracker = stage.service, stage.connect(sender_type=TRACKER)
    wanted = [studio.create_event(stage.topic(topic), project_name="alpha") for topic in TOPICS]
    for topic in TOPICS:
        tracker.create_event(stage.topic(topic), project_name="alpha")
    sent = []
    while job := tracker.enroll_event_job(
        [stage.topic(topic) for topic in TOPICS],
        stage.topic("sync"),
        sender="transmitter",
        ignore_sender_types={TRACKER},
        sequential=True,
    ):
        sent.append(job["dependsOn"])
        tracker.update_event(job["id"], project_name="alpha", status="finished")
    assert sent == wanted


def a_leecher_looks_whether_its_start_was_noticed(stage: Stage) -> None:
    api = stage.service
    topic = stage.topic("started")
    old, new = (api.create_event(topic) for _ in range(2))
    query = "query E($topics: [String!]) { events(topics: $topics, first: 1, last: 1) { edges { node { id } } } }"
    edges = api.query_graphql(query, {"topics": [topic]}).data["data"]["events"]["edges"]
    assert [edge["node"]["id"] for edge in edges] == [new]
    depending = {"conditions": [{"key": "depends_on", "value": new, "operator": "eq"}], "operator": "and"}
    body: dict[str, Any] = {"entity": "event", "filter": depending, "limit": 1}
    assert api.post("query", **body).data == []
    job = api.enroll_event_job(topic, stage.topic("restarted"), sender="processor")
    assert job["dependsOn"] == old
    api.update_event(job["id"], status="finished")
    job = api.enroll_event_job(topic, stage.topic("restarted"), sender="processor")
    assert [event["id"] for event in api.post("query", **body).data] == [job["id"]]
