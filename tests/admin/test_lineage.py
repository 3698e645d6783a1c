import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin import family
from events.models import Event
from tests.admin.viewing import browser, path_of
from tests.factories import make_event


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


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
    assert f'<a href="{path_of(chain[0])}">The chain goes further back</a>' in page
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
    # Session, user, groups, grants, policies, the event; what may be done with it; the ids of the chain, the chain; two
    # generations, and the next is empty; the attempts.
    with django_assert_num_queries(12):
        page = client.get(path_of(event)).text
    assert len(outline(page)) == 502


def test_a_branch_tells_what_is_below_it_and_how_much_of_it_has_failed(client: Client) -> None:
    event = make_event("test.event", depends_on=make_event("test.cause").id)
    child = make_event("test.child", depends_on=event.id)
    failed = make_event("test.failed", depends_on=child.id, finished=False)
    make_event("test.last", depends_on=failed.id)
    Event.objects.filter(pk__in=[failed.pk, event.pk]).update(status="failed")
    event.refresh_from_db()
    tree = family.family_of(event, Event.objects.all())
    assert [(node.below, node.failed) for node in descent(tree.root)] == [(4, 2), (3, 1), (2, 1), (1, 0), (0, 0)]
    assert (tree.failed, tree.count) == (1, 3)
    assert "Next of 1 failure<" in client.get(path_of(event)).text


def descent(node: family.Node) -> list[family.Node]:
    """The node, its first child, and so on."""
    return [node, *(descent(node.children[0]) if node.children else [])]


@pytest.mark.django_db
def test_of_many_descendants_the_branches_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family, "UNFOLDED", 3)
    event = make_event(depends_on=make_event().id)
    child = make_event(depends_on=event.id)
    for _ in range(2):
        make_event(depends_on=child.id)
    assert [node.is_open for node in descent(family.family_of(event, Event.objects.all()).root)] == [True] * 4
    make_event(depends_on=child.id)
    assert [node.is_open for node in descent(family.family_of(event, Event.objects.all()).root)] == [
        True,
        True,
        False,
        True,
    ]
