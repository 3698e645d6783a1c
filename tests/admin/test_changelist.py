import re
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events import update_event
from events.admin import pages, stretches
from events.admin.facets import PARAMETERS
from events.admin.render import short_time
from events.models import Event
from tests.admin.viewing import LIST, Parsed, browser, descriptions, path_of, shown
from tests.conftest import POSTGRES
from tests.factories import make_event

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def test_the_newest_event_is_on_top(client: Client) -> None:
    for word in ("one", "two", "three"):
        make_event(description=word)
    assert shown(client) == ["three", "two", "one"]


def test_an_update_does_not_move_an_event(client: Client) -> None:
    first = make_event(description="first")
    make_event(description="second")
    update_event(first.id, status="failed")
    assert shown(client) == ["second", "first"]


def test_a_row_tells_time_status_topic_description_user_and_project(client: Client) -> None:
    event = make_event("entity.folder.created", description="Made sh010", user="marta", project="alpha")
    page = client.get(LIST).text
    row = page[page.index('<tr class="event-row"') :]
    assert f'<time datetime="{event.created_at.isoformat()}" title="{event.created_at:%Y-%m-%d %H:%M:%S}' in row
    assert '<span class="status status-finished">' in row
    assert "</svg>Finished</span>" in row
    assert f'<a href="{path_of(event)}">entity.folder.created</a>' in row
    assert ">Made sh010</bdi></td>" in row
    assert "<bdi>marta</bdi>" in row
    assert "<bdi>alpha</bdi>" in row


@pytest.mark.parametrize("kept", ["", "project=alpha&q=NUMBER&status=finished"])
def test_250_events_are_paged_to_the_end_and_back_without_gap_or_duplicate(client: Client, kept: str) -> None:
    for number in range(250):
        make_event(description=f"number {number}", project="alpha")
        if kept:
            make_event(description=f"number {number}", project="beta")
    wanted = [f"number {number}" for number in reversed(range(250))]
    older, last = walk(client, client.get(f"{LIST}?{kept}"), "older_url")
    newer, first = walk(client, last, "newer_url")
    assert list(chain(*older)) == wanted
    assert newer == older[::-1]
    assert shown(client, kept) == descriptions(first)


def walk(client: Client, answer: Any, link: str, most: int = 1000) -> tuple[list[list[str]], Any]:
    """Follow a link to its end, or for ``most`` pages; return what was on each page, and the last page."""
    seen = [descriptions(answer)]
    while len(seen) < most and (url := getattr(answer.context["cl"], link)()):
        assert url in answer.text.replace("&amp;", "&")
        answer = client.get(LIST + url)
        seen.append(descriptions(answer))
    return seen, answer


@pytest.mark.parametrize("link", ["older_url", "newer_url"])
def test_a_search_that_takes_too_long_goes_on_on_the_next_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 7)
    monkeypatch.setattr(pages, "PATIENCE", -1)
    events = [make_event(description=f"{'needle' if n % 20 == 0 else 'hay'} {n}") for n in range(60)]
    start = f"after={events[0].creation_order - 1}" if link == "newer_url" else ""
    # Twenty stretches reach over the events; before them may be any number of numbers that nobody has now.
    found, _ = walk(client, client.get(f"{LIST}?q=needle&{start}".rstrip("&")), link, most=20)
    assert len(found) > 5
    assert set(chain(*found)) == {"needle 0", "needle 20", "needle 40"}
    page = client.get(f"{LIST}?q=nonesuch").text
    assert "Nothing found so far" in page
    assert "Search on" in page


def test_an_empty_list_says_why(client: Client) -> None:
    assert "No events yet" in client.get(LIST).text
    assert "Nothing matches" in client.get(f"{LIST}?q=x").text
    assert "Nothing older" in client.get(f"{LIST}?before=1").text


@pytest.mark.parametrize("query", ["", "q=test&status=finished&project=alpha&topic=test.*&logs=hidden"])
def test_a_page_takes_the_same_queries_whatever_there_is_and_never_counts(
    client: Client, django_assert_num_queries: Any, query: str
) -> None:
    for _ in range(60):
        make_event(project="alpha", payload={"large": "x"})
    # Session, user, groups, grants, the position (two on PostgreSQL), the newest number, the page, and for the topics
    # the newest number and what is there.
    with django_assert_num_queries(10 + POSTGRES) as queries:
        assert len(shown(client, query)) == 50
    for sql in (each["sql"] for each in queries.captured_queries):
        assert not re.search(r'COUNT\(|OFFSET|DISTINCT (?!"auth_group)|"payload"|"summary"', sql)


def test_hostile_content_is_shown_as_text(client: Client) -> None:
    make_event(description=HOSTILE, user=HOSTILE, sender=HOSTILE, hash=HOSTILE, summary={HOSTILE: HOSTILE})
    make_event(description="🧨 שלום \u202e" * 2000, user="🧨" * 255)
    answer = client.get(LIST)
    page = Parsed(answer.text)
    assert page.text.count(HOSTILE) == 3
    assert "🧨 שלום" in page.text
    assert page.refused == []
    assert len(answer.text) < 50_000


def test_hostile_addresses_are_shown_as_text(client: Client) -> None:
    names = (*PARAMETERS, "q", "before", "unknown")
    answer = client.get(LIST, dict.fromkeys(names, HOSTILE))
    assert answer.context["cl"].query == HOSTILE
    assert Parsed(answer.text).refused == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", LIST])
def test_no_page_needs_inline_scripts_or_styles(client: Client, path: str) -> None:
    make_event()
    page = client.get(path, follow=True).text
    assert Parsed(page).refused == []
    assert "/static/events/viewer.css" in page
    assert "ayonevents</title>" in page


def test_a_row_tells_how_long_a_job_took_or_since_when_it_runs(client: Client) -> None:
    began = timezone.now() - timedelta(minutes=5)
    done, runs, waits = (make_event("test.job", description=each, finished=False) for each in ("done", "runs", "waits"))
    for job, status, ended in ((done, "finished", began + timedelta(seconds=80)), (runs, "in_progress", None)):
        Event.objects.filter(pk=job.pk).update(status=status, started_at=began, ended_at=ended)
    took = {row.event.pk: row.took for row in client.get(LIST).context["cl"].rows()}
    assert took == {done.pk: "1 min 20 s", runs.pk: f"since {short_time(began)}", waits.pk: ""}
