import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import update_event
from events.admin import family
from events.admin.documents import VALUES
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


def outline(page: str) -> list[tuple[int, str]]:
    """The lineage: each event with its depth."""
    tree = page[page.index('id="lineage"') : page.index("</section>", page.index('id="lineage"'))]
    nodes, depth = [], 0
    for tag, topic in re.findall(r'<(/?ul)>|class="node-topic"[^>]*>([^<]*)<', tree):
        depth += {"ul": 1, "/ul": -1, "": 0}[tag]
        if topic:
            nodes.append((depth, topic))
    return nodes


def test_the_lineage_leads_from_the_first_cause_to_the_last_descendant(client: Client) -> None:
    first = make_event("test.first")
    source = make_event("test.source", depends_on=first.id)
    make_event("test.sibling", depends_on=first.id)
    event = make_event("test.event", depends_on=source.id)
    target = make_event("test.target", depends_on=event.id, finished=False)
    make_event("test.grandchild", depends_on=target.id)
    make_event("test.other", depends_on=event.id)
    page = client.get(path_of(event)).text
    assert outline(page) == [
        (1, "test.first"),
        (2, "test.source"),
        (3, "test.event"),
        (4, "test.target"),
        (5, "test.grandchild"),
        (4, "test.other"),
    ]
    assert f'<a class="node-topic" href="{path_of(target)}">' in page
    assert '<strong class="node-topic">test.event</strong>' in page


def test_an_event_on_its_own_says_so(client: Client) -> None:
    page = client.get(path_of(make_event())).text
    assert "Nothing caused this event, and nothing depends on it." in page
    assert outline(page) == []


def test_a_chain_that_is_too_long_is_cut_on_both_ends(client: Client) -> None:
    length = family.ANCESTORS + family.GENERATIONS + 4
    chain = [make_event("test.link0")]
    for number in range(1, length):
        chain.append(make_event(f"test.link{number}", depends_on=chain[-1].id))
    page = client.get(path_of(chain[family.ANCESTORS + 1])).text
    assert [topic for _, topic in outline(page)] == [f"test.link{number}" for number in range(1, length - 2)]
    assert "The chain goes further back" in page
    assert f"These are the first {family.GENERATIONS} descendants; there are more." in page


def test_of_many_descendants_the_first_are_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family, "DESCENDANTS", 5)
    event = make_event()
    children = [make_event("test.target", depends_on=event.id) for _ in range(3)]
    for _ in range(3):
        make_event("test.later", depends_on=children[0].id)
    page = client.get(path_of(event)).text
    assert len(outline(page)) == 6
    assert "These are the first 5 descendants; there are more." in page
    (link,) = re.findall(r'href="([^"]*filter=[^"]*)"', page)
    assert client.get(link).text.count('class="event-row"') == 3


def test_a_circle_that_reuse_has_made_ends(client: Client) -> None:
    one = make_event("test.one")
    other = make_event("test.other", depends_on=one.id)
    Event.objects.filter(pk=one.pk).update(depends_on=other.id)
    page = client.get(path_of(one)).text
    assert len(outline(page)) <= family.ANCESTORS + 2


def test_a_tree_of_500_takes_a_query_for_each_generation(client: Client, django_assert_num_queries: Any) -> None:
    event = make_event(depends_on=make_event().id)
    Event.objects.bulk_create(
        Event(hash=str(n), topic="test.target", depends_on=event, position=10**6 + n, creation_order=10**6 + n)
        for n in range(500)
    )
    # Session, user, groups, grants, the event; the ids of the chain, the chain; two generations, and the next is empty.
    with django_assert_num_queries(10):
        page = client.get(path_of(event)).text
    assert len(outline(page)) == 502


def test_the_timeline_tells_what_is_known(client: Client) -> None:
    source = make_event("test.source")
    job = make_event("test.job", depends_on=source.id, finished=False)
    update_event(job.id, status="failed", sender="rn-07", retries=2)
    page = Parsed(client.get(path_of(job)).text).text
    story = " ".join(page[page.index("Timeline") :].split())
    moments = ("test.source was dispatched", "Created as a job by server", "Changed last by rn-07", "Failed")
    assert sorted(moments, key=story.index) == list(moments)
    assert "Handed out again 2 times after it had failed" in story


@pytest.mark.parametrize(("status", "said"), [("in_progress", "Running"), ("restarted", "Waiting"), ("aborted", "")])
def test_what_is_not_settled_says_for_how_long(client: Client, status: str, said: str) -> None:
    event = make_event()
    update_event(event.id, status=status)
    page = client.get(path_of(event)).text
    assert re.findall(r"(Running|Waiting) for \d+\.\d s", page) == [said] * 2 * bool(said)


def json_in(page: str, name: str) -> str:
    """What a document shows as JSON."""
    (html,) = re.findall(rf'<div class="json" tabindex="0" aria-label="{name}">(.*?)</div>\n', page, re.DOTALL)
    return Parsed(html).text


def test_summary_and_payload_are_json_that_folds(client: Client) -> None:
    event = make_event(
        summary={"id": "ä🎬"}, payload={"list": [1, {"a": None}, [], True, 2.5], "b": {}, "<i>": '</div>"&'}
    )
    page = client.get(path_of(event)).text
    assert json.loads(json_in(page, "Summary")) == event.summary
    assert json.loads(json_in(page, "Payload")) == event.payload
    assert page.count('<details class="json-group" open>') == 4
    assert 'data-count="5 items"' in page


def test_a_text_of_several_lines_can_also_be_read_as_such(client: Client) -> None:
    event = make_event(
        payload={"err": {"traceback": "Traceback:\n  line 1"}, "logs": ["one\n", "two\nthree", "x\n" * 30_000]}
    )
    page = client.get(path_of(event)).text
    assert '<pre tabindex="0" dir="auto">Traceback:\n  line 1</pre>' in page
    assert re.findall(r'<section class="card passage" aria-label="(.*?)"', page) == [
        "payload.err.traceback",
        "payload.logs[1]",
        "payload.logs[2]",
    ]
    assert page.count("This is the beginning of a long text.") == 1


def test_characters_that_turn_the_text_about_are_written_as_escapes(client: Client) -> None:
    event = make_event(payload={"a": "x\u202ey\u200bz", "b": "x\u202ey\n."}, summary={"rtl": "שלום"})
    page = client.get(path_of(event)).text
    assert "x\\u202ey\\u200bz" in Parsed(page).text
    assert "\u202e" not in page
    assert '"rtl": "שלום"' in Parsed(page).text


def test_of_a_big_payload_only_the_first_level_is_unfolded(client: Client) -> None:
    page = client.get(path_of(make_event(payload={"a": {"blob": "x" * 10_000}}))).text
    assert page.count('<details class="json-group" open>') == 1
    assert page.count('<details class="json-group">') == 1


def test_a_document_of_too_many_values_is_plain_text(client: Client) -> None:
    page = Parsed(client.get(path_of(make_event(payload={"list": list(range(VALUES))}))).text)
    assert "    4998,\n    4999\n" in page.text
    assert "beginning of a large document" not in page.text


def test_of_a_megabyte_the_page_carries_the_beginning(client: Client) -> None:
    event = make_event(payload={"blob": "<b>" * 350_000, "lines": "a\nb"})
    answer = client.get(path_of(event))
    page = Parsed(answer.text)
    assert '"blob": "<b><b>' in page.text
    assert f'href="/api/events/{event.id.hex}"' in answer.text
    assert page.refused == []
    assert len(page.text) < 270_000


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
    # In JSON the quotation mark is escaped.
    assert page.text.count(HOSTILE.replace('"', '\\"')) == 5


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
        assert method(path_of(event), {"description": "after"}).status_code == 405
    assert Event.objects.get().description == "before"
