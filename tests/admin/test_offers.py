"""What is offered where, why events are skipped, and why there is nothing to see."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin.offers import STATES
from events.models import Event, ProjectGrant
from events.operations import Kind, concerned
from events.status import Status
from tests.admin.operating import make_job, previewed, words
from tests.admin.viewing import LIST, browser, path_of, viewer
from tests.factories import change, make_event

NOT_A_JOB = "Only jobs can be restarted."


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


@pytest.mark.parametrize("kind", Kind)
def test_the_states_of_an_operation_are_those_of_its_condition(db: None, kind: Kind) -> None:
    for status in Status:
        make_job(status)
    found = Event.objects.filter(concerned(kind), topic="test.job").values_list("status", flat=True)
    assert set(found) == set(STATES[kind])


@pytest.mark.parametrize(
    ("view", "kinds"),
    [
        ("topic=test.*", ["restart", "abort", "delete"]),
        ("status=failed", ["restart", "delete"]),
        ("status=pending,in_progress", ["abort", "delete"]),
        ("status=failed,pending", ["restart", "abort", "delete"]),
        ("status=restarted", ["delete"]),
    ],
)
def test_a_view_offers_what_its_states_allow(client: Client, view: str, kinds: list[str]) -> None:
    make_job()
    assert re.findall(r'id="matching-(.*?)"', client.get(f"{LIST}?{view}").text) == kinds


def test_a_preview_says_why_how_many_are_skipped(client: Client) -> None:
    for status in ("failed", "pending", "pending", "restarted"):
        make_job(status)
    for _ in range(3):
        change(make_event("test.other").id, status="failed")
    visible = re.sub(
        r"<li hidden>.*?</li>", "", previewed(client, {"kind": "restart", "scope": "matching", "view": "q=test"})
    )
    said = words(visible)
    assert "Restart 1 event?" in said
    assert "7 skipped: no jobs, and only jobs can be restarted." in said  # four sources are none, either
    assert "2 skipped: pending." in said
    assert "1 skipped: restarted." in said
    assert said.count("skipped:") == 3


def test_an_abortion_says_in_which_states_those_are_that_it_skips(client: Client) -> None:
    ids = [make_job(status).id.hex for status in ("failed", "failed", "aborted", "pending")]
    said = words(re.sub(r"<li hidden>.*?</li>", "", previewed(client, {"kind": "abort", "ids": ids})))
    assert "2 skipped: failed." in said
    assert "1 skipped: aborted." in said
    assert said.count("skipped:") == 2


def test_an_event_that_has_failed_and_is_no_job_says_why_it_cannot_be_restarted(client: Client) -> None:
    job, other, finished = make_job(), make_event("test.other"), make_event("test.finished")
    change(other.id, status="failed")
    said = [NOT_A_JOB in client.get(path_of(event)).text for event in (job, other, finished)]
    assert said == [False, True, False]


@pytest.mark.parametrize("query", ["", "?topic=entity.*"])
def test_who_has_no_project_is_told_so_where_there_is_nothing_to_see(people: dict[str, User], query: str) -> None:
    make_event("entity.folder.created", project="alpha")
    artist = viewer(people["artist"])
    ProjectGrant.objects.all().delete()
    assert "No project is open to you" in artist.get(f"{LIST}{query}").text
    make_event("entity.folder.created")
    assert "No project is open to you" not in artist.get(f"{LIST}{query}").text
    ProjectGrant.objects.create(project="beta", user=people["artist"])
    assert "Nothing matches" in artist.get(f"{LIST}?q=nonesuch").text
    assert "Nothing matches" in browser(people["admin"]).get(f"{LIST}?q=nonesuch").text
