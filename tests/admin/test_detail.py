import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import update_event
from events.admin.detail import GENERATIONS, TARGETS
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
        "Created": f"{event.created_at:%-d %B %Y, %H:%M:%S} UTC",
        "Sender": "rn-01 farm",
        "Topic": "publish.process",
        "Id": event.id.hex,
        "Hash": "h-1",
    }
    assert f'href="{LIST}?project=alpha"' in page


def test_an_updated_job_tells_when_and_how_often_it_was_tried(client: Client) -> None:
    job = make_event(depends_on=make_event().id)
    update_event(job.id, status="failed", retries=2, description="Disk full")
    page = client.get(path_of(job)).text
    job.refresh_from_db()
    facts = facts_of(page)
    assert (facts["Updated"], facts["Retries"]) == (f"{job.updated_at:%-d %B %Y, %H:%M:%S} UTC", "2")
    assert "status-failed" in page
    assert ">Disk full</p>" in page


def test_the_chain_leads_to_the_first_cause_and_to_the_targets(client: Client) -> None:
    first = make_event("test.first")
    source = make_event("test.source", depends_on=first.id)
    event = make_event("test.event", depends_on=source.id)
    target = make_event("test.target", depends_on=event.id, finished=False)
    page = client.get(path_of(event)).text
    linked = re.findall(r'class="related-topic" href="(.*?)">(.*?)<', page)
    assert linked == [(path_of(each), each.topic) for each in (first, source, target)]
    assert page.index("Targets") < page.index("status-pending") < page.index(path_of(target))


def test_a_long_chain_and_many_targets_are_cut(client: Client) -> None:
    event = make_event()
    for _ in range(GENERATIONS + 1):
        event = make_event(depends_on=event.id)
    for _ in range(TARGETS + 1):
        make_event("test.target", depends_on=event.id)
    page = client.get(path_of(event)).text
    assert page.count('class="related-topic" href') == GENERATIONS + TARGETS
    assert "The chain goes on" in page
    assert "These are the first 100; there are more." in page


def test_summary_and_payload_are_indented_json(client: Client) -> None:
    event = make_event(summary={"id": "ä🎬"}, payload={"list": [1, {"a": None}]})
    page = Parsed(client.get(path_of(event)).text)
    assert '{\n  "id": "ä🎬"\n}' in page.text
    assert '{\n  "list": [\n    1,\n    {\n      "a": null\n    }\n  ]\n}' in page.text


def test_a_text_of_several_lines_can_also_be_read_as_such(client: Client) -> None:
    event = make_event(payload={"traceback": "Traceback:\n  line 1", "one": "line\n"})
    page = client.get(path_of(event)).text
    assert '<pre tabindex="0" dir="auto">Traceback:\n  line 1</pre>' in page
    assert page.count("<h3") == 1


def test_characters_that_turn_the_text_about_are_written_as_escapes(client: Client) -> None:
    event = make_event(payload={"a": "x\u202ey\u200bz"}, summary={"rtl": "שלום"})
    page = client.get(path_of(event)).text
    assert "x\\u202ey\\u200bz" in Parsed(page).text
    assert "\u202e" not in page
    assert '"rtl": "שלום"' in Parsed(page).text


@pytest.mark.parametrize(("size", "is_open"), [(100, True), (10_000, False)])
def test_a_big_payload_is_folded(client: Client, size: int, is_open: bool) -> None:
    page = client.get(path_of(make_event(payload={"blob": "x" * size}))).text
    assert ('<details class="document" open>' in page) is is_open
    assert "x" * size in page


def test_of_a_megabyte_the_page_carries_the_beginning(client: Client) -> None:
    event = make_event(payload={"blob": "<b>" * 350_000, "lines": "a\nb"})
    answer = client.get(path_of(event))
    page = Parsed(answer.text)
    assert '"blob": "<b><b>' in page.text
    assert f'href="/api/events/{event.id.hex}"' in answer.text
    assert page.refused == []
    assert len(page.text) < 260_000


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
    # Description, user, sender, hash, target; the passage has it three times. In JSON the quotation mark is escaped.
    assert page.text.count(HOSTILE) == 8
    assert page.text.count(HOSTILE.replace('"', '\\"')) == 5


def test_the_way_back_leads_to_the_view_that_one_came_from(client: Client) -> None:
    event = make_event(project="alpha")
    page = client.get(f"{LIST}?project=alpha").text
    link = re.search(rf'href="({path_of(event)}\?[^"]*)"', page)
    assert link
    assert f'href="{LIST}?project=alpha">Events</a>' in client.get(link[1]).text
    hostile = client.get(path_of(event), {"_changelist_filters": 'javascript:alert(1)">' + HOSTILE}).text
    assert Parsed(hostile).refused == [f'{LIST}?javascript:alert(1)">{HOSTILE}']  # only for its colon: it is a path


def test_there_is_nothing_to_fill_in_and_nothing_to_save(client: Client) -> None:
    event = make_event(description="before")
    page = client.get(path_of(event)).text
    assert re.findall(r"<(?:input|textarea|select)[^>]*name=\"(.*?)\"", page) == ["csrfmiddlewaretoken"]  # to log out
    assert page.count("<form") == 1
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(path_of(event), {"description": "after"}).status_code == 405
    assert Event.objects.get().description == "before"


def test_a_page_takes_seven_queries(client: Client, django_assert_num_queries: Any) -> None:
    event = make_event(depends_on=make_event().id)
    for _ in range(10):
        make_event(depends_on=event.id)
    with django_assert_num_queries(7):  # session, user, groups, grants, the event, its source, its targets
        assert client.get(path_of(event)).status_code == 200
