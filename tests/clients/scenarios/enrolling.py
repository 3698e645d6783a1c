"""Jobs: who gets which one, in which order, and how often."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.clients.stage import Stage


def a_job_has_four_facts_and_begins_pending(stage: Stage) -> None:
    api = stage.service
    (source_id,) = stage.sources(api, 1, project_name="alpha")
    job = stage.enroll(api)
    assert job is not None
    job_hash = hashlib.sha256(json.dumps([stage.topic("target"), source_id], separators=(",", ":")).encode())
    assert job == {"id": job["id"], "dependsOn": source_id, "hash": job_hash.hexdigest(), "status": "pending"}
    event = api.get_event(job["id"])
    assert (event["topic"], event["user"], event["sender"]) == (stage.topic("target"), "service", "kitchen")
    assert event["description"] == f"Convert from {stage.topic('source')} to {stage.topic('target')}"
    assert (event["status"], event["retries"], event["senderType"]) == ("pending", 0, "api")


def a_job_is_described_as_asked(stage: Stage) -> None:
    api = stage.service
    stage.sources(api, 1)
    job = stage.enroll(api, description="Preparing to brew")
    assert job is not None
    assert api.get_event(job["id"])["description"] == "Preparing to brew"


def without_a_source_there_is_no_job(stage: Stage) -> None:
    api = stage.service
    assert stage.enroll(api) is None
    assert stage.calls_to("/api/enroll") == [("POST", "/api/enroll", 204)]


def sources_are_worked_off_once_each_oldest_first(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 10)
    assert stage.work_off(api) == sources
    more = stage.sources(api, 3)
    assert stage.work_off(api, sender="lobby") == more


def another_target_topic_has_jobs_of_its_own(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 2)
    assert stage.work_off(api) == sources
    job = api.enroll_event_job(stage.topic("source"), stage.topic("other"), sender="kitchen")
    assert job["dependsOn"] == sources[0]


def an_unfinished_source_waits(stage: Stage) -> None:
    api = stage.service
    (source_id,) = stage.sources(api, 1, finished=False)
    for status in ("pending", "in_progress", "failed", "aborted", "restarted"):
        api.update_event(source_id, status=status)
        assert stage.enroll(api) is None
    api.update_event(source_id, status="finished")
    assert stage.work_off(api) == [source_id]


def the_same_sender_gets_its_unfinished_job_again(stage: Stage) -> None:
    api = stage.service
    stage.sources(api, 2)
    job = stage.enroll(api)
    assert job is not None
    assert stage.enroll(api) == job
    api.update_event(job["id"], status="in_progress")
    assert stage.enroll(api) == job | {"status": "in_progress"}
    api.update_event(job["id"], status="finished")
    another = stage.enroll(api)
    assert another is not None
    assert another["id"] != job["id"]


def another_sender_gets_another_job(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 2)
    jobs = [stage.enroll(api, sender) for sender in ("kitchen", "lobby", "attic")]
    assert [job and job["dependsOn"] for job in jobs] == [*sources, None]


def in_sequence_others_wait_for_the_unfinished_job(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 3)
    job = stage.enroll(api, sequential=True)
    assert job is not None
    for status in ("pending", "in_progress"):
        api.update_event(job["id"], status=status)
        assert stage.enroll(api, "lobby", sequential=True) is None
    api.update_event(job["id"], status="finished")
    following = stage.enroll(api, "lobby", sequential=True)
    assert following is not None
    assert following["dependsOn"] == sources[1]
    assert stage.enroll(api, sequential=True) is None
    again = stage.enroll(api, "lobby", sequential=True)
    assert again == following


def in_sequence_a_job_that_has_failed_for_good_blocks_nobody(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 2)
    job = stage.enroll(api, sequential=True, max_retries=0)
    assert job is not None
    api.update_event(job["id"], status="failed")
    following = stage.enroll(api, "lobby", sequential=True, max_retries=0)
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
    stage.sources(api, 1)
    job = stage.enroll(api)
    assert job is not None
    api.update_event(job["id"], status="failed", description="No water")
    assert stage.enroll(api, "lobby") == job
    event = api.get_event(job["id"])
    assert (event["sender"], event["retries"], event["description"]) == ("lobby", 1, "Restarting failed event")


def a_restarted_job_is_handed_out_again_and_counts_as_no_retry(stage: Stage) -> None:
    api = stage.service
    stage.sources(api, 1)
    job = stage.enroll(api)
    assert job is not None
    for _ in range(5):
        api.update_event(job["id"], status="finished")
        assert stage.enroll(api) is None
        api.update_event(job["id"], status="restarted")
        assert stage.enroll(api, "lobby") == job
    assert api.get_event(job["id"])["retries"] == 0


def an_aborted_job_is_done_with(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 2)
    job = stage.enroll(api, sequential=True)
    assert job is not None
    api.update_event(job["id"], status="aborted")
    assert stage.work_off(api, sequential=True) == sources[1:]
    api.update_event(job["id"], status="restarted")
    assert stage.work_off(api, sequential=True) == sources[:1]


def a_deleted_job_sets_its_source_free(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 1)
    assert stage.work_off(api) == sources
    (job,) = api.get_events(topics=[stage.topic("target")])
    api.delete_event(job["id"])
    assert stage.work_off(api) == sources


def what_cannot_be_enrolled_for_is_no_job_and_changes_nothing(stage: Stage) -> None:
    api = stage.service
    sources = stage.sources(api, 1)
    malformed = {"conditions": [{"key": "payload/a", "operator": "sounds like", "value": "b"}]}
    for options in ({"source_topic": "no topic"}, {"events_filter": malformed}, {"max_retries": -1}):
        assert stage.enroll(api, **options) is None
    assert api.enroll_event_job(stage.topic("source"), stage.topic("*"), sender="kitchen") is None
    assert [status for _, _, status in stage.calls_to("/api/enroll")] == [400, 400, 400, 400]
    assert stage.work_off(api) == sources


def only_services_enroll(stage: Stage) -> None:
    api = stage.service
    stage.sources(api, 1)
    assert stage.enroll(stage.admin) is None
    assert stage.calls_to("/api/enroll") == [("POST", "/api/enroll", 403)]
    assert not list(api.get_events(topics=[stage.topic("target")]))
