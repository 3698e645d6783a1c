"""Every page of the viewer asks the database as often among many events as among few."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.admin import stretches
from events.models import Event
from events.operations import Kind
from tests.admin.operating import OPERATE, form_of, previewed
from tests.admin.viewing import LIST, browser, path_of
from tests.factories import change, make_event

pytestmark = pytest.mark.django_db

PAGES = {
    "overview": "/admin/?window=7d",
    "list": LIST,
    "older": f"{LIST}?before=999999",
    "search": f"{LIST}?q=word",
    "search in vain": f"{LIST}?q=nonesuch",
    "filters": f"{LIST}?topic=test.*&project=alpha&user=server&sender=rn-01&status=failed&last=24h&logs=hidden",
    "failed jobs": f"{LIST}?relation=failing",
    "without targets": f"{LIST}?relation=childless",
    "filter language": f'{LIST}?filter={{"conditions":[{{"key":"project","value":"alpha"}}]}}',
    "refused": f"{LIST}?status=nonsense",
    "changes": f"{LIST}live/?since=0",
    "keys": "/admin/events/apikey/",
    "policies": "/admin/events/topicpolicy/",
    "users": "/admin/auth/user/",
    "groups": "/admin/auth/group/",
}
OPERATIONS = {kind: {"kind": kind, "scope": "matching", "view": "topic=test.*"} for kind in Kind}
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
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == (400 if path == PAGES["refused"] else 200)
    return len(captured)


def counts(client: Client, pages: dict[str, str]) -> dict[str, int]:
    """How many queries each page takes, and each preview."""
    previews = {kind: client.post(OPERATE, form)["Location"] for kind, form in OPERATIONS.items()}
    return {name: queries(client, path) for name, path in (pages | previews).items()}


def test_every_page_asks_as_often_among_many_events_as_among_few(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 10**9)  # other tests may have drawn many numbers before these
    client = browser(people["admin"])
    root = make_event("test.root", project="alpha", sender="rn-01")
    fill(root, FEW)
    chosen = {"kind": "abort", "ids": [make_event(finished=False).id.hex]}
    run = client.post(OPERATE, form_of(previewed(client, chosen)))["Location"]
    pages = {**PAGES, "event": path_of(root), "run": run}
    few = counts(client, pages)
    fill(root, MANY)
    assert counts(client, pages) == few
    assert max(few.values()) < 24
