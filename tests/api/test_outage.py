"""What every door answers while the database is away."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from tests.api.calls import call
from tests.api.test_refusals import ENDPOINTS, Request

AWAY = (503, {"code": 503, "detail": "The database is away or busy"})
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def take_away() -> Iterator[Callable[[], None]]:
    """From its call on the database answers nothing."""

    def refuse(*_: object) -> None:
        raise OperationalError("secret.host:5432")

    yield lambda: connection.execute_wrappers.append(refuse)
    connection.execute_wrappers.clear()


@pytest.mark.parametrize(
    "endpoint",
    [*ENDPOINTS, ("POST", "/graphql", {"query": "{ events { edges { cursor } } }"})],
    ids=lambda each: f"{each[0]} {each[1][:16]}",
)
@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "x" * 32}, {"Authorization": "Bearer " + "x" * 64}])
def test_whatever_the_credential_it_is_never_refused(
    api: Client, take_away: Any, endpoint: Request, headers: dict[str, str]
) -> None:
    take_away()
    status, answer, told = call(Client(headers=headers) if headers else api, *endpoint)
    assert (status, answer) == AWAY
    assert told["Retry-After"] == "1"


def test_nobody_can_log_in(db: None, take_away: Any) -> None:
    take_away()
    login = {"name": "artist", "password": "artist"}
    assert call(Client(), "POST", "/api/auth/login", login)[:2] == AWAY


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "x" * 32}, {"Authorization": "Bearer " + "x" * 64}])
def test_the_health_check_goes_on(db: None, take_away: Any, headers: dict[str, str]) -> None:
    take_away()
    answer = Client(headers=headers).get("/api/info")
    assert (answer.status_code, set(answer.json())) == (200, {"version", "uptime"})


@pytest.fixture
def operator(db: None) -> Client:
    """The browser of somebody who has logged in to the viewer, which hears what a browser would of an error."""
    browser = Client(raise_request_exception=False, headers=BROWSER)
    browser.force_login(User.objects.create_superuser("operator"))
    return browser


@pytest.mark.parametrize("path", ["/admin/", "/admin/events/event/", "/admin/login/"])
def test_the_viewer_shows_a_page(operator: Client, take_away: Any, caplog: Any, path: str) -> None:
    take_away()
    answer = operator.get(path)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "1", "text/html; charset=utf-8")
    assert "<h1>The database is away or busy</h1>" in page
    assert "secret" not in page
    [record] = caplog.records
    assert record.getMessage() == f"The database was too busy for GET {path}: secret.host:5432"
    assert record.exc_info is None


def test_a_mistake_in_the_viewer_is_a_page_that_tells_nothing(operator: Client, monkeypatch: Any, caplog: Any) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("secret")

    monkeypatch.setattr("events.admin.event.EventAdmin.get_changelist", fail)
    answer = operator.get("/admin/events/event/")
    assert answer.status_code == 500
    assert "<h1>Something went wrong</h1>" in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert "secret" in caplog.text
