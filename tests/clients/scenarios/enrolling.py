"""Jobs: who gets which one, in which order, and how often."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ayon_api import ServerAPI

    from tests.clients.stage import Stage

Job = dict[str, Any]


def _sources(api: ServerAPI, stage: Stage, count: int, **facts: Any) -> list[str]:
    return [api.create_event(stage.topic("source"), **facts) for _ in range(count)]


def _enroll(api: ServerAPI, stage: Stage, sender: str = "kitchen", **options: Any) -> Job | None:
    """Enroll for the jobs of this scenario."""
    source_topic = options.pop("source_topic", stage.topic("source"))
    job: Job | None = api.enroll_event_job(source_topic, stage.topic("target"), sender=sender, **options)
    return job


def _work_off(api: ServerAPI, stage: Stage, **options: Any) -> list[str]:
    """Finish one job after the other; return their sources."""
    sources = []
    while job := _enroll(api, stage, **options):
        sources.append(job["dependsOn"])
        api.update_event(job["id"], status="finished")
    return sources


def a_job_has_four_facts_and_begins_pending(stage: Stage) -> None:
    api = stage.service
    (source_id,) = _sources(api, stage, 1, project_name="alpha")
    job = _enroll(api, stage)
    assert job is not None
    job_hash = hashlib.sha256(json.dumps([stage.topic("target"), source_id], separators=(",", ":")).encode())
    assert job == {"id": job["id"], "dependsOn": source_id, "hash": job_hash.hexdigest(), "status": "pending"}
    event = api.get_event(job["id"])
    assert (event["topic"], event["user"], event["sender"]) == (stage.topic("target"), "service", "kitchen")
    assert event["description"] == f"Convert from {stage.topic('source')} to {stage.topic('target')}"
    assert (event["status"], event["retries"], event["senderType"]) == ("pending", 0, "api")


def a_job_is_described_as_asked(stage: Stage) -> None:
    api = stage.service
    _sources(api, stage, 1)
    job = _enroll(api, stage, description="Preparing to brew")
    assert job is not None
    assert api.get_event(job["id"])["description"] == "Preparing to brew"


def without_a_source_there_is_no_job(stage: Stage) -> None:
    api = stage.service
    assert _enroll(api, stage) is None
    assert stage.calls_to("/api/enroll") == [("POST", "/api/enroll", 204)]


def sources_are_worked_off_once_each_oldest_first(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 10)
    assert _work_off(api, stage) == sources
    more = _sources(api, stage, 3)
    assert _work_off(api, stage, sender="lobby") == more


def another_target_topic_has_jobs_of_its_own(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 2)
    assert _work_off(api, stage) == sources
    job = api.enroll_event_job(stage.topic("source"), stage.topic("other"), sender="kitchen")
    assert job["dependsOn"] == sources[0]


def an_unfinished_source_waits(stage: Stage) -> None:
    api = stage.service
    (source_id,) = _sources(api, stage, 1, finished=False)
    for status in ("pending", "in_progress", "failed", "aborted", "restarted"):
        api.update_event(source_id, status=status)
        assert _enroll(api, stage) is None
    api.update_event(source_id, status="finished")
    assert _work_off(api, stage) == [source_id]


def the_same_sender_gets_its_unfinished_job_again(stage: Stage) -> None:
    api = stage.service
    _sources(api, stage, 2)
    job = _enroll(api, stage)
    assert job is not None
    assert _enroll(api, stage) == job
    api.update_event(job["id"], status="in_progress")
    assert _enroll(api, stage) == job | {"status": "in_progress"}
    api.update_event(job["id"], status="finished")
    another = _enroll(api, stage)
    assert another is not None
    assert another["id"] != job["id"]


def another_sender_gets_another_job(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 2)
    jobs = [_enroll(api, stage, sender) for sender in ("kitchen", "lobby", "attic")]
    assert [job and job["dependsOn"] for job in jobs] == [*sources, None]


def in_sequence_others_wait_for_the_unfinished_job(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 3)
    job = _enroll(api, stage, sequential=True)
    assert job is not None
    for status in ("pending", "in_progress"):
        api.update_event(job["id"], status=status)
        assert _enroll(api, stage, "lobby", sequential=True) is None
    api.update_event(job["id"], status="finished")
    following = _enroll(api, stage, "lobby", sequential=True)
    assert following is not None
    assert following["dependsOn"] == sources[1]
    assert _enroll(api, stage, sequential=True) is None
    again = _enroll(api, stage, "lobby", sequential=True)
    assert again == following


def in_sequence_a_job_that_has_failed_for_good_blocks_nobody(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 2)
    job = _enroll(api, stage, sequential=True, max_retries=0)
    assert job is not None
    api.update_event(job["id"], status="failed")
    following = _enroll(api, stage, "lobby", sequential=True, max_retries=0)
    assert following is not None
    assert following["dependsOn"] == sources[1]


def a_failed_job_is_retried_as_often_as_asked(stage: Stage) -> None:
    api = stage.service
    for max_retries in (None, 0, 1, 2):
        topics = (stage.topic(f"source{max_retries}"), stage.topic(f"target{max_retries}"))
        api.create_event(topics[0])
        attempts = []
        while job := api.enroll_event_job(*topics, sender="kitchen", max_retries=max_retries):
            attempts.append((job["id"], job["status"], api.get_event(job["id"])["retries"]))
            api.update_event(job["id"], status="failed")
        retries = 3 if max_retries is None else max_retries
        assert attempts == [(attempts[0][0], "pending", number) for number in range(retries + 1)]


def a_retry_may_be_anybodys(stage: Stage) -> None:
    api = stage.service
    _sources(api, stage, 1)
    job = _enroll(api, stage)
    assert job is not None
    api.update_event(job["id"], status="failed", description="No water")
    assert _enroll(api, stage, "lobby") == job
    event = api.get_event(job["id"])
    assert (event["sender"], event["retries"], event["description"]) == ("lobby", 1, "Restarting failed event")


def a_restarted_job_is_handed_out_again_and_counts_as_no_retry(stage: Stage) -> None:
    api = stage.service
    _sources(api, stage, 1)
    job = _enroll(api, stage)
    assert job is not None
    for _ in range(5):
        api.update_event(job["id"], status="finished")
        assert _enroll(api, stage) is None
        api.update_event(job["id"], status="restarted")
        assert _enroll(api, stage, "lobby") == job
    assert api.get_event(job["id"])["retries"] == 0


def an_aborted_job_is_done_with(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 2)
    job = _enroll(api, stage, sequential=True)
    assert job is not None
    api.update_event(job["id"], status="aborted")
    assert _work_off(api, stage, sequential=True) == sources[1:]
    api.update_event(job["id"], status="restarted")
    assert _work_off(api, stage, sequential=True) == sources[:1]


def a_deleted_job_sets_its_source_free(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 1)
    assert _work_off(api, stage) == sources
    (job,) = api.get_events(topics=[stage.topic("target")])
    api.delete_event(job["id"])
    assert _work_off(api, stage) == sources


def a_wildcard_matches_any_text(stage: Stage) -> None:
    api = stage.service
    wanted = [api.create_event(stage.topic(name)) for name in ("folder.status_changed", "version.status_changed")]
    api.create_event(stage.topic("folder.created"))
    assert _work_off(api, stage, source_topic=stage.topic("*.status_changed")) == wanted


def an_underscore_is_no_wildcard(stage: Stage) -> None:
    api = stage.service
    api.create_event(stage.topic("a.b"))
    wanted = api.create_event(stage.topic("a_b"))
    assert _work_off(api, stage, source_topic=stage.topic("a_*")) == [wanted]


def a_pattern_that_matches_the_target_does_not_feed_on_it(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 2)
    assert _work_off(api, stage, source_topic=stage.topic("*")) == sources


def a_list_holds_topics_and_wildcards(stage: Stage) -> None:
    api = stage.service
    names = ("one", "two.created", "two.deleted", "three")
    one, created, deleted, _ = [api.create_event(stage.topic(name)) for name in names]
    topics = [stage.topic("one"), stage.topic("two.*")]
    assert _work_off(api, stage, source_topic=topics) == [one, created, deleted]


def ignored_sender_types_leave_the_others_and_those_of_none(stage: Stage) -> None:
    others = stage.service
    ignored = stage.connect(sender_type="ftrack")
    first = _sources(others, stage, 1)
    _sources(ignored, stage, 1)
    code = f"from events import dispatch_event; print(dispatch_event({stage.topic('source')!r}))"
    servers_own = stage.run_in_server(code).strip()
    assert others.get_event(servers_own)["senderType"] is None
    _sources(stage.connect(sender_type="shotgrid"), stage, 1)
    assert _work_off(others, stage, ignore_sender_types={"ftrack", "shotgrid"}) == [*first, servers_own]


def old_sources_are_left_alone(stage: Stage) -> None:
    api = stage.service
    old, older, new = _sources(api, stage, 3)
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
    assert _work_off(api, stage, events_filter=approved) == [sources[0], sources[2]]


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
    assert _work_off(api, stage, events_filter=wanted) == sources[:2]


def a_filter_that_later_matches_finds_the_changed_source(stage: Stage) -> None:
    api = stage.service
    first, second = _sources(api, stage, 2, payload={"newValue": "On hold"})
    approved = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}
    assert _enroll(api, stage, events_filter=approved) is None
    api.update_event(first, payload={"newValue": "Approved"})
    assert _work_off(api, stage, events_filter=approved) == [first]
    api.update_event(second, payload={"newValue": "Approved"})
    assert _work_off(api, stage, events_filter=approved) == [second]


def what_cannot_be_enrolled_for_is_no_job_and_changes_nothing(stage: Stage) -> None:
    api = stage.service
    sources = _sources(api, stage, 1)
    malformed = {"conditions": [{"key": "payload/a", "operator": "sounds like", "value": "b"}]}
    for options in ({"source_topic": "no topic"}, {"events_filter": malformed}, {"max_retries": -1}):
        assert _enroll(api, stage, **options) is None
    assert api.enroll_event_job(stage.topic("source"), stage.topic("*"), sender="kitchen") is None
    assert [status for _, _, status in stage.calls_to("/api/enroll")] == [400, 400, 400, 400]
    assert _work_off(api, stage) == sources


def only_services_enroll(stage: Stage) -> None:
    api = stage.service
    _sources(api, stage, 1)
    assert _enroll(stage.admin, stage) is None
    assert stage.calls_to("/api/enroll") == [("POST", "/api/enroll", 403)]
    assert not list(api.get_events(topics=[stage.topic("target")]))
