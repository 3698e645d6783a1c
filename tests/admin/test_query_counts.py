"""Every page of the viewer asks the database as often among many events as among few."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event
from tests.admin.viewing import LIST, browser, path_of
from tests.factories import change, make_event

pytestmark = pytest.mark.django_db

PAGES = {
    "overview": "/admin/?window=7d",
    "list": LIST,
    "search": f"{LIST}?q=word",
    "filters": f"{LIST}?topic=test.*&project=alpha&user=server&sender=rn-01&status=failed&last=24h&logs=hidden",
    "failed jobs": f"{LIST}?relation=failing",
    "without targets": f"{LIST}?relation=childless",
    "filter language": f'{LIST}?filter={{"conditions":[{{"key":"project","value":"alpha"}}]}}',
    "changes": f"{LIST}live/?since=0",
    "event": "",
}
FEW, MANY = 2, 60
"""Of each kind; a page of the list has 50."""


def fill(root: Event, count: int) -> None:
    """Jobs in every state, with attempts, below one event."""
    for number in range(count):
        words: Any = {"project": "alpha", "sender": f"rn-{number:02}", "description": "word"}
        for status in ("pending", "in_progress", "finished", "failed", "aborted", "restarted"):
            job = make_event(f"test.{status}{number}", depends_on=root.id, finished=False, **words)
            change(job.id, status=status)
        change(root.id, status="failed")
        change(root.id, status="restarted")


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is found out once in a process
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_no_page_asks_more_often_among_many_events(people: dict[str, User]) -> None:
    client = browser(people["admin"])
    root = make_event("test.root", project="alpha", sender="rn-01")
    pages = {**PAGES, "event": path_of(root)}
    fill(root, FEW)
    few = {name: queries(client, path) for name, path in pages.items()}
    fill(root, MANY)
    many = {name: queries(client, path) for name, path in pages.items()}
    # A page that is not full looks once or twice more whether there is an older event.
    assert {name: count for name, count in many.items() if count > few[name]} == {}
    assert max(few.values()) < 20
