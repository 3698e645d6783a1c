"""A preview has an address: for whoever has asked for it, as long as it is kept."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from events import update_event
from events.admin import questions
from events.models import Event
from tests.admin.operating import OPERATE, form_of, make_job, previewed, states, words
from tests.admin.test_operators import operator
from tests.admin.viewing import LIST, browser
from tests.factories import make_event

FAILED = {"kind": "restart", "scope": "matching", "view": "status=failed"}


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def address(client: Client, wanted: dict[str, Any]) -> str:
    """Where the preview is that a form leads to."""
    return str(client.post(OPERATE, wanted)["Location"])


@pytest.mark.parametrize("is_all", [True, False])
def test_the_address_of_a_preview_counts_anew_and_changes_nothing(client: Client, is_all: bool) -> None:
    jobs = [make_job() for _ in range(3)]
    page = address(client, FAILED if is_all else {"kind": "restart", "ids": [job.id.hex for job in jobs]})
    before = Event.objects.count()
    assert "Restart 3 events?" in words(client.get(page).text)
    update_event(jobs[0].id, status="finished" if is_all else "restarted")
    assert "Restart 2 events?" in words(client.get(page).text)
    assert (Event.objects.count(), states()["failed"]) == (before, 2)


def test_what_was_confirmed_is_a_preview_again_of_what_is_left(client: Client) -> None:
    make_job()
    page = address(client, FAILED)
    run = client.post(OPERATE, form_of(client.get(page).text))["Location"]
    client.post(run)
    assert states() == {"restarted": 1}
    assert "Nothing to restart" in client.get(page).text


def test_a_confirmation_that_comes_too_late_leads_to_what_there_is_now(client: Client) -> None:
    job = make_job()
    form = form_of(previewed(client, FAILED))
    update_event(job.id, status="pending")
    answer = client.post(OPERATE, form)
    assert "Nothing to restart" in client.get(answer["Location"]).text
    assert not Event.objects.filter(topic="operation.run").exists()


def test_only_who_has_asked_opens_it(client: Client, people: dict[str, User]) -> None:
    make_job(description="whispered")
    page = address(client, FAILED)
    other = operator(people["manager"])
    answer = other.get(page)
    assert answer.status_code == 410
    assert "This preview is no longer kept" in answer.text
    assert "whispered" not in answer.text
    assert f'href="{LIST}"' in answer.text
    assert Client().get(page)["Location"].startswith("/admin/login/")


def test_who_may_operate_no_more_is_refused(people: dict[str, User]) -> None:
    make_job()
    client = operator(people["manager"])
    page = address(client, FAILED)
    assert client.get(page).status_code == 200
    people["manager"].user_permissions.remove(Permission.objects.get(codename="operate_event"))
    assert client.get(page).status_code == 403


def test_the_oldest_of_many_is_no_longer_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST", 2)
    job = make_event()
    pages = [
        address(client, {"kind": "delete", "ids": [job.id.hex], "view": view}) for view in ("q=a", "q=b", "q=a", "q=c")
    ]
    assert pages[0] == pages[2]
    assert [client.get(page).status_code for page in pages[1:]] == [410, 200, 200]


def test_an_address_that_is_refused_says_so_as_often_as_it_is_looked_at(client: Client) -> None:
    page = address(client, {"kind": "delete", "scope": "matching", "view": "topic=*"})
    for _ in range(2):
        answer = client.get(page)
        assert answer.status_code == 400
        assert "expected a view that is narrowed down" in answer.text
