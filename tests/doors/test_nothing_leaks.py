"""What somebody may not see is to him as if it were not there: the same answer to the byte, by the same queries.

The one exception is AYON's: an id that somebody has is answered 403 over REST if its event is hidden, and not 404.
Ids hold 74 random bits, nobody comes upon one.
"""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from tests.api.calls import post
from tests.conftest import Roles
from tests.doors.doors import DOORS
from tests.doors.table import BROWSERS, CALLERS, EVENTS, may
from tests.doors.viewer_doors import LIST
from tests.doors.world import World, make_policies, undone
from tests.factories import make_event

PAGE = """{
    first: events(first: 1, includeLogs: true) { ...Page }
    last: events(last: 1, includeLogs: true) { ...Page }
    found: events(filter: "whispered", includeLogs: true) { ...Page }
    beta: events(projects: ["beta"], topics: ["*"], hasChildren: false) { ...Page }
    me { name } users { edges { node { name } } }
}
fragment Page on EventsConnection {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}"""
CHILDREN = """{
    some: events(hasChildren: true) { edges { node { id } } }
    none: events(hasChildren: false) { edges { node { id } } }
}"""
Question = Callable[[World], object]


def graphql(query: str) -> Question:
    return lambda world: post(world.rest, "/graphql", {"query": query.replace("ID", world.id)})


def viewer(path: str) -> Question:
    return lambda world: world.viewer().get(path.replace("ID", world.id))


def rest(path: str) -> Question:
    return lambda world: world.rest.get(path)


QUESTIONS: dict[str, tuple[str, Question]] = {
    "REST list": ("list", rest("/api/events?limit=1")),
    "REST list of a project": ("list", rest("/api/events?project=beta")),
    "REST list of topics": ("list", rest("/api/events?limit=1&topic=*")),
    "REST projects": ("know its project", rest("/api/projects")),
    "REST project": ("know its project", rest("/api/projects/beta")),
    "REST query": ("query", lambda world: DOORS["REST query"].attempt(world)),
    "REST operation": ("operate", lambda world: DOORS["REST eventops"].attempt(world)),
    "REST operation by ids": ("operate", lambda world: DOORS["REST eventops, by ids"].attempt(world)),
    "REST operation, counted": ("operate", lambda world: DOORS["REST eventops, counted"].attempt(world)),
    "REST enroll": ("enroll", lambda world: DOORS["REST enroll"].attempt(world)),
    "REST enroll, several": ("enroll", lambda world: DOORS["REST enroll, several"].attempt(world)),
    "GraphQL pages": ("list", graphql(PAGE)),
    "GraphQL projects": ("know its project", graphql("{ projects { edges { cursor node { name } } } }")),
    "GraphQL, children": ("read", graphql(CHILDREN)),
    "GraphQL by id": ("read", graphql('{ events(ids: ["ID"]) { edges { cursor node { id } } } }')),
    "viewer, overview": ("read", viewer("/admin/")),
    "viewer, list": ("read", viewer(LIST)),
    "viewer, search": ("read", viewer(f"{LIST}?q=whispered")),
    "viewer, filter": ("read", lambda world: DOORS["viewer, filter"].attempt(world)),
    "viewer, what changed": ("read", viewer(f"{LIST}live/?since=0&ids=ID")),
    "viewer, preview": ("operate", lambda world: DOORS["viewer, preview"].attempt(world)),
    "viewer, project": ("read", viewer(f"{LIST}?project=beta")),
    "viewer, with targets": ("read", viewer(f"{LIST}?relation=source")),
    "viewer, without targets": ("read", viewer(f"{LIST}?relation=childless")),
    "viewer, page of the source": ("read", lambda world: world.viewer().get(f"{LIST}{world.depends_on}/change/")),
    "viewer, page": ("read", viewer(f"{LIST}ID/change/")),
    "viewer, history": ("read", viewer(f"{LIST}ID/history/")),
}


def hidden(who: str, kind: str) -> dict[str, Question]:
    """Return the questions whose answers may not tell of the event; a browser has no limits of a key."""
    return {
        name: question
        for name, (verb, question) in QUESTIONS.items()
        if kind not in may(verb, who) and (who in BROWSERS or not name.startswith("viewer"))
    }


WHO = ("manager", "limited", "topical", "named", "artist", "personal", "spoken for", "guest")
CASES = [(who, kind) for who in WHO for kind in EVENTS if hidden(who, kind)]


@pytest.mark.parametrize(("who", "kind"), CASES)
def test_what_is_hidden_is_as_good_as_absent(
    people: Roles, monkeypatch: pytest.MonkeyPatch, who: str, kind: str
) -> None:
    make_policies(people)
    mine = {"project": "alpha", "user": CALLERS[who].user}
    source = make_event("test.first", **mine)
    world = World(people, who, kind, depends_on=source.pk)
    make_event("test.last", **mine)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    for name, question in hidden(who, kind).items():
        with undone(world):
            question(world)  # what is remembered from now on is so both times
            before = _answered(world, question)
            Event.objects.filter(pk=world.event.pk).delete()
            assert _answered(world, question) == before, name


def _answered(world: World, question: Question) -> tuple[list[str], int]:
    """Return all that was answered, and how many queries it took."""
    world.heard.clear()
    with CaptureQueriesContext(connection) as queries:
        question(world)
    return [CHANGING.sub("", each) for each in world.heard], len(queries)


CHANGING = re.compile(
    r'"X-Request-ID": "\w+"|"Expires": "[^"]*"|name="csrfmiddlewaretoken" value="\w+"|"Set-Cookie": "[^"]*"'
)
"""What is another one in each answer to the same question."""
