"""What operators and services do to many events, or to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ayon_api import ServerAPI

    from tests.clients.stage import Stage


def _on(topic: str) -> dict[str, Any]:
    return {"conditions": [{"key": "topic", "value": topic}]}


def _statuses(api: ServerAPI, topic: str) -> list[str]:
    return [event["status"] for event in api.get_events(topics=[topic])]


def eventops_delete_what_the_filter_finds(stage: Stage) -> None:
    api = stage.service
    for _ in range(3):
        api.create_event(stage.topic("old"))
    kept = api.create_event(stage.topic("new"))
    assert api.post("eventops", type="delete", filter=_on(stage.topic("old"))).status_code == 200
    assert [event["id"] for event in api.get_events(topics=[stage.topic("*")])] == [kept]


def eventops_restart_and_abort_jobs(stage: Stage) -> None:
    api = stage.service
    api.create_event(stage.topic("source"))
    job = api.enroll_event_job(stage.topic("source"), stage.topic("target"), sender="kitchen")
    assert api.post("eventops", type="abort", filter=_on(stage.topic("target"))).status_code == 200
    assert _statuses(api, stage.topic("target")) == ["aborted"]
    assert api.post("eventops", type="restart", filter=_on(stage.topic("target"))).status_code == 200
    assert _statuses(api, stage.topic("target")) == ["restarted"]
    assert api.enroll_event_job(stage.topic("source"), stage.topic("target"), sender="lobby") == job


def eventops_without_a_filter_are_refused(stage: Stage) -> None:
    api = stage.service
    api.create_event(stage.topic())
    nothing: list[dict[str, Any]] = [{}, {"conditions": []}]
    for wanted in nothing:
        assert api.post("eventops", type="delete", filter=wanted).status_code == 400
    assert _statuses(api, stage.topic()) == ["finished"]


def eventops_are_not_for_those_who_may_not_delete(stage: Stage) -> None:
    stage.run_in_server(
        "from django.contrib.auth.models import Group, User;"
        f"user = User.objects.create_user('m_{stage.name}');"
        "user.groups.add(Group.objects.get_or_create(name='manager')[0])"
    )
    api = stage.service
    api.create_event(stage.topic())
    with api.as_username(f"m_{stage.name}"):
        assert api.post("eventops", type="delete", filter=_on(stage.topic())).status_code == 403
    assert _statuses(api, stage.topic()) == ["finished"]


def a_restart_that_is_asked_for_happens(stage: Stage) -> None:
    api = stage.connect()
    event_id = api.create_event(stage.topic())
    api.trigger_server_restart()
    stage.await_server()
    assert api.get_event(event_id)["id"] == event_id
    (notice,) = api.get_events(topics=["server.restart_requested"], newer_than=api.get_event(event_id)["createdAt"])
    assert (notice["user"], notice["status"]) == ("service", "finished")


def a_user_cannot_restart_the_server(stage: Stage) -> None:
    stage.run_in_server(f"from django.contrib.auth.models import User; User.objects.create_user('u_{stage.name}')")
    api = stage.service
    before = api.get_info()["uptime"]
    with api.as_username(f"u_{stage.name}"):
        stage.error(ValueError, api.trigger_server_restart)
    assert api.get_info()["uptime"] > before
