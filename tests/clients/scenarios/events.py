"""Events one by one: dispatch, get, update, delete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.clients.stage import Stage

NOBODYS_ID = "0" * 32


def what_is_dispatched_is_what_is_got(stage: Stage) -> None:
    api = stage.service
    source_id = api.dispatch_event(stage.topic("source")).data["id"]
    response = api.dispatch_event(
        stage.topic(),
        sender="ingest",
        event_hash=f"hash of {stage.name}",
        project_name="alpha",
        username="mara",
        depends_on=source_id,
        description="Größe ✓",
        summary={"id": "1", "nested": {"list": [1, 2.5, None, True]}},
        payload={"oldValue": "On hold", "newValue": "Approved"},
    )
    assert (response.status_code, response.data.keys()) == (200, {"id"})
    event = api.get_event(response.data["id"])
    created, updated = (datetime.fromisoformat(event.pop(name)) for name in ("createdAt", "updatedAt"))
    assert created == updated
    assert created.utcoffset() == timedelta()
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)
    assert event == {
        "id": response.data["id"],
        "hash": f"hash of {stage.name}",
        "topic": stage.topic(),
        "sender": "ingest",
        "senderType": "api",
        "project": "alpha",
        "user": "mara",
        "createdBy": "service",
        "dependsOn": source_id,
        "status": "finished",
        "retries": 0,
        "description": "Größe ✓",
        "summary": {"id": "1", "nested": {"list": [1, 2.5, None, True]}},
        "payload": {"oldValue": "On hold", "newValue": "Approved"},
    }


def a_topic_is_enough(stage: Stage) -> None:
    api = stage.service
    event_id = api.create_event(stage.topic())
    event = api.get_event(event_id)
    assert len(event_id) == 32
    assert (event["hash"], event["user"], event["status"]) == (event_id, "service", "finished")
    assert [event[name] for name in ("sender", "project", "dependsOn")] == [None, None, None]
    assert [event[name] for name in ("description", "summary", "payload")] == ["", {}, {}]


def an_unfinished_event_is_pending(stage: Stage) -> None:
    api = stage.service
    assert api.get_event(api.create_event(stage.topic(), finished=False))["status"] == "pending"


def fire_and_forget_has_an_id_and_is_not_stored(stage: Stage) -> None:
    api = stage.service
    event_id = api.create_event(stage.topic(), store=False)
    assert len(event_id) == 32
    assert stage.refusal(api.get_event, event_id).status_code == 404
    assert not list(api.get_events(topics=[stage.topic()]))


def the_senders_of_the_connection_are_those_of_its_events(stage: Stage) -> None:
    api = stage.connect(sender="machine-7", sender_type="ftrack")
    event = api.get_event(api.create_event(stage.topic()))
    assert (event["sender"], event["senderType"]) == ("machine-7", "ftrack")
    event = api.get_event(api.create_event(stage.topic(), sender="leecher"))
    assert (event["sender"], event["senderType"]) == ("leecher", "ftrack")


def a_sender_type_that_is_none_is_ignored(stage: Stage) -> None:
    api = stage.connect(sender_type="no type!")
    assert api.get_event(api.create_event(stage.topic()))["senderType"] == "api"


def a_hash_is_stored_once(stage: Stage) -> None:
    api = stage.service
    first = api.create_event(stage.topic(), event_hash=stage.name, description="first")
    refusal = stage.refusal(api.create_event, stage.topic(), event_hash=stage.name, description="second")
    assert refusal.status_code == 409
    assert refusal.json()["detail"] == "Event with the same hash already exists"
    events = list(api.get_events(topics=[stage.topic()]))
    assert [(event["id"], event["description"]) for event in events] == [(first, "first")]


def depending_on_nothing_is_refused(stage: Stage) -> None:
    api = stage.service
    refusal = stage.refusal(api.create_event, stage.topic(), depends_on=NOBODYS_ID)
    assert (refusal.status_code, refusal.json()["detail"]) == (409, "Event depends on non-existing event")
    assert not list(api.get_events(topics=[stage.topic()]))


def a_topic_that_is_none_is_refused(stage: Stage) -> None:
    refusal = stage.refusal(stage.service.create_event, "no topic")
    assert refusal.status_code == 400
    assert [error["loc"][-1] for error in refusal.json()["errors"]] == ["topic"]


def each_field_is_updated_alone(stage: Stage) -> None:
    api = stage.service
    event_id = api.create_event(stage.topic(), project_name="alpha", payload={"a": 1}, finished=False)
    changes: dict[str, Any] = {
        "sender": "worker",
        "project": "beta",
        "user": "mara",
        "status": "in_progress",
        "description": "Brewing …",
        "summary": {"cups": 2},
        "payload": {"b": 2},
        "retries": 3,
    }
    argument = {"project": "project_name", "user": "username"}
    before = api.get_event(event_id)
    for field, value in changes.items():
        api.update_event(event_id, **{argument.get(field, field): value})
        after = api.get_event(event_id)
        assert after["updatedAt"] > before["updatedAt"]
        assert {name for name in after if after[name] != before[name]} == {field, "updatedAt"}, field
        assert after[field] == value
        before = after


def all_fields_are_updated_together(stage: Stage) -> None:
    api = stage.service
    event_id = api.create_event(stage.topic(), finished=False)
    values = {"status": "failed", "description": "No water", "summary": {"a": 1}, "payload": {"b": 2}, "retries": 1}
    api.update_event(event_id, sender="worker", project_name="beta", username="mara", progress=40, **values)
    event = api.get_event(event_id)
    assert {name: event[name] for name in values} == values
    assert (event["sender"], event["project"], event["user"]) == ("worker", "beta", "mara")
    assert "progress" not in event


def progress_alone_stores_nothing(stage: Stage) -> None:
    api = stage.service
    before = api.get_event(api.create_event(stage.topic(), finished=False))
    api.update_event(before["id"], progress=70)
    assert api.get_event(before["id"]) == before


def every_status_can_follow_every_other(stage: Stage) -> None:
    api = stage.service
    statuses = ["pending", "in_progress", "finished", "failed", "aborted", "restarted"]
    event_id = api.create_event(stage.topic())
    for first in statuses:
        for second in statuses:
            for status in (first, second):
                api.update_event(event_id, status=status)
                assert api.get_event(event_id)["status"] == status


def a_status_that_is_none_is_refused(stage: Stage) -> None:
    api = stage.service
    event_id = api.create_event(stage.topic())
    assert stage.refusal(api.update_event, event_id, status="done", description="?").status_code == 400
    assert (api.get_event(event_id)["status"], api.get_event(event_id)["description"]) == ("finished", "")


def an_admin_changes_the_status_of_jobs_only(stage: Stage) -> None:
    service, admin = stage.service, stage.admin
    source_id = service.create_event(stage.topic("source"))
    job_id = service.create_event(stage.topic("target"), depends_on=source_id, finished=False)
    admin.update_event(job_id, status="aborted")
    assert stage.refusal(admin.update_event, source_id, status="failed").status_code == 403
    assert [service.get_event(each)["status"] for each in (job_id, source_id)] == ["aborted", "finished"]


def an_id_that_is_none_is_400_and_an_unknown_one_404(stage: Stage) -> None:
    api = stage.service
    for expected, event_id in ((400, "nonsense"), (404, NOBODYS_ID)):
        assert stage.refusal(api.get_event, event_id).status_code == expected
        assert stage.refusal(api.update_event, event_id, description="?").status_code == expected


def a_deleted_event_is_gone(stage: Stage) -> None:
    api = stage.service
    gone, kept = api.create_event(stage.topic()), api.create_event(stage.topic())
    for _ in range(2):  # the second time there is nothing to delete
        api.delete_event(gone)
    assert stage.refusal(api.get_event, gone).status_code == 404
    assert [event["id"] for event in api.get_events(topics=[stage.topic()])] == [kept]


def a_source_is_not_deleted_under_its_job(stage: Stage) -> None:
    api = stage.service
    source_id = api.create_event(stage.topic("source"))
    job_id = api.create_event(stage.topic("target"), depends_on=source_id)
    assert stage.refusal(api.delete_event, source_id).status_code == 409
    assert api.get_event(source_id)["id"] == source_id
    api.delete_event(job_id)
    api.delete_event(source_id)
    assert stage.refusal(api.get_event, source_id).status_code == 404
