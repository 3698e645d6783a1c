"""Jobs: which events they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.clients.stage import Stage


def a_wildcard_matches_any_text(stage: Stage) -> None:
    api = stage.service
    wanted = [api.create_event(stage.topic(name)) for name in ("folder.status_changed", "version.status_changed")]
    api.create_event(stage.topic("folder.created"))
    assert stage.work_off(api, source_topic=stage.topic("*.status_changed")) == wanted


def an_underscore_is_no_wildcard(stage: Stage) -> None:
    api = stage.service
    api.create_event(stage.topic("a.b"))
    wanted = api.create_event(stage.topic("a_b"))
    assert stage.work_off(api, source_topic=stage.topic("a_*")) == [wanted]


def a_pattern_that_matches_the_target_does_not_feed_on_it(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 2)
    assert stage.work_off(api, source_topic=stage.topic("*")) == sources


def a_list_holds_topics_and_wildcards(stage: Stage) -> None:
    api = stage.service
    names = ("one", "two.created", "two.deleted", "three")
    one, created, deleted, _ = [api.create_event(stage.topic(name)) for name in names]
    topics = [stage.topic("one"), stage.topic("two.*")]
    assert stage.work_off(api, source_topic=topics) == [one, created, deleted]


def ignored_sender_types_leave_the_others_and_those_of_none(stage: Stage) -> None:
    others = stage.service
    ignored = stage.connect(sender_type="ftrack")
    first = stage.sources(others, 1)
    stage.sources(ignored, 1)
    code = f"from events import dispatch_event; print(dispatch_event({stage.topic('source')!r}))"
    servers_own = stage.run_in_server(code).strip()
    assert others.get_event(servers_own)["senderType"] is None
    stage.sources(stage.connect(sender_type="shotgrid"), 1)
    assert stage.work_off(others, ignore_sender_types={"ftrack", "shotgrid"}) == [*first, servers_own]


def old_sources_are_left_alone(stage: Stage) -> None:
    api = stage.service
    old, older, new = stage.sources(api, 3)
    stage.run_in_server(
        "from datetime import timedelta; from django.utils import timezone; from events.models import Event\n"
        f"for event_id, days in (({old!r}, 5), ({older!r}, 40)):\n"
        "    moment = timezone.now() - timedelta(days=days)\n"
        "    Event.objects.filter(pk=event_id).update(created_at=moment, updated_at=moment)"
    )

    def sources_within(target: str, **options: Any) -> list[str]:
        sources = []
        while job := api.enroll_event_job(stage.topic("source"), stage.topic(target), sender="kitchen", **options):
            sources.append(job["dependsOn"])
            api.update_event(job["id"], status="finished")
        return sorted(sources)

    assert sources_within("default") == [new]
    assert sources_within("week", ignore_older_than=7) == sorted([old, new])
    assert sources_within("ever", ignore_older_than=0) == sorted([old, older, new])


def a_filter_looks_at_the_source(stage: Stage) -> None:
    api = stage.service
    values = ("Approved", "On hold", "Approved", "approved", 5)
    sources = [api.create_event(stage.topic("source"), payload={"newValue": value}) for value in values]
    approved = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}
    assert stage.work_off(api, events_filter=approved) == [sources[0], sources[2]]


def a_filter_has_operators_and_groups(stage: Stage) -> None:
    api = stage.service
    facts: list[dict[str, Any]] = [
        {"project_name": "alpha", "summary": {"frames": 10}},
        {"project_name": "beta", "summary": {"frames": 200}},
        {"project_name": "gamma", "summary": {"frames": 10}},
        {"project_name": "beta", "summary": {}},
    ]
    sources = [api.create_event(stage.topic("source"), **each) for each in facts]
    wanted = {
        "operator": "or",
        "conditions": [
            {"key": "project", "operator": "in", "value": ["alpha", "delta"]},
            {"operator": "and", "conditions": [
                {"key": "summary/frames", "operator": "gt", "value": 100},
                {"key": "project", "operator": "ne", "value": "gamma"},
            ]},
        ],
    }  # fmt: skip
    assert stage.work_off(api, events_filter=wanted) == sources[:2]


def a_filter_that_later_matches_finds_the_changed_source(stage: Stage) -> None:
    api = stage.service
    first, second = stage.sources(api, 2, payload={"newValue": "On hold"})
    approved = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}
    assert stage.enroll(api, events_filter=approved) is None
    api.update_event(first, payload={"newValue": "Approved"})
    assert stage.work_off(api, events_filter=approved) == [first]
    api.update_event(second, payload={"newValue": "Approved"})
    assert stage.work_off(api, events_filter=approved) == [second]
