import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import update_event
from events.models import Event
from tests.admin.viewing import LIST, Parsed, browser, path_of
from tests.factories import make_event

HOSTILE = "<script>alert(1)</script></pre><img src=x onerror=alert(2)>\"'&"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def facts_of(page: str) -> dict[str, str]:
    """The definition list of the facts."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return {name: " ".join(Parsed(value).text.split()) for name, value in pairs}


def test_an_event_is_found_by_its_id_with_and_without_dashes(client: Client) -> None:
    event = make_event("entity.folder.created")
    for written in (event.id.hex, str(event.id)):
        answer = client.get(f"{LIST}{written}/change/")
        assert answer.status_code == 200
        assert "<h1>entity.folder.created</h1>" in answer.text


@pytest.mark.parametrize("written", ["0" * 32, "nonsense", "1", "{}", "%00", "0" * 33, "%F0%9F%A7%A8"])
def test_what_is_no_event_is_not_found(client: Client, written: str) -> None:
    answer = client.get(f"{LIST}{written}/change/")
    assert answer.status_code == 404
    assert "No such event" in answer.text


def test_the_facts_are_listed(client: Client) -> None:
    event = make_event(
        "publish.process", project="alpha", user="marta", sender="rn-01", sender_type="farm", hash="h-1", finished=False
    )
    page = client.get(path_of(event)).text
    assert facts_of(page) == {
        "Project": "alpha",
        "User": "marta",
        "Dispatched by": "server",
        "Created": f"{event.created_at:%-d %b %Y, %H:%M:%S} UTC",
        "Sender": "rn-01 farm",
        "Topic": "publish.process",
        "Id": event.id.hex,
        "Hash": "h-1",
    }
    for link in ("project=alpha", "user=marta", "sender=rn-01", "topic=publish.process"):
        assert f'href="{LIST}?{link}"' in page


def test_an_updated_job_tells_when_and_how_often_it_was_tried(client: Client) -> None:
    job = make_event(depends_on=make_event().id)
    update_event(job.id, status="failed", retries=2, description="Disk full")
    page = client.get(path_of(job)).text
    job.refresh_from_db()
    facts = facts_of(page)
    assert (facts["Updated"], facts["Retries"]) == (f"{job.updated_at:%-d %b %Y, %H:%M:%S} UTC", "2")
    assert "status-failed" in page
    assert re.findall(r'href="(\S+)">Failed on this topic<', page) == [f"{LIST}?topic=test.event&amp;status=failed"]
    assert ">Disk full</p>" in page


@pytest.mark.parametrize("text", ["word " * 400, "x" * 400, "line\n" * 9])
def test_of_a_long_description_the_beginning_is_shown(client: Client, text: str) -> None:
    page = client.get(path_of(make_event(description=text))).text
    shown = re.findall(r'<p class="event-description" dir="auto">(.*?)</p>', page, re.DOTALL)
    assert shown == [f"{text[: {'w': 299, 'x': 300, 'l': 19}[text[0]]]} …", text]
    assert f'<summary id="description-toggle">All {len(text):,} characters</summary>' in page
    assert "description-toggle" not in client.get(path_of(make_event(description="x" * 300))).text


def test_hostile_content_is_shown_as_text(client: Client) -> None:
    event = make_event(
        description=HOSTILE,
        user=HOSTILE,
        sender=HOSTILE,
        hash=HOSTILE,
        summary={HOSTILE: HOSTILE},
        payload={HOSTILE: f"{HOSTILE}\n{HOSTILE}"},
    )
    make_event(depends_on=event.id, description=HOSTILE)
    page = Parsed(client.get(path_of(event)).text)
    assert page.refused == []
    # Description, user, sender, hash, target; the passage has it three times.
    assert page.text.count(HOSTILE) == 8
    # In JSON the quotation mark is escaped, and the passage has its first line.
    assert page.text.count(HOSTILE.replace('"', '\\"')) == 4


def test_the_way_back_leads_to_the_view_that_one_came_from(client: Client) -> None:
    event = make_event(project="alpha")
    page = client.get(f"{LIST}?project=alpha").text
    link = re.search(rf'href="({path_of(event)}\?[^"]*)"', page)
    assert link
    assert f'href="{LIST}?project=alpha">← Events</a>' in client.get(link[1]).text
    hostile = client.get(path_of(event), {"_changelist_filters": 'javascript:alert(1)">' + HOSTILE}).text
    assert Parsed(hostile).refused == [f'{LIST}?javascript:alert(1)">{HOSTILE}']  # only for its colon: it is a path


def test_there_is_nothing_to_fill_in_and_nothing_to_save(client: Client) -> None:
    event = make_event(description="before")
    page = client.get(path_of(event)).text
    assert re.findall(r"<(input|textarea|select)(?! type=\"hidden\")", page) == []
    assert re.findall(r'<form [^>]*action="(.*?)"', page) == ["/admin/logout/", f"{LIST}operate/"]
    for method in (client.post, client.put, client.patch, client.delete):
        answer = method(path_of(event), {"description": "after"})
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert "This page takes no forms" in answer.text
    assert Event.objects.get().description == "before"
