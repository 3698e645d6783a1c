"""What a preview shows of the events, and what the result says."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin import counting, stretches
from events.admin.counting import Expected
from tests.admin.operating import confirmed, make_job, previewed, words
from tests.admin.viewing import browser


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def examples(page: str) -> list[str]:
    """The states and descriptions of the examples, in their order."""
    found = re.findall(r'<li><span class="status status-(.*?)">.*?dir="auto">(.*?)</span></li>', page, re.DOTALL)
    return [" ".join(each) for each in found]


@pytest.mark.parametrize("kind", ["restart", "delete"])
@pytest.mark.parametrize("stretch", [3, 20_000])
def test_a_preview_shows_the_newest_of_each_state_the_failed_first(
    client: Client, monkeypatch: pytest.MonkeyPatch, stretch: int, kind: str
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", stretch)
    monkeypatch.setattr(counting, "PATIENCE", 60)
    for status in ("failed", "aborted", "finished"):
        for number in range(4):
            make_job(status, description=f"job {number}")
    page = previewed(client, {"kind": kind, "scope": "matching", "view": "topic=test.job"})
    assert examples(page) == [f"{each} job {n}" for each in ("failed", "aborted", "finished") for n in (3, 2, 1)]
    assert "The newest of each state" in page
    assert page.count('data-form="short"') == 9


def test_the_result_says_what_how_many_by_whom_and_how_long(client: Client) -> None:
    make_job()
    page = words(client.get(confirmed(client, kind="restart", scope="matching", view="status=failed")).text)
    assert re.search(r"Restarted 1 event Restart 1 event Begun by admin, .*? UTC; ended after [0-9.]+ s\.", page)


def test_the_thousands_of_numbers_are_apart(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    many = Expected(affected=12_345, skipped_for={"no_job": 6_789}, before={"failed": 12_345})
    monkeypatch.setattr("events.admin.counting.preview", lambda *_: many)
    page = words(previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed"}))
    for number in ("Restart 12,345 events?", "Failed 12,345", "6,789 skipped", "Restart 12,345 events"):
        assert number in page
