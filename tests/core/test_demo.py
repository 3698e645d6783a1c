import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from django.test import Client as DjangoClient
from requests.adapters import BaseAdapter

from events.api import serializers
from events.management.demo.client import Client, Refused
from events.management.demo.crew import Crew
from events.management.demo.play import play_day, play_on
from events.management.demo.scene import Scene
from events.management.demo.services import SERVICES
from events.management.demo.week import DAYS, week
from events.models import Event

ADDRESS = "http://testserver"


def story(events: int = 1, about: str = "") -> list[Scene]:
    return [scene for day in week(7, events) for scene in day if about in scene.worth_a_look]


def test_the_same_seed_tells_the_same_story() -> None:
    assert week(7, 600) == week(7, 600)


def test_another_seed_tells_another_story() -> None:
    assert week(7, 600) != week(8, 600)


@pytest.mark.parametrize("events", [100, 600, 5000])
def test_a_week_has_about_as_many_events_as_asked_for(events: int) -> None:
    days = week(7, events)
    assert len(days) == len(DAYS)
    assert events <= sum(scene.stored for day in days for scene in day) < events + 5


def test_a_short_week_still_has_all_that_is_worth_a_look() -> None:
    assert [bool(scene.worth_a_look) for scene in story()].count(True) == 9


def test_every_scene_is_an_event_that_the_server_takes() -> None:
    topics = {serializers.DISPATCH.command(scene.event()).topic for scene in story(2000)}
    assert {"log.debug", "log.info", "log.warning", "log.error", "log.success", "settings.changed"} < topics


def test_every_service_asks_in_a_way_that_the_server_takes() -> None:
    requests_made = [serializers.ENROLL.command(service.request("somebody")) for service in SERVICES]
    assert len({request.sources.target_topic for request in requests_made}) == 7


def test_summary_and_payload_of_a_topic_have_one_shape() -> None:
    shapes = defaultdict(set)
    for scene in story(2000):
        shapes[scene.topic].add((tuple(scene.summary), tuple(scene.payload)))
    assert {topic: found for topic, found in shapes.items() if len(found) > 1} == {}


def test_descriptions_hold_no_ids() -> None:
    assert [scene for scene in story(2000) if re.search(r"[0-9a-f]{16}", scene.description)] == []


class InProcess(BaseAdapter):
    """Carries what requests sends to Django's test client."""

    def __init__(self, django: DjangoClient) -> None:
        super().__init__()
        self.django = django

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        body = request.body or b""
        content_type = request.headers.get("Content-Type", "application/json")
        given = self.django.generic(str(request.method), request.path_url, body, content_type)
        answer = requests.Response()
        answer.status_code, answer._content = given.status_code, given.content  # noqa: SLF001 - as adapters do
        return answer

    def close(self) -> None:
        pass


@pytest.fixture
def client(api: DjangoClient) -> Client:
    client = Client(ADDRESS, "in the test client")
    client.session.mount(ADDRESS, InProcess(api))
    return client


def played(client: Client, scenes: list[Scene]) -> Crew:
    crew = Crew(client)
    play_day(crew, scenes)
    crew.restart_failed()
    return crew


def dispatched(client: Client, scenes: list[Scene]) -> Mapping[str, int]:
    crew = Crew(client)
    for scene in scenes:
        crew.dispatch(scene)
    return crew.events


def jobs(topic: str) -> Mapping[str, int]:
    return Counter(Event.objects.filter(topic=topic).values_list("status", flat=True))


def test_the_week_ends_as_the_story_has_it(client: Client) -> None:
    crew = played(client, story())
    assert jobs("transcode.review") == {
        "finished": 3,
        "failed": 1,
        "aborted": 1,
        "restarted": 1,
        "in_progress": 2,
        "pending": 1,
    }
    assert jobs("ftrack.proc") == {"failed": 1, "pending": 1}
    assert Event.objects.filter(topic="ftrack.leech").count() == 4
    assert crew.events["stored"] + len(crew.jobs) == Event.objects.exclude(topic__startswith="audit.").count()


def test_the_flaky_upload_succeeds_on_the_third_try(client: Client) -> None:
    played(client, story(about="third try"))
    upload = Event.objects.get(topic="review.upload", retries=2)
    assert (upload.status, upload.payload["error"]) == ("finished", None)
    assert upload.payload["log"][0] == "try 1: 503 Server Error: Service Temporarily Unavailable"


def test_what_failed_for_good_has_a_traceback_in_its_payload(client: Client) -> None:
    played(client, story(about="the words of ffmpeg"))
    transcode = Event.objects.get(topic="transcode.review", status="failed")
    assert transcode.retries == 3
    assert transcode.payload["error"]["traceback"].startswith("Traceback (most recent call last):")


def test_a_second_week_takes_up_what_the_first_one_left(client: Client) -> None:
    played(client, story())
    crew = played(client, [])
    assert crew.events["taken over"] == len(crew.jobs)
    assert not Event.objects.filter(status__in=["pending", "in_progress", "restarted"]).exists()


def test_the_same_week_again_is_known_to_the_leechers(client: Client) -> None:
    leeched = [scene for scene in story(200) if scene.hash]
    twice = sum(scene.seen_by is not None for scene in leeched)
    assert dispatched(client, leeched) == {"stored": len(leeched), "known": twice}
    assert dispatched(client, leeched) == {"known": len(leeched) + twice}


class Enough(Exception):
    """The calm stream has gone on for long enough."""


def test_the_calm_stream_moves_jobs_to_their_end(client: Client) -> None:
    moments = iter(range(25))

    def pause() -> None:
        if next(moments, None) is None:
            raise Enough

    crew = Crew(client)
    with pytest.raises(Enough):
        play_on(crew, 7, pause)
    assert jobs("transcode.review")["finished"] > 0
    assert crew.events["stored"] + len(crew.jobs) == Event.objects.exclude(topic__startswith="audit.").count()


def test_a_crew_remembers_only_the_latest(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.management.demo.crew.MEMORY", 2)
    crew = played(client, story(about="third try"))
    latest = list(crew.jobs)[-2:]
    crew.forget_old()
    assert list(crew.jobs) == latest


def test_a_job_that_somebody_aborts_meanwhile_stays_aborted(client: Client) -> None:
    crew = Crew(client)
    crew.dispatch(next(scene for scene in story(600) if scene.topic == "entity.task.created"))
    transmitter = next(service for service in SERVICES if service.target == "ftrack.sync")
    job = crew.start(transmitter)
    assert job is not None
    client.patch(job.id, "somebody", "api", {"status": "aborted"})
    assert crew.advance(job, 100)
    assert Event.objects.get(pk=job.id).status == "aborted"


def test_an_unknown_key_is_refused_in_one_sentence(client: Client, people: object) -> None:
    client.session.mount(ADDRESS, InProcess(DjangoClient(headers={"X-Api-Key": "unknown"})))
    with pytest.raises(Refused, match=r"^The event server at http://testserver does not know the key"):
        client.check()


def test_the_key_of_no_service_is_refused_in_one_sentence(client: Client, api_as: Any) -> None:
    client.session.mount(ADDRESS, InProcess(api_as("manager")))
    with pytest.raises(Refused, match=r"^The key belongs to manager, which is no service"):
        client.check()
